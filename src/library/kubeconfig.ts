import { dump } from 'js-yaml';

/** A kubeconfig (YAML) with one context, for the bearer of `token`. */
export function kubeconfigText(server: {
  readonly url: string;
  readonly certificateAuthority: string;
  readonly token: string;
}): string {
  const name = 'bare';
  const authority = Buffer.from(server.certificateAuthority).toString('base64');
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: server.url, 'certificate-authority-data': authority } }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    'current-context': name,
    users: [{ name: 'admin', user: { token: server.token } }],
  });
}
