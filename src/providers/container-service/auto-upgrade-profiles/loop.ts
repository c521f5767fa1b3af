import type { ResourceRecord } from '../../../arm/index.ts';
import { ArmError } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { type LoopParts, runRecordLoop } from '../../loop.ts';
import { aksCatalog, releasesType } from '../releases/catalog.ts';
import { fleetOf } from '../update-runs/record.ts';
import { targetOf } from './channels.ts';
import { autoUpgradeProfileType, type RunInMaking, runInMaking, seenOf, withRun } from './record.ts';
import { plannedRun, runName } from './run.ts';

/** Makes the runs of auto-upgrade profiles: those that somebody asks for, and one for each release of the channel. */
export function runAutoUpgradeProfiles(parts: LoopParts) {
  return runRecordLoop({
    ...parts,
    type: autoUpgradeProfileType,
    follows: [
      {
        type: releasesType,
        idFor: async () => (await parts.records.list('', autoUpgradeProfileType)).map(({ id }) => id),
      },
    ],
    reconcile: (id) => reconcile(id, parts),
  });
}

async function reconcile(id: string, parts: LoopParts): Promise<void> {
  const profile = await parts.records.get(id);
  const fleet = profile && (await parts.records.get(fleetOf(id)));
  if (!profile || !fleet || fleet.provisioningState === 'Deleting') return;
  const making = runInMaking(profile);
  if (making) {
    await make(profile, making, parts);
    return;
  }
  const target = targetOf(new Fields(profile.properties), await aksCatalog(parts.records)) ?? '';
  if (target === seenOf(profile)) return;
  const isDisabled = new Fields(profile.properties).boolean('disabled') === true;
  const next: RunInMaking = { name: runName(profile.name, parts.random), isStarted: true };
  // The name stands in the record before there is a run of it; the change of the record brings the pass that makes it.
  await parts.records.update(id, (current) => {
    if (current.etag !== profile.etag) return undefined;
    const seen = { ...current, internal: { ...current.internal, seen: target } };
    return isDisabled || target === '' ? seen : withRun(seen, next);
  });
}

async function make(profile: ResourceRecord, making: RunInMaking, parts: LoopParts): Promise<void> {
  const { records, clock } = parts;
  const lastTriggeredAt = new Date(clock.now()).toISOString();
  try {
    const { record, versions } = await plannedRun(profile, making, parts);
    const isMade = await records.create(record, { under: fleetOf(profile.id) });
    if (!isMade && !(await records.get(record.id))) return;
    const made = `The update run '${making.name}' was ${making.isStarted ? 'made and started' : 'made'}.`;
    const status = {
      lastTriggeredAt,
      lastTriggerStatus: 'Succeeded',
      lastTriggerUpgradeVersions: [...versions],
      lastTriggerMessage: made,
    };
    await records.update(profile.id, (current) => ended(current, making, status), {
      status: 'Succeeded',
      result: { id: record.id },
    });
  } catch (thrown) {
    if (!(thrown instanceof ArmError)) throw thrown;
    const error = { code: thrown.code, message: thrown.message };
    const status = {
      lastTriggeredAt,
      lastTriggerStatus: 'Failed',
      lastTriggerError: error,
      lastTriggerMessage: thrown.message,
    };
    await records.update(profile.id, (current) => ended(current, making, status), {
      status: 'Failed',
      error,
    });
  }
}

/** The profile once its run is made, or cannot be. */
function ended(
  current: ResourceRecord,
  making: RunInMaking,
  autoUpgradeProfileStatus: JsonObject,
): ResourceRecord | undefined {
  if (runInMaking(current)?.name !== making.name) return undefined;
  return {
    ...withRun(current, undefined),
    properties: { ...current.properties, autoUpgradeProfileStatus },
    provisioningState: 'Succeeded',
  };
}
