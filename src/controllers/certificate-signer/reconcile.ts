import { isTrue } from '../../apimachinery/conditions.ts';
import { isConflict } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { CertificateSigningRequest } from '../kinds/certificates.ts';
import type { ClusterAuthority } from '../shared/certificate-authority.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';
import { signers } from './signers.ts';

interface SignerContext extends ClusterContext {
  readonly requests: Informer<CertificateSigningRequest>;
  readonly authority: ClusterAuthority;
}

const minuteMs = 60 * 1000;
/** As in kube-controller-manager: `--cluster-signing-duration`, and what clocks of clients may lag behind. */
const longestMs = 365 * 24 * 60 * minuteMs;
const shortestMs = 10 * minuteMs;
const backdatedMs = 5 * minuteMs;
/** What lasts as long as this ends earlier by what it begins earlier. */
const longMs = 8 * 60 * minuteMs;

/** One pass over a request: signed, or told why not, once it was approved. */
export async function reconcileApproved(key: string, context: SignerContext): Promise<undefined> {
  const request = context.requests.get(key);
  if (!request || request.metadata.deletionTimestamp || request.status?.certificate) return undefined;
  const conditions = request.status?.conditions ?? [];
  const isDenied = conditions.some(({ type }) => type === 'Denied');
  const isApproved = conditions.some(({ type }) => type === 'Approved');
  const whyNot = signers.get(request.spec.signerName);
  if (!whyNot || !isApproved || isDenied || isTrue(conditions, 'Failed')) return undefined;
  const read = context.authority.read(request.spec.request);
  if (read instanceof Error) throw read;
  const why = whyNot(read, request.spec.usages);
  const status = { ...request.status };
  if (why === undefined) status.certificate = signed(request, context);
  else status.conditions = [...conditions, failure(why, context.clock.now())];
  try {
    await commitStatus(request, status, { client: context.client, informer: context.requests });
  } catch (thrown) {
    // Whoever wrote meanwhile brings another pass.
    if (!isConflict(thrown)) throw thrown;
  }
  return undefined;
}

function failure(message: string, nowMs: number) {
  const reason = 'SignerValidationFailure';
  const lastUpdateTime = rfc3339Seconds(nowMs);
  return { type: 'Failed', status: 'True' as const, reason, message, lastUpdateTime };
}

/** In base64, as bytes are written in JSON. */
function signed({ spec }: CertificateSigningRequest, { clock, authority }: SignerContext): string {
  const asked = spec.expirationSeconds === undefined ? longestMs : spec.expirationSeconds * 1000;
  const lastsMs = Math.min(Math.max(asked, shortestMs), longestMs);
  const nowMs = clock.now();
  const pem = authority.sign(spec.request, {
    notBeforeMs: nowMs - backdatedMs,
    notAfterMs: nowMs + (lastsMs < longMs ? lastsMs : lastsMs - backdatedMs),
    usages: spec.usages,
  });
  return Buffer.from(pem, 'utf8').toString('base64');
}
