import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isAlreadyExists, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { eachInTurn, type JsonObject } from '../../base/index.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { membershipAnnotation, workFinalizer } from '../kinds/fleet-names.ts';
import { type AppliedWork, appliedWorks, type ManifestCondition, type Work } from '../kinds/placement.ts';
import { hold, release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { type Outcome, processManifest } from './apply.ts';
import { collectApplied } from './collect.ts';
import type { WorkApplierContext } from './context.ts';
import { identityOf, inWaves, type Manifest, readManifests } from './manifests.ts';
import { isSettled, preparedStatus, workStatus } from './status.ts';

const applierTimes = { notJoinedMs: 5000, deletionCheckMs: 1000 } as const;
const parallelManifests = 4;

/** One pass over a Work: bring its manifests onto the member and say what became of them. */
export async function reconcileWork(
  key: string,
  context: WorkApplierContext,
): Promise<Reconciled | undefined> {
  const listed = context.works.get(key);
  if (!listed) {
    context.pace.forget(key);
    return collectApplied(key, context);
  }
  if (!context.membership.isJoined) return { againAfterMs: applierTimes.notJoinedMs };
  if (listed.metadata.deletionTimestamp) return takeAway(listed, context);
  const held = await hold(listed, workFinalizer, { client: context.hub, informer: context.works });
  const owner = await ensureAppliedWork(held, context);
  const manifests = await readManifests(held, context);
  const work = await prepare(held, manifests, { owner, context });
  const outcomes = await processAll(work, manifests, { owner, context });
  const status = workStatus(work, outcomes, context.clock.now());
  await writeStatus(work, status, context);
  await writeAppliedWork(owner, outcomes, context);
  const essence = `${work.metadata.generation}/${outcomes.map(({ reason }) => reason).join()}/${isSettled(status)}`;
  return { againAfterMs: context.pace.next(key, { essence, isSettled: isSettled(status) }) };
}

async function ensureAppliedWork(work: Work, context: WorkApplierContext): Promise<AppliedWork> {
  const { name = '', namespace = '' } = work.metadata;
  const known = context.appliedWorks.get(name) ?? (await context.member.find(appliedWorks, { name }));
  const { uid } = context.membership;
  if (known?.metadata.annotations?.[membershipAnnotation] === uid) return known;
  const metadata = { name, annotations: { [membershipAnnotation]: uid } };
  if (known) {
    const marked = await context.member.patch(appliedWorks, { name }, { type: 'merge', body: { metadata } });
    context.appliedWorks.observe(marked);
    return marked;
  }
  try {
    const created = await context.member.create(appliedWorks, {
      apiVersion: appliedWorks.apiVersion,
      kind: appliedWorks.kind,
      metadata,
      spec: { workName: name, workNamespace: namespace },
    });
    context.appliedWorks.observe(created);
    return created;
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
    return context.member.get(appliedWorks, { name });
  }
}

interface Preparing {
  readonly owner: AppliedWork;
  readonly context: WorkApplierContext;
}

/** Before a new generation is applied: what it no longer has is removed, what it has is noted. */
async function prepare(
  work: Work,
  manifests: readonly Manifest[],
  { owner, context }: Preparing,
): Promise<Work> {
  const applied = findCondition(work.status?.conditions, 'Applied');
  const isNew = applied?.observedGeneration !== work.metadata.generation;
  if (!isNew || work.spec.applyStrategy?.type === 'ReportDiff') return work;
  const wanted = new Set(manifests.map(({ identifier }) => identityOf(identifier)));
  const leftovers = (work.status?.manifestConditions ?? []).filter(
    (left) => !wanted.has(identityOf(left.identifier)) && mayExist(left),
  );
  await eachInTurn(leftovers, (left) => removeLeftover(left, { owner, context }));
  return writeStatus(work, preparedStatus(work, manifests, context.clock.now()), context);
}

function mayExist({ conditions }: ManifestCondition): boolean {
  const applied = findCondition(conditions, 'Applied');
  return applied?.status === 'True' || applied?.reason === 'PreparingToProcess';
}

/** Removes an object that only we own; with other owners it loses our reference alone. */
async function removeLeftover(
  { identifier }: ManifestCondition,
  { owner, context }: Preparing,
): Promise<void> {
  const { group = '', version = '', kind = '', name = '', namespace } = identifier;
  const served = await context.served.find(group ? `${group}/${version}` : version, kind);
  if (!served || !name) return;
  const { cluster } = context.member;
  let object: KubeObject;
  try {
    object = await cluster.get(served, namespace ? { name, namespace } : { name });
  } catch (thrown) {
    if (isNotFound(thrown)) return;
    throw thrown;
  }
  const owners = object.metadata.ownerReferences ?? [];
  const others = owners.filter(({ uid }) => uid !== owner.metadata.uid);
  if (others.length === owners.length) return;
  if (others.length > 0) {
    const metadata = { ...object.metadata, ownerReferences: others };
    await ignoringMissing(cluster.update(served, { ...object, metadata }));
    return;
  }
  const preconditions = { uid: object.metadata.uid ?? '' };
  await ignoringMissing(cluster.delete(served, refOf(object), { preconditions }));
}

async function processAll(
  work: Work,
  manifests: readonly Manifest[],
  { owner, context }: Preparing,
): Promise<readonly Outcome[]> {
  const strategy = work.spec.applyStrategy ?? {};
  const outcomes: Outcome[] = [];
  for (const wave of inWaves(manifests)) {
    for (let at = 0; at < wave.length; at += parallelManifests) {
      const batch = wave.slice(at, at + parallelManifests);
      outcomes.push(
        ...(await Promise.all(
          batch.map((manifest) => processManifest(manifest, { owner, strategy, context })),
        )),
      );
    }
  }
  return outcomes.sort((a, b) => a.manifest.identifier.ordinal - b.manifest.identifier.ordinal);
}

async function writeStatus(
  work: Work,
  status: NonNullable<Work['status']>,
  context: WorkApplierContext,
): Promise<Work> {
  const written = await commitStatus(work, status, { client: context.hub, informer: context.works });
  return written ?? work;
}

async function writeAppliedWork(
  owner: AppliedWork,
  outcomes: readonly Outcome[],
  context: WorkApplierContext,
): Promise<void> {
  const appliedResources = outcomes.flatMap(({ manifest, isApplied, object }): JsonObject[] =>
    isApplied && object ? [{ ...manifest.identifier, uid: object.metadata.uid ?? '' }] : [],
  );
  const place = { client: context.member, informer: context.appliedWorks };
  await commitStatus(owner, { appliedResources }, place);
}

/** The Work is deleted: what was applied for it goes first, by the member's own garbage collection. */
async function takeAway(work: Work, context: WorkApplierContext): Promise<Reconciled | undefined> {
  if (!work.metadata.finalizers?.includes(workFinalizer)) return undefined;
  const { name = '' } = work.metadata;
  const owner = await context.member.find(appliedWorks, { name });
  if (owner) {
    if (!owner.metadata.deletionTimestamp) {
      await ignoringMissing(
        context.member.delete(appliedWorks, { name }, { propagationPolicy: 'Foreground' }),
      );
    }
    return { againAfterMs: applierTimes.deletionCheckMs };
  }
  await release(work, workFinalizer, { client: context.hub, informer: context.works });
  return undefined;
}
