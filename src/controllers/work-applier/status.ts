import { isTrue, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import { isObject, rfc3339Seconds } from '../../base/index.ts';
import type { ManifestCondition, Work } from '../kinds/placement.ts';
import { type Availability, availabilityOf } from './availability.ts';
import { byIdentity, identityOf } from './manifests.ts';
import type { Manifest, Outcome } from './step.ts';
import { withinLimit } from './trim.ts';

type Status = NonNullable<Work['status']>;

interface Judged extends Outcome {
  readonly availability: Availability | undefined;
}

interface Saying {
  readonly isReport: boolean;
  readonly isMirrored: boolean;
  readonly nowMs: number;
}

/** What a Work says of its manifests after a pass, and of all of them together. */
export function workStatus(work: Work, outcomes: readonly Outcome[], nowMs: number): Status {
  const isReport = work.spec.applyStrategy?.type === 'ReportDiff';
  const isMirrored = work.spec.reportBackStrategy?.type === 'Mirror';
  const judged = outcomes.map(
    (outcome): Judged => ({
      ...outcome,
      availability: outcome.isApplied && outcome.object ? availabilityOf(outcome.object) : undefined,
    }),
  );
  const known = byIdentity(work.status?.manifestConditions ?? []);
  const manifestConditions = judged.map((outcome) => {
    // What stands in the Work twice says its own.
    const before =
      outcome.reason === 'Duplicated' ? undefined : known.get(identityOf(outcome.manifest.identifier));
    return manifestStatus(outcome, before ?? duplicateBefore(work, outcome), { isReport, isMirrored, nowMs });
  });
  const said = isReport ? [diffReported(judged)] : appliedAndAvailable(judged);
  const conditions = said.map((condition) => ({ ...condition, ...observedIn(work) }));
  const status = {
    ...work.status,
    conditions: only(work.status?.conditions, conditions, nowMs),
    manifestConditions,
  };
  return withinLimit(work, status, nowMs);
}

function duplicateBefore(work: Work, { manifest, reason }: Outcome): ManifestCondition | undefined {
  const { ordinal } = manifest.identifier;
  const before = reason === 'Duplicated' ? work.status?.manifestConditions?.[ordinal] : undefined;
  return before && identityOf(before.identifier) === identityOf(manifest.identifier) ? before : undefined;
}

function observedIn({ metadata: { generation } }: Work): { observedGeneration?: number } {
  return generation === undefined ? {} : { observedGeneration: generation };
}

/** Exactly these conditions; each keeps its time while its status stays. */
function only(
  known: readonly FullCondition[] = [],
  next: readonly NewCondition[],
  nowMs: number,
): FullCondition[] {
  const types = new Set(next.map(({ type }) => type));
  let conditions = known.filter(({ type }) => types.has(type));
  for (const condition of next) conditions = withCondition(conditions, condition, nowMs);
  return conditions;
}

function appliedAndAvailable(judged: readonly Judged[]): NewCondition[] {
  const total = judged.length;
  const appliedCount = judged.filter(({ isApplied }) => isApplied).length;
  if (appliedCount < total) {
    const message = `Failed to apply all manifests (${appliedCount} of ${total} manifests are applied)`;
    return [{ type: 'Applied', status: 'False', reason: 'SomeManifestsAreNotApplied', message }];
  }
  const message = 'All the specified manifests have been applied';
  return [{ type: 'Applied', status: 'True', reason: 'AllManifestsApplied', message }, available(judged)];
}

function available(judged: readonly Judged[]): NewCondition {
  const total = judged.length;
  const usable = judged.filter(({ availability }) => availability !== 'NotAvailableYet').length;
  if (usable < total) {
    const message = `Some manifests are not available (${usable} of ${total} manifests are available)`;
    return { type: 'Available', status: 'False', reason: 'SomeManifestsAreNotAvailable', message };
  }
  if (judged.some(({ availability }) => availability === 'NotTrackable')) {
    const message = 'Some of the applied manifests cannot be tracked for availability';
    return { type: 'Available', status: 'True', reason: 'WorkNotTrackable', message };
  }
  const message = 'All of the applied manifests are available';
  return { type: 'Available', status: 'True', reason: 'AllManifestsAvailable', message };
}

/** Reasons that a report for the whole Work counts; KubeFleet does not count one in degraded mode. */
const counted = new Set(['NoDiffFound', 'FoundDiff']);

function diffReported(judged: readonly Judged[]): NewCondition {
  const total = judged.length;
  const done = judged.filter(({ reason }) => counted.has(reason)).length;
  if (done < total) {
    const message = `Failed to report diff on all manifests (${done} of ${total} manifests have reported diff)`;
    return { type: 'DiffReported', status: 'False', reason: 'SomeManifestsHaveNotReportedDiff', message };
  }
  const message = 'All the specified manifests have reported diff';
  return { type: 'DiffReported', status: 'True', reason: 'AllManifestsDiffReported', message };
}

function manifestStatus(
  outcome: Judged,
  before: ManifestCondition | undefined,
  { isReport, isMirrored, nowMs }: Saying,
): ManifestCondition {
  const observedGeneration = outcome.object?.metadata.generation ?? 0;
  const said = isReport ? [diffCondition(outcome)] : applyConditions(outcome);
  const next = said.map((condition) => ({ ...condition, observedGeneration }));
  return {
    identifier: outcome.manifest.identifier,
    conditions: only(before?.conditions, next, nowMs),
    ...details(outcome, before, nowMs),
    ...(isMirrored ? mirrored(outcome, before, nowMs) : {}),
  };
}

const availabilityWords: Record<Availability, NewCondition> = {
  Available: { type: 'Available', status: 'True', reason: 'Available', message: 'Manifest is available' },
  NotTrackable: {
    type: 'Available',
    status: 'True',
    reason: 'NotTrackable',
    message: "Manifest's availability is not trackable; Fleet assumes that the applied manifest is available",
  },
  NotAvailableYet: {
    type: 'Available',
    status: 'False',
    reason: 'ManifestNotAvailableYet',
    message: 'Manifest is not yet available; Fleet will check again later',
  },
};

function applyConditions({ isApplied, reason, error = '', availability }: Judged): NewCondition[] {
  const message = isApplied
    ? 'Manifest has been applied successfully'
    : `Failed to apply the manifest (error: ${error})`;
  const applied: NewCondition = {
    type: 'Applied',
    status: isApplied ? 'True' : 'False',
    reason,
    message: short(message),
  };
  return availability ? [applied, availabilityWords[availability]] : [applied];
}

const diffWords: Partial<Record<Outcome['reason'], string>> = {
  NoDiffFound: 'No diff has been found between the hub cluster and the member cluster',
  FoundDiff: 'Diff has been found between the hub cluster and the member cluster',
  FoundDiffInDegradedMode:
    'Diff has been found in degraded mode: cannot perform partial comparison as the member cluster API server rejected the manifest object (object is invalid)',
};

function diffCondition({ reason, error = '' }: Judged): NewCondition {
  const message = diffWords[reason];
  if (message) return { type: 'DiffReported', status: 'True', reason, message };
  const why =
    reason === 'FailedToReportDiff'
      ? `Failed to report the diff between the hub cluster and the member cluster (error = ${error})`
      : `An error blocks the diff reporting process (${reason}, error: ${error})`;
  return { type: 'DiffReported', status: 'False', reason: 'FailedToReportDiff', message: short(why) };
}

/** A condition's message has a limit in its schema: one that is longer, as about many fields, is cut. */
const messageCharacters = 32_768;
function short(message: string): string {
  return message.length > messageCharacters ? `${message.slice(0, messageCharacters - 3)}...` : message;
}

/** Drifts and differences, with when they were first seen. */
function details(
  { drifts = [], diffs = [], object }: Judged,
  before: ManifestCondition | undefined,
  nowMs: number,
): Pick<ManifestCondition, 'driftDetails' | 'diffDetails'> {
  const observationTime = rfc3339Seconds(nowMs);
  const generation = object?.metadata.generation ?? 0;
  const driftDetails = {
    observationTime,
    firstDriftedObservedTime: before?.driftDetails?.firstDriftedObservedTime ?? observationTime,
    observedInMemberClusterGeneration: generation,
    observedDrifts: [...drifts],
  };
  const diffDetails = {
    observationTime,
    firstDiffedObservedTime: before?.diffDetails?.firstDiffedObservedTime ?? observationTime,
    // Nothing is observed of what is not there.
    ...(object ? { observedInMemberClusterGeneration: generation } : {}),
    observedDiffs: [...diffs],
  };
  return {
    ...(drifts.length > 0 ? { driftDetails } : {}),
    ...(diffs.length > 0 ? { diffDetails } : {}),
  };
}

/** The status of an applied object for the hub; of what is not applied stays what was last seen. */
function mirrored(
  { isApplied, object }: Judged,
  before: ManifestCondition | undefined,
  nowMs: number,
): Pick<ManifestCondition, 'backReportedStatus'> {
  const status = object?.['status'];
  if (!isApplied || !object || !isObject(status)) {
    return before?.backReportedStatus ? { backReportedStatus: before.backReportedStatus } : {};
  }
  const { apiVersion, kind } = object;
  const observedStatus = { apiVersion, kind, status };
  return { backReportedStatus: { observationTime: rfc3339Seconds(nowMs), observedStatus } };
}

/** Noted before anything is applied, so that nothing that is applied is ever forgotten. */
export function preparedStatus(work: Work, manifests: readonly Manifest[], nowMs: number): Status {
  const known = byIdentity(work.status?.manifestConditions ?? []);
  const manifestConditions = manifests.flatMap(({ identifier, problem }): ManifestCondition[] => {
    const before = problem?.reason === 'Duplicated' ? undefined : known.get(identityOf(identifier));
    if (before) return [{ ...before, identifier }];
    if (problem) return [];
    const condition: NewCondition = {
      type: 'Applied',
      status: 'False',
      reason: 'PreparingToProcess',
      message: 'The manifest is being prepared for processing.',
      ...observedIn(work),
    };
    return [{ identifier, conditions: withCondition([], condition, nowMs) }];
  });
  return { ...work.status, conditions: work.status?.conditions ?? [], manifestConditions };
}

/** True when everything is applied and available, or every difference is told. */
export function isSettled(status: Status): boolean {
  return ['Available', 'DiffReported'].some((type) => isTrue(status.conditions, type));
}
