import type { FleetKind } from './definition.ts';
import { placementCategories, placementGroup } from './placement.ts';
import { noNamespacedPlacement, placementIsImmutable } from './rules.ts';
import { bytes, object, ruled, type Schema } from './schema.ts';
import { clusterResourceOverrideSpec, resourceOverrideSpec, type Version } from './shapes.ts';

const common = {
  group: placementGroup,
  categories: placementCategories,
  versions: ['v1', 'v1alpha1', 'v1beta1'],
} as const;

function specOf(spec: Schema, version: Version): Schema {
  return version === 'v1alpha1' ? spec : ruled(spec, placementIsImmutable);
}

function snapshotFields(spec: Schema): FleetKind['fields'] {
  return (version) => ({
    'spec*': object({ 'overrideHash*': bytes, 'overrideSpec*': specOf(spec, version) }),
  });
}

export const overrideKinds: readonly FleetKind[] = [
  {
    ...common,
    kind: 'ClusterResourceOverride',
    plural: 'clusterresourceoverrides',
    scope: 'Cluster',
    description: 'Changes cluster-scoped resources on their way to chosen members.',
    rules: () => [noNamespacedPlacement],
    fields: (version) => ({ 'spec*': specOf(clusterResourceOverrideSpec, version) }),
  },
  {
    ...common,
    kind: 'ClusterResourceOverrideSnapshot',
    plural: 'clusterresourceoverridesnapshots',
    scope: 'Cluster',
    description: 'A ClusterResourceOverride as it was at one moment.',
    fields: snapshotFields(clusterResourceOverrideSpec),
  },
  {
    ...common,
    kind: 'ResourceOverride',
    plural: 'resourceoverrides',
    scope: 'Namespaced',
    description: 'Changes resources of its namespace on their way to chosen members.',
    fields: (version) => ({ 'spec*': specOf(resourceOverrideSpec, version) }),
  },
  {
    ...common,
    kind: 'ResourceOverrideSnapshot',
    plural: 'resourceoverridesnapshots',
    scope: 'Namespaced',
    description: 'A ResourceOverride as it was at one moment.',
    fields: snapshotFields(resourceOverrideSpec),
  },
];
