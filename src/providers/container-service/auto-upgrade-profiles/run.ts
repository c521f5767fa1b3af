import { firstEtag, madeByEstate, type RecordStore, type ResourceRecord } from '../../../arm/index.ts';
import type { Clock, JsonObject, Random } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { aksCatalog } from '../releases/catalog.ts';
import { planRun } from '../update-runs/plan.ts';
import { fleetOf, internalJson, updateRunType } from '../update-runs/record.ts';
import { updateFor } from './channels.ts';
import type { RunInMaking } from './record.ts';

/** The longest name of a run, and what of it tells runs of one profile apart. */
const nameCharacters = 50;
const suffixCharacters = 8;

/** A name for the next run of a profile. */
export function runName(profile: string, random: Random): string {
  const suffix = random.string(suffixCharacters, 'abcdefghijklmnopqrstuvwxyz0123456789');
  return `${profile.slice(0, nameCharacters - suffixCharacters - 1)}-${suffix}`;
}

/** The run that a profile asks for now, as a record. Throws the refusal of a fleet or a channel for which there is none. */
export async function plannedRun(
  profile: Pick<ResourceRecord, 'id' | 'properties'>,
  making: RunInMaking,
  {
    records,
    clock,
    random,
  }: { readonly records: Pick<RecordStore, 'get' | 'list'>; readonly clock: Clock; readonly random: Random },
): Promise<{ readonly record: ResourceRecord; readonly versions: readonly string[] }> {
  const fleetId = fleetOf(profile.id);
  const properties = new Fields(profile.properties);
  const catalog = await aksCatalog(records);
  const { managedClusterUpdate, versions } = await updateFor(properties, { fleetId, catalog, records });
  const id = `${fleetId}/updateRuns/${making.name}`;
  const updateStrategyId = properties.string('updateStrategyId');
  const strategy = updateStrategyId === undefined ? undefined : await strategyOf(updateStrategyId, records);
  const planned = await planRun(
    { id, managedClusterUpdate, strategy, updateStrategyId, autoUpgradeProfileId: profile.id },
    { records, random },
  );
  const internal = making.isStarted
    ? { ...planned.internal, ...internalJson({ wanted: 'Running' }) }
    : planned.internal;
  return {
    versions,
    record: {
      ...{ id, name: making.name, type: updateRunType, properties: planned.properties, internal },
      provisioningState: 'Succeeded',
      systemData: madeByEstate(clock.now()),
      etag: firstEtag(random, { etagMember: 'eTag' }),
    },
  };
}

async function strategyOf(id: string, records: Pick<RecordStore, 'get'>): Promise<JsonObject | undefined> {
  const strategy = await records.get(id);
  return strategy && new Fields(strategy.properties).object('strategy').value;
}
