import { findCondition, withCondition } from '../../apimachinery/conditions.ts';
import type { ManifestCondition, Work } from '../kinds/placement.ts';
import { summaryOf } from '../shared/report-size.ts';

/** A Work as JSON; API servers and their stores take objects up to about 1.5 MiB. */
const workBytes = 1_415_578;
const trimmedType = 'StatusTrimmed';

type Status = NonNullable<Work['status']>;

/**
 * The status, if the Work fits with it. Else its long parts are cut: of drifts and differences stays the first place and
 * how many more there are, and the statuses of objects go. What has none of these has nothing to cut and is not measured.
 */
export function withinLimit(work: Work, status: Status, nowMs: number): Status {
  const { manifestConditions = [] } = status;
  const conditions = status.conditions.filter(({ type }) => type !== trimmedType);
  if (!manifestConditions.some(hasLongParts)) return { ...status, conditions };
  const excessBytes = Buffer.byteLength(JSON.stringify({ ...work, status })) - workBytes;
  if (excessBytes <= 0) return { ...status, conditions };
  const before = findCondition(work.status?.conditions, trimmedType);
  const condition = {
    type: trimmedType,
    status: 'True',
    reason: 'Oversized',
    message: `The status data (drift/diff details and back-reported status) has been trimmed due to size constraints (${excessBytes} bytes over limit ${workBytes})`,
    ...(work.metadata.generation === undefined ? {} : { observedGeneration: work.metadata.generation }),
  } as const;
  const known = before ? [...conditions, before] : conditions;
  return {
    ...status,
    conditions: withCondition(known, condition, nowMs),
    manifestConditions: manifestConditions.map(trimmed),
  };
}

function hasLongParts({ driftDetails, diffDetails, backReportedStatus }: ManifestCondition): boolean {
  return Boolean(driftDetails ?? diffDetails ?? backReportedStatus);
}

function trimmed(manifest: ManifestCondition): ManifestCondition {
  const { backReportedStatus: _, ...rest } = manifest;
  const { driftDetails, diffDetails } = manifest;
  return {
    ...rest,
    ...(driftDetails && {
      driftDetails: { ...driftDetails, observedDrifts: summaryOf(driftDetails.observedDrifts) },
    }),
    ...(diffDetails && {
      diffDetails: { ...diffDetails, observedDiffs: summaryOf(diffDetails.observedDiffs) },
    }),
  };
}
