import type { AccessDecision, AccessReview, Authorizer } from '../../apimachinery/contract.ts';
import { forbidden, StatusError } from '../../apimachinery/status.ts';
import type { ResourceRequest } from '../request/request-info.ts';

/** Members of `system:masters` may do everything; no rule can take that away. */
export const mastersAuthorizer: Authorizer = ({ user }) =>
  user.groups.includes('system:masters')
    ? { decision: 'allow', reason: '' }
    : { decision: 'no-opinion', reason: '' };

/**
 * Asks one authorizer after the other; the first with an opinion decides, and without any the answer is no. A promise
 * only when one of those who were asked gave one.
 */
export function decide(
  authorizers: readonly Authorizer[],
  review: AccessReview,
  reasons: readonly string[] = [],
): ReturnType<Authorizer> {
  const [first] = authorizers;
  if (!first) return { decision: 'no-opinion', reason: reasons.join(', ') };
  const next = (answer: AccessDecision) => {
    if (answer.decision !== 'no-opinion') return answer;
    return decide(authorizers.slice(1), review, answer.reason === '' ? reasons : [...reasons, answer.reason]);
  };
  const answer = first(review);
  return answer instanceof Promise ? answer.then(next) : next(answer);
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
