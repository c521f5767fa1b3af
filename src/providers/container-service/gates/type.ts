import {
  ArmError,
  isAtLeastVersion,
  type ListCall,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { conform } from '../../shape.ts';
import { fleetVersions } from '../api-versions.ts';
import { filtered } from '../list-filter.ts';
import { shownIn } from '../shown-members.ts';
import { misfits } from '../update-strategies/shape.ts';
import { requiredPropertyMissing } from '../update-strategies/strategy.ts';
import { gateStateOf } from './record.ts';

/**
 * Gates of update runs: each is made by its run when that comes to it, opened by a PATCH of its state, and goes with the run.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/update-strategies-gates-approvals
 */
export const gates: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/gates',
  apiVersions: fleetVersions.filter((version) => isAtLeastVersion(version, '2025-04-01-preview')),
  scope: 'proxy',
  name: {
    pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    rule: 'a lower-case GUID',
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'patch'],
  patchable: ['properties'],
  etagMember: 'eTag',
  list: listGates,
  conform: conformGate,
  prepare,
  present: ({ properties }, { apiVersion }) => shownIn(apiVersion, properties),
};

function conformGate(body: JsonObject): JsonObject {
  const shape = { state: 'text', displayName: 'text', gateType: 'text' } as const;
  const at = { path: 'properties', faults: misfits };
  const properties = conform(body['properties'] ?? {}, shape, at);
  // Merged with the gate as it stands, its absence could not be told any more.
  if (!new Fields(properties).has('state')) throw requiredPropertyMissing('GatePatchProperties.State');
  return { ...body, properties };
}

function prepare(write: ResourceWrite): ResourceDraft {
  const { stored } = write;
  // Only runs make gates; `verbs` leaves nothing but PATCH, which never creates.
  if (!stored) throw new ArmError(405, 'MethodNotAllowed', 'Gates are made by update runs.');
  const asked = new Fields(write.body['properties'], 'properties');
  refuseOtherChanges(stored.properties, asked.value);
  const state = asked.choice('state', ['Pending', 'Completed', 'Skipped']);
  if (state !== 'Completed') {
    throw asked.wrong(
      'state',
      `a gate can be set to Completed only; groups and stages are skipped with their run`,
    );
  }
  const before = gateStateOf(stored);
  if (before !== 'Pending') {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The gate '${stored.name}' cannot be completed: its state is ${before} already.`,
      { target: 'properties.state' },
    );
  }
  return { properties: { ...stored.properties, state } };
}

function refuseOtherChanges(stored: JsonObject, asked: JsonObject): void {
  for (const [name, value] of Object.entries(asked)) {
    if (name === 'state' || name === 'provisioningState' || jsonEqual(value ?? null, stored[name] ?? null))
      continue;
    throw new ArmError(
      400,
      'PropertyChangeNotAllowed',
      `Changing property 'properties.${name}' is not allowed.`,
      { target: `properties.${name}` },
    );
  }
}

function listGates({ records, query }: ListCall): readonly ResourceRecord[] {
  const runOf = ({ properties }: ResourceRecord) => {
    const target = new Fields(properties).object('target');
    return target.object('updateRunProperties');
  };
  return filtered(records, query.get('$filter'), {
    state: gateStateOf,
    gateType: ({ properties }) => new Fields(properties).string('gateType'),
    displayName: ({ properties }) => new Fields(properties).string('displayName'),
    'target/updateRunProperties/name': (gate) => runOf(gate).string('name'),
    'target/updateRunProperties/stage': (gate) => runOf(gate).string('stage'),
    'target/updateRunProperties/group': (gate) => runOf(gate).string('group'),
  });
}
