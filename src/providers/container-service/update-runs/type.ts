import {
  ArmError,
  isAtLeastVersion,
  type ListCall,
  type RecordReader,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type TypeContext,
} from '../../../arm/index.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { fleetVersions } from '../api-versions.ts';
import { gateType, runIdOf } from '../gates/record.ts';
import { filtered } from '../list-filter.ts';
import { shownIn } from '../shown-members.ts';
import { updateName, updateStrategyType } from '../update-strategies/names.ts';
import { conformRun } from '../update-strategies/shape.ts';
import { readStrategy, requiredPropertyMissing } from '../update-strategies/strategy.ts';
import { runActions } from './actions.ts';
import { planRun } from './plan.ts';
import { withProgress } from './progress.ts';
import { fleetOf, internalsOf } from './record.ts';
import { stateOf } from './status.ts';
import { readManagedClusterUpdate } from './update.ts';

/**
 * Update runs: what is to be done to the members of a fleet, in which order, and how far it has come. A run does nothing until it
 * is started; until then it can be changed.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-update-orchestration
 */
export const updateRuns: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/updateRuns',
  apiVersions: fleetVersions.filter((version) => isAtLeastVersion(version, '2023-03-15-preview')),
  scope: 'proxy',
  name: updateName,
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  etagMember: 'eTag',
  references: [
    // Clients whose run has stages of its own send an empty id.
    { path: 'properties.updateStrategyId', types: [updateStrategyType], words: [''] },
    { path: 'properties.autoUpgradeProfileId', printed: true },
    { path: 'properties.status.stages[].groups[].members[].clusterResourceId', printed: true },
    ...['beforeGates', 'afterGates'].flatMap((gates) => [
      { path: `properties.status.stages[].${gates}[].gateId`, printed: true as const },
      { path: `properties.status.stages[].groups[].${gates}[].gateId`, printed: true as const },
    ]),
  ],
  conform: conformRun,
  list: listRuns,
  prepare,
  async present(record, { apiVersion, records }) {
    const { properties } = await withProgress(record, records);
    return shownIn(apiVersion, properties);
  },
  goesWith: gatesOf,
  actions: runActions,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const { stored, id } = write;
  const { records, random } = write.context;
  const body = new Fields(write.body['properties'], 'properties');
  if (!body.has('managedClusterUpdate')) {
    throw requiredPropertyMissing('UpdateRunProperties.ManagedClusterUpdate', id);
  }
  const managedClusterUpdate = readManagedClusterUpdate(body.object('managedClusterUpdate'), id);
  const { strategy, updateStrategyId } = await readOrder(body, write);
  if (stored) {
    const { properties } = stored;
    const asked = { managedClusterUpdate, strategy, updateStrategyId };
    const isSame = Object.entries(asked).every(([name, value]) => jsonEqual(value, properties[name]));
    if (isSame) return { properties };
    refuseStarted(stored);
    refuseImageChange(properties, managedClusterUpdate);
  }
  const wish = { id, managedClusterUpdate, strategy, updateStrategyId };
  const profile = stored && new Fields(stored.properties).string('autoUpgradeProfileId');
  return planRun({ ...wish, autoUpgradeProfileId: profile }, { records, random });
}

/** The order of a run: of its own body, or copied from a strategy when the run is made. */
async function readOrder(
  body: Fields,
  { id, stored, context }: ResourceWrite,
): Promise<{ readonly strategy: JsonObject | undefined; readonly updateStrategyId: string | undefined }> {
  const updateStrategyId = body.string('updateStrategyId') || undefined;
  const before = stored && new Fields(stored.properties);
  const isKept =
    updateStrategyId !== undefined &&
    before?.string('updateStrategyId')?.toLowerCase() === updateStrategyId.toLowerCase();
  if (body.has('strategy')) {
    // What a GET answered is sent back with both: the copy belongs to the strategy that it was made of.
    if (updateStrategyId !== undefined && !isKept) {
      throw body.wrong('strategy', 'it must not be set together with updateStrategyId');
    }
    const strategy = readStrategy(body.object('strategy'), id);
    return { strategy, updateStrategyId: isKept ? before.string('updateStrategyId') : undefined };
  }
  if (updateStrategyId === undefined) return { strategy: undefined, updateStrategyId };
  if (isKept && before.has('strategy')) {
    return {
      strategy: before.object('strategy').value,
      updateStrategyId: before.string('updateStrategyId'),
    };
  }
  return {
    strategy: await copyOf(updateStrategyId, { id, records: context.records }),
    updateStrategyId,
  };
}

async function copyOf(
  updateStrategyId: string,
  run: { readonly id: string; readonly records: RecordReader },
): Promise<JsonObject> {
  const target = 'properties.updateStrategyId';
  if (fleetOf(updateStrategyId).toLowerCase() !== fleetOf(run.id).toLowerCase()) {
    throw new ArmError(
      400,
      'InvalidParameter',
      `The value of parameter ${target} is invalid. Error details: '${updateStrategyId}' is not a strategy of the fleet of the run.`,
      { target },
    );
  }
  const strategy = await run.records.get(updateStrategyId);
  if (!strategy) {
    throw new ArmError(400, 'BadRequest', `The update strategy '${updateStrategyId}' was not found.`, {
      target,
    });
  }
  return new Fields(strategy.properties).object('strategy').value;
}

function refuseStarted(stored: ResourceRecord): void {
  const state = stateOf(stored.properties);
  if (internalsOf(stored).wanted === 'Nothing' && state === 'NotStarted') return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `The update run '${stored.name}' cannot be changed: it has been started (state ${state}). Create another run instead.`,
  );
}

/** `nodeImageSelection` is chosen when the run is made. */
function refuseImageChange(stored: JsonObject, asked: JsonObject): void {
  const before = new Fields(stored).object('managedClusterUpdate');
  const name = 'nodeImageSelection';
  if (!(name in asked) || !before.has(name) || jsonEqual(asked[name], before.value[name])) return;
  const path = `managedClusterUpdate.${name}`;
  throw new ArmError(400, 'PropertyChangeNotAllowed', `Changing property '${path}' is not allowed.`, {
    target: `properties.${path}`,
  });
}

function listRuns({ records, query }: ListCall): readonly ResourceRecord[] {
  return filtered(records, query.get('$filter'), {
    name: ({ name }) => name,
    'status/status/state': ({ properties }) => stateOf(properties),
    updateStrategyId: ({ properties }) => new Fields(properties).string('updateStrategyId'),
    autoUpgradeProfileId: ({ properties }) => new Fields(properties).string('autoUpgradeProfileId'),
  });
}

/** Gates cannot be deleted by themselves: they go with their run. */
async function gatesOf(run: ResourceRecord, { records }: TypeContext): Promise<string[]> {
  const gates = await records.list(`${fleetOf(run.id)}/gates`, gateType);
  return gates.filter((gate) => runIdOf(gate).toLowerCase() === run.id.toLowerCase()).map(({ id }) => id);
}
