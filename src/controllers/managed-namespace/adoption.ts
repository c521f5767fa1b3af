import type { KubeObject } from '../../apimachinery/client.ts';
import type { TypedClient } from '../../apimachinery/kinds.ts';
import { parseQuantity } from '../../apimachinery/quantity.ts';
import { objectAt } from '../../apimachinery/read.ts';
import { CodedError, type JsonObject, jsonEqual } from '../../base/index.ts';
import { namespaces } from '../kinds/core.ts';
import { isManaged, type Part, partsOf, type WantedNamespace } from './objects.ts';

/** Objects of somebody else that stand where a managed namespace is to be. */
export interface Obstacle {
  readonly isIdentical: boolean;
  readonly found: string;
}

/**
 * What somebody else made under the names of a namespace that is to come under management; undefined: nothing, or all of it
 * is managed already. Throws CodedError `unavailable` while it is being deleted.
 */
export async function findObstacle(
  order: WantedNamespace,
  client: TypedClient,
): Promise<Obstacle | undefined> {
  const namespace = await client.find(namespaces, { name: order.name });
  const hasStrangers = namespace !== undefined && !isManaged(namespace);
  // What is in a namespace that is managed is seen to by whoever manages it.
  const parts = partsOf(order).filter(({ target }) => target.namespace === undefined || hasStrangers);
  const strangers: string[] = [];
  let isIdentical = true;
  for (const part of parts) {
    const found = await client.find(part.kind, part.target);
    const judged = judge(found, part);
    if (judged === 'differs') isIdentical = false;
    if (found && judged !== 'free') strangers.push(`${part.kind.kind} ${part.target.name}`);
  }
  return strangers.length === 0 ? undefined : { isIdentical, found: strangers.join(', ') };
}

function judge(found: KubeObject | undefined, part: Part): 'free' | 'same' | 'differs' {
  const isInside = part.target.namespace !== undefined;
  if (!found) return isInside && part.wanted ? 'differs' : 'free';
  if (isManaged(found)) return 'free';
  if (found.metadata.deletionTimestamp) {
    throw new CodedError('unavailable', `the ${part.kind.kind} '${part.target.name}' is being deleted`);
  }
  // A quota or a policy that is not asked for is the users' own.
  if (isInside && !part.wanted) return 'free';
  return isAsWanted(found, part) ? 'same' : 'differs';
}

/** Prefixes of what Kubernetes, its clients and the fleet write into metadata. */
const written =
  /^(?:kubernetes\.io\/metadata\.name$|kubectl\.kubernetes\.io\/|fleet\.azure\.com\/|kubernetes-fleet\.io\/)/;

function ownEntries(map: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !written.test(key)));
}

function isAsWanted(found: KubeObject, { kind, wanted }: Part): boolean {
  if (!wanted) return false;
  const isLabelled = jsonEqual(ownEntries(found.metadata.labels), ownEntries(wanted.metadata.labels));
  switch (kind.kind) {
    case 'Namespace':
      return (
        isLabelled &&
        jsonEqual(ownEntries(found.metadata.annotations), ownEntries(wanted.metadata.annotations))
      );
    case 'ResourceQuota':
      return sameAmounts(objectAt(found, 'spec', 'hard'), objectAt(wanted, 'spec', 'hard'));
    case 'NetworkPolicy':
      return jsonEqual(objectAt(found, 'spec'), objectAt(wanted, 'spec'));
    default:
      // A placement that somebody made says whom it places, and how: it is never the same one.
      return false;
  }
}

function sameAmounts(one: JsonObject, other: JsonObject): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => parseQuantity(one[name])?.nano === parseQuantity(other[name])?.nano)
  );
}
