import {
  ArmError,
  isAtLeastVersion,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type TypeContext,
} from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { fleetVersions } from '../api-versions.ts';
import { autoUpgradeProfileType } from '../auto-upgrade-profiles/record.ts';
import { shownIn } from '../shown-members.ts';
import { fleetOf, updateRunType } from '../update-runs/record.ts';
import { isUnderWay, stateOf } from '../update-runs/status.ts';
import { updateName } from './names.ts';
import { conformStrategy } from './shape.ts';
import { readStrategy, requiredPropertyMissing } from './strategy.ts';

/**
 * Update strategies: stages and groups that runs copy when they are made.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/update-create-update-strategy
 */
export const updateStrategies: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/updateStrategies',
  apiVersions: fleetVersions.filter((version) => isAtLeastVersion(version, '2023-08-15-preview')),
  scope: 'proxy',
  name: updateName,
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  etagMember: 'eTag',
  conform: conformStrategy,
  prepare,
  present: ({ properties }, { apiVersion }) => shownIn(apiVersion, properties),
  beforeDelete: refuseUsed,
};

function prepare(write: ResourceWrite): ResourceDraft {
  const body = new Fields(write.body['properties'], 'properties');
  if (!body.has('strategy')) throw requiredPropertyMissing('UpdateStrategyProperties.Strategy', write.id);
  return { properties: { strategy: readStrategy(body.object('strategy'), write.id) } };
}

/** Runs have a copy and go on without it; what will make runs of it, or has just begun one, keeps it. */
async function refuseUsed({ id, name }: ResourceRecord, { records }: TypeContext): Promise<void> {
  const fleetId = fleetOf(id);
  const names = (record: ResourceRecord) =>
    new Fields(record.properties).string('updateStrategyId')?.toLowerCase() === id.toLowerCase();
  const profiles = await records.list(`${fleetId}/autoUpgradeProfiles`, autoUpgradeProfileType);
  const runs = await records.list(`${fleetId}/updateRuns`, updateRunType);
  const user =
    profiles.find(names) ?? runs.find((run) => names(run) && isUnderWay({ state: stateOf(run.properties) }));
  if (!user) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `The update strategy '${name}' cannot be deleted: it is used by '${user.id}'.`,
  );
}
