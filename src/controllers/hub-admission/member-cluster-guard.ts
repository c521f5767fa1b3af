import { readMetadata } from '../../apimachinery/metadata.ts';
import { objectAt, textAt } from '../../apimachinery/read.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { HubWrite, Verdict } from './contract.ts';
import { isTrusted } from './reserved.ts';

const annotationPrefix = 'fleet.azure.com';

/**
 * Members come and go by Resource Manager. Others may change labels, taints and annotations that are not the fleet's;
 * of a member that somebody made without the fleet, the rest of the spec as well.
 */
export function memberClusterVerdict(
  write: HubWrite,
  rules: {
    readonly isAgentName: (username: string) => boolean;
    readonly notAllowed: (write: HubWrite) => string;
  },
): Verdict {
  const { object, old, user } = write;
  const refusal = isTrusted(user) ? undefined : rules.notAllowed(write);
  if (!object || !old) return refusal;
  const [before, after] = [fleetAnnotations(old), fleetAnnotations(object)];
  const wasAnnotated = Object.keys(before).length > 0;
  const isAnnotated = Object.keys(after).length > 0;
  if (wasAnnotated && !isAnnotated) {
    return 'no user is allowed to remove all fleet pre-fixed annotations from a fleet member cluster';
  }
  if (wasAnnotated || rules.isAgentName(textAt(old, 'spec', 'identity', 'name'))) {
    const changed = !jsonEqual(guardedPart(object), guardedPart(old)) || !keepsAll(before, after);
    return changed ? refusal : undefined;
  }
  if (isAnnotated) {
    return 'no user is allowed to add a fleet pre-fixed annotation to an upstream member cluster';
  }
  return jsonEqual(object['status'] ?? {}, old['status'] ?? {}) ? undefined : refusal;
}

function fleetAnnotations(object: JsonObject): JsonObject {
  const annotations = Object.entries(objectAt(object, 'metadata', 'annotations'));
  return Object.fromEntries(annotations.filter(([key]) => key.startsWith(annotationPrefix)));
}

function keepsAll(before: JsonObject, after: JsonObject): boolean {
  return Object.entries(before).every(([key, value]) => after[key] === value);
}

/** Metadata that the server keeps, and what everybody may change. */
const freeMetadata = new Set([
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'labels',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** What only those change whom the guard rail lets pass. */
function guardedPart(object: JsonObject): JsonObject {
  const { taints: _, ...spec } = objectAt(object, 'spec');
  const metadata = Object.entries(readMetadata(object)).filter(([name]) => !freeMetadata.has(name));
  return { spec, metadata: Object.fromEntries(metadata), status: objectAt(object, 'status') };
}
