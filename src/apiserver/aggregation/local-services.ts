import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { type GroupVersion, localPriority } from '../discovery/priorities.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';

/** APIServices of what this server answers itself. */

/** The label of those that the server makes, and when it makes them. */
export const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

export function serviceName({ group, version }: GroupVersion): string {
  return `${version}.${group}`;
}

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
  const { group: groupPriorityMinimum, version: versionPriority } = localPriority(of);
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
