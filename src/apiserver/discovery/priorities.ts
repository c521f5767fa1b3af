import { compareVersions } from './versions.ts';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Where a group version stands: what is higher comes first. */
export interface Priority {
  readonly group: number;
  readonly version: number;
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
  'v1beta1.admissionregistration.k8s.io': [16_700, 12],
  'v1alpha1.admissionregistration.k8s.io': [16_700, 9],
  'v1.scheduling.k8s.io': [16_600, 15],
  'v1.coordination.k8s.io': [16_500, 15],
  'v1.node.k8s.io': [16_300, 15],
  'v1.discovery.k8s.io': [16_200, 15],
  'v1.resource.k8s.io': [16_200, 21],
  'v1.flowcontrol.apiserver.k8s.io': [16_100, 21],
};
const customPriority = [1_000, 100] as const;

/** Of what is served here. */
export function localPriority({ group, version }: GroupVersion): Priority {
  const [ofGroup, ofVersion] = priorities[`${version}.${group}`] ?? customPriority;
  return { group: ofGroup, version: ofVersion };
}

/** The group of APIServices is before all others: no priority leads past it. */
export const firstGroup = 'apiregistration.k8s.io';

interface Placed {
  readonly name: string;
  readonly priority: number;
}

/** Groups: the highest priority first, then by name. */
export function compareGroups(a: Placed, b: Placed): number {
  if (a.name === firstGroup || b.name === firstGroup)
    return a.name === b.name ? 0 : a.name === firstGroup ? -1 : 1;
  return b.priority - a.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Versions of one group. */
export function comparePlacedVersions(
  a: { readonly version: string; readonly priority: number },
  b: { readonly version: string; readonly priority: number },
): number {
  return b.priority - a.priority || compareVersions(a.version, b.version);
}
