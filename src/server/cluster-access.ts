import type {
  AccessDecision,
  AccessReview,
  Authenticator,
  Authorizer,
  UserInfo,
} from '../apimachinery/contract.ts';
import type { AccessSpec } from '../clusters/contract.ts';
import { isComponentName, isReserved } from '../controllers/index.ts';
import type { Principal } from '../identity/contract.ts';

/** What cluster access needs from identity. */
export interface TokenReader {
  verify(token: string, audience: 'kubernetes' | 'arc'): Promise<Principal>;
  groupsOf(objectId: string): Promise<readonly string[]>;
}

/** What cluster access needs from role assignments. */
export interface DataAccess {
  canData(objectId: string, dataAction: string, scope: string): Promise<boolean>;
  /** Calls `onChange` when an assignment or a role changed. */
  watch(onChange: () => void): { close(): void };
}

export const objectIdKey = 'oid';

/**
 * Entra tokens as Kubernetes users: name is the user principal name (or object id), groups are group object ids. A
 * cluster takes those for its own audience, and none without an Entra profile.
 */
export function entraAuthenticator(tokens: TokenReader, access: () => AccessSpec): Authenticator {
  return async ({ bearerToken }) => {
    const audience = access().entraAudience;
    if (!audience || !bearerToken || !looksLikeEntraToken(bearerToken)) return undefined;
    const principal = await tokens.verify(bearerToken, audience);
    const groups = await tokens.groupsOf(principal.objectId);
    return {
      username: principal.type === 'User' ? principal.name : principal.objectId,
      uid: principal.objectId,
      groups: [...groups, 'system:authenticated'],
      extra: { [objectIdKey]: [principal.objectId] },
    };
  };
}

/** Service account tokens have a Kubernetes issuer; Entra's name `tid` in the payload. */
function looksLikeEntraToken(token: string): boolean {
  const payload = token.split('.')[1];
  if (!payload) return false;
  return Buffer.from(payload, 'base64url').toString('latin1').includes('"tid"');
}

const dataActionRoots = {
  fleet: 'Microsoft.ContainerService/fleets',
  aks: 'Microsoft.ContainerService/managedClusters',
  arc: 'Microsoft.Kubernetes/connectedClusters',
} as const;

/** What Azure's own authorizer says to a person without a role. */
const noRole = 'User does not have access to the resource in Azure. Update role assignment to allow access.';

/**
 * Members of the admin groups may do everything. The directory is asked each time: an API server remembers a caller,
 * with the groups of that moment, for some seconds.
 */
export function adminGroupAuthorizer(
  directory: Pick<TokenReader, 'groupsOf'>,
  access: () => AccessSpec,
): Authorizer {
  return async ({ user }) => {
    const admins = access().adminGroupObjectIds.map((id) => id.toLowerCase());
    const objectId = admins.length > 0 ? azureObjectId(user) : undefined;
    const groups = objectId ? await directory.groupsOf(objectId) : [];
    const member = groups.some((group) => admins.includes(group.toLowerCase()));
    return member
      ? { decision: 'allow', reason: 'member of an admin group of the cluster' }
      : { decision: 'no-opinion', reason: '' };
  };
}

/** The roles of a fleet for its members speak of these. */
const memberActionRoot = 'Microsoft.ContainerService/fleets/members';

/**
 * Azure role assignments at or above the cluster's scope, by the roles' data actions; on an AKS cluster that is a member,
 * then those at its fleet, whose roles for member clusters have actions of their own.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-rbac
 */
export function azureRoleAuthorizer(
  roles: DataAccess,
  access: () => AccessSpec,
  fleetOf: (clusterResourceId: string) => string | undefined = () => undefined,
): Authorizer {
  return async (review) => {
    const { roleFamily, roleScope } = access();
    const objectId = azureObjectId(review.user);
    if (!roleFamily || !objectId) return { decision: 'no-opinion', reason: '' };
    const namespace = review.resource?.namespace;
    const ways: { readonly root: string; readonly scopes: readonly string[] }[] = [
      { root: dataActionRoots[roleFamily], scopes: scopesOf(roleFamily, roleScope, namespace) },
    ];
    const fleetId = roleFamily === 'aks' ? fleetOf(roleScope) : undefined;
    if (fleetId) ways.push({ root: memberActionRoot, scopes: scopesOf('fleet', fleetId, namespace) });
    for (const { root, scopes } of ways) {
      const granted = await firstGranted(roles, objectId, { actions: actionsOf(root, review), scopes });
      if (granted) return { decision: 'allow', reason: `role assignment grants ${granted}` };
    }
    return { decision: 'no-opinion', reason: noRole };
  };
}

function actionsOf(root: string, { resource, path, verb }: AccessReview): string[] {
  if (resource) return resourceActions(root, resource, verb);
  return [`${root}${path ?? ''}/${accessVerb(verb)}`];
}

async function firstGranted(
  roles: DataAccess,
  objectId: string,
  asked: { readonly actions: readonly string[]; readonly scopes: readonly string[] },
): Promise<string | undefined> {
  for (const scope of asked.scopes) {
    for (const action of asked.actions) {
      if (await roles.canData(objectId, action, scope)) return action;
    }
  }
  return undefined;
}

/** What the user of a member's agent is called at its hub; the member's name follows. */
export const agentUserPrefix = 'fleet-member-agent:';

/** Subresources that are no writes of the object: the guard rail of the hub's admission is not asked about them. */
const besideAdmission: ReadonlySet<string> = new Set(['token', 'exec', 'attach', 'portforward', 'proxy']);

/**
 * What the guard rail of a hub (`controllers/hub-admission`) leaves open, because it looks at writes only: in
 * namespaces of the fleet and of Kubernetes nobody gets a token or a connection, and nobody speaks as a part of the fleet
 * or of the cluster, whatever roles say.
 */
export const fleetGuard: Authorizer = ({ verb, resource }) => {
  if (!resource) return noOpinion;
  const { namespace, name } = resource;
  if (verb === 'impersonate') {
    const isAgent = resource.resource === 'users' && name.startsWith(agentUserPrefix);
    const isTaken = isAgent || isReserved(namespace) || isComponentName(resource.resource, name);
    return isTaken ? denied(`"${name}" is reserved for the fleet`) : noOpinion;
  }
  if (!isReserved(namespace) || !besideAdmission.has(resource.subresource)) return noOpinion;
  return denied(`the namespace "${namespace}" is reserved for the fleet`);
};

const noOpinion = { decision: 'no-opinion', reason: '' } as const;

function denied(reason: string): AccessDecision {
  return { decision: 'deny', reason };
}

/** The directory object behind somebody whom Azure recognised. */
export function azureObjectId(user: UserInfo): string | undefined {
  return user.extra[objectIdKey]?.[0];
}

/** Words of the scope of one namespace, below the cluster's. */
const namespaceWords = {
  fleet: ['managedNamespaces', 'namespaces'],
  aks: ['namespaces', 'managedNamespaces'],
  arc: ['namespaces'],
} as const;

/**
 * Roles may be given for one namespace; an assignment above the scope counts at the narrower one too. Scopes compare
 * without case and end at a slash: what is no namespace's name never becomes a part of one.
 */
function scopesOf(family: 'fleet' | 'aks' | 'arc', scope: string, namespace: string | undefined): string[] {
  if (!namespace || !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return [scope];
  return namespaceWords[family].map((word) => `${scope}/${word}/${namespace}`);
}

function resourceActions(
  root: string,
  resource: { readonly group: string; readonly resource: string; readonly subresource: string },
  verb: string,
): string[] {
  const path = resource.group ? `${resource.group}/${resource.resource}` : resource.resource;
  if (resource.resource === 'pods' && resource.subresource === 'exec') return [`${root}/pods/exec/action`];
  const action = accessVerb(verb);
  const actions = [`${root}/${path}/${action}`];
  if (resource.group.includes('.') && !resource.group.endsWith('.k8s.io')) {
    actions.push(`${root}/customresources/${action}`);
  }
  return actions;
}

function accessVerb(verb: string): string {
  switch (verb) {
    case 'get':
    case 'list':
    case 'watch':
      return 'read';
    case 'create':
    case 'update':
    case 'patch':
    case 'post':
    case 'put':
      return 'write';
    case 'delete':
    case 'deletecollection':
      return 'delete';
    default:
      return `${verb}/action`;
  }
}
