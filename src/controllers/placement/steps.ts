/** A step that a resource takes on its way to a cluster, with what is said of it. */
export interface Step {
  readonly type: string;
  readonly done: { readonly reason: string; readonly message: (clusters: number) => string };
  readonly failed: { readonly reason: string; readonly message: (clusters: number) => string };
  readonly open: { readonly reason: string; readonly doing: string; readonly ofCluster: string };
}

const rolloutStarted: Step = {
  type: 'RolloutStarted',
  done: {
    reason: 'RolloutStarted',
    message: (n) => `All ${n} cluster(s) start rolling out the latest resource`,
  },
  failed: {
    reason: 'RolloutNotStartedYet',
    message: (n) => `The rollout is being blocked by the rollout strategy in ${n} cluster(s)`,
  },
  open: {
    reason: 'RolloutStartedUnknown',
    doing: 'deciding whether to roll out the latest resources or not',
    ofCluster: 'In the process of deciding whether to roll out some version of the resources or not',
  },
};

const overridden: Step = {
  type: 'Overridden',
  done: {
    reason: 'OverriddenSucceeded',
    message: (n) => `The selected resources are successfully overridden in ${n} cluster(s)`,
  },
  failed: { reason: 'OverriddenFailed', message: (n) => `Failed to override resources in ${n} cluster(s)` },
  open: {
    reason: 'OverriddenPending',
    doing: 'overriding the selected resources if there is any override defined',
    ofCluster: 'In the process of overriding the selected resources if there is any override defined',
  },
};

const workSynchronized: Step = {
  type: 'WorkSynchronized',
  done: {
    reason: 'WorkSynchronized',
    message: (n) => `Work(s) are successfully created or updated in ${n} target cluster(s)' namespaces`,
  },
  failed: {
    reason: 'WorkNotSynchronizedYet',
    message: (n) => `There are ${n} cluster(s) which have not finished creating or updating work(s) yet`,
  },
  open: {
    reason: 'WorkSynchronizedUnknown',
    doing: 'creating or updating the work object(s) in the hub cluster',
    ofCluster: 'In the process of creating or updating the work object(s) in the hub cluster',
  },
};

const applied: Step = {
  type: 'Applied',
  done: {
    reason: 'ApplySucceeded',
    message: (n) => `The selected resources are successfully applied to ${n} cluster(s)`,
  },
  failed: {
    reason: 'ApplyFailed',
    message: (n) =>
      `Failed to apply resources to ${n} cluster(s), please check the \`failedPlacements\` status`,
  },
  open: {
    reason: 'ApplyPending',
    doing: 'applying the resources on the member cluster',
    ofCluster: 'In the process of applying the resources on the member cluster',
  },
};

const available: Step = {
  type: 'Available',
  done: {
    reason: 'ResourceAvailable',
    message: (n) => `The selected resources in ${n} cluster(s) are available now`,
  },
  failed: {
    reason: 'ResourceNotAvailableYet',
    message: (n) => `The selected resources in ${n} cluster(s) are still not available yet`,
  },
  open: {
    reason: 'ResourceAvailableUnknown',
    doing: 'checking the availability of the selected resources',
    // The blank at the end is upstream's.
    ofCluster: 'The availability of the selected resources is unknown yet ',
  },
};

const diffReported: Step = {
  type: 'DiffReported',
  done: {
    reason: 'DiffReportingCompleted',
    message: (n) => `Diff reporting in ${n} cluster(s) has been completed`,
  },
  failed: {
    reason: 'DiffReportingIncompleteOrFailed',
    message: (n) => `Diff reporting in ${n} clusters is still in progress or has failed`,
  },
  open: {
    reason: 'DiffReportingPending',
    doing: 'checking for configuration differences',
    ofCluster: 'In the process of checking for configuration differences',
  },
};

const common = [rolloutStarted, overridden, workSynchronized] as const;

/** The steps after scheduling, in order. */
export function stepsOf(applyType: string | undefined): readonly Step[] {
  return applyType === 'ReportDiff' ? [...common, diffReported] : [...common, applied, available];
}

/** True in its own way: nothing had to be overridden. */
export const noOverride = {
  reason: 'NoOverrideSpecified',
  message: 'No override rules are configured for the selected resources',
} as const;
