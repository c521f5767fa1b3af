import { ignoringMissing, isConflict, refOf } from '../../apimachinery/kinds.ts';
import { canonicalJson, jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { Service } from '../kinds/core.ts';
import { type EndpointSlice, type Endpoints, endpointSlices, endpoints } from '../kinds/discovery.ts';
import type { ClusterContext } from '../shared/context.ts';
import { controllerReference } from '../shared/owners.ts';
import { type Mirrored, mirrored } from './mirrored.ts';

interface MirrorContext extends ClusterContext {
  readonly services: Informer<Service>;
  readonly written: Informer<Endpoints>;
  readonly slices: Informer<EndpointSlice>;
  /** The slices that mirror the Endpoints of a key. */
  slicesOf(key: string): readonly EndpointSlice[];
}

export const mirrorName = 'endpointslice-mirroring';

const serviceName = 'kubernetes.io/service-name';
const managedBy = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslicemirroring-controller.k8s.io';
const skipped = 'endpointslice.kubernetes.io/skip-mirror';
const leader = 'control-plane.alpha.kubernetes.io/leader';
const changedAt = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The key of the Endpoints that a slice mirrors; undefined for slices of others. */
export function ofMirror({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[serviceName];
  return name && metadata.labels?.[managedBy] === manager ? `${metadata.namespace}/${name}` : undefined;
}

/** One pass over Endpoints: their slices say the same, or go when others look after the Service. */
export async function reconcileMirror(key: string, context: MirrorContext): Promise<undefined> {
  const written = context.written.get(key);
  const service = context.services.get(key);
  const present = context.slicesOf(key).filter(({ metadata }) => !metadata.deletionTimestamp);
  const isMirrored = written && isMeant(written) && service && !service.spec.selector;
  const wanted = isMirrored ? mirrored(written) : [];
  try {
    await write(written, { wanted, present }, context);
  } catch (thrown) {
    // Whoever changed a slice brings another pass.
    if (!isConflict(thrown)) throw thrown;
  }
  return undefined;
}

function isMeant({ metadata }: Endpoints): boolean {
  if (metadata.deletionTimestamp || metadata.labels?.[skipped] === 'true') return false;
  return metadata.annotations?.[leader] === undefined;
}

async function write(
  written: Endpoints | undefined,
  { wanted, present }: { wanted: readonly Mirrored[]; present: readonly EndpointSlice[] },
  context: MirrorContext,
): Promise<void> {
  const left = new Set(present);
  const alike = Map.groupBy(present, ({ addressType, ports = [] }) => addressType + canonicalJson(ports));
  for (const content of wanted) {
    if (!written) break;
    const current = alike.get(content.addressType + canonicalJson(content.ports))?.shift();
    const slice = sliceOf(written, content);
    if (!current) {
      context.slices.observe(await context.client.create(endpointSlices, slice));
      continue;
    }
    left.delete(current);
    const { labels = {}, annotations = {} } = slice.metadata;
    const isSame =
      jsonEqual(current.endpoints ?? [], content.endpoints) &&
      jsonEqual(current.metadata.labels ?? {}, labels) &&
      jsonEqual(current.metadata.annotations ?? {}, annotations);
    if (isSame) continue;
    const metadata = { ...current.metadata, labels, annotations };
    context.slices.observe(
      await context.client.update(endpointSlices, { ...current, metadata, endpoints: content.endpoints }),
    );
  }
  for (const surplus of left) await ignoringMissing(context.client.delete(endpointSlices, refOf(surplus)));
}

function sliceOf(written: Endpoints, content: Mirrored): EndpointSlice {
  const { name = '', namespace = '', labels = {} } = written.metadata;
  const { [changedAt]: _at, ...annotations } = written.metadata.annotations ?? {};
  return {
    apiVersion: endpointSlices.apiVersion,
    kind: endpointSlices.kind,
    metadata: {
      ...{ generateName: `${name}-`, namespace },
      labels: { ...labels, [managedBy]: manager, [serviceName]: name },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [controllerReference(endpoints, written)],
    },
    ...content,
  };
}
