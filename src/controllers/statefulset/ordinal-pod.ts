import { isObject, type Json } from '../../base/index.ts';
import { type ControllerRevision, type StatefulSet, statefulSets, type VolumeClaim } from '../kinds/apps.ts';
import { type Pod, pods } from '../kinds/core.ts';
import { controllerReference } from '../shared/owners.ts';
import { fromTemplate } from '../shared/pods.ts';
import { revisionLabel, templateIn } from '../shared/revisions.ts';

/** The number at the end of the name of one of the set's pods. */
export function ordinalOf(pod: Pod, set: StatefulSet): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const { name = '' } = pod.metadata;
  if (!name.startsWith(prefix)) return undefined;
  const digits = name.slice(prefix.length);
  return /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : undefined;
}

/** The pod with this number, as the revision has it. */
export function ordinalPod(set: StatefulSet, ordinal: number, revision: ControllerRevision): Pod {
  const { metadata, spec } = fromTemplate(templateIn(revision, set.spec.template));
  const { name: setName = '', namespace = '' } = set.metadata;
  const name = `${setName}-${ordinal}`;
  const labels = {
    ...metadata.labels,
    'apps.kubernetes.io/pod-index': String(ordinal),
    [revisionLabel]: revision.metadata.name ?? '',
    'statefulset.kubernetes.io/pod-name': name,
  };
  const { serviceName } = set.spec;
  const volumes = volumesOf(set, ordinal, spec['volumes']);
  return {
    apiVersion: pods.apiVersion,
    kind: pods.kind,
    metadata: {
      ...metadata,
      name,
      namespace,
      labels,
      ownerReferences: [controllerReference(statefulSets, set)],
    },
    spec: {
      ...spec,
      hostname: name,
      ...(serviceName ? { subdomain: serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

function claimName(template: VolumeClaim, set: StatefulSet, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

function volumesOf(set: StatefulSet, ordinal: number, declared: Json | undefined): Json[] {
  const claims = (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    name: template.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(template, set, ordinal) },
  }));
  const names = new Set(claims.map(({ name }) => name));
  const others = (Array.isArray(declared) ? declared : []).filter(
    (volume) => !isObject(volume) || !names.has(String(volume['name'])),
  );
  return [...claims, ...others];
}

/** The claims that the pod with this number uses. */
export function claimsOf(set: StatefulSet, ordinal: number): VolumeClaim[] {
  const { namespace = '' } = set.metadata;
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(template, set, ordinal),
      namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations ? { annotations: template.metadata.annotations } : {}),
    },
    ...(template.spec ? { spec: template.spec } : {}),
  }));
}
