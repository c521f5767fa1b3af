import type { KubeObject } from '../../apimachinery/client.ts';
import {
  ignoringMissing,
  isAlreadyExists,
  type Kind,
  refOf,
  type TypedClient,
} from '../../apimachinery/kinds.ts';
import { textAt } from '../../apimachinery/read.ts';
import { CodedError, eachInTurn, jsonEqual } from '../../base/index.ts';
import { namespaces, resourceQuotas } from '../kinds/core.ts';
import { managedLabel } from '../kinds/fleet-names.ts';
import { clusterFamily } from '../kinds/placement.ts';
import { clusterUpdateRuns } from '../kinds/staged.ts';
import {
  defaultName,
  isManaged,
  managedLabels,
  networkPolicies,
  type Part,
  partsOf,
  type WantedNamespace,
} from './objects.ts';
import { rollOut } from './roll-out.ts';

const fieldManager = 'fleet-managed-namespaces';

/** What carries the label on members; what is in a namespace goes before it. */
const labelledKinds: readonly Kind<KubeObject>[] = [resourceQuotas, networkPolicies, namespaces];

/**
 * Makes a managed namespace on its hub with its quota, network policy and placement, or brings them to the order. Throws
 * CodedError `unavailable` when somebody was quicker or something is still going: ask for obstacles again.
 */
export async function provideNamespace(order: WantedNamespace, client: TypedClient): Promise<void> {
  await demandUpdateStrategy(order, client);
  await claim(order.name, client);
  for (const part of partsOf(order)) {
    if (part.wanted) await bring(part, part.wanted, client);
    else await removeManaged(part, client);
  }
  await rollOut(order, client);
}

async function demandUpdateStrategy({ placement }: WantedNamespace, client: TypedClient): Promise<void> {
  const name = placement?.updateStrategy;
  if (name === undefined || (await client.find(clusterUpdateRuns.strategies, { name }))) return;
  throw new CodedError('invalid', 'cluster staged update strategy does not exist on the hub cluster');
}

/** A namespace that is not there is created, not applied: who is quicker has it. */
async function claim(name: string, client: TypedClient): Promise<void> {
  const found = await client.find(namespaces, { name });
  if (found?.metadata.deletionTimestamp) {
    throw new CodedError('unavailable', `the namespace '${name}' is being deleted`);
  }
  if (found) return;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: managedLabels } };
  try {
    await client.create(namespaces, namespace, { fieldManager });
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
    throw new CodedError('unavailable', `the namespace '${name}' was made by somebody else`);
  }
}

async function bring({ kind, target }: Part, wanted: KubeObject, client: TypedClient): Promise<void> {
  await client.patch(kind, target, { type: 'apply', body: wanted }, { fieldManager, force: true });
}

async function removeManaged({ kind, target }: Part, client: TypedClient): Promise<void> {
  const found = await client.find(kind, target);
  if (!found || !isManaged(found) || found.metadata.deletionTimestamp) return;
  const { uid } = found.metadata;
  await ignoringMissing(client.delete(kind, target, uid === undefined ? {} : { preconditions: { uid } }));
}

/** One step of taking a managed namespace off its hub; true when nothing is left to do. */
export async function withdrawNamespace(name: string, keep: boolean, client: TypedClient): Promise<boolean> {
  if (!(await withdrawPlacement(name, keep, client))) return false;
  if (keep) {
    await unlabel(name, client);
    return true;
  }
  const namespace = await client.find(namespaces, { name });
  if (!namespace || !isManaged(namespace)) return true;
  if (!namespace.metadata.deletionTimestamp) await client.delete(namespaces, { name });
  return false;
}

async function withdrawPlacement(name: string, keep: boolean, client: TypedClient): Promise<boolean> {
  const { placements } = clusterFamily;
  const placement = await client.find(placements, { name });
  if (!placement || !isManaged(placement)) return true;
  if (placement.metadata.deletionTimestamp) return false;
  const propagationPolicy = keep ? 'Abandon' : 'Delete';
  // What members do with what they have is read when the placement goes.
  if (textAt(placement, 'spec', 'strategy', 'deleteStrategy', 'propagationPolicy') !== propagationPolicy) {
    const body = { spec: { strategy: { deleteStrategy: { propagationPolicy } } } };
    await client.patch(placements, { name }, { type: 'merge', body }, { fieldManager });
  }
  await ignoringMissing(client.delete(placements, { name }));
  return false;
}

/** Leaves a namespace, and what was made in it, to whoever uses it: on the hub, or on a member. */
export async function unlabel(name: string, client: TypedClient): Promise<void> {
  const inside = { name: defaultName, namespace: name };
  for (const [kind, target] of [
    [resourceQuotas, inside],
    [networkPolicies, inside],
    [namespaces, { name }],
  ] as const) {
    const found = await client.find(kind, target);
    if (found && isManaged(found)) await unlabelObject(kind, found, client);
  }
}

/** Leaves all that Resource Manager brought to a member to its users: it has gone out of the fleet. */
export async function unlabelAll(client: TypedClient): Promise<void> {
  for (const kind of labelledKinds) {
    const { items } = await client.list(kind, { labelSelector: `${managedLabel}=arm` });
    await eachInTurn(items, (object) => unlabelObject(kind, object, client));
  }
}

function unlabelObject(kind: Kind<KubeObject>, object: KubeObject, client: TypedClient): Promise<unknown> {
  const body = { metadata: { labels: { [managedLabel]: null } } };
  return ignoringMissing(client.patch(kind, refOf(object), { type: 'merge', body }, { fieldManager }));
}

/** Whether a change of an object is one of what was asked for, and not of its status. */
export function isChange(object: KubeObject, previous: KubeObject | undefined): boolean {
  if (!previous) return true;
  const { labels, annotations, deletionTimestamp } = object.metadata;
  const before = previous.metadata;
  return (
    deletionTimestamp !== before.deletionTimestamp ||
    !jsonEqual(object['spec'] ?? {}, previous['spec'] ?? {}) ||
    !jsonEqual(labels ?? {}, before.labels ?? {}) ||
    !jsonEqual(annotations ?? {}, before.annotations ?? {})
  );
}
