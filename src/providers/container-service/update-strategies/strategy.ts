import { ArmError } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';
import { gateKinds, readSchedule } from '../gates/schedule.ts';
import { checkMemberSelector } from './member-selector.ts';
import { updateName } from './names.ts';

const strategyLimits = {
  stages: 100,
  /** Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-update-orchestration */
  groupsPerStage: 50,
  /** Of all stages together. */
  groups: 500,
  gatesPerPlace: 10,
  displayNameCharacters: 100,
  longestWaitSeconds: 2 ** 31 - 1,
} as const;

/** A count or a share, at least one. Source: the pattern of `maxConcurrency` in api-version 2026-02-01-preview. */
const concurrency = { pattern: /^(?:[1-9]\d*|(?:[1-9]\d?|100)%)$/, rule: "a count ('3') or a share ('25%')" };
const failures = { pattern: /^(?:\d+|(?:\d{1,2}|100)%)$/, rule: "a count ('0') or a share ('25%')" };

/** A strategy as it is kept: checked, with its members in the order of the service. Throws the refusal of what is wrong in it. */
export function readStrategy(strategy: Fields, id: string): JsonObject {
  const stages = strategy.objects('stages');
  if (stages.length === 0) throw requiredPropertyMissing('UpdateRunStrategy.Stages', id);
  if (stages.length > strategyLimits.stages) {
    throw strategy.wrong('stages', `at most ${strategyLimits.stages} stages`);
  }
  const read = stages.map((stage) => readStage(stage, id));
  refuseTwice(stages, { what: 'stage', of: strategy.at('stages') });
  const groups = stages.flatMap((stage) => stage.objects('groups'));
  if (groups.length > strategyLimits.groups) {
    throw strategy.wrong('stages', `at most ${strategyLimits.groups} groups in all stages together`);
  }
  refuseTwice(groups, { what: 'group', of: strategy.at('stages') });
  return { stages: read };
}

function readStage(stage: Fields, id: string): JsonObject {
  const groups = stage.objects('groups');
  if (groups.length === 0 && !stage.has('memberSelector')) {
    throw requiredPropertyMissing('UpdateStage.Groups', id);
  }
  if (groups.length > strategyLimits.groupsPerStage) {
    throw stage.wrong('groups', `at most ${strategyLimits.groupsPerStage} groups`);
  }
  const wait = stage.integer('afterStageWaitInSeconds', { min: 0, max: strategyLimits.longestWaitSeconds });
  return {
    ...readStep(stage, { id, kind: 'UpdateStage' }),
    ...(groups.length > 0 && {
      groups: groups.map((group) => readStep(group, { id, kind: 'UpdateGroup' })),
    }),
    ...(wait !== undefined && { afterStageWaitInSeconds: wait }),
  };
}

/** What stages and groups have alike. */
function readStep(step: Fields, of: { readonly id: string; readonly kind: string }): JsonObject {
  const name = step.string('name');
  if (!name) throw requiredPropertyMissing(`${of.kind}.Name`, of.id);
  if (!updateName.pattern.test(name)) throw step.wrong('name', updateName.rule);
  const maxConcurrency = readNumber(step, 'maxConcurrency', concurrency);
  const maxAllowedFailures = readNumber(step, 'maxAllowedFailures', failures);
  const selector = step.has('memberSelector') ? step.object('memberSelector') : undefined;
  if (selector) checkMemberSelector(selector);
  const before = step.objects('beforeGates');
  const after = step.objects('afterGates');
  refuseTooMany(step, { beforeGates: before, afterGates: after });
  return {
    name,
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(maxAllowedFailures !== undefined && { maxAllowedFailures }),
    ...(selector && { memberSelector: { byLabel: selector.string('byLabel') } }),
    ...(before.length > 0 && { beforeGates: before.map((gate) => readGate(gate, 'Before')) }),
    ...(after.length > 0 && { afterGates: after.map((gate) => readGate(gate, 'After')) }),
  };
}

function refuseTooMany(step: Fields, gates: Readonly<Record<string, readonly Fields[]>>): void {
  for (const [name, listed] of Object.entries(gates)) {
    if (listed.length <= strategyLimits.gatesPerPlace) continue;
    throw step.wrong(name, `at most ${strategyLimits.gatesPerPlace} gates`);
  }
}

function readGate(gate: Fields, timing: 'Before' | 'After'): JsonObject {
  const type = gate.choice('type', gateKinds);
  if (!type) throw gate.wrong('type', `one of ${gateKinds.join(', ')} is required`);
  const displayName = gate.string('displayName');
  const { displayNameCharacters } = strategyLimits;
  if (displayName !== undefined && (displayName === '' || displayName.length > displayNameCharacters)) {
    throw gate.wrong('displayName', `1 to ${displayNameCharacters} characters`);
  }
  if (type === 'ScheduledStart' && timing === 'After') {
    throw gate.wrong('type', 'a ScheduledStart gate stands before a stage or a group, not after one');
  }
  if (type === 'Approval' && gate.has('scheduledStartConfiguration')) {
    throw gate.wrong('scheduledStartConfiguration', 'an Approval gate has no scheduled start');
  }
  return {
    ...(displayName !== undefined && { displayName }),
    type,
    ...(type === 'ScheduledStart' && {
      scheduledStartConfiguration: { ...readSchedule(gate.object('scheduledStartConfiguration')) },
    }),
  };
}

function readNumber(
  step: Fields,
  name: string,
  form: { readonly pattern: RegExp; readonly rule: string },
): string | undefined {
  const text = step.string(name);
  if (text !== undefined && !form.pattern.test(text)) throw step.wrong(name, form.rule);
  return text;
}

function refuseTwice(steps: readonly Fields[], about: { readonly what: string; readonly of: string }): void {
  const seen = new Set<string>();
  for (const step of steps) {
    const name = step.string('name') ?? '';
    if (seen.has(name)) {
      throw step.wrong('name', `the ${about.what} name '${name}' is used twice in ${about.of}`);
    }
    seen.add(name);
  }
}

/** The refusal of fleets for a member that must be there; `property` in the words of the service, e.g. `UpdateStage.Groups`. */
export function requiredPropertyMissing(property: string, id?: string): ArmError {
  const about = id === undefined ? '' : ` Resource ID: "${id}".`;
  return new ArmError(
    400,
    'RequiredPropertyMissing',
    `A required property ${property} is missing. Please specify a value for this property and retry this operation.${about}`,
  );
}
