import type { KubeObject, ObjectMeta, OwnerReference } from '../../apimachinery/client.ts';
import { type Kind, refOf } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { type Namespace, namespaces } from '../kinds/core.ts';
import {
  fleetKey,
  type InternalMemberCluster,
  internalMemberClusters,
  type MemberCluster,
  memberClusters,
  memberNamespace,
} from '../kinds/fleet.ts';
import { type Role, type RoleBinding, rbacGroup, roleBindings, roles } from '../kinds/rbac.ts';
import { commitStatus } from '../shared/status.ts';
import type { MemberClusterContext } from './context.ts';
import { cleanUpMember, collectMember, finalizer, memberClusterTimes } from './leave.ts';
import { joinedStatus, leavingStatus, memberAgentLeft } from './status.ts';

const component = 'mcv1beta1';

/** One pass over a MemberCluster. */
export async function reconcileMemberCluster(
  name: string,
  context: MemberClusterContext,
): Promise<Reconciled | undefined> {
  const member = context.members.get(name);
  if (!member) return collectMember(name, context);
  return member.metadata.deletionTimestamp ? leave(member, context) : join(member, context);
}

async function join(listed: MemberCluster, context: MemberClusterContext): Promise<undefined> {
  const member = await markMember(listed, context);
  // The namespace comes first: the rest lives in it.
  await ensureNamespace(member, context);
  await ensureRole(member, context);
  await ensureRoleBinding(member, context);
  const twin = await ensureTwin(member, 'Join', context);
  await writeStatus(member, joinedStatus(member, twin, context.clock.now()), context);
}

async function leave(member: MemberCluster, context: MemberClusterContext): Promise<Reconciled | undefined> {
  if (!member.metadata.finalizers?.includes(finalizer)) return undefined;
  if (!context.internal.get(twinKey(member))) return cleanUpMember(member, context);
  const twin = await ensureTwin(member, 'Leave', context);
  await writeStatus(member, leavingStatus(member, twin, context.clock.now()), context);
  if (memberAgentLeft(twin)) return cleanUpMember(member, context);
  const askedAtMs = Date.parse(member.metadata.deletionTimestamp ?? '');
  const waitMs = askedAtMs + memberClusterTimes.forceDeleteWaitMs - context.clock.now();
  return waitMs <= 0 ? cleanUpMember(member, context) : { againAfterMs: waitMs };
}

function twinKey(member: MemberCluster): string {
  const { name = '' } = member.metadata;
  return `${memberNamespace(name)}/${name}`;
}

/** Adds the finalizer and the label by which overrides and placements may select the member. */
async function markMember(member: MemberCluster, context: MemberClusterContext): Promise<MemberCluster> {
  const { name = '', finalizers = [], labels = {} } = member.metadata;
  const nameLabel = fleetKey('member-name');
  if (finalizers.includes(finalizer) && labels[nameLabel] === name) return member;
  const metadata = {
    ...member.metadata,
    finalizers: finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer],
    labels: { ...labels, [nameLabel]: name },
  };
  const marked = await context.client.update(memberClusters, { ...member, metadata }, fieldManager);
  context.members.observe(marked);
  return marked;
}

const fieldManager = { fieldManager: 'member-cluster-controller' } as const;

function ownedBy(member: MemberCluster): OwnerReference[] {
  const { name = '', uid = '' } = member.metadata;
  return [{ apiVersion: member.apiVersion, kind: member.kind, name, uid, controller: true }];
}

async function ensureNamespace(member: MemberCluster, context: MemberClusterContext): Promise<void> {
  const { name = '' } = member.metadata;
  const label = fleetKey('is-fleet-resource');
  const wanted: Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: memberNamespace(name), labels: { [label]: 'true' }, ownerReferences: ownedBy(member) },
  };
  const current = await context.client.find(namespaces, refOf(wanted));
  if (!current) {
    await context.client.create(namespaces, wanted, fieldManager);
    tell(member, 'NamespaceCreated', 'Namespace was created', context);
  } else if (!current.metadata.labels?.[label]) {
    const body = { metadata: { labels: { [label]: 'true' } } };
    await context.client.patch(namespaces, refOf(wanted), { type: 'merge', body }, fieldManager);
    tell(member, 'NamespacePatched', 'Namespace was patched', context);
  }
}

/** What a member agent may do in its namespace on the hub. */
function memberRules(): NonNullable<Role['rules']> {
  const fleetGroups = [
    'cluster.kubernetes-fleet.io',
    'placement.kubernetes-fleet.io',
    'networking.fleet.azure.com',
  ];
  return [
    ...fleetGroups.map((group) => ({ apiGroups: [group], resources: ['*'], verbs: ['*'] })),
    { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'update', 'patch', 'watch', 'create'] },
  ];
}

function metadataOf(member: MemberCluster, prefix: string): ObjectMeta {
  const { name = '' } = member.metadata;
  return { name: `${prefix}${name}`, namespace: memberNamespace(name), ownerReferences: ownedBy(member) };
}

async function ensureRole(member: MemberCluster, context: MemberClusterContext): Promise<void> {
  const role: Role = {
    apiVersion: roles.apiVersion,
    kind: roles.kind,
    metadata: metadataOf(member, 'fleet-role-'),
    rules: memberRules(),
  };
  await ensure(roles, role, { name: 'Role', fields: ['rules'], member, context });
}

async function ensureRoleBinding(member: MemberCluster, context: MemberClusterContext): Promise<void> {
  const { identity } = member.spec;
  const needsGroup = !identity.apiGroup && (identity.kind === 'User' || identity.kind === 'Group');
  const binding: RoleBinding = {
    apiVersion: roleBindings.apiVersion,
    kind: roleBindings.kind,
    metadata: metadataOf(member, 'fleet-rolebinding-'),
    subjects: [needsGroup ? { ...identity, apiGroup: rbacGroup } : identity],
    roleRef: { apiGroup: rbacGroup, kind: 'Role', name: `fleet-role-${member.metadata.name}` },
  };
  await ensure(roleBindings, binding, {
    name: 'RoleBinding',
    fields: ['subjects', 'roleRef'],
    member,
    context,
  });
}

interface Ensured {
  /** For events: `RoleCreated`, `RoleUpdated`. */
  readonly name: string;
  /** What is repaired when it differs. */
  readonly fields: readonly string[];
  readonly member: MemberCluster;
  readonly context: MemberClusterContext;
}

/** Creates the object or repairs the named fields of the one that is there. */
async function ensure<T extends KubeObject>(kind: Kind<T>, wanted: T, ensured: Ensured): Promise<void> {
  const { name, fields, member, context } = ensured;
  const current = await context.client.find(kind, refOf(wanted));
  if (!current) {
    await context.client.create(kind, wanted, fieldManager);
    tell(member, `${name}Created`, `${name} was created`, context);
    return;
  }
  const different = fields.filter((field) => !jsonEqual(current[field], wanted[field]));
  if (different.length === 0) return;
  const repaired = { ...current, ...Object.fromEntries(different.map((field) => [field, wanted[field]])) };
  await context.client.update(kind, repaired, fieldManager);
  tell(member, `${name}Updated`, `${name} was updated`, context);
}

/** The InternalMemberCluster through which the agent is asked to join or leave. */
async function ensureTwin(
  member: MemberCluster,
  state: 'Join' | 'Leave',
  context: MemberClusterContext,
): Promise<InternalMemberCluster> {
  const spec = { state, heartbeatPeriodSeconds: member.spec.heartbeatPeriodSeconds ?? 60 };
  const current = context.internal.get(twinKey(member));
  if (current && jsonEqual(current.spec, spec)) return current;
  const twin = current
    ? await context.client.update(internalMemberClusters, { ...current, spec }, fieldManager)
    : await context.client.create(internalMemberClusters, newTwin(member, spec), fieldManager);
  const event = current ? 'InternalMemberClusterSpecUpdated' : 'InternalMemberClusterCreated';
  tell(member, event, `Internal member cluster was ${current ? 'updated' : 'created'}`, context);
  context.internal.observe(twin);
  return twin;
}

function newTwin(member: MemberCluster, spec: InternalMemberCluster['spec']): InternalMemberCluster {
  const { apiVersion, kind } = internalMemberClusters;
  return { apiVersion, kind, metadata: metadataOf(member, ''), spec };
}

async function writeStatus(
  member: MemberCluster,
  next: { status: MemberCluster['status'] & object; events: readonly { reason: string; message: string }[] },
  context: MemberClusterContext,
): Promise<void> {
  const place = { client: context.client, informer: context.members };
  const written = await commitStatus(member, next.status, place);
  if (!written || written === member) return;
  for (const { reason, message } of next.events) tell(member, reason, message, context);
}

function tell(member: MemberCluster, reason: string, message: string, context: MemberClusterContext): void {
  const type = reason === 'MemberClusterJoinStateUnknown' ? 'Warning' : 'Normal';
  context.events.record(member, { type, reason, message, component });
}
