import { findCondition, type NewCondition } from '../../apimachinery/conditions.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import { notBuiltReason } from '../fleet-kinds/not-built.ts';
import { fleetKey } from '../kinds/fleet.ts';
import type {
  Binding,
  ManifestCondition,
  ResourceReport,
  ResourceReports,
  Work,
} from '../kinds/placement.ts';

const listLimit = 100;

type Said = Pick<NewCondition, 'type' | 'status' | 'reason' | 'message'>;

const said = (type: string, status: Said['status'], reason: string, message: string): Said => ({
  type,
  status,
  reason,
  message,
});

/** What a binding says of its Works, in the order of the steps. */
export function conditionsOf(
  binding: Binding,
  works: readonly Work[],
  { justWritten }: { readonly justWritten: boolean },
): readonly Said[] {
  const first = [
    said(
      'Overridden',
      'True',
      'NoOverrideSpecified',
      'No override rules are configured for the selected resources',
    ),
    said('WorkSynchronized', 'True', 'AllWorkSynced', 'All of the works are synchronized to the latest'),
  ];
  if (binding.spec.applyStrategy?.type === 'ReportDiff') return [...first, diffCondition(works, justWritten)];
  if (justWritten)
    return [...first, said('Applied', 'False', 'ApplyInProgress', 'Resources are being applied')];
  const applied = appliedCondition(works);
  return applied.status === 'True' ? [...first, applied, availableCondition(works)] : [...first, applied];
}

/** The synchronisation failed: nothing after it is known. */
export function failedConditions(step: 'Overridden' | 'WorkSynchronized', message: string): readonly Said[] {
  if (step === 'Overridden') {
    const text = `Failed to apply the override rules on the resources: ${message}`;
    return [said('Overridden', 'False', 'OverriddenFailed', text)];
  }
  return [
    said(
      'Overridden',
      'True',
      'NoOverrideSpecified',
      'No override rules are configured for the selected resources',
    ),
    said(
      'WorkSynchronized',
      'False',
      'SyncWorkFailed',
      `Failed to synchronize the work to the latest: ${message}`,
    ),
  ];
}

/** Overrides name what would be placed: to place it unchanged would be to claim what did not happen. */
export function overrideNotBuilt(overrides: readonly string[]): readonly Said[] {
  const message = `Applying overrides is not built in Drydock yet, and these select resources of the placement for this cluster, to which nothing is brought until they are removed: ${overrides.join(', ')}`;
  return [said('Overridden', 'False', notBuiltReason, message)];
}

/** The condition of a Work, if it is said of the Work as it is now. */
function currentOf(work: Work, type: string): FullCondition | undefined {
  const condition = findCondition(work.status?.conditions, type);
  return condition?.observedGeneration === work.metadata.generation ? condition : undefined;
}

function appliedCondition(works: readonly Work[]): Said {
  const reason = 'NotAllWorkHaveBeenApplied';
  const open = works.find((work) => !currentOf(work, 'Applied'));
  if (open) {
    const message = `Work object ${open.metadata.name} has not yet completed the apply op`;
    return said('Applied', 'False', reason, message);
  }
  const failed = works.find((work) => currentOf(work, 'Applied')?.status === 'False');
  if (failed)
    return said('Applied', 'False', reason, `Work object ${failed.metadata.name} has failed to apply`);
  return said('Applied', 'True', 'AllWorkHaveBeenApplied', 'All corresponding work objects are applied');
}

function availableCondition(works: readonly Work[]): Said {
  const open = works.find((work) => !currentOf(work, 'Available'));
  if (open) {
    const message = `Work object ${open.metadata.name} has not yet completed availability check`;
    return said('Available', 'False', 'NotAllWorkAreAvailable', message);
  }
  const failed = works.find((work) => currentOf(work, 'Available')?.status === 'False');
  if (failed) {
    const message = `Work object ${failed.metadata.name} is not yet available`;
    return said('Available', 'False', 'NotAllWorkAreAvailable', message);
  }
  const untrackable = works.find((work) => currentOf(work, 'Available')?.reason === 'WorkNotTrackable');
  if (untrackable) {
    const message = `The availability of work object ${untrackable.metadata.name} is not trackable`;
    return said('Available', 'True', 'NotAllWorkAreAvailabilityTrackable', message);
  }
  return said('Available', 'True', 'AllWorkAreAvailable', 'All corresponding work objects are available');
}

function diffCondition(works: readonly Work[], justWritten: boolean): Said {
  if (justWritten) {
    return said(
      'DiffReported',
      'False',
      'DiffReportInProgress',
      'Diff reporting on resources is in progress',
    );
  }
  const reason = 'NotAllWorkHaveDiffReported';
  const open = works.find((work) => !currentOf(work, 'DiffReported'));
  if (open) {
    const message = `Work object ${open.metadata.name} has not yet completed diff reporting`;
    return said('DiffReported', 'False', reason, message);
  }
  const failed = works.find((work) => currentOf(work, 'DiffReported')?.status === 'False');
  if (failed) {
    return said(
      'DiffReported',
      'False',
      reason,
      `Work object ${failed.metadata.name} has failed to report diff`,
    );
  }
  const message = 'All corresponding work objects have reported diff';
  return said('DiffReported', 'True', 'AllWorkHaveDiffReported', message);
}

/** Resources that failed, drifted or differ, gathered from all Works. */
export function reportsOf(works: readonly Work[]): ResourceReports {
  const failed: ResourceReport[] = [];
  const drifted: ResourceReport[] = [];
  const diffed: ResourceReport[] = [];
  for (const work of works) {
    for (const manifest of work.status?.manifestConditions ?? []) {
      const identifier = identify(manifest, work);
      const condition = failureOf(manifest);
      if (condition) failed.push({ ...identifier, condition });
      const { driftDetails, diffDetails } = manifest;
      if (driftDetails) {
        const { observedInMemberClusterGeneration: generation, ...rest } = Object(driftDetails);
        drifted.push({ ...identifier, ...rest, targetClusterObservedGeneration: generation ?? 0 });
      }
      if (diffDetails) {
        const { observedInMemberClusterGeneration: generation, ...rest } = Object(diffDetails);
        diffed.push({
          ...identifier,
          ...rest,
          ...(generation === undefined ? {} : { targetClusterObservedGeneration: generation }),
        });
      }
    }
  }
  return {
    ...(failed.length > 0 ? { failedPlacements: failed.slice(0, listLimit) } : {}),
    ...(drifted.length > 0 ? { driftedPlacements: drifted.slice(0, listLimit) } : {}),
    ...(diffed.length > 0 ? { diffedPlacements: diffed.slice(0, listLimit) } : {}),
  };
}

/** Being prepared is no failure: it has not been tried yet. */
function failureOf(manifest: ManifestCondition): FullCondition | undefined {
  const applied = findCondition(manifest.conditions, 'Applied');
  if (applied?.status === 'False') return applied;
  const available = findCondition(manifest.conditions, 'Available');
  return available?.status === 'False' ? available : undefined;
}

function identify({ identifier }: ManifestCondition, work: Work): ResourceReport {
  const { group, version = '', kind = '', name = '', namespace } = identifier;
  const type = work.metadata.labels?.[fleetKey('envelope-work')];
  const envelopeNamespace = work.metadata.labels?.[fleetKey('envelope-namespace')];
  return {
    ...(group ? { group } : {}),
    version,
    kind,
    name,
    ...(namespace ? { namespace } : {}),
    ...(type
      ? {
          envelope: {
            name: work.metadata.labels?.[fleetKey('envelope-name')] ?? '',
            ...(envelopeNamespace ? { namespace: envelopeNamespace } : {}),
            type,
          },
        }
      : {}),
  };
}
