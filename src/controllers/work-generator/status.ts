import type { NewCondition } from '../../apimachinery/conditions.ts';
import type { Binding, Work } from '../kinds/placement.ts';
import { currentOf } from './reports.ts';

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
    overriddenCondition(binding),
    said('WorkSynchronized', 'True', 'AllWorkSynced', 'All of the works are synchronized to the latest'),
  ];
  if (binding.spec.applyStrategy?.type === 'ReportDiff') return [...first, diffCondition(works, justWritten)];
  if (justWritten)
    return [...first, said('Applied', 'False', 'ApplyInProgress', 'Resources are being applied')];
  const applied = appliedCondition(works);
  return applied.status === 'True' ? [...first, applied, availableCondition(works)] : [...first, applied];
}

function overriddenCondition({ spec }: Binding): Said {
  const { clusterResourceOverrideSnapshots = [], resourceOverrideSnapshots = [] } = spec;
  if (clusterResourceOverrideSnapshots.length + resourceOverrideSnapshots.length === 0) {
    const message = 'No override rules are configured for the selected resources';
    return said('Overridden', 'True', 'NoOverrideSpecified', message);
  }
  const message = 'Successfully applied the override rules on the resources';
  return said('Overridden', 'True', 'OverriddenSucceeded', message);
}

/** A step of the synchronisation that did not succeed. */
export interface Failure {
  readonly step: 'Overridden' | 'WorkSynchronized';
  readonly message: string;
}

/** The synchronisation failed: nothing after it is known. */
export function failedConditions(binding: Binding, { step, message }: Failure): readonly Said[] {
  if (step === 'Overridden') {
    const text = `Failed to apply the override rules on the resources: ${message}`;
    return [said('Overridden', 'False', 'OverriddenFailed', text)];
  }
  const text = `Failed to synchronize the work to the latest: ${message}`;
  return [overriddenCondition(binding), said('WorkSynchronized', 'False', 'SyncWorkFailed', text)];
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
