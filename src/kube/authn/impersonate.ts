import type { HttpRequest } from '../../http/contract.ts';
import { decideAccess } from '../authz/authorize.ts';
import type { AccessDecision, AccessReview, UserInfo } from '../contract.ts';
import { internalError } from '../wire/status.ts';

interface Gate {
  readonly authorize: (review: AccessReview) => Promise<AccessDecision>;
}

/** The user that the `Impersonate-*` headers name, after checking that the caller may take its place. */
export async function impersonate(gate: Gate, request: HttpRequest, caller: UserInfo): Promise<UserInfo> {
  const username = request.header('impersonate-user');
  const groups = listHeader(request.header('impersonate-group'));
  const uid = request.header('impersonate-uid');
  if (username === undefined) {
    if (groups.length === 0 && uid === undefined) return caller;
    throw internalError('requested impersonation of groups, extra or uid without impersonating a user');
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  const [, namespace = '', name = ''] = account ?? [];
  if (account) await demand(gate, caller, { group: '', resource: 'serviceaccounts', namespace, name });
  else await demand(gate, caller, { group: '', resource: 'users', namespace: '', name: username });
  for (const group of groups) {
    await demand(gate, caller, { group: '', resource: 'groups', namespace: '', name: group });
  }
  if (uid !== undefined) {
    await demand(gate, caller, {
      group: 'authentication.k8s.io',
      resource: 'uids',
      namespace: '',
      name: uid,
    });
  }
  const implied =
    account && groups.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : groups;
  return { username, uid: uid ?? '', groups: withCommonGroup(username, implied), extra: {} };
}

function withCommonGroup(username: string, groups: readonly string[]): readonly string[] {
  const common = username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return groups.includes(common) ? groups : [...groups, common];
}

async function demand(
  gate: Gate,
  user: UserInfo,
  target: { group: string; resource: string; namespace: string; name: string },
): Promise<void> {
  await decideAccess(gate, {
    user,
    verb: 'impersonate',
    resource: { ...target, version: 'v1', subresource: '' },
  });
}

function listHeader(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
