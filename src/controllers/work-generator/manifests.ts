import { createHash } from 'node:crypto';
import type { KubeObject } from '../../apimachinery/client.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { isObject } from '../../base/index.ts';
import { fleetKey, memberNamespace } from '../kinds/fleet.ts';
import {
  clusterOverrideHashAnnotation,
  overrideHashAnnotation,
  parentBindingLabel,
  parentLabel,
  parentNamespaceLabel,
  parentSnapshotIndexLabel,
  parentSnapshotNameAnnotation,
  resourceIndexLabel,
  subindexAnnotation,
} from '../kinds/fleet-names.ts';
import {
  type Binding,
  type ReportBackStrategy,
  type ResourceSnapshot,
  type Work,
  works,
} from '../kinds/placement.ts';
import { isEnvelope } from '../shared/envelopes.ts';
import { contentHash } from '../shared/template-hash.ts';
import { OverrideError, type Overriding, shown } from './overrides.ts';

/** Contents of an envelope or a snapshot that may not be placed: only a change of them helps. */
export class ContentError extends Error {}

/** A Work that a binding asks for. */
export interface WantedWork {
  /** The Work without its manifests: by it one sees whether the Work that is there is still the right one. */
  readonly frame: Work;
  /** What lies in it, as the cluster is to have it. Throws ContentError and OverrideError. */
  manifests(overriding: Overriding): KubeObject[];
}

/** The Works that a binding asks for: one per snapshot object, one per envelope. */
export function worksOf(
  binding: Binding,
  group: readonly ResourceSnapshot[],
  reportBackStrategy: ReportBackStrategy | undefined,
): WantedWork[] {
  const [master] = group;
  if (!master) return [];
  const { applyStrategy } = binding.spec;
  const common: Common = {
    ...commonMetadata(binding, master),
    spec: {
      ...(applyStrategy ? { applyStrategy } : {}),
      ...(reportBackStrategy ? { reportBackStrategy } : {}),
    },
  };
  return group.flatMap((snapshot) => {
    const name = workName(binding, snapshot);
    const resources = snapshot.spec.selectedResources;
    const own: WantedWork = {
      frame: frameOf(binding, common, { name, labels: {} }),
      manifests: (overriding) =>
        resources
          .filter((object) => !isEnvelope(object))
          .flatMap((object) => overriding(inside(binding, object)) ?? []),
    };
    const wrapped = resources.filter(isEnvelope).map(
      (envelope): WantedWork => ({
        frame: frameOf(binding, common, envelopeName(envelope, name)),
        manifests: (overriding) =>
          unwrap(envelope).flatMap(
            (object) => overriddenIn(envelope, inside(binding, object), overriding) ?? [],
          ),
      }),
    );
    return [own, ...wrapped];
  });
}

/**
 * The object, which a placement in a namespace may only have there. Selection sees to that; a snapshot that somebody
 * wrote by hand has not been there.
 */
function inside({ metadata: { namespace } }: Binding, object: KubeObject): KubeObject {
  if (namespace === undefined || object.metadata.namespace === namespace) return object;
  throw new ContentError(`${shown(object)} is not in namespace "${namespace}", where its placement is`);
}

function workName(binding: Binding, snapshot: ResourceSnapshot): string {
  const placement = binding.metadata.labels?.[parentLabel] ?? '';
  const { namespace } = binding.metadata;
  const base = namespace ? `${namespace}.${placement}` : undotted(placement);
  const subindex = snapshot.metadata.annotations?.[subindexAnnotation];
  return subindex === undefined ? `${base}-work` : `${base}-${subindex}`;
}

/** A dot stands after a namespace: the name of a placement of the hub that has dots must not read like one with it. */
function undotted(placement: string): string {
  if (!placement.includes('.')) return placement;
  return `${placement.replaceAll('.', '-')}-${digestOf(placement).slice(0, 8)}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type Texts = Readonly<Record<string, string>>;

/** What all Works of a binding have in common. */
interface Common {
  readonly labels: Texts;
  readonly annotations: Texts;
  /** How they are to be applied. */
  readonly spec: Work['spec'];
}

/** What all Works of a binding say of where they come from. */
function commonMetadata({ metadata, spec }: Binding, master: ResourceSnapshot): Omit<Common, 'spec'> {
  const { namespace } = metadata;
  const { clusterResourceOverrideSnapshots, resourceOverrideSnapshots } = spec;
  return {
    labels: {
      [parentBindingLabel]: metadata.name ?? '',
      [parentLabel]: metadata.labels?.[parentLabel] ?? '',
      [parentSnapshotIndexLabel]: master.metadata.labels?.[resourceIndexLabel] ?? '',
      ...(namespace ? { [parentNamespaceLabel]: namespace } : {}),
    },
    annotations: {
      [parentSnapshotNameAnnotation]: master.metadata.name ?? '',
      [overrideHashAnnotation]: contentHash(resourceOverrideSnapshots ?? null),
      [clusterOverrideHashAnnotation]: contentHash(clusterResourceOverrideSnapshots ?? null),
    },
  };
}

interface Named {
  readonly name: string;
  readonly labels: Texts;
}

function frameOf({ spec }: Binding, common: Common, { name, labels }: Named): Work {
  const { targetCluster } = spec;
  return {
    apiVersion: works.apiVersion,
    kind: works.kind,
    metadata: {
      name,
      namespace: memberNamespace(targetCluster),
      labels: { ...common.labels, ...labels },
      annotations: { ...common.annotations },
    },
    spec: common.spec,
  };
}

function envelopeName({ kind, metadata }: KubeObject, work: string): Named {
  const { name = '', namespace = '' } = metadata;
  const digest = digestOf(`${kind}/${namespace}/${name}`);
  return {
    name: `${work}-envelope-${digest.slice(0, 16)}`,
    labels: {
      [fleetKey('envelope-work')]: kind,
      [fleetKey('envelope-name')]: name,
      ...(namespace ? { [fleetKey('envelope-namespace')]: namespace } : {}),
    },
  };
}

function overriddenIn(
  envelope: KubeObject,
  object: KubeObject,
  overriding: Overriding,
): KubeObject | undefined {
  try {
    return overriding(object);
  } catch (thrown) {
    if (!(thrown instanceof OverrideError)) throw thrown;
    const where = `failed to apply overrides to ${shown(object)} from envelope ${objectKey(envelope)}`;
    throw new OverrideError(`${where}: ${thrown.message}`);
  }
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
        throw new ContentError(`a manifest of ${envelope.kind} "${envelope.metadata.name}" is not an object`);
      }
      const inside = manifest['metadata']['namespace'];
      if (envelope.kind === 'ClusterResourceEnvelope' && inside) {
        throw new ContentError('a ClusterResourceEnvelope cannot hold namespaced objects');
      }
      if (envelope.kind === 'ResourceEnvelope' && inside !== namespace) {
        throw new ContentError(
          `a ResourceEnvelope can hold only objects of its own namespace "${namespace}"`,
        );
      }
      // Raw JSON in an envelope: the member's server will judge it.
      return manifest as KubeObject;
    });
}
