import type { AccessDecision, AccessReview, UserInfo } from '../apimachinery/contract.ts';
import { unauthorized } from '../apimachinery/status.ts';
import type { Audit } from './audit/index.ts';
import { type Authentication, anonymous, type Recognised } from './authn/authenticate.ts';
import { checkAllowed, reviewOf } from './authz/authorize.ts';
import type { ClusterParts } from './call/call.ts';
import type { ClusterMetrics } from './metrics/cluster-metrics.ts';
import type { Passage } from './passage.ts';
import type { RequestInfo } from './request/request-info.ts';

/** What decides who comes in. */
export interface Gate {
  readonly cluster: Pick<ClusterParts, 'authorize' | 'clock'>;
  readonly metrics: Pick<ClusterMetrics, 'access'>;
  readonly authentication: Authentication;
  /** Undefined: nothing is written of any request. */
  readonly audit: Audit | undefined;
}

const publicPaths = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** Who asks. Throws 401. */
export function recognise(
  parts: Gate,
  passage: Passage,
  info: RequestInfo,
): Recognised | Promise<Recognised> {
  try {
    const recognised = parts.authentication.recognise(passage.request);
    // Nothing was waited for: it took less than asking the clock twice.
    if (!(recognised instanceof Promise)) return accepted(parts, recognised, { info, seconds: 0 });
    return recognised
      .then((known) => accepted(parts, known, { info, seconds: secondsSince(parts, passage.startedMs) }))
      .catch((thrown) => notRecognised(parts, passage, thrown));
  } catch (thrown) {
    return notRecognised(parts, passage, thrown);
  }
}

function accepted(
  { metrics }: Gate,
  recognised: Recognised,
  { info, seconds }: { readonly info: RequestInfo; readonly seconds: number },
): Recognised {
  const { user } = recognised;
  if (user === anonymous && !isPublic(info)) throw unauthorized();
  metrics.access.authenticated('success', seconds, user);
  return recognised;
}

function notRecognised(parts: Gate, passage: Passage, thrown: unknown): never {
  passage.notRecognised(parts.audit);
  // Without a word of who it is nobody could be recognised; what was said and counts for nothing is an error.
  const said = passage.request.header('authorization') !== undefined;
  parts.metrics.access.authenticated(said ? 'error' : 'failure', secondsSince(parts, passage.startedMs));
  throw thrown;
}

function secondsSince({ cluster }: Gate, monotonicMs: number): number {
  return (cluster.clock.monotonic() - monotonicMs) / 1000;
}

/** Health and version need no credentials; the roles of the anonymous say the same. */
function isPublic(info: RequestInfo): boolean {
  if (info.kind !== 'path') return false;
  const [, first = ''] = info.path.split('/');
  return publicPaths.has(`/${first}`);
}

/** Who asks for what, and what is told of it. */
interface Judged {
  readonly review: AccessReview;
  readonly passage: Passage | undefined;
}

/** Throws 403; undefined when the answer was known at once. `passage` is told what was decided. */
export function authorize(
  parts: Gate,
  info: RequestInfo,
  { user, passage }: { readonly user: UserInfo; readonly passage?: Passage },
): Promise<void> | undefined {
  const review = info.kind === 'path' ? { user, verb: info.verb, path: info.path } : reviewOf(user, info);
  const decided = parts.cluster.authorize(review);
  if (decided instanceof Promise) {
    const begunMs = parts.cluster.clock.monotonic();
    return decided.then((decision) =>
      judge(parts, { review, passage }, { decision, seconds: secondsSince(parts, begunMs) }),
    );
  }
  judge(parts, { review, passage }, { decision: decided, seconds: 0 });
  return undefined;
}

function judge(
  { metrics }: Gate,
  { review, passage }: Judged,
  { decision, seconds }: { readonly decision: AccessDecision; readonly seconds: number },
): void {
  passage?.authorized(decision);
  metrics.access.authorized(decision.decision, seconds);
  checkAllowed(decision, review);
}
