import { isTrue, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { ManifestCondition, Work } from '../kinds/placement.ts';
import type { Outcome } from './apply.ts';
import { type Availability, availabilityOf } from './availability.ts';
import { identityOf } from './manifests.ts';

type Status = NonNullable<Work['status']>;

interface Judged extends Outcome {
  readonly availability: Availability | undefined;
}

/** What a Work says of its manifests after a pass, and of all of them together. */
export function workStatus(work: Work, outcomes: readonly Outcome[], nowMs: number): Status {
  const isReport = work.spec.applyStrategy?.type === 'ReportDiff';
  const judged = outcomes.map(
    (outcome): Judged => ({
      ...outcome,
      availability: outcome.isApplied && outcome.object ? availabilityOf(outcome.object) : undefined,
    }),
  );
  const manifestConditions = judged.map((outcome) => manifestStatus(work, outcome, { isReport, nowMs }));
  const said = isReport ? [diffReported(judged)] : appliedAndAvailable(judged);
  const types = new Set(said.map(({ type }) => type));
  let conditions = (work.status?.conditions ?? []).filter(({ type }) => types.has(type));
  const { generation } = work.metadata;
  for (const condition of said) {
    const observed = generation === undefined ? condition : { ...condition, observedGeneration: generation };
    conditions = withCondition(conditions, observed, nowMs);
  }
  return { ...work.status, conditions, manifestConditions };
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

const reported = new Set(['NoDiffFound', 'FoundDiff']);

function diffReported(judged: readonly Judged[]): NewCondition {
  const total = judged.length;
  const done = judged.filter(({ reason }) => reported.has(reason)).length;
  if (done < total) {
    const message = `Failed to report diff on all manifests (${done} of ${total} manifests have reported diff)`;
    return { type: 'DiffReported', status: 'False', reason: 'SomeManifestsHaveNotReportedDiff', message };
  }
  const message = 'All the specified manifests have reported diff';
  return { type: 'DiffReported', status: 'True', reason: 'AllManifestsDiffReported', message };
}

function manifestStatus(
  work: Work,
  outcome: Judged,
  { isReport, nowMs }: { readonly isReport: boolean; readonly nowMs: number },
): ManifestCondition {
  const { identifier } = outcome.manifest;
  const before = knownStatus(work, identifier);
  const observedGeneration = outcome.object?.metadata.generation ?? 0;
  const said = isReport ? [diffCondition(outcome)] : applyConditions(outcome);
  const types = new Set(said.map(({ type }) => type));
  let conditions = (before?.conditions ?? []).filter(({ type }) => types.has(type));
  for (const condition of said)
    conditions = withCondition(conditions, { ...condition, observedGeneration }, nowMs);
  return { identifier, conditions, ...details(outcome, before, nowMs) };
}

function knownStatus(work: Work, identifier: ManifestCondition['identifier']): ManifestCondition | undefined {
  return work.status?.manifestConditions?.find(
    (known) =>
      identityOf(known.identifier) === identityOf(identifier) && known.identifier.name === identifier.name,
  );
}

function applyConditions({ isApplied, reason, message, availability }: Judged): NewCondition[] {
  const applied: NewCondition = { type: 'Applied', status: isApplied ? 'True' : 'False', reason, message };
  if (!availability) return [applied];
  const words: Record<Availability, NewCondition> = {
    Available: { type: 'Available', status: 'True', reason: 'Available', message: 'Manifest is available' },
    NotTrackable: {
      type: 'Available',
      status: 'True',
      reason: 'NotTrackable',
      message: "Manifest's availability is not trackable",
    },
    NotAvailableYet: {
      type: 'Available',
      status: 'False',
      reason: 'ManifestNotAvailableYet',
      message: 'Manifest is not yet available; Fleet will check again later',
    },
  };
  return [applied, words[availability]];
}

function diffCondition({ reason, message }: Judged): NewCondition {
  if (reported.has(reason)) return { type: 'DiffReported', status: 'True', reason, message };
  const why = `An error blocks the diff reporting process (${reason}, error: ${message})`;
  return { type: 'DiffReported', status: 'False', reason: 'FailedToReportDiff', message: why };
}

/** Drifts and differences, with when they were first seen. */
function details(
  { drifts, diffs, object }: Judged,
  before: ManifestCondition | undefined,
  nowMs: number,
): Partial<ManifestCondition> {
  const now = rfc3339Seconds(nowMs);
  // A manifest without an object on the member has nothing to observe.
  const observed = object ? { observedInMemberClusterGeneration: object.metadata.generation ?? 0 } : {};
  const firstSeen = (part: string, field: string): string => {
    const value = Object(before?.[part])[field];
    return typeof value === 'string' ? value : now;
  };
  return {
    ...(drifts && drifts.length > 0
      ? {
          driftDetails: {
            observationTime: now,
            firstDriftedObservedTime: firstSeen('driftDetails', 'firstDriftedObservedTime'),
            observedInMemberClusterGeneration: object?.metadata.generation ?? 0,
            observedDrifts: [...drifts],
          },
        }
      : {}),
    ...(diffs && diffs.length > 0
      ? {
          diffDetails: {
            observationTime: now,
            firstDiffedObservedTime: firstSeen('diffDetails', 'firstDiffedObservedTime'),
            ...observed,
            observedDiffs: [...diffs],
          },
        }
      : {}),
  };
}

/** Noted before anything is applied, so that nothing that is applied is ever forgotten. */
export function preparedStatus(work: Work, outcomes: readonly Outcome['manifest'][], nowMs: number): Status {
  const manifestConditions = outcomes.map(({ identifier }): ManifestCondition => {
    const before = knownStatus(work, identifier);
    if (before) return { ...before, identifier };
    const condition: NewCondition = {
      type: 'Applied',
      status: 'False',
      reason: 'PreparingToProcess',
      message: 'The manifest is being prepared for processing.',
      observedGeneration: 0,
    };
    return { identifier, conditions: withCondition([], condition, nowMs) };
  });
  return { ...work.status, conditions: work.status?.conditions ?? [], manifestConditions };
}

/** True when everything is applied and available, or every difference is told. */
export function isSettled(status: Status): boolean {
  return ['Available', 'DiffReported'].some((type) => isTrue(status.conditions, type));
}
