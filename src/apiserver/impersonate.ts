import type { Authorizer, UserInfo } from '../apimachinery/contract.ts';
import { internalError } from '../apimachinery/status.ts';
import type { HttpRequest } from '../http/contract.ts';
import { decideAccess } from './authz/authorize.ts';

interface Gate {
  readonly authorize: Authorizer;
}

const anonymousName = 'system:anonymous';
const authenticatedGroup = 'system:authenticated';
const unauthenticatedGroup = 'system:unauthenticated';
const extraPrefix = 'impersonate-extra-';
const authenticationGroup = 'authentication.k8s.io';

/** What the `Impersonate-*` headers of a request say. */
interface Wish {
  /** '' when there is none. */
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: readonly { readonly key: string; readonly value: string }[];
}

/**
 * The user that the `Impersonate-*` headers name, after asking for each part of it whether the caller may take it.
 * Throws 403, and 500 for parts without a user.
 */
export function impersonate(
  gate: Gate,
  request: HttpRequest,
  caller: UserInfo,
): UserInfo | Promise<UserInfo> {
  const wish = readWish(request);
  return wish ? grant(gate, caller, wish) : caller;
}

async function grant(gate: Gate, caller: UserInfo, wish: Wish): Promise<UserInfo> {
  const { username, groups, uid, extra } = wish;
  if (username === '') throw internalError(`requested ${wishText(wish)} without impersonating a user`);
  const account = readAccountName(username);
  const target = account
    ? { group: '', resource: 'serviceaccounts', ...account }
    : { group: '', resource: 'users', namespace: '', name: username };
  await demand(gate, caller, target);
  for (const name of groups) await demand(gate, caller, { group: '', resource: 'groups', name });
  for (const { key, value } of extra) {
    const question = { group: authenticationGroup, version: 'v1', resource: 'userextras', subresource: key };
    await demand(gate, caller, { ...question, name: value });
  }
  if (uid !== '') {
    await demand(gate, caller, { group: authenticationGroup, version: 'v1', resource: 'uids', name: uid });
  }
  const implied =
    account && groups.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
      : groups;
  return { username, uid, groups: withCommonGroup(username, implied), extra: extraOf(wish) };
}

function readWish(request: HttpRequest): Wish | undefined {
  const lines = request.headerLines('impersonate-');
  if (lines.length === 0) return undefined;
  const valuesOf = (wanted: string) => lines.filter(({ name }) => name === wanted).map(({ value }) => value);
  const wish = {
    username: valuesOf('impersonate-user')[0] ?? '',
    groups: valuesOf('impersonate-group'),
    uid: valuesOf('impersonate-uid')[0] ?? '',
    extra: lines
      .filter(({ name }) => name.startsWith(extraPrefix))
      .map(({ name, value }) => ({ key: unescaped(name.slice(extraPrefix.length)), value })),
  };
  const empty = wish.username === '' && wish.uid === '' && wish.groups.length + wish.extra.length === 0;
  return empty ? undefined : wish;
}

/** Keys that cannot be unescaped stay as they are: they are asked about all the same. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** The parts as the real server prints them, one reference each. */
function wishText({ groups, extra, uid }: Wish): string {
  const references = [
    ...groups.map((name) => `{Group  ${name}    }`),
    ...extra.map(({ key, value }) => `{UserExtra  ${value}  ${authenticationGroup}/v1  ${key}}`),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${authenticationGroup}/v1  }`]),
  ];
  return `[${references.join(' ')}]`;
}

function extraOf({ extra }: Wish): Record<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const { key, value } of extra) values.set(key, [...(values.get(key) ?? []), value]);
  return Object.fromEntries(values);
}

const accountName =
  /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?):([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)$/;

function readAccountName(username: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = accountName.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** Whoever names one of the two common groups has said which of them it is. */
function withCommonGroup(username: string, groups: readonly string[]): readonly string[] {
  if (groups.includes(unauthenticatedGroup)) return groups;
  if (username === anonymousName) return [...groups, unauthenticatedGroup];
  return groups.includes(authenticatedGroup) ? groups : [...groups, authenticatedGroup];
}

async function demand(
  gate: Gate,
  user: UserInfo,
  target: {
    readonly group: string;
    readonly version?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name: string;
  },
): Promise<void> {
  const resource = { version: '', subresource: '', namespace: '', ...target };
  await decideAccess(gate, { user, verb: 'impersonate', resource });
}
