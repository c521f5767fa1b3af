/** Group versions of the real server v1.34 that `--runtime-config` may name: those that it serves, those that are off, others. */
const groups: Readonly<Record<string, { on?: string; off?: string; named?: string }>> = {
  '': { on: 'v1' },
  'admission.k8s.io': { named: 'v1 v1beta1' },
  'admissionregistration.k8s.io': { on: 'v1', off: 'v1beta1 v1alpha1' },
  apps: { on: 'v1', named: 'v1beta1 v1beta2' },
  'authentication.k8s.io': { on: 'v1', off: 'v1beta1 v1alpha1' },
  'authorization.k8s.io': { on: 'v1', named: 'v1beta1' },
  autoscaling: { on: 'v1 v2', named: 'v2beta1 v2beta2' },
  batch: { on: 'v1', named: 'v1beta1' },
  'certificates.k8s.io': { on: 'v1', off: 'v1beta1 v1alpha1' },
  'coordination.k8s.io': { on: 'v1', off: 'v1beta1 v1alpha2' },
  'discovery.k8s.io': { on: 'v1', named: 'v1beta1' },
  'events.k8s.io': { on: 'v1', named: 'v1beta1' },
  extensions: { named: 'v1beta1' },
  'flowcontrol.apiserver.k8s.io': { on: 'v1', off: 'v1beta1 v1beta2 v1beta3' },
  'imagepolicy.k8s.io': { named: 'v1alpha1' },
  'internal.apiserver.k8s.io': { off: 'v1alpha1' },
  'networking.k8s.io': { on: 'v1', off: 'v1beta1' },
  'node.k8s.io': { on: 'v1', named: 'v1alpha1 v1beta1' },
  policy: { on: 'v1', named: 'v1beta1' },
  'rbac.authorization.k8s.io': { on: 'v1', named: 'v1alpha1 v1beta1' },
  'resource.k8s.io': { on: 'v1', off: 'v1beta1 v1beta2 v1alpha3' },
  'scheduling.k8s.io': { on: 'v1', named: 'v1alpha1 v1beta1' },
  'storage.k8s.io': { on: 'v1', off: 'v1beta1 v1alpha1' },
  'storagemigration.k8s.io': { off: 'v1alpha1' },
};

function places(sorts: readonly ('on' | 'off' | 'named')[]): ReadonlySet<string> {
  return new Set(
    Object.entries(groups).flatMap(([group, versions]) =>
      sorts.flatMap((sort) => (versions[sort]?.split(' ') ?? []).map((version) => `${group}/${version}`)),
    ),
  );
}

/** All that may be named, as `group/version`; the core group is ''. */
export const knownVersions = places(['on', 'off', 'named']);
/** What `api/all`, `api/beta` and such switch. */
export const switchedVersions = places(['on', 'off']);
export const usualVersions = places(['on']);
