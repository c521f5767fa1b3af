import { type DaemonSet, daemonSets } from '../kinds/apps.ts';
import { type NodeSelectorTerm, type Pod, pods, type Toleration } from '../kinds/core.ts';
import { controllerReference } from '../shared/owners.ts';
import { fromTemplate } from '../shared/pods.ts';
import { revisionLabel } from '../shared/revisions.ts';

/** Daemons stay on nodes that are in trouble. */
const daemonTolerations: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

/** A set's pod for one node: it asks the scheduler for that node and no other. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const { metadata, spec } = fromTemplate(set.spec.template);
  const { name = '', namespace = '', annotations } = set.metadata;
  const generation = annotations?.['deprecated.daemonset.template.generation'] ?? '1';
  const labels = { ...metadata.labels, [revisionLabel]: hash, 'pod-template-generation': generation };
  const tolerations = [...(spec.tolerations ?? []), ...daemonTolerations];
  return {
    apiVersion: pods.apiVersion,
    kind: pods.kind,
    metadata: {
      ...metadata,
      labels,
      generateName: `${name}-`,
      namespace,
      ownerReferences: [controllerReference(daemonSets, set)],
    },
    spec: { ...spec, tolerations, affinity: onlyOn(node, spec.affinity) },
  };
}

function onlyOn(node: string, affinity: Pod['spec']['affinity']): NonNullable<Pod['spec']['affinity']> {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const { nodeAffinity } = affinity ?? {};
  const known = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const nodeSelectorTerms: NodeSelectorTerm[] =
    known.length > 0 ? known.map((term) => ({ ...term, matchFields })) : [{ matchFields }];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { ...affinity, nodeAffinity: { ...nodeAffinity, ...required } };
}

/** The node on which a daemon's pod is, or for which it is meant. */
export function nodeOf(pod: Pod): string {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0] ?? '';
}
