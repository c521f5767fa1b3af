import { isObject, withoutTrailingSlashes } from '../../../../base/index.ts';
import type { RelayCredential } from '../../../../gateway/index.ts';
import { type Call, defineCommand, type Flags, type Values } from '../../declaration.ts';
import { required, resourceGroup, text } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { json } from '../../http/arm-call.ts';
import { firstKubeconfig, writeCredentials } from '../../kubeconfig/credentials.ts';
import { trustedCertificates } from '../../tunnels/certificates.ts';
import { isPortTaken, untilStopped } from '../../tunnels/ports.ts';
import { connectedCluster } from './noun.ts';

const defaultPort = 47_011;

const flags = {
  name: required('--name -n', 'The name of the connected cluster.'),
  resourceGroup: resourceGroup(),
  token: text('--token', 'Service account token to authenticate with, instead of the signed-in account.'),
  file: text(
    '--file -f',
    'Kubernetes configuration file to update. Use "-" to print YAML to stdout instead.',
    {
      defaultText: '$KUBECONFIG, else ~/.kube/config',
    },
  ),
  kubeContext: text('--kube-context', 'Name of the context to write.'),
  port: text('--port', 'Local port of the proxy.', { defaultText: String(defaultPort) }),
} as const;

/** `az connectedk8s proxy`. */
export const command = defineCommand({
  words: 'connectedk8s proxy',
  summary: 'Open a channel to the API server of a connected cluster, and hold it open.',
  flags,
  examples: [
    {
      text: 'Reach a cluster from kubectl in another shell.',
      command: 'az connectedk8s proxy -n MyCluster -g MyResourceGroup --file ./kube-config',
    },
  ],
  async run(call) {
    const port = portNumber(call.flags.port);
    if (await isPortTaken(port)) throw portTaken(port);
    const first = await listCredential(call);
    const proxy = await openProxy(call, port, first);
    call.print(`Proxy is listening on port ${proxy.port}`);
    try {
      await announce(call, proxy.kubeconfig);
      await untilStopped(call.context, undefined);
    } finally {
      await proxy.close();
    }
    return undefined;
  },
});

type ProxyCall = Call<Flags> & { readonly flags: Values<typeof flags> };

function portNumber(typed: string | undefined): number {
  const port = Number(typed ?? defaultPort);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new AzError(`'${typed}' is not a port number.`);
}

function portTaken(port: number): AzError {
  return new AzError(`Port ${port} is already in use. Please select a different port with --port option.`, {
    advice: ['Another proxy may be running; stop it, or pass a port of your own, e.g. --port 47012.'],
  });
}

interface Listed {
  readonly kubeconfig: string;
  readonly relay: string;
  readonly credential: RelayCredential;
}

/** Asks for the user credential; needs the right to list it. */
async function listCredential(call: ProxyCall): Promise<Listed> {
  const answer = json(
    await call.session.arm.send({
      method: 'POST',
      path: `${pathOf(connectedCluster, call)}/listClusterUserCredential`,
      apiVersion: connectedCluster.apiVersion,
      body: { authenticationMethod: call.flags.token === undefined ? 'AAD' : 'Token', clientProxy: true },
      headers: { ...connectedCluster.headers },
    }),
  );
  const config = isObject(answer) ? answer['hybridConnectionConfig'] : undefined;
  if (!isObject(config))
    throw new AzError('Failed to load kubeconfig: the service named no hybrid connection.');
  return {
    kubeconfig: firstKubeconfig(answer),
    relay: String(config['relay'] ?? ''),
    credential: {
      hybridConnectionName: String(config['hybridConnectionName'] ?? ''),
      token: String(config['token'] ?? ''),
      expiresAt: Number(config['expirationTime'] ?? 0),
    },
  };
}

interface OpenProxy {
  readonly port: number;
  /** The kubeconfig that leads to the proxy, as YAML. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

async function openProxy(call: ProxyCall, port: number, first: Listed): Promise<OpenProxy> {
  const { arcRelayPath, createArcProxy } = await import('../../../../gateway/index.ts');
  const { createLocalIdentity } = await import('../../tunnels/local-identity.ts');
  const { clusterPathOf, readProxied } = await import('../../kubeconfig/proxied.ts');
  const { session, context } = call;
  const proxied = readProxied(first.kubeconfig);
  const identity = createLocalIdentity({ clock: context.clock, random: context.random });
  const clusterPath = clusterPathOf(pathOf(connectedCluster, call));
  let known: RelayCredential | undefined = first.credential;
  const proxy = await createArcProxy({
    port,
    clusterPath,
    relay: {
      url: relayUrl(first.relay, session.estate.resourceManager, arcRelayPath),
      ca: trustedCertificates(session),
      credential: async () => {
        const credential = known ?? (await listCredential(call)).credential;
        known = undefined;
        return credential;
      },
    },
    cluster: {
      serverName: proxied.serverName,
      ca: proxied.authority ?? trustedCertificates(session),
    },
    identity: { cert: identity.cert, key: identity.key },
    clock: context.clock,
    onError: (error) => call.fail(error.message),
  });
  const kubeconfig = proxied.leadTo({
    server: `https://127.0.0.1:${proxy.port}/${clusterPath}`,
    authority: identity.authority,
    token: call.flags.token,
  });
  return { port: proxy.port, kubeconfig, close: () => proxy.close() };
}

/** A relay given as a URL is taken as it is; a host keeps the path; a bare name means the estate's own. */
function relayUrl(relay: string, resourceManager: string, path: string): string {
  if (/^wss?:\/\//.test(relay)) return withoutTrailingSlashes(relay);
  const host = /[.:]/.test(relay) ? relay : new URL(resourceManager).host;
  return `wss://${host}${path}`;
}

async function announce(call: ProxyCall, kubeconfig: string): Promise<void> {
  const { file, kubeContext } = call.flags;
  const written = await writeCredentials(call, kubeconfig, {
    file,
    context: kubeContext,
    overwrite: true,
    firstEntriesOnly: true,
  });
  if (written) {
    call.print(written.sentence);
    call.print(
      `Start sending kubectl requests on '${written.context}' context using kubeconfig at ${written.file}`,
    );
  }
  call.print('Press Ctrl+C to close proxy.');
}
