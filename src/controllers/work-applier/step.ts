import type { KubeObject } from '../../apimachinery/client.ts';
import type { AppliedWork, ApplyStrategy, Difference, ManifestIdentifier } from '../kinds/placement.ts';
import type { ServedKind } from '../shared/discovery.ts';
import type { WorkApplierContext } from './context.ts';

export const fieldManager = 'work-api-agent';

/** What a manifest's condition gives as its reason. */
export type Reason =
  | 'Applied'
  | 'AppliedWithFailedDriftDetection'
  | 'DecodingErred'
  | 'FoundGenerateName'
  | 'Duplicated'
  | 'FailedToFindObjInMemberCluster'
  | 'FailedToTakeOver'
  | 'NotTakenOver'
  | 'FailedToRunDriftDetection'
  | 'FoundDrifts'
  | 'FoundDriftsInDegradedMode'
  | 'ManifestApplyFailed'
  | 'NoDiffFound'
  | 'FoundDiff'
  | 'FoundDiffInDegradedMode'
  | 'FailedToReportDiff';

/** A manifest of a Work with what is known of it before anything is applied. */
export interface Manifest {
  readonly identifier: ManifestIdentifier;
  /** Undefined when it cannot be decoded. */
  readonly object: KubeObject | undefined;
  readonly kind: ServedKind | undefined;
  readonly problem: { readonly reason: Reason; readonly message: string } | undefined;
}

/** What became of one manifest. */
export interface Outcome {
  readonly manifest: Manifest;
  readonly reason: Reason;
  /** What went wrong. */
  readonly error?: string;
  readonly isApplied: boolean;
  /** The object on the member, once there is one. */
  readonly object: KubeObject | undefined;
  readonly drifts?: readonly Difference[];
  readonly diffs?: readonly Difference[];
}

export interface Applying {
  readonly owner: AppliedWork;
  readonly strategy: ApplyStrategy;
  readonly context: WorkApplierContext;
}

/** A manifest on its way: `wanted` is what is applied of it. */
export interface Step extends Applying {
  readonly kind: ServedKind;
  readonly wanted: KubeObject;
}

/** A step that cannot go on, with the reason that the manifest's condition gets. */
export class StepFailure extends Error {
  readonly reason: Reason;
  readonly found: Pick<Outcome, 'drifts' | 'diffs'>;

  constructor(reason: Reason, message: string, found: Pick<Outcome, 'drifts' | 'diffs'> = {}) {
    super(message);
    this.reason = reason;
    this.found = found;
  }
}

/** What a server's refusal is called in KubeFleet's messages. */
export const serverError = 'error returned by the API server';
