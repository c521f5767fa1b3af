import { createHash } from 'node:crypto';
import type { KubeObject } from '../../apimachinery/client.ts';
import { isObject } from '../../base/index.ts';
import { fleetKey, memberNamespace } from '../kinds/fleet.ts';
import {
  parentBindingLabel,
  parentLabel,
  parentNamespaceLabel,
  parentSnapshotIndexLabel,
  parentSnapshotNameAnnotation,
  resourceIndexLabel,
  subindexAnnotation,
} from '../kinds/fleet-names.ts';
import { type Binding, type ResourceSnapshot, type Work, works } from '../kinds/placement.ts';
import { isEnvelope } from '../placement/snapshots.ts';

/** Contents of an envelope that may not be placed: only a change of the envelope helps. */
export class EnvelopeError extends Error {}

const hashOfNothing = createHash('sha256').update('null').digest('hex');

/** The Works that a binding asks for: one per snapshot object, one per envelope. */
export function worksOf(binding: Binding, group: readonly ResourceSnapshot[]): Work[] {
  const [master] = group;
  if (!master) return [];
  return group.flatMap((snapshot) => {
    const name = workName(binding, snapshot);
    const resources = snapshot.spec.selectedResources;
    const plain = resources.filter((object) => !isEnvelope(object));
    const own = workOf(binding, master, { name, manifests: plain, labels: {} });
    const wrapped = resources
      .filter(isEnvelope)
      .map((envelope) => envelopeWork(binding, master, { envelope, name }));
    return [own, ...wrapped];
  });
}

function workName(binding: Binding, snapshot: ResourceSnapshot): string {
  const placement = binding.metadata.labels?.[parentLabel] ?? '';
  const { namespace } = binding.metadata;
  const base = namespace ? `${namespace}.${placement}` : placement;
  const subindex = snapshot.metadata.annotations?.[subindexAnnotation];
  return subindex === undefined ? `${base}-work` : `${base}-${subindex}`;
}

interface Content {
  readonly name: string;
  readonly manifests: KubeObject[];
  readonly labels: { readonly [key: string]: string };
}

function workOf(binding: Binding, master: ResourceSnapshot, { name, manifests, labels }: Content): Work {
  const { namespace: placementNamespace } = binding.metadata;
  const { applyStrategy, targetCluster } = binding.spec;
  return {
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: {
      name,
      namespace: memberNamespace(targetCluster),
      labels: {
        [parentBindingLabel]: binding.metadata.name ?? '',
        [parentLabel]: binding.metadata.labels?.[parentLabel] ?? '',
        [parentSnapshotIndexLabel]: master.metadata.labels?.[resourceIndexLabel] ?? '',
        ...(placementNamespace ? { [parentNamespaceLabel]: placementNamespace } : {}),
        ...labels,
      },
      annotations: {
        [parentSnapshotNameAnnotation]: master.metadata.name ?? '',
        [fleetKey('parent-resource-override-snapshot-hash')]: hashOfNothing,
        [fleetKey('parent-cluster-resource-override-snapshot-hash')]: hashOfNothing,
      },
    },
    spec: { ...(applyStrategy ? { applyStrategy } : {}), workload: { manifests } },
  };
}

function envelopeWork(
  binding: Binding,
  master: ResourceSnapshot,
  { envelope, name }: { readonly envelope: KubeObject; readonly name: string },
): Work {
  const { kind, metadata } = envelope;
  const { name: envelopeName = '', namespace = '' } = metadata;
  const digest = createHash('sha256').update(`${kind}/${namespace}/${envelopeName}`).digest('hex');
  const labels = {
    [fleetKey('envelope-work')]: kind,
    [fleetKey('envelope-name')]: envelopeName,
    ...(namespace ? { [fleetKey('envelope-namespace')]: namespace } : {}),
  };
  return workOf(binding, master, {
    name: `${name}-envelope-${digest.slice(0, 16)}`,
    manifests: unwrap(envelope),
    labels,
  });
}

function unwrap(envelope: KubeObject): KubeObject[] {
  const data = isObject(envelope['data']) ? envelope['data'] : {};
  const { namespace } = envelope.metadata;
  const texts = Object.values(data).map((value) => JSON.stringify(value));
  return texts
    .sort()
    .reverse()
    .map((text) => {
      const manifest: unknown = JSON.parse(text);
      if (!isObject(manifest) || !isObject(manifest['metadata'])) {
        throw new EnvelopeError(
          `a manifest of ${envelope.kind} "${envelope.metadata.name}" is not an object`,
        );
      }
      const inside = manifest['metadata']['namespace'];
      if (envelope.kind === 'ClusterResourceEnvelope' && inside) {
        throw new EnvelopeError('a ClusterResourceEnvelope cannot hold namespaced objects');
      }
      if (envelope.kind === 'ResourceEnvelope' && inside !== namespace) {
        throw new EnvelopeError(
          `a ResourceEnvelope can hold only objects of its own namespace "${namespace}"`,
        );
      }
      // Raw JSON in an envelope: the member's server will judge it.
      return manifest as KubeObject;
    });
}
