import { isConflict, isNotFound } from '../../apimachinery/kinds.ts';
import { isObject, type JsonObject, jsonEqual, parseJson } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type Node, nodes, type Taint } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';

/** What a node has from its pool, so that a change of the pool is told from what somebody did to the node. */
const givenAnnotation = 'drydock.dev/node-pool-given';

interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

const attempts = 5;

/** A node as its pool makes it, with a note of what that was. */
export function withMarks(node: Node): Node {
  const annotations = { ...node.metadata.annotations, [givenAnnotation]: JSON.stringify(marksOf(node)) };
  return { ...node, metadata: { ...node.metadata, annotations } };
}

/**
 * Brings labels and taints that the pool gives to a node that is there already. What the pool gives as before stays as
 * it is on the node, and so does what others have put there. Undefined: the node is gone.
 */
export async function remark(
  known: Node,
  wanted: Node,
  place: { readonly client: ClusterContext['client']; readonly informer: Informer<Node> },
): Promise<Node | undefined> {
  const name = known.metadata.name ?? '';
  let node = known;
  for (let attempt = 1; ; attempt++) {
    const body = markPatch(node, marksOf(wanted));
    if (!body) return node;
    try {
      node = await place.client.patch(nodes, { name }, { type: 'merge', body });
      place.informer.observe(node);
      return node;
    } catch (thrown) {
      if (isNotFound(thrown)) return undefined;
      if (!isConflict(thrown) || attempt === attempts) throw thrown;
      const found = await place.client.find(nodes, { name });
      if (!found) return undefined;
      node = found;
    }
  }
}

function marksOf(node: Node): Marks {
  return { labels: node.metadata.labels ?? {}, taints: node.spec?.taints ?? [] };
}

/** The merge patch that turns what the pool gave into what it gives; undefined: nothing to change. */
function markPatch(node: Node, wanted: Marks): JsonObject | undefined {
  const { resourceVersion, annotations } = node.metadata;
  const given = JSON.stringify(wanted);
  if (annotations?.[givenAnnotation] === given) return undefined;
  const before = givenBefore(node);
  if (jsonEqual(marksJson(before), marksJson(wanted))) return undefined;
  const labels: JsonObject = {};
  for (const [key, value] of Object.entries(wanted.labels)) {
    if (before.labels[key] !== value) labels[key] = value;
  }
  for (const key of Object.keys(before.labels)) if (!Object.hasOwn(wanted.labels, key)) labels[key] = null;
  return {
    metadata: {
      ...(resourceVersion !== undefined && { resourceVersion }),
      labels,
      annotations: { [givenAnnotation]: given },
    },
    spec: { taints: mergedTaints(node.spec?.taints ?? [], before.taints, wanted.taints) },
  };
}

function mergedTaints(
  current: readonly Taint[],
  before: readonly Taint[],
  wanted: readonly Taint[],
): Taint[] {
  const isSame = (a: Taint) => (b: Taint) => a.key === b.key && a.effect === b.effect;
  const added = wanted.filter((taint) => !before.some((other) => jsonEqual(other, taint)));
  const gone = before.filter((taint) => !wanted.some(isSame(taint)));
  const kept = current.filter((taint) => !gone.some(isSame(taint)) && !added.some(isSame(taint)));
  return [...kept, ...added];
}

function marksJson({ labels, taints }: Marks): JsonObject {
  return { labels: { ...labels }, taints: [...taints] };
}

function givenBefore(node: Node): Marks {
  const text = node.metadata.annotations?.[givenAnnotation];
  try {
    const given = parseJson(text ?? '{}');
    if (!isObject(given)) return nothing;
    const labels = Object.entries(isObject(given['labels']) ? given['labels'] : {});
    const taints = Array.isArray(given['taints']) ? given['taints'].filter(isObject) : [];
    return {
      labels: Object.fromEntries(labels.map(([key, value]) => [key, String(value)])),
      taints: taints.map((taint) => ({
        ...taint,
        key: String(taint['key']),
        effect: String(taint['effect']),
      })),
    };
  } catch {
    // Somebody wrote over the note: what the pool gives is given again.
    return nothing;
  }
}

const nothing: Marks = { labels: {}, taints: [] };
