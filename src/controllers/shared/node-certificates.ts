import type { RequestedCertificate } from './certificate-authority.ts';

const nodesGroup = 'system:nodes';
const nodePrefix = 'system:node:';

/** Why a request is none for a node's client certificate, in the words of kube-controller-manager; undefined: it is one. */
export function whyNoNodeClient(
  request: RequestedCertificate,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(request)) return notOfNodes;
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith(nodePrefix)) return notANode;
  return usagesBut('client auth', usages);
}

/** The same of the certificate that a node shows. */
export function whyNoNodeServer(
  request: RequestedCertificate,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(request)) return notOfNodes;
  if (request.dnsNames.length + request.ipAddresses.length === 0)
    return 'DNS or IP subjectAltName is required';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  const wrong = usagesBut('server auth', usages);
  if (wrong !== undefined) return wrong;
  return request.commonName.startsWith(nodePrefix) ? undefined : notANode;
}

const notOfNodes = 'subject organization is not system:nodes';
const notANode = 'subject common name does not begin with system:node:';

function isOfNodes({ organizations }: RequestedCertificate): boolean {
  return organizations.length === 1 && organizations[0] === nodesGroup;
}

/** Signing and, for keys that can, encipherment, besides what it is for. */
function usagesBut(purpose: string, usages: readonly string[]): string | undefined {
  const given = new Set(usages);
  const required = [purpose, 'digital signature', 'key encipherment'].sort();
  const needed = required.filter((usage) => usage !== 'key encipherment' || given.has(usage));
  const isExact = given.size === needed.length && needed.every((usage) => given.has(usage));
  return isExact ? undefined : `usages did not match [${required.join(' ')}]`;
}
