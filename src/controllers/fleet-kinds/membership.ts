import { age, column, type FleetKind, wide } from './definition.ts';
import { nameBelow64 } from './rules.ts';
import {
  atomic,
  described,
  int32,
  list,
  mapOf,
  object,
  oneOf,
  range,
  type Schema,
  string,
  withDefault,
} from './schema.ts';
import { agentStatus, condition, conditions, propertyValue, resourceUsage, type Version } from './shapes.ts';

const group = 'cluster.kubernetes-fleet.io';
const categories = ['fleet', 'fleet-cluster'];

const heartbeatPeriodSeconds: Schema = described(
  'Seconds between two heartbeats of the member agent.',
  withDefault(60, range(int32, 1, 600)),
);

/** What both the member cluster and its internal twin report. */
function reported(version: Version): Record<string, Schema | undefined> {
  return {
    agentStatus: described('What each agent on the member last reported.', list(agentStatus)),
    namespaces: version === 'v1beta1' ? mapOf(string) : undefined,
    properties: described('Observed facts about the member, by name.', mapOf(propertyValue)),
    resourceUsage: described('Capacity and free resources of the member.', resourceUsage),
  };
}

export const memberCluster: FleetKind = {
  group,
  kind: 'MemberCluster',
  plural: 'memberclusters',
  shortName: 'cluster',
  categories,
  scope: 'Cluster',
  versions: ['v1', 'v1beta1'],
  status: 'subresource',
  description: 'A cluster that is, or is about to be, a member of the fleet.',
  rules: () => [nameBelow64],
  fields: (version) => ({
    'spec*': described(
      'How the cluster takes part in the fleet.',
      object({
        deleteOptions:
          version === 'v1beta1'
            ? object({ validationMode: withDefault('Strict', oneOf('Skip', 'Strict')) })
            : undefined,
        heartbeatPeriodSeconds,
        'identity*': described(
          'The user, group or service account as which the member agent calls the hub.',
          atomic(object({ apiGroup: string, 'kind*': string, 'name*': string, namespace: string })),
        ),
        taints: described(
          'Keep placements away that do not tolerate them.',
          list(object({ 'effect*': oneOf('NoSchedule'), 'key*': string, value: string }), { maxItems: 100 }),
        ),
      }),
    ),
    status: described('What the hub knows about the member.', object({ ...reported(version), conditions })),
  }),
  columns: () => [
    column('Joined', '.status.conditions[?(@.type=="Joined")].status'),
    age,
    // Upstream shows the next four by default; Azure's hub prints the first two columns only.
    wide(
      column(
        'Member-Agent-Last-Seen',
        '.status.agentStatus[?(@.type=="MemberAgent")].lastReceivedHeartbeat',
        'date',
      ),
    ),
    wide(column('Node-Count', '.status.properties.kubernetes-fleet\\.io/node-count.value')),
    wide(column('Available-CPU', '.status.resourceUsage.available.cpu')),
    wide(column('Available-Memory', '.status.resourceUsage.available.memory')),
    wide(column('Allocatable-CPU', '.status.resourceUsage.allocatable.cpu')),
    wide(column('Allocatable-Memory', '.status.resourceUsage.allocatable.memory')),
  ],
};

export const internalMemberCluster: FleetKind = {
  group,
  kind: 'InternalMemberCluster',
  plural: 'internalmemberclusters',
  shortName: 'imc',
  categories,
  scope: 'Namespaced',
  versions: ['v1', 'v1beta1'],
  status: 'subresource',
  description: 'The hub asks a member agent to join or leave through it, and the agent reports in it.',
  fields: (version) => ({
    'spec*': object({ heartbeatPeriodSeconds, 'state*': string }),
    status: object({ ...reported(version), conditions: list(condition) }),
  }),
  columns: () => [age],
};
