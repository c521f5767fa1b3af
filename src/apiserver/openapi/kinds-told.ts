import type { JsonObject } from '../../base/index.ts';
import type { TypeFacts } from '../../kinds/catalog.ts';

/** Group versions that share the kinds of options and events, those too that are served nowhere. */
const sharing: Readonly<Record<string, string>> = {
  '': 'v1',
  'admission.k8s.io': 'v1 v1beta1',
  'admissionregistration.k8s.io': 'v1 v1alpha1 v1beta1',
  'apiextensions.k8s.io': 'v1 v1beta1',
  'apiregistration.k8s.io': 'v1 v1beta1',
  apps: 'v1 v1beta1 v1beta2',
  'authentication.k8s.io': 'v1 v1alpha1 v1beta1',
  'authorization.k8s.io': 'v1 v1beta1',
  autoscaling: 'v1 v2 v2beta1 v2beta2',
  batch: 'v1 v1beta1',
  'certificates.k8s.io': 'v1 v1alpha1 v1beta1',
  'coordination.k8s.io': 'v1 v1alpha2 v1beta1',
  'discovery.k8s.io': 'v1 v1beta1',
  'events.k8s.io': 'v1 v1beta1',
  extensions: 'v1beta1',
  'flowcontrol.apiserver.k8s.io': 'v1 v1beta1 v1beta2 v1beta3',
  'imagepolicy.k8s.io': 'v1alpha1',
  'internal.apiserver.k8s.io': 'v1alpha1',
  'networking.k8s.io': 'v1 v1beta1',
  'node.k8s.io': 'v1 v1alpha1 v1beta1',
  policy: 'v1 v1beta1',
  'rbac.authorization.k8s.io': 'v1 v1alpha1 v1beta1',
  'resource.k8s.io': 'v1 v1alpha3 v1beta1 v1beta2',
  'scheduling.k8s.io': 'v1 v1alpha1 v1beta1',
  'storage.k8s.io': 'v1 v1alpha1 v1beta1',
  'storagemigration.k8s.io': 'v1alpha1',
};

/** `x-kubernetes-group-version-kind` of a type that is a kind, as in the real server v1.34; empty for one that is none. */
export function kindsTold({
  group,
  version,
  shortName: kind,
  definitionName,
  fields,
}: TypeFacts): JsonObject[] {
  if (!definitionName.startsWith('io.k8s.apimachinery.')) {
    return fields.has('metadata') && fields.has('kind') ? [{ group, kind, version }] : [];
  }
  if (kind === 'DeleteOptions' || kind === 'WatchEvent') {
    return Object.entries(sharing).flatMap(([home, versions]) =>
      versions.split(' ').map((each) => ({ group: home, kind, version: each })),
    );
  }
  return kindsOfMeta.has(kind) ? [{ group: '', kind, version }] : [];
}

const kindsOfMeta = new Set(['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'Status']);
