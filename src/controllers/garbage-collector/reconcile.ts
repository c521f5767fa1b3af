import type { DeleteOptions, KubeObject, OwnerReference } from '../../apimachinery/client.ts';
import { ignoringMissing, isNotFound } from '../../apimachinery/kinds.ts';
import { inBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { metadataOf } from '../shared/discovery.ts';
import type { Dependent, OwnershipGraph, WaitingOwner } from './graph.ts';

export interface GarbageContext extends ClusterContext {
  readonly graph: OwnershipGraph;
}

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/** How an owner stands to its dependent. */
type OwnerState = 'holds' | 'absent' | 'waits';

/** One pass over an object with owners: when none of them holds it any more, it goes. */
export async function collectDependent(uid: string, context: GarbageContext): Promise<undefined> {
  const dependent = context.graph.dependent(uid);
  if (!dependent) return undefined;
  // What the graph knows to be alive needs no question.
  const { namespace } = dependent.ref;
  const isDoomed = dependent.owners.some(
    (owner) => context.graph.placeOf(owner, namespace) !== 'here' || context.graph.waiting(owner.uid),
  );
  if (!isDoomed) return undefined;
  const object = await readLive(dependent, context);
  if (!object) {
    context.graph.remove(uid);
    return undefined;
  }
  if (object.metadata.deletionTimestamp && !object.metadata.finalizers?.includes(foreground))
    return undefined;
  const owners = object.metadata.ownerReferences ?? [];
  for (const owner of owners) tellOtherNamespace(object, owner, context);
  const states = await Promise.all(owners.map((owner) => stateOf(owner, dependent, context)));
  const lost = owners.filter((_, at) => states[at] !== 'holds');
  if (lost.length === 0) return undefined;
  if (lost.length < owners.length) {
    await dropOwners(dependent, lost, context);
    return undefined;
  }
  if (object.metadata.deletionTimestamp) return undefined;
  await remove(object, dependent, { waits: states.includes('waits'), context });
  return undefined;
}

/** Namespaces hide objects from each other: such a reference holds nothing, which surprises people. */
function tellOtherNamespace(object: KubeObject, owner: OwnerReference, context: GarbageContext): void {
  const { namespace = '' } = object.metadata;
  if (!context.graph.isInOtherNamespace(owner, namespace)) return;
  const { apiVersion, kind, name, uid } = owner;
  context.events.record(object, {
    type: 'Warning',
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace "${namespace}"`,
    component: 'garbage-collector-controller',
  });
}

async function readLive(
  { kind, ref, uid }: Pick<Dependent, 'kind' | 'ref' | 'uid'>,
  context: GarbageContext,
): Promise<KubeObject | undefined> {
  try {
    const object = await context.client.cluster.get(kind, ref);
    return object.metadata.uid === uid ? object : undefined;
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    throw thrown;
  }
}

/** Asks the server itself: nothing is deleted on hearsay. */
async function stateOf(
  owner: OwnerReference,
  dependent: Dependent,
  context: GarbageContext,
): Promise<OwnerState> {
  const kind = await context.served.find(owner.apiVersion, owner.kind);
  // An owner that cannot be asked for is no reason to delete.
  if (!kind) return 'holds';
  const { namespace } = dependent.ref;
  if (kind.namespaced && namespace === undefined) return 'holds';
  const ref =
    kind.namespaced && namespace !== undefined ? { name: owner.name, namespace } : { name: owner.name };
  const found = await readLive({ kind: metadataOf(kind), ref, uid: owner.uid }, context);
  if (!found) return 'absent';
  const waits = found.metadata.deletionTimestamp && found.metadata.finalizers?.includes(foreground);
  return waits ? 'waits' : 'holds';
}

async function dropOwners(
  { kind, ref, uid }: Dependent,
  lost: readonly OwnerReference[],
  context: GarbageContext,
): Promise<void> {
  const lostUids = new Set(lost.map((owner) => owner.uid));
  const live = await readLive({ kind, ref, uid }, context);
  if (!live) return;
  const ownerReferences = (live.metadata.ownerReferences ?? []).filter((owner) => !lostUids.has(owner.uid));
  const { resourceVersion = '' } = live.metadata;
  const body = { metadata: { uid, resourceVersion, ownerReferences } };
  await ignoringMissing(context.client.cluster.patch(kind, ref, { type: 'merge', body }));
}

async function remove(
  object: KubeObject,
  { kind, ref, uid }: Dependent,
  { waits, context }: { readonly waits: boolean; readonly context: GarbageContext },
): Promise<void> {
  const { finalizers = [] } = object.metadata;
  const dependents = context.graph.dependentsOf(uid);
  const hasDependents = dependents.length > 0;
  let propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']> = 'Background';
  if (finalizers.includes(orphan)) propagationPolicy = 'Orphan';
  else if (finalizers.includes(foreground) || (waits && hasDependents)) propagationPolicy = 'Foreground';
  // In a circle of owners each would wait for the next: this one lets its owners go first.
  const isCircle = dependents.some((each) => context.graph.waiting(each.uid)?.waitsFor === 'deletion');
  if (waits && isCircle) await unblockOwners(object, { kind, ref }, context);
  await ignoringMissing(
    context.client.cluster.delete(kind, ref, { propagationPolicy, preconditions: { uid } }),
  );
}

async function unblockOwners(
  object: KubeObject,
  { kind, ref }: Pick<Dependent, 'kind' | 'ref'>,
  context: GarbageContext,
): Promise<void> {
  const { uid = '', resourceVersion = '', ownerReferences = [] } = object.metadata;
  if (ownerReferences.every(({ blockOwnerDeletion }) => blockOwnerDeletion !== true)) return;
  const unblocked = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
  const body = { metadata: { uid, resourceVersion, ownerReferences: unblocked } };
  await ignoringMissing(context.client.cluster.patch(kind, ref, { type: 'merge', body }));
}

/** One pass over an owner that waits for its dependents. */
export async function settleOwner(uid: string, context: GarbageContext): Promise<undefined> {
  const owner = context.graph.waiting(uid);
  if (!owner) return undefined;
  if (owner.waitsFor === 'release') await releaseDependents(owner, context);
  else await awaitDependents(owner, context);
  return undefined;
}

/** `--cascade=orphan`: the dependents stay and forget their owner. */
async function releaseDependents(owner: WaitingOwner, context: GarbageContext): Promise<void> {
  await inBatches(context.graph.dependentsOf(owner.uid), (dependent) =>
    dropOwners(
      dependent,
      dependent.owners.filter(({ uid }) => uid === owner.uid),
      context,
    ),
  );
  await dropFinalizer(owner, orphan, context);
}

/** `--cascade=foreground`: dependents that block go first. */
async function awaitDependents(owner: WaitingOwner, context: GarbageContext): Promise<void> {
  const dependents = context.graph.dependentsOf(owner.uid);
  const blocking = dependents.filter((dependent) =>
    dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion === true),
  );
  if (blocking.length === 0) {
    await dropFinalizer(owner, foreground, context);
    return;
  }
  await inBatches(dependents, (dependent) => collectDependent(dependent.uid, context));
}

async function dropFinalizer(owner: WaitingOwner, finalizer: string, context: GarbageContext): Promise<void> {
  const live = await readLive(owner, context);
  const { resourceVersion = '', finalizers = [] } = live?.metadata ?? {};
  if (!finalizers.includes(finalizer)) return;
  const body = { metadata: { resourceVersion, finalizers: finalizers.filter((name) => name !== finalizer) } };
  await ignoringMissing(context.client.cluster.patch(owner.kind, owner.ref, { type: 'merge', body }));
}
