import { firstPartyApplications } from '../contract.ts';

const openIdScopes = new Set(['openid', 'profile', 'email', 'offline_access']);

/** A `scope` parameter taken apart. */
export interface RequestedScopes {
  /** Identifier of the resource, as written before the last slash: `https://arm//.default` asks for `https://arm/`. */
  readonly resource: string;
  /** Every scope of that resource as written. */
  readonly permissions: readonly string[];
  readonly openId: ReadonlySet<string>;
  /** Resources named besides the first; a request may name one only. */
  readonly otherResources: readonly string[];
}

/** Scopes without a resource, such as `User.Read` or `openid` alone, are Graph's. */
export function parseScopes(scope: string): RequestedScopes {
  const words = scope.split(/\s+/).filter((word) => word !== '');
  const openId = new Set(
    words.filter((word) => openIdScopes.has(word.toLowerCase())).map((word) => word.toLowerCase()),
  );
  const permissions = words.filter((word) => !openIdScopes.has(word.toLowerCase()));
  const resources = [...new Set(permissions.map(resourceOf))];
  const [resource = firstPartyApplications.microsoftGraph, ...otherResources] = resources;
  return { resource, permissions, openId, otherResources };
}

function resourceOf(permission: string): string {
  const slash = permission.lastIndexOf('/');
  return slash < 0 ? firstPartyApplications.microsoftGraph : permission.slice(0, slash);
}

/** The scope of the answer: Entra names the permission it stands for and repeats what was asked. */
export function grantedScope({ resource, permissions, openId }: RequestedScopes): string {
  const delegated = permissions.some((one) => one.endsWith('/.default'))
    ? [`${resource}/user_impersonation`]
    : [];
  const identity = [...openId].filter((one) => one !== 'offline_access');
  return [...new Set([...delegated, ...permissions, ...identity])].join(' ') || 'openid';
}
