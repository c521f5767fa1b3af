import * as applications from './applications.ts';
import type { Operation } from './call.ts';
import * as groups from './groups.ts';
import * as passwords from './passwords.ts';
import * as relations from './relations.ts';
import * as servicePrincipals from './service-principals.ts';
import * as tenant from './tenant.ts';
import * as users from './users.ts';

interface Route {
  readonly segments: readonly string[];
  readonly methods: Readonly<Record<string, Operation>>;
}

/** Everything below `/v1.0`. `{}` stands for an id; `/me` is the caller's entry in `users`. */
const routes: readonly Route[] = [
  route('users', { GET: users.listUsers, POST: users.createUser }),
  route('users/$count', { GET: users.listUsers }),
  route('users/{}', { GET: users.getUser, PATCH: users.updateUser, DELETE: users.deleteUser }),
  route('users/{}/revokeSignInSessions', { POST: users.revokeSignInSessions }),
  route('users/{}/changePassword', { POST: users.changePassword }),
  ...membershipRoutes('users'),

  route('groups', { GET: groups.listGroups, POST: groups.createGroup }),
  route('groups/$count', { GET: groups.listGroups }),
  route('groups/{}', { GET: groups.getGroup, PATCH: groups.updateGroup, DELETE: groups.deleteGroup }),
  route('groups/{}/members', { GET: relations.listMembers }),
  route('groups/{}/members/$count', { GET: relations.listMembers }),
  route('groups/{}/members/$ref', { GET: relations.listMembers, POST: relations.addMember }),
  route('groups/{}/members/{}/$ref', { DELETE: relations.removeMember }),
  route('groups/{}/transitiveMembers', { GET: relations.listTransitiveMembers }),
  route('groups/{}/transitiveMembers/$count', { GET: relations.listTransitiveMembers }),
  ...ownerRoutes('groups'),
  ...membershipRoutes('groups'),

  route('applications', { GET: applications.listApplications, POST: applications.createApplication }),
  route('applications/$count', { GET: applications.listApplications }),
  route('applications/{}', {
    GET: applications.getApplication,
    PATCH: applications.updateApplication,
    DELETE: applications.deleteApplication,
  }),
  route('applications/{}/addPassword', { POST: passwords.addApplicationPassword }),
  route('applications/{}/removePassword', { POST: passwords.removeApplicationPassword }),
  ...ownerRoutes('applications'),

  route('servicePrincipals', {
    GET: servicePrincipals.listServicePrincipals,
    POST: servicePrincipals.createServicePrincipal,
  }),
  route('servicePrincipals/$count', { GET: servicePrincipals.listServicePrincipals }),
  route('servicePrincipals/{}', {
    GET: servicePrincipals.getServicePrincipal,
    PATCH: servicePrincipals.updateServicePrincipal,
    DELETE: servicePrincipals.deleteServicePrincipal,
  }),
  route('servicePrincipals/{}/addPassword', { POST: passwords.addServicePrincipalPassword }),
  route('servicePrincipals/{}/removePassword', { POST: passwords.removeServicePrincipalPassword }),
  ...ownerRoutes('servicePrincipals'),
  ...membershipRoutes('servicePrincipals'),

  route('directoryObjects/getByIds', { POST: relations.getByIds }),
  route('directoryObjects/{}', {
    GET: relations.getDirectoryObject,
    DELETE: relations.deleteDirectoryObject,
  }),
  ...membershipRoutes('directoryObjects'),

  route('organization', { GET: tenant.listOrganizations }),
  route('organization/{}', { GET: tenant.getOrganization }),
  route('domains', { GET: tenant.listDomains }),
  route('domains/{}', { GET: tenant.getDomain }),
];

function membershipRoutes(collection: string): Route[] {
  return [
    route(`${collection}/{}/memberOf`, { GET: relations.listMemberOf }),
    route(`${collection}/{}/memberOf/$count`, { GET: relations.listMemberOf }),
    route(`${collection}/{}/transitiveMemberOf`, { GET: relations.listTransitiveMemberOf }),
    route(`${collection}/{}/transitiveMemberOf/$count`, { GET: relations.listTransitiveMemberOf }),
    route(`${collection}/{}/ownedObjects`, { GET: relations.listOwnedObjects }),
    route(`${collection}/{}/checkMemberGroups`, { POST: relations.checkMemberGroups }),
    route(`${collection}/{}/getMemberGroups`, { POST: relations.getMemberGroups }),
    route(`${collection}/{}/getMemberObjects`, { POST: relations.getMemberGroups }),
  ];
}

function ownerRoutes(collection: string): Route[] {
  return [
    route(`${collection}/{}/owners`, { GET: relations.listOwners }),
    route(`${collection}/{}/owners/$ref`, { GET: relations.listOwners, POST: relations.addOwner }),
    route(`${collection}/{}/owners/{}/$ref`, { DELETE: relations.removeOwner }),
  ];
}

function route(path: string, methods: Record<string, Operation>): Route {
  return { segments: path.split('/').map((segment) => segment.toLowerCase()), methods };
}

export interface Match {
  readonly methods: Readonly<Record<string, Operation>>;
  readonly parameters: readonly string[];
}

/** The first route that fits; fixed words are compared without regard to case. */
export function matchRoute(segments: readonly string[]): Match | undefined {
  for (const { segments: pattern, methods } of routes) {
    if (pattern.length !== segments.length) continue;
    const parameters: string[] = [];
    const fits = pattern.every((word, at) => {
      const segment = segments[at] ?? '';
      if (word === '{}') return !segment.startsWith('$') && parameters.push(segment) > 0;
      return segment.toLowerCase() === word;
    });
    if (fits) return { methods, parameters };
  }
  return undefined;
}
