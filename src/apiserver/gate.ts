import type { UserInfo } from '../apimachinery/contract.ts';
import { unauthorized } from '../apimachinery/status.ts';
import type { Audit } from './audit/index.ts';
import { type Authentication, anonymous, type Recognised } from './authn/authenticate.ts';
import { checkAllowed, reviewOf } from './authz/authorize.ts';
import type { ClusterParts } from './call/call.ts';
import type { Passage } from './passage.ts';
import type { RequestInfo } from './request/request-info.ts';

/** What decides who comes in. */
export interface Gate {
  readonly cluster: Pick<ClusterParts, 'authorize'>;
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
    if (!(recognised instanceof Promise)) return accepted(recognised, info);
    return recognised
      .then((known) => accepted(known, info))
      .catch((thrown) => notRecognised(parts, passage, thrown));
  } catch (thrown) {
    return notRecognised(parts, passage, thrown);
  }
}

function accepted(recognised: Recognised, info: RequestInfo): Recognised {
  if (recognised.user === anonymous && !isPublic(info)) throw unauthorized();
  return recognised;
}

function notRecognised({ audit }: Gate, passage: Passage, thrown: unknown): never {
  passage.notRecognised(audit);
  throw thrown;
}

/** Health and version need no credentials; the roles of the anonymous say the same. */
function isPublic(info: RequestInfo): boolean {
  if (info.kind !== 'path') return false;
  const [, first = ''] = info.path.split('/');
  return publicPaths.has(`/${first}`);
}

/** Throws 403; undefined when the answer was known at once. `passage` is told what was decided. */
export function authorize(
  { cluster }: Gate,
  info: RequestInfo,
  { user, passage }: { readonly user: UserInfo; readonly passage?: Passage },
): Promise<void> | undefined {
  const review = info.kind === 'path' ? { user, verb: info.verb, path: info.path } : reviewOf(user, info);
  const decided = cluster.authorize(review);
  if (decided instanceof Promise) {
    return decided.then((decision) => {
      passage?.authorized(decision);
      checkAllowed(decision, review);
    });
  }
  passage?.authorized(decided);
  checkAllowed(decided, review);
  return undefined;
}
