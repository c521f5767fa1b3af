import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';

/** APIServices of what this server answers itself. */

/** The label of those that the server makes, and when it makes them. */
export const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export function serviceName({ group, version }: GroupVersion): string {
  return `${version}.${group}`;
}

/** Where groups stand among each other, and versions within theirs, as in the real server: API reference, APIServiceSpec. */
const priorities: Readonly<Record<string, readonly [group: number, version: number]>> = {
  'v1.': [18_000, 1],
  'v1.events.k8s.io': [17_750, 15],
  'v1.apps': [17_800, 15],
  'v1.authentication.k8s.io': [17_700, 15],
  'v1.authorization.k8s.io': [17_600, 15],
  'v1.autoscaling': [17_500, 15],
  'v2.autoscaling': [17_500, 30],
  'v1.batch': [17_400, 15],
  'v1.certificates.k8s.io': [17_300, 15],
  'v1.networking.k8s.io': [17_200, 15],
  'v1.policy': [17_100, 15],
  'v1.rbac.authorization.k8s.io': [17_000, 15],
  'v1.storage.k8s.io': [16_800, 15],
  'v1.apiextensions.k8s.io': [16_700, 15],
  'v1.admissionregistration.k8s.io': [16_700, 15],
  'v1.scheduling.k8s.io': [16_600, 15],
  'v1.coordination.k8s.io': [16_500, 15],
  'v1.node.k8s.io': [16_300, 15],
  'v1.discovery.k8s.io': [16_200, 15],
  'v1.resource.k8s.io': [16_200, 21],
  'v1.flowcontrol.apiserver.k8s.io': [16_100, 21],
};
const customPriority = [1_000, 100] as const;
/** What lists APIServices is behind none itself. */
const ownGroup = 'apiregistration.k8s.io';

/** Of the groups that every server has: made at the start as far as they are missing. */
export function builtInServices({ shared }: ResourceRegistry, nowMs: number): JsonObject[] {
  const found = new Map<string, GroupVersion>();
  for (const { definition } of shared.all) {
    if (definition.group !== ownGroup) found.set(serviceName(definition), definition);
  }
  return [...found.values()].map((each) => localService(each, { managed: 'onstart', nowMs }));
}

/** Of a group version that CustomResourceDefinitions bring. */
export function customService(of: GroupVersion, nowMs: number): JsonObject {
  return localService(of, { managed: 'true', nowMs });
}

function localService(
  of: GroupVersion,
  { managed, nowMs }: { readonly managed: 'onstart' | 'true'; readonly nowMs: number },
): JsonObject {
  const name = serviceName(of);
  const [groupPriorityMinimum, versionPriority] = priorities[name] ?? customPriority;
  const since = rfc3339Seconds(nowMs);
  return {
    kind: 'APIService',
    apiVersion: `${ownGroup}/v1`,
    metadata: { name, labels: { [managedLabel]: managed } },
    spec: {
      ...(of.group !== '' && { group: of.group }),
      version: of.version,
      groupPriorityMinimum,
      versionPriority,
    },
    status: { conditions: [{ type: 'Available', ...locallyAvailable, lastTransitionTime: since }] },
  };
}

/** The condition `Available` without its time. */
export interface Availability extends JsonObject {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const locallyAvailable: Availability = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};
