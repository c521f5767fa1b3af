import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { CannotConverge, type LoopParts, type RecordLoop, RetryLater, runRecordLoop } from '../../loop.ts';
import { hubIdOf } from '../fleet-members/record.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import {
  adoptionPolicyOf,
  fleetIdOfNamespace,
  keepsObjects,
  managedNamespaceType,
  namespaceOrder,
} from './record.ts';

/** Keeps managed namespaces on their hubs as their records say, whoever changes them there. */
export function runManagedNamespaces(parts: LoopParts, settings: ContainerServiceSettings): RecordLoop {
  const loop = runRecordLoop({
    ...parts,
    type: managedNamespaceType,
    reconcile: (id) => reconcile(id, parts, settings),
  });
  const watch = settings.namespaces.watch((resourceId) => loop.enqueue(resourceId));
  return {
    enqueue: loop.enqueue,
    async stop() {
      watch.close();
      await loop.stop();
    },
  };
}

async function reconcile(id: string, parts: LoopParts, settings: ContainerServiceSettings): Promise<void> {
  const record = await parts.records.get(id);
  if (!record || (record.provisioningState === 'Failed' && !isManaged(record))) return;
  if (record.provisioningState === 'Deleting') {
    await withdraw(record, parts, settings);
    return;
  }
  const hubId = await readyHub(record, parts.records, settings);
  const order = namespaceOrder(record, hubId);
  if (!isManaged(record)) {
    const obstacle = await settings.namespaces.obstacle(order);
    const policy = adoptionPolicyOf(record);
    if (obstacle && policy !== 'Always' && !(policy === 'IfIdentical' && obstacle.isIdentical)) {
      throw new CannotConverge('AdoptionNotPossible', whyNot(policy, obstacle.found));
    }
  }
  await settings.namespaces.provide(order);
  if (isManaged(record) && !record.operation) return;
  await parts.records.update(
    record.id,
    (current) =>
      current.operation === record.operation
        ? { ...current, provisioningState: 'Succeeded', internal: { ...current.internal, isManaged: true } }
        : undefined,
    { status: 'Succeeded' },
  );
}

/** True once the namespace came under management: from then on nobody is asked whose it is. */
function isManaged({ internal }: ResourceRecord): boolean {
  return internal?.['isManaged'] === true;
}

function whyNot(policy: string, found: string): string {
  return policy === 'Never'
    ? `adoption policy is Never and the resource already exists: ${found}`
    : `resources are not identical: ${found}`;
}

async function readyHub(
  record: ResourceRecord,
  records: RecordReader,
  settings: ContainerServiceSettings,
): Promise<string> {
  const fleetId = fleetIdOfNamespace(record.id);
  const fleet = await records.get(fleetId);
  if (!fleet || !new Fields(fleet.properties).has('hubProfile')) {
    throw new CannotConverge('InvalidHubOperation', `The fleet '${fleetId}' has no hub cluster.`);
  }
  if (fleet.provisioningState === 'Failed') {
    throw new CannotConverge('BadRequest', `The provisioning state of the fleet '${fleet.id}' is Failed.`);
  }
  const hubId = await hubIdOf(fleetId, records);
  if (!hubId || !settings.clusters.get(hubId)) throw new RetryLater('the hub is not ready yet');
  await settings.fleets.prepareHub(hubId);
  return hubId;
}

async function withdraw(
  record: ResourceRecord,
  { records }: LoopParts,
  settings: ContainerServiceSettings,
): Promise<void> {
  const hubId = await hubIdOf(fleetIdOfNamespace(record.id), records);
  if (hubId) {
    if (!settings.clusters.get(hubId)) throw new RetryLater('the hub does not run');
    await settings.fleets.prepareHub(hubId);
    const { id: resourceId, name } = record;
    const isDone = await settings.namespaces.withdraw({ resourceId, hubId, name }, keepsObjects(record));
    if (!isDone) throw new RetryLater('what the namespace holds is still going');
  }
  await records.remove(record.id);
}
