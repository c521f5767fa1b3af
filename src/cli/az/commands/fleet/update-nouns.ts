import type { JsonObject } from '../../../../base/index.ts';
import type { Flag } from '../../declaration.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { fillModel, type Model, systemDataModel, time } from '../../shape/flatten.ts';
import { fleetPath } from './noun.ts';

/** The version whose stage files the documentation shows: selectors of members, allowed failures, scheduled starts. */
const updateApiVersion = '2026-06-02-preview';

const errorModel: Model = { additionalInfo: null, code: null, details: null, message: null, target: null };
const statusModel: Model = { completedTime: time, error: errorModel, startTime: time, state: null };
const gateConfigurationModel: Model = {
  displayName: null,
  scheduledStartConfiguration: { startDay: null, startTime: null, utcOffset: null },
  type: null,
};

const stepModel = {
  afterGates: [gateConfigurationModel],
  beforeGates: [gateConfigurationModel],
  maxAllowedFailures: null,
  maxConcurrency: null,
  memberSelector: { byLabel: null },
  name: null,
} as const satisfies Model;

const strategyModel: Model = {
  stages: [{ ...stepModel, afterStageWaitInSeconds: null, groups: [stepModel] }],
};

const gateStatusModel: Model = { displayName: null, gateId: null, status: statusModel };
const stepStatusModel = {
  afterGates: [gateStatusModel],
  beforeGates: [gateStatusModel],
  failureCount: null,
  maxAllowedFailures: null,
  maxConcurrency: null,
  name: null,
  status: statusModel,
} as const satisfies Model;

const memberStatusModel: Model = {
  clusterResourceId: null,
  message: null,
  name: null,
  operationId: null,
  status: statusModel,
};

const head = {
  eTag: null,
  id: null,
  name: null,
  provisioningState: null,
  systemData: systemDataModel,
  type: null,
} as const satisfies Model;

const updateRunModel: Model = {
  ...head,
  autoUpgradeProfileId: null,
  managedClusterUpdate: {
    nodeImageSelection: { customNodeImageVersions: [{ version: null }], type: null },
    upgrade: { kubernetesVersion: null, type: null },
  },
  status: {
    failureCount: null,
    nodeImageSelection: { selectedNodeImageVersions: [{ version: null }] },
    stages: [
      {
        ...stepStatusModel,
        afterStageWaitStatus: { status: statusModel, waitDurationInSeconds: null },
        groups: [{ ...stepStatusModel, members: [memberStatusModel] }],
      },
    ],
    status: statusModel,
  },
  strategy: strategyModel,
  updateStrategyId: null,
};

const autoUpgradeProfileModel: Model = {
  ...head,
  autoUpgradeProfileStatus: {
    lastTriggerError: null,
    lastTriggerMessage: null,
    lastTriggerStatus: null,
    lastTriggerUpgradeVersions: null,
    lastTriggeredAt: null,
  },
  channel: null,
  disabled: null,
  longTermSupport: null,
  nodeImageSelection: { type: null },
  targetKubernetesVersion: null,
  updateStrategyId: null,
};

const gateModel: Model = {
  ...head,
  displayName: null,
  gateType: null,
  scheduledStartProperties: { absoluteStartTime: time, startDay: null, startTime: null, utcOffset: null },
  state: null,
  target: { id: null, updateRunProperties: { group: null, name: null, stage: null, timing: null } },
};

function child(type: string, name: Flag<string>, model: Model): Noun {
  return {
    path: `${fleetPath.replace('{name}', '{fleetName}')}/${type}/{name}`,
    apiVersion: updateApiVersion,
    names: {
      resourceGroup: resourceGroup(),
      fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
      name,
    },
    present: (body: JsonObject) => fillModel(model, body),
  };
}

/** An update run. */
export const updateRun = child(
  'updateRuns',
  required('--name -n', 'Specify name for the update run.'),
  updateRunModel,
);

/** An update run as `wait` names it. */
export const awaitedUpdateRun = child(
  'updateRuns',
  required('--update-run-name', 'The name of the update run.'),
  updateRunModel,
);

/** An update strategy. */
export const updateStrategy = child(
  'updateStrategies',
  required('--name -n', 'Specify name for the fleet update strategy.'),
  { ...head, strategy: strategyModel },
);

/** An update strategy as `wait` names it. */
export const awaitedUpdateStrategy = child(
  'updateStrategies',
  required('--update-strategy-name', 'The name of the update strategy.'),
  { ...head, strategy: strategyModel },
);

/** An auto-upgrade profile. */
export const autoUpgradeProfile = child(
  'autoUpgradeProfiles',
  required('--name -n', 'Specify name for the auto upgrade profile.'),
  autoUpgradeProfileModel,
);

/** An auto-upgrade profile as `wait` and `generate-update-run` name it. */
export function namedProfile(flags: string): Noun {
  const name = required(flags, 'The name of the auto upgrade profile.');
  return child('autoUpgradeProfiles', name, autoUpgradeProfileModel);
}

/** A gate of an update run. */
export const gate = child(
  'gates',
  required('--gate-name --gate --name -n', 'Specify the gate name, a GUID that its update run shows.'),
  gateModel,
);

/** What az says before each command of gates. */
export const gateNotice =
  "Command group 'fleet gate' is in preview and under development. Reference and support levels: https://aka.ms/CLI_refstatus";
