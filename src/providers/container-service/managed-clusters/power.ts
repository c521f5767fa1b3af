import { ArmError, type ResourceAction, type ResourceRecord } from '../../../arm/index.ts';
import { type Power, powerOf } from './power-state.ts';
import { fleetIdOf } from './record.ts';

/**
 * Starting and stopping a cluster; the loop does it.
 * Source: https://learn.microsoft.com/azure/aks/start-stop-cluster
 */
export const powerActions: Readonly<Record<string, ResourceAction>> = {
  start: { mode: 'converged', change: ({ record }) => withPower(record, 'Running') },
  stop: { mode: 'converged', change: ({ record }) => withPower(record, 'Stopped') },
};

const verbs = {
  Running: { state: 'Starting', doing: 'starting' },
  Stopped: { state: 'Stopping', doing: 'stopping' },
} as const;

function withPower(record: ResourceRecord, power: Power): ResourceRecord {
  refuseHubPower(record);
  const { state, doing } = verbs[power];
  if (powerOf(record) === power) throw cannotBeDone(record, doing);
  return { ...record, internal: { ...record.internal, power }, provisioningState: state };
}

/** The hub of a fleet runs as long as the fleet does. */
function refuseHubPower(record: ResourceRecord): void {
  const fleetId = fleetIdOf(record);
  if (!fleetId) return;
  throw new ArmError(
    403,
    'DenyAssignmentAuthorizationFailed',
    `The resource '${record.id}' is managed by the fleet '${fleetId}'. A deny assignment of the fleet forbids stopping and starting it.`,
  );
}

/** A stopped cluster can be started and deleted, nothing else. */
export function refuseStopped(record: ResourceRecord | undefined): void {
  if (!record || powerOf(record) === 'Running') return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `${stateOf(record)}, updating cannot be performed. Start the cluster first.`,
  );
}

function cannotBeDone(record: ResourceRecord, doing: string): ArmError {
  return new ArmError(400, 'BadRequest', `${stateOf(record)}, ${doing} cannot be performed`);
}

function stateOf(record: ResourceRecord): string {
  return `managed cluster is in Provisioning State(${record.provisioningState}) and Power State(${powerOf(record)})`;
}
