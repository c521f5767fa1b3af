import type { Write } from '../../apimachinery/admission.ts';
import type { UserInfo } from '../../apimachinery/contract.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';
import { objectAt, textAt } from '../../apimachinery/read.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { Verdict } from './contract.ts';
import { isMaster, isTrusted } from './reserved.ts';

const annotationPrefix = 'fleet.azure.com';

/** Labels that everybody may change, whoever's member it is. */
const freeLabelPrefix = 'kubernetes-fleet.io/';

/** How this hub tells what is the fleet's. */
export interface FleetNames {
  /** Whether that is what the fleet calls the agent of a member. */
  isAgentName(username: string): boolean;
  /** Whether somebody was recognised by Azure: his members are made by Resource Manager. */
  isOfAzure(user: UserInfo): boolean;
}

/**
 * The fleet's members come and go by Resource Manager, as do their labels, and whom Azure knows makes none here. Others
 * may change taints and annotations that are not the fleet's; of a member that somebody made without the fleet, labels
 * and the rest of the spec as well.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-fleet#labels; KubeFleet,
 * `--deny-modify-member-cluster-labels`
 */
export function memberClusterVerdict(
  write: Write,
  rules: FleetNames & { notAllowed(write: Write): string },
): Verdict {
  const { object, old, user } = write;
  const refusal = isTrusted(user) ? undefined : rules.notAllowed(write);
  if (!object || !old) {
    return isOfFleet(object ?? old ?? {}, rules) || rules.isOfAzure(user) ? refusal : undefined;
  }
  const [before, after] = [fleetAnnotations(old), fleetAnnotations(object)];
  const wasAnnotated = Object.keys(before).length > 0;
  const isAnnotated = Object.keys(after).length > 0;
  if (wasAnnotated && !isAnnotated) {
    return 'no user is allowed to remove all fleet pre-fixed annotations from a fleet member cluster';
  }
  if (isAnnotated && !wasAnnotated) {
    return 'no user is allowed to add a fleet pre-fixed annotation to an upstream member cluster';
  }
  if (isOfFleet(old, rules)) {
    if (!isMaster(user) && !jsonEqual(guardedLabels(object), guardedLabels(old))) {
      return 'users are not allowed to modify labels through hub cluster directly';
    }
    const changed = !jsonEqual(guardedPart(object), guardedPart(old)) || !jsonEqual(before, after);
    return changed ? refusal : undefined;
  }
  return jsonEqual(object['status'] ?? {}, old['status'] ?? {}) ? undefined : refusal;
}

function isOfFleet(member: JsonObject, { isAgentName }: FleetNames): boolean {
  const isAnnotated = Object.keys(fleetAnnotations(member)).length > 0;
  return isAnnotated || isAgentName(textAt(member, 'spec', 'identity', 'name'));
}

function fleetAnnotations(object: JsonObject): JsonObject {
  const annotations = Object.entries(objectAt(object, 'metadata', 'annotations'));
  return Object.fromEntries(annotations.filter(([key]) => key.startsWith(annotationPrefix)));
}

function guardedLabels(object: JsonObject): JsonObject {
  const labels = Object.entries(objectAt(object, 'metadata', 'labels'));
  return Object.fromEntries(labels.filter(([key]) => !key.startsWith(freeLabelPrefix)));
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
