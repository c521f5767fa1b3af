import type { KubeObject } from '../../apimachinery/client.ts';
import { isObject } from '../../base/index.ts';

const envelopeKinds = new Set(['ClusterResourceEnvelope', 'ResourceEnvelope']);

/** Whether an object is a parcel: what lies in it is placed, and the object itself is not. */
export function isEnvelope(object: KubeObject): boolean {
  return (
    isObject(object) &&
    envelopeKinds.has(object.kind) &&
    object.apiVersion.startsWith('placement.kubernetes-fleet.io/')
  );
}

/**
 * The objects in an envelope that it may hold: those of the hub, or those of its namespace. What else lies in it is
 * left out here; that it is wrong is said where the envelope is unwrapped.
 */
export function contentOf(envelope: KubeObject): readonly KubeObject[] {
  const data = isObject(envelope['data']) ? Object.values(envelope['data']) : [];
  const { namespace = '' } = envelope.metadata;
  return data.filter((value): value is KubeObject => {
    if (!isObject(value) || !isObject(value['metadata'])) return false;
    return (value['metadata']['namespace'] ?? '') === namespace;
  });
}
