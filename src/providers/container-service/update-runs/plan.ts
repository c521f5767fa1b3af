import { ArmError, type RecordReader } from '../../../arm/index.ts';
import type { JsonObject, Random } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { readSchedule } from '../gates/schedule.ts';
import { aksCatalog } from '../releases/catalog.ts';
import { nodeImagesOf } from './images.ts';
import { fleetOf, internalJson, type PlannedGate, type PlannedGates, type PlannedStage } from './record.ts';
import {
  type GateUpdate,
  type GroupUpdate,
  type RunStatus,
  type StageUpdate,
  type StepUpdate,
  statusJson,
} from './status.ts';
import { Selection, type Target, targetsOf } from './targets.ts';
import { updateOf } from './update.ts';

/** The name of the stage and of the group of a run without a strategy. */
const onlyStep = 'default';
/** How many members of a stage and of a group are updated at the same time when a strategy says nothing. */
const defaultConcurrency = { stage: 50, group: 1 } as const;

/** What a run is made of, whoever asks for it. */
export interface RunWish {
  /** The id that the run will have. */
  readonly id: string;
  /** As `readManagedClusterUpdate` gives it. */
  readonly managedClusterUpdate: JsonObject;
  /** As `readStrategy` gives it; undefined: all members one by one. */
  readonly strategy: JsonObject | undefined;
  readonly updateStrategyId?: string | undefined;
  readonly autoUpgradeProfileId?: string | undefined;
}

/**
 * Properties and internals of a run that has not been started: the members that it is about, step by step. Throws BadRequest
 * when there is none.
 */
export async function planRun(
  wish: RunWish,
  { records, random }: { readonly records: RecordReader; readonly random: Random },
): Promise<{ readonly properties: JsonObject; readonly internal: JsonObject }> {
  const targets = await targetsOf(fleetOf(wish.id), records);
  const strategy = wish.strategy && new Fields(wish.strategy);
  const stages = strategy?.objects('stages');
  const selection = new Selection(targets);
  const status: RunStatus = {
    status: { state: 'NotStarted' },
    failureCount: 0,
    stages: stages ? stages.map((stage) => stageOf(stage, selection)) : [oneByOne(targets)],
    nodeImageSelection: await selectedImages(wish, records),
  };
  const isEmpty = status.stages.every(({ groups }) => groups.every(({ members }) => !members));
  if (isEmpty) throw noMembers(wish.id, targets.length > 0);
  const { managedClusterUpdate, updateStrategyId, autoUpgradeProfileId } = wish;
  const plan = stages ? stages.map((stage) => plannedStage(stage, random)) : [nothingPlanned];
  return {
    properties: {
      managedClusterUpdate,
      ...(wish.strategy && { strategy: wish.strategy }),
      ...(updateStrategyId !== undefined && { updateStrategyId }),
      ...(autoUpgradeProfileId !== undefined && { autoUpgradeProfileId }),
      status: statusJson(status),
    },
    internal: internalJson({ uid: random.uuid(), wanted: 'Nothing', plan }),
  };
}

/** One choice of images for all members, made with the run; `Latest` leaves it to the moment of each upgrade. */
async function selectedImages(
  { id, managedClusterUpdate }: RunWish,
  records: RecordReader,
): Promise<RunStatus['nodeImageSelection']> {
  const { kind, imageSelection, imageVersions } = updateOf(new Fields({ managedClusterUpdate }));
  if (kind === 'ControlPlaneOnly' || imageSelection === 'Latest') return {};
  const chosen =
    imageSelection === 'Custom'
      ? imageVersions
      : await nodeImagesOf(fleetOf(id), { catalog: await aksCatalog(records), records });
  return { selectedNodeImageVersions: chosen.map((version) => ({ version })) };
}

function noMembers(id: string, hasMembers: boolean): ArmError {
  return new ArmError(
    400,
    'BadRequest',
    hasMembers
      ? `The update run '${id}' selects no member of the fleet: no group and no member selector of its strategy fits one.`
      : `The update run '${id}' has nothing to update: the fleet has no members.`,
  );
}

function oneByOne(targets: readonly Target[]): StageUpdate {
  const group = { ...step(onlyStep), maxConcurrency: defaultConcurrency.group, ...updatesOf(targets) };
  return { ...step(onlyStep), maxConcurrency: defaultConcurrency.group, groups: [group] };
}

function step(name: string): StepUpdate {
  return {
    name,
    maxConcurrency: 1,
    maxAllowedFailures: 0,
    failureCount: 0,
    status: { state: 'NotStarted' },
  };
}

function updatesOf(targets: readonly Target[]): Pick<GroupUpdate, 'members'> {
  if (targets.length === 0) return {};
  return {
    members: targets.map(({ name, clusterResourceId }) => ({
      name,
      clusterResourceId,
      status: { state: 'NotStarted' },
    })),
  };
}

function stageOf(stage: Fields, selection: Selection): StageUpdate {
  const groups = stage.objects('groups');
  // Without groups, all that the selector of the stage finds is one.
  const taken = selection.take(stage, groups);
  const total = taken.reduce((sum, { length }) => sum + length, 0);
  const wait = stage.integer('afterStageWaitInSeconds', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
  const own = stage.string('maxConcurrency');
  const maxConcurrency = atLeastOne(resolved(own ?? String(defaultConcurrency.stage), total));
  const allowed = allowedFailures(stage, groups, total);
  return {
    ...step(stage.string('name') ?? ''),
    maxConcurrency,
    maxAllowedFailures: allowed,
    ...gatesOf(stage),
    groups: taken.map((members, at) => {
      const group = groups[at];
      const wanted = group
        ? (group.string('maxConcurrency') ?? String(defaultConcurrency.group))
        : (own ?? String(defaultConcurrency.group));
      return {
        ...step((group ?? stage).string('name') ?? ''),
        maxConcurrency: atLeastOne(
          Math.min(resolved(wanted, members.length), members.length, maxConcurrency),
        ),
        // What only the stage limits is not limited once more in its groups.
        maxAllowedFailures: group?.has('maxAllowedFailures')
          ? resolved(group.string('maxAllowedFailures') ?? '0', members.length)
          : stage.has('maxAllowedFailures')
            ? allowed
            : 0,
        ...(group && gatesOf(group)),
        ...updatesOf(members),
      };
    }),
    ...(wait > 0 && {
      afterStageWaitStatus: { waitDurationInSeconds: wait, status: { state: 'NotStarted' } },
    }),
  };
}

/** Of a stage that says nothing: as many as its groups allow together. */
function allowedFailures(stage: Fields, groups: readonly Fields[], total: number): number {
  if (stage.has('maxAllowedFailures')) return resolved(stage.string('maxAllowedFailures') ?? '0', total);
  const ofGroups = groups.map((group) => group.string('maxAllowedFailures') ?? '0');
  return Math.min(
    total,
    ofGroups.reduce((sum, text) => sum + resolved(text, total), 0),
  );
}

/** What an integer of the service holds. */
const largestCount = 2 ** 31 - 1;

/** A count as it stands, a share of `total` rounded down. */
function resolved(text: string, total: number): number {
  if (text.endsWith('%')) return Math.floor((Number(text.slice(0, -1)) * total) / 100);
  return Math.min(Number(text), largestCount);
}

function atLeastOne(count: number): number {
  return Math.max(1, count);
}

function gatesOf(step: Fields): Pick<StepUpdate, 'beforeGates' | 'afterGates'> {
  const updates = (name: string): GateUpdate[] =>
    step.objects(name).map((gate) => {
      const displayName = gate.string('displayName');
      return { ...(displayName !== undefined && { displayName }), status: { state: 'NotStarted' } };
    });
  const beforeGates = updates('beforeGates');
  const afterGates = updates('afterGates');
  return { ...(beforeGates.length > 0 && { beforeGates }), ...(afterGates.length > 0 && { afterGates }) };
}

const nothingPlanned: PlannedStage = { before: [], after: [], groups: [{ before: [], after: [] }] };

function plannedStage(stage: Fields, random: Random): PlannedStage {
  const groups = stage.objects('groups').map((group) => plannedGates(group, random));
  return { ...plannedGates(stage, random), groups: groups.length > 0 ? groups : nothingPlanned.groups };
}

function plannedGates(step: Fields, random: Random): PlannedGates {
  const planned = (name: string): PlannedGate[] =>
    step.objects(name).map((gate) => {
      const kind = gate.string('type') === 'ScheduledStart' ? 'ScheduledStart' : 'Approval';
      const schedule =
        kind === 'ScheduledStart' ? readSchedule(gate.object('scheduledStartConfiguration')) : undefined;
      return { id: random.uuid(), kind, ...(schedule && { schedule }) };
    });
  return { before: planned('beforeGates'), after: planned('afterGates') };
}
