import { dump } from 'js-yaml';

/** How a kubeconfig's user proves who it is. */
export type KubeconfigUser =
  | { readonly certificate: string; readonly privateKey: string }
  | { readonly token: string }
  | { readonly plugin: TokenPlugin }
  | { readonly authProvider: Pick<TokenPlugin, 'serverId' | 'clientId' | 'tenantId'> };

/** The exec credential plugin, in kubelogin's form of arguments. */
export interface TokenPlugin {
  readonly command: string;
  /** Words before the arguments below, e.g. `get-token --home DIR`. */
  readonly words: readonly string[];
  readonly serverId: string;
  readonly clientId: string;
  readonly tenantId: string;
}

/** Where a client reaches an API server. */
export interface PublicAddress {
  readonly server: string;
  /** Name to verify the server's certificate for, and to send as SNI, when it is not the server's host. */
  readonly tlsServerName?: string;
}

export interface KubeconfigParts extends PublicAddress {
  readonly context: string;
  readonly userName: string;
  readonly certificateAuthority: string;
  readonly user: KubeconfigUser;
}

/** A kubeconfig with one cluster, one user and one context, as YAML. */
export function kubeconfigYaml(parts: KubeconfigParts): string {
  return dump({
    apiVersion: 'v1',
    clusters: [
      {
        cluster: {
          'certificate-authority-data': base64(parts.certificateAuthority),
          server: parts.server,
          ...(parts.tlsServerName === undefined ? {} : { 'tls-server-name': parts.tlsServerName }),
        },
        name: parts.context,
      },
    ],
    contexts: [{ context: { cluster: parts.context, user: parts.userName }, name: parts.context }],
    'current-context': parts.context,
    kind: 'Config',
    preferences: {},
    users: [{ name: parts.userName, user: userEntry(parts.user) }],
  });
}

function userEntry(user: KubeconfigUser): Record<string, unknown> {
  if ('token' in user) return { token: user.token };
  if ('certificate' in user) {
    return {
      'client-certificate-data': base64(user.certificate),
      'client-key-data': base64(user.privateKey),
    };
  }
  if ('authProvider' in user) {
    const { serverId, clientId, tenantId } = user.authProvider;
    return {
      'auth-provider': {
        config: {
          'apiserver-id': serverId,
          'client-id': clientId,
          'config-mode': '1',
          environment: 'AzurePublicCloud',
          'tenant-id': tenantId,
        },
        name: 'azure',
      },
    };
  }
  const { plugin } = user;
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      args: [
        ...plugin.words,
        '--environment',
        'AzurePublicCloud',
        '--server-id',
        plugin.serverId,
        '--client-id',
        plugin.clientId,
        '--tenant-id',
        plugin.tenantId,
        '--login',
        'azurecli',
      ],
      command: plugin.command,
      env: null,
      installHint: `${plugin.command} was not found: it is the program that this kubeconfig was made by.`,
      interactiveMode: 'IfAvailable',
      provideClusterInfo: false,
    },
  };
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
