import type { RequestedCertificate } from '../shared/certificate-authority.ts';
import { whyNoNodeClient, whyNoNodeServer } from '../shared/node-certificates.ts';

/** Says why a signer does not sign a request; undefined: it does. */
type Refusal = (request: RequestedCertificate, usages: readonly string[]) => string | undefined;

/**
 * The signers of a cluster itself, and what each refuses.
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
 */
export const signers: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
  ['kubernetes.io/kube-apiserver-client', (_request, usages) => whyNoClient(usages)],
  ['kubernetes.io/kube-apiserver-client-kubelet', whyNoNodeClient],
  ['kubernetes.io/kubelet-serving', whyNoNodeServer],
  ['kubernetes.io/legacy-unknown', () => undefined],
]);

const optional = ['digital signature', 'key encipherment'];
const required = 'client auth';

function whyNoClient(usages: readonly string[]): string | undefined {
  const wrong = usages.find((usage) => usage !== required && !optional.includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes(required) ? undefined : `missing required usage for client certificate: ${required}`;
}
