import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isNotFound } from '../../apimachinery/kinds.ts';
import type { Condition } from '../../apimachinery/meta.ts';
import { errorMessage, rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type Namespace, namespaces } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { metadataOf, type ServedKind } from '../shared/discovery.ts';
import { commitStatus } from '../shared/status.ts';

const finalizer = 'kubernetes';
/** Between two looks at content that goes away by itself. */
const lookAgainMs = 250;

export interface NamespaceContext extends ClusterContext {
  readonly namespaces: Informer<Namespace>;
}

/** What one pass found and could not do. */
interface Emptying {
  /** Objects still there, by kind. */
  readonly remaining: ReadonlyMap<ServedKind, readonly KubeObject[]>;
  readonly failures: readonly string[];
  readonly discoveryFailure: string | undefined;
}

/** One pass over a namespace that is being deleted. */
export async function reconcileNamespace(
  name: string,
  context: NamespaceContext,
): Promise<Reconciled | undefined> {
  const namespace = context.namespaces.get(name);
  if (!namespace?.metadata.deletionTimestamp) return undefined;
  if (!namespace.spec?.finalizers?.includes(finalizer)) return undefined;
  const emptied = await empty(name, context);
  const isEmpty = emptied.remaining.size === 0 && emptied.failures.length === 0 && !emptied.discoveryFailure;
  if (isEmpty) {
    await finalize(namespace, context);
    return undefined;
  }
  await writeConditions(namespace, emptied, context);
  return { againAfterMs: lookAgainMs };
}

async function empty(name: string, context: NamespaceContext): Promise<Emptying> {
  let kinds: readonly ServedKind[];
  try {
    kinds = (await context.served.all()).map(metadataOf);
  } catch (thrown) {
    return { remaining: new Map(), failures: [], discoveryFailure: errorMessage(thrown) };
  }
  const content = kinds.filter(
    ({ namespaced, verbs }) => namespaced && verbs.has('list') && verbs.has('delete'),
  );
  const remaining = new Map<ServedKind, readonly KubeObject[]>();
  const failures: string[] = [];
  await Promise.all(
    content.map(async (kind) => {
      try {
        const left = await emptyKind(kind, name, context);
        if (left.length > 0) remaining.set(kind, left);
      } catch (thrown) {
        // A kind that went away meanwhile has no content.
        if (!isNotFound(thrown)) failures.push(errorMessage(thrown));
      }
    }),
  );
  return { remaining, failures, discoveryFailure: undefined };
}

async function emptyKind(
  kind: ServedKind,
  namespace: string,
  context: NamespaceContext,
): Promise<readonly KubeObject[]> {
  const { cluster } = context.client;
  const found = (await cluster.list(kind, { namespace })).items;
  if (found.some((object) => !object.metadata.deletionTimestamp)) {
    await cluster.deleteCollection(kind, { namespace, propagationPolicy: 'Background' });
  } else if (found.length === 0) {
    return found;
  }
  return (await cluster.list(kind, { namespace })).items;
}

async function finalize(namespace: Namespace, context: NamespaceContext): Promise<void> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((other) => other !== finalizer);
  const released = { ...namespace, spec: { ...namespace.spec, finalizers } };
  await ignoringMissing(context.client.update(namespaces, released, { subresource: 'finalize' }));
}

async function writeConditions(
  namespace: Namespace,
  emptied: Emptying,
  context: NamespaceContext,
): Promise<void> {
  const nowMs = context.clock.now();
  let conditions = namespace.status?.conditions ?? [];
  for (const said of conditionsOf(emptied)) {
    const known = findCondition(conditions, said.type);
    if (known?.status === said.status && known.message === said.message) continue;
    const since = known?.status === said.status ? known.lastTransitionTime : undefined;
    const next: Condition = { ...said, lastTransitionTime: since ?? rfc3339Seconds(nowMs) };
    conditions = known ? conditions.map((c) => (c === known ? next : c)) : [...conditions, next];
  }
  const status = { ...namespace.status, phase: 'Terminating', conditions };
  await commitStatus(namespace, status, { client: context.client, informer: context.namespaces });
}

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'> & {
  type: string;
  status: Condition['status'];
};

/** The conditions that `kubectl describe namespace` shows while it hangs. */
function conditionsOf({ remaining, failures, discoveryFailure }: Emptying): Said[] {
  const said = (
    type: string,
    problem: string | undefined,
    words: readonly [string, string, string],
  ): Said => {
    const [badReason, goodReason, goodMessage] = words;
    return problem === undefined
      ? { type, status: 'False', reason: goodReason, message: goodMessage }
      : { type, status: 'True', reason: badReason, message: problem };
  };
  const failed =
    failures.length > 0 ? `Failed to delete all resource types: ${failures.join(', ')}` : undefined;
  return [
    said('NamespaceDeletionDiscoveryFailure', discoveryFailure, [
      'DiscoveryFailed',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ]),
    said('NamespaceDeletionGroupVersionParsingFailure', undefined, [
      'GroupVersionParsingFailed',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ]),
    said('NamespaceDeletionContentFailure', failed, [
      'ContentDeletionFailed',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ]),
    said('NamespaceContentRemaining', remainingText(remaining), [
      'SomeResourcesRemain',
      'ContentRemoved',
      'All content successfully removed',
    ]),
    said('NamespaceFinalizersRemaining', finalizersText(remaining), [
      'SomeFinalizersRemain',
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    ]),
  ];
}

function remainingText(remaining: Emptying['remaining']): string | undefined {
  if (remaining.size === 0) return undefined;
  const counts = [...remaining].map(
    ([{ resource, group }, objects]) => `${resource}.${group} has ${objects.length} resource instances`,
  );
  return `Some resources are remaining: ${counts.sort().join(', ')}`;
}

function finalizersText(remaining: Emptying['remaining']): string | undefined {
  const counts = new Map<string, number>();
  for (const objects of remaining.values()) {
    for (const { metadata } of objects) {
      for (const name of metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return undefined;
  const texts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`);
  return `Some content in the namespace has finalizers remaining: ${texts.sort().join(', ')}`;
}
