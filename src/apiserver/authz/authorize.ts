import type { AccessDecision, AccessReview, Authorizer } from '../../apimachinery/contract.ts';
import { forbidden, StatusError } from '../../apimachinery/status.ts';
import type { ResourceRequest } from '../request/request-info.ts';

const allowed: AccessDecision = { decision: 'allow', reason: '' };
const noOpinion: AccessDecision = { decision: 'no-opinion', reason: '' };

/** Members of `system:masters` may do everything; no rule can take that away. */
export const mastersAuthorizer: Authorizer = ({ user }) =>
  user.groups.includes('system:masters') ? allowed : noOpinion;

/**
 * Asks one authorizer after the other; the first with an opinion decides, and without any the answer is no. A promise
 * only when one of those who were asked gave one.
 */
export function decide(authorizers: readonly Authorizer[], review: AccessReview): ReturnType<Authorizer> {
  return decideFrom(authorizers, review, { at: 0, reasons: '' });
}

/** `reasons`: of those who were asked before and had no opinion. */
function decideFrom(
  authorizers: readonly Authorizer[],
  review: AccessReview,
  asked: { readonly at: number; readonly reasons: string },
): ReturnType<Authorizer> {
  let { reasons } = asked;
  for (let { at } = asked; at < authorizers.length; at++) {
    const answer = authorizers[at]?.(review);
    if (answer instanceof Promise) {
      const before = reasons;
      return answer.then((decision) =>
        decision.decision === 'no-opinion'
          ? decideFrom(authorizers, review, { at: at + 1, reasons: joined(before, decision.reason) })
          : decision,
      );
    }
    if (!answer) continue;
    if (answer.decision !== 'no-opinion') return answer;
    reasons = joined(reasons, answer.reason);
  }
  return { decision: 'no-opinion', reason: reasons };
}

function joined(reasons: string, reason: string): string {
  return reason === '' || reasons === '' ? reasons + reason : `${reasons}, ${reason}`;
}

/** Throws the 403 of a request that is not allowed; undefined when it is and nothing had to be waited for. */
export function decideAccess(
  { authorize }: { readonly authorize: Authorizer },
  review: AccessReview,
): Promise<void> | undefined {
  const decided = authorize(review);
  if (decided instanceof Promise) return decided.then((decision) => checkAllowed(decision, review));
  checkAllowed(decided, review);
  return undefined;
}

/** Throws the 403 of a request that is not allowed. */
export function checkAllowed({ decision, reason }: AccessDecision, review: AccessReview): void {
  if (decision !== 'allow') throw forbiddenError(review, reason);
}

/** The 403 of a request, in the words of the real server. */
function forbiddenError(review: AccessReview, reason: string): StatusError {
  const { user, verb, resource } = review;
  const ending = reason === '' ? '' : `: ${reason}`;
  if (!resource) {
    const why = `User "${user.username}" cannot ${verb} path "${review.path ?? ''}"${ending}`;
    return new StatusError(403, 'Forbidden', `forbidden: ${why}`, {});
  }
  const full =
    resource.subresource === '' ? resource.resource : `${resource.resource}/${resource.subresource}`;
  const where =
    resource.namespace === '' ? ' at the cluster scope' : ` in the namespace "${resource.namespace}"`;
  const why = `User "${user.username}" cannot ${verb} resource "${full}" in API group "${resource.group}"${where}${ending}`;
  return forbidden({ group: resource.group, resource: resource.resource, name: resource.name }, why);
}

/** The question whether a request is allowed. */
export function reviewOf(
  user: AccessReview['user'],
  { verb, group, version, resource, subresource, namespace, name }: ResourceRequest,
): AccessReview {
  return { user, verb, resource: { group, version, resource, subresource, namespace, name } };
}
