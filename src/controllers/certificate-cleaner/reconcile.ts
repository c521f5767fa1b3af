import { X509Certificate } from 'node:crypto';
import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type CertificateSigningRequest, certificateSigningRequests } from '../kinds/certificates.ts';
import type { ClusterContext } from '../shared/context.ts';

/** As in kube-controller-manager: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests */
const answeredKeptMs = 60 * 60 * 1000;
const pendingKeptMs = 24 * 60 * 60 * 1000;
/** A later look is taken in steps: timers of the platform end after 24 days. */
const longestWaitMs = 24 * 60 * 60 * 1000;

interface CleanerContext extends ClusterContext {
  readonly requests: Informer<CertificateSigningRequest>;
}

/** One pass over a request: remove it when its time is over, else look again then. */
export async function reconcileRequest(
  key: string,
  context: CleanerContext,
): Promise<Reconciled | undefined> {
  const request = context.requests.get(key);
  if (!request || request.metadata.deletionTimestamp) return undefined;
  const dueMs = dueAt(request);
  if (dueMs === undefined) return undefined;
  const leftMs = dueMs - context.clock.now();
  if (leftMs > 0) return { againAfterMs: Math.min(leftMs, longestWaitMs) };
  const preconditions = { uid: request.metadata.uid ?? '' };
  await ignoringMissing(context.client.delete(certificateSigningRequests, refOf(request), { preconditions }));
  return undefined;
}

/** Unix milliseconds; undefined for a request that was approved and waits for its signer. */
function dueAt({ metadata, status }: CertificateSigningRequest): number | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return Date.parse(metadata.creationTimestamp ?? '') + pendingKeptMs;
  const certificate = status?.certificate;
  const dues = conditions.flatMap(({ type, lastUpdateTime }) => {
    const isAnswered = type === 'Denied' || type === 'Failed' || (type === 'Approved' && certificate);
    const at = Date.parse(lastUpdateTime ?? '');
    return isAnswered && !Number.isNaN(at) ? [at + answeredKeptMs] : [];
  });
  const approved = conditions.some(({ type }) => type === 'Approved');
  const expiry = approved && certificate ? expiryOf(certificate) : undefined;
  if (expiry !== undefined) dues.push(expiry);
  return dues.length > 0 ? Math.min(...dues) : undefined;
}

function expiryOf(certificate: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    return undefined;
  }
}
