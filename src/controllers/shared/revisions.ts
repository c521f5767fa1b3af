import type { KubeObject } from '../../apimachinery/client.ts';
import { ignoringMissing, isAlreadyExists, type Kind, refOf } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type ControllerRevision, controllerRevisions } from '../kinds/apps.ts';
import type { PodTemplate } from '../kinds/core.ts';
import type { ClusterContext } from './context.ts';
import { controllerReference, ownedBy } from './owners.ts';
import { templateHash } from './template-hash.ts';

export const revisionLabel = 'controller-revision-hash';

/** An object whose template's versions are kept as ControllerRevisions. */
export interface Versioned<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly owner: T;
  readonly template: PodTemplate;
  readonly revisions: Informer<ControllerRevision>;
  readonly context: ClusterContext;
}

/** Oldest first. */
export function revisionsOf<T extends KubeObject>({ revisions, owner }: Versioned<T>): ControllerRevision[] {
  return [...ownedBy(revisions, owner)].sort((a, b) => a.revision - b.revision);
}

/** The template that a revision holds. */
export function templateIn(revision: ControllerRevision, otherwise: PodTemplate): PodTemplate {
  const spec = revision.data?.['spec'];
  const template = typeof spec === 'object' && spec && !Array.isArray(spec) ? spec['template'] : undefined;
  if (typeof template !== 'object' || template === null || Array.isArray(template)) return otherwise;
  const { $patch: _, ...rest } = template;
  // What the revision holds was a template when it was written.
  return rest as unknown as PodTemplate;
}

function dataOf(template: PodTemplate): NonNullable<ControllerRevision['data']> {
  // As kubectl's `rollout undo` sends it back: a patch that replaces the template.
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** Finds or makes the revision of the owner's template; it is always the one with the highest number. */
export async function updateRevision<T extends KubeObject>(
  versioned: Versioned<T>,
): Promise<ControllerRevision> {
  const known = revisionsOf(versioned);
  const next = (known.at(-1)?.revision ?? 0) + 1;
  const data = dataOf(versioned.template);
  const same = known.findLast((revision) => jsonEqual(revision.data, data));
  if (!same) return createRevision(versioned, { data, revision: next, collisions: 0 });
  if (same === known.at(-1)) return same;
  const { client } = versioned.context;
  const raised = await client.update(controllerRevisions, { ...same, revision: next });
  versioned.revisions.observe(raised);
  return raised;
}

interface NewRevision {
  readonly data: NonNullable<ControllerRevision['data']>;
  readonly revision: number;
  readonly collisions: number;
}

async function createRevision<T extends KubeObject>(
  versioned: Versioned<T>,
  { data, revision, collisions }: NewRevision,
): Promise<ControllerRevision> {
  const { kind, owner, template, context, revisions } = versioned;
  const { name = '', namespace = '' } = owner.metadata;
  const hash = templateHash(template, collisions);
  const wanted: ControllerRevision = {
    apiVersion: controllerRevisions.apiVersion,
    kind: controllerRevisions.kind,
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [revisionLabel]: hash },
      ownerReferences: [controllerReference(kind, owner)],
    },
    data,
    revision,
  };
  try {
    const created = await context.client.create(controllerRevisions, wanted);
    revisions.observe(created);
    return created;
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
    const present = await context.client.find(controllerRevisions, refOf(wanted));
    if (present && jsonEqual(present.data, data)) return present;
    return createRevision(versioned, { data, revision, collisions: collisions + 1 });
  }
}

/** Removes the oldest revisions beyond the history, except those that are in use. */
export async function trimRevisions<T extends KubeObject>(
  versioned: Versioned<T>,
  { keep, inUse }: { readonly keep: number; readonly inUse: ReadonlySet<string> },
): Promise<void> {
  const unused = revisionsOf(versioned).filter(({ metadata }) => !inUse.has(metadata.name ?? ''));
  for (const revision of unused.slice(0, Math.max(0, unused.length - keep))) {
    await ignoringMissing(versioned.context.client.delete(controllerRevisions, refOf(revision)));
  }
}
