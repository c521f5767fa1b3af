import { ignoringMissing, refOf, type TypedClient } from '../../apimachinery/kinds.ts';
import { eachInTurn } from '../../base/index.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { namespaces } from '../kinds/core.ts';
import { fleetKey, type MemberCluster, memberClusters, memberNamespace } from '../kinds/fleet.ts';
import { works } from '../kinds/placement.ts';
import type { MemberClusterContext } from './context.ts';

export const memberClusterTimes = {
  /** How long a member that is asked to leave may take before the hub cleans up without it. */
  forceDeleteWaitMs: 15 * 60_000,
  /** Between two looks at a namespace that is being deleted. */
  namespaceCheckMs: 1000,
} as const;

export const finalizer = fleetKey('membercluster-finalizer');

/** Removes what the member had on the hub, then lets the MemberCluster go. What was applied on the member stays. */
export async function cleanUpMember(
  member: MemberCluster,
  context: MemberClusterContext,
): Promise<Reconciled | undefined> {
  const namespace = memberNamespace(member.metadata.name ?? '');
  const current = await context.client.find(namespaces, { name: namespace });
  if (current) {
    // Works are held by finalizers of an agent that will not come back for them.
    await releaseWorks(namespace, context.client);
    if (!current.metadata.deletionTimestamp) await deleteNamespace(namespace, context.client);
    return { againAfterMs: memberClusterTimes.namespaceCheckMs };
  }
  await removeFinalizer(member, context);
  return undefined;
}

/** What a member left behind that went without its leave, as when somebody took its finalizers off. */
export async function collectMember(
  name: string,
  context: MemberClusterContext,
): Promise<Reconciled | undefined> {
  const namespace = memberNamespace(name);
  const left = await context.client.find(namespaces, { name: namespace });
  const isOurs = left?.metadata.labels?.[fleetKey('is-fleet-resource')] === 'true';
  // The hub itself is asked: an informer may lag behind.
  if (!left || !isOurs || (await context.client.find(memberClusters, { name }))) return undefined;
  await releaseWorks(namespace, context.client);
  if (!left.metadata.deletionTimestamp) await deleteNamespace(namespace, context.client);
  return { againAfterMs: memberClusterTimes.namespaceCheckMs };
}

async function releaseWorks(namespace: string, client: TypedClient): Promise<void> {
  const { items } = await client.list(works, { namespace });
  const body = { metadata: { finalizers: null } };
  const held = items.filter((work) => work.metadata.finalizers?.length);
  await eachInTurn(held, (work) =>
    ignoringMissing(client.patch(works, refOf(work), { type: 'merge', body })),
  );
}

async function deleteNamespace(name: string, client: TypedClient): Promise<void> {
  await ignoringMissing(client.delete(namespaces, { name }));
}

async function removeFinalizer(member: MemberCluster, context: MemberClusterContext): Promise<void> {
  const finalizers = (member.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const released = { ...member, metadata: { ...member.metadata, finalizers } };
  await ignoringMissing(context.client.update(memberClusters, released));
}
