import { findCondition } from '../../apimachinery/conditions.ts';
import { isAlreadyExists } from '../../apimachinery/kinds.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { membershipAnnotation, workFinalizer } from '../kinds/fleet-names.ts';
import { type AppliedWork, appliedWorks, type Work } from '../kinds/placement.ts';
import { hold } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { collectApplied } from './collect.ts';
import type { WorkApplierContext } from './context.ts';
import { type Placed, removeLeftovers } from './leftovers.ts';
import { inWaves, readManifests } from './manifests.ts';
import { isOwnedBy } from './ownership.ts';
import { processManifest } from './process.ts';
import { isSettled, preparedStatus, workStatus } from './status.ts';
import type { Manifest, Outcome } from './step.ts';
import { takeAway } from './take-away.ts';

const notJoinedMs = 5000;
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
  if (!context.membership.isJoined) return { againAfterMs: notJoinedMs };
  if (listed.metadata.deletionTimestamp) return takeAway(listed, context);
  const held = await hold(listed, workFinalizer, { client: context.hub, informer: context.works });
  const owner = await ensureAppliedWork(held, context);
  const manifests = await readManifests(held, context);
  const work = await prepare(held, manifests, { owner, context });
  const outcomes = await processAll(work, manifests, { owner, context });
  const status = workStatus(work, outcomes, context.clock.now());
  await writeStatus(work, status, context);
  // What was applied before stays noted while the Work only reports.
  if (held.spec.applyStrategy?.type !== 'ReportDiff') await writeAppliedWork(owner, outcomes, context);
  const results = status.manifestConditions?.flatMap(({ conditions }) =>
    conditions.map(({ reason }) => reason),
  );
  const essence = `${work.metadata.generation}/${results?.join()}`;
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

/** Before a new generation is applied: what it no longer has is removed, what it has is noted. */
async function prepare(
  work: Work,
  manifests: readonly Manifest[],
  { owner, context }: Placed,
): Promise<Work> {
  const applied = findCondition(work.status?.conditions, 'Applied');
  const isNew = applied?.observedGeneration !== work.metadata.generation;
  if (!isNew || work.spec.applyStrategy?.type === 'ReportDiff') return work;
  await removeLeftovers(work, manifests, { owner, context });
  return writeStatus(work, preparedStatus(work, manifests, context.clock.now()), context);
}

async function processAll(
  work: Work,
  manifests: readonly Manifest[],
  { owner, context }: Placed,
): Promise<readonly Outcome[]> {
  const strategy = work.spec.applyStrategy ?? {};
  const outcomes: Outcome[] = [];
  // What is only looked at needs no order.
  const waves = strategy.type === 'ReportDiff' ? [manifests] : inWaves(manifests);
  for (const wave of waves) {
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
  // Also what cannot be applied any more, as when it drifted: it is there because of us.
  const appliedResources = outcomes.flatMap(({ manifest, object }): JsonObject[] =>
    object && isOwnedBy(object, owner) ? [{ ...manifest.identifier, uid: object.metadata.uid ?? '' }] : [],
  );
  const place = { client: context.member, informer: context.appliedWorks };
  await commitStatus(owner, { appliedResources }, place);
}
