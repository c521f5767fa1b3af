import type { JsonObject } from '../../../../../base/index.ts';
import type { Call, Flags } from '../../../declaration.ts';
import { list, text } from '../../../declare/flags.ts';
import { readLabels } from '../../../shape/labels.ts';

/** Printed before every command of the group. */
export const previewNotice =
  "Command group 'fleet namespace' is in preview and under development. Reference and support levels: https://aka.ms/CLI_refstatus";

const traffic = ['DenyAll', 'AllowAll', 'AllowSameNamespace'];

/** Flags that say what a managed namespace is to be. */
export const namespaceFlags = {
  labels: text('--labels', 'Blank-separated labels in one argument: "key=value key=value".'),
  annotations: text('--annotations', 'Blank-separated annotations in one argument: "key=value key=value".'),
  cpuRequests: text('--cpu-requests', 'CPU that workloads of the namespace may request in all, e.g. 1000m.'),
  cpuLimits: text('--cpu-limits', 'Sum of the CPU limits of workloads in the namespace, e.g. 2000m.'),
  memoryRequests: text(
    '--memory-requests',
    'Memory that workloads of the namespace may request in all, e.g. 500Mi.',
  ),
  memoryLimits: text('--memory-limits', 'Sum of the memory limits of workloads in the namespace, e.g. 1Gi.'),
  ingressPolicy: text('--ingress-policy', 'What may reach the pods of the namespace.', { choices: traffic }),
  egressPolicy: text('--egress-policy', 'What the pods of the namespace may reach.', { choices: traffic }),
  memberClusterNames: list('--member-cluster-names', 'Blank-separated names of members to place it on.'),
} as const;

type Given = Call<typeof namespaceFlags & Flags>['flags'];

function some(members: Readonly<Record<string, string | undefined>>): JsonObject | undefined {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** `managedNamespaceProperties` of the flags; empty when none was given. */
export function namespaceBody(given: Given): JsonObject {
  const quota = some({
    cpuRequest: given.cpuRequests,
    cpuLimit: given.cpuLimits,
    memoryRequest: given.memoryRequests,
    memoryLimit: given.memoryLimits,
  });
  const network = some({ ingress: given.ingressPolicy, egress: given.egressPolicy });
  return {
    ...(given.labels !== undefined && { labels: readLabels(given.labels) }),
    ...(given.annotations !== undefined && { annotations: readLabels(given.annotations) }),
    ...(quota && { defaultResourceQuota: quota }),
    ...(network && { defaultNetworkPolicy: network }),
  };
}

/** `propagationPolicy` onto members by name; undefined without names. */
export function propagationBody(names: readonly string[] | undefined): JsonObject | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const policy = { placementType: 'PickFixed', clusterNames: [...names] };
  return { type: 'Placement', placementProfile: { defaultClusterResourcePlacement: { policy } } };
}
