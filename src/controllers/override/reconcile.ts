import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import {
  isLatest,
  latestLabel,
  numberIn,
  overrideFinalizer,
  overrideIndexLabel,
  parentOverrideLabel,
} from '../kinds/fleet-names.ts';
import type { Override, OverrideFamily, OverrideSnapshot } from '../kinds/placement.ts';
import { inBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { hold, release } from '../shared/finalizers.ts';
import { controllerReference } from '../shared/owners.ts';
import { contentHash } from '../shared/template-hash.ts';

/** Snapshots that are kept of one override. */
const snapshotsLimit = 10;

/** Index of snapshots by the key of their override. */
export const bySnapshotParent = 'parent';

export interface OverrideContext extends ClusterContext {
  readonly family: OverrideFamily;
  readonly overrides: Informer<Override>;
  readonly snapshots: Informer<OverrideSnapshot>;
}

/** One pass over an override: its latest snapshot says what it says. */
export async function reconcileOverride(key: string, context: OverrideContext): Promise<undefined> {
  const listed = context.overrides.get(key);
  if (!listed) return undefined;
  const holding = { client: context.client, informer: context.overrides };
  if (listed.metadata.deletionTimestamp) {
    if (!listed.metadata.finalizers?.includes(overrideFinalizer)) return undefined;
    await deleteAll(snapshotsOf(key, context), context);
    await release(listed, overrideFinalizer, holding);
    return undefined;
  }
  const override = await hold(listed, overrideFinalizer, holding);
  const all = snapshotsOf(key, context);
  const newest = all.at(-1);
  const hash = hashOf(override);
  if (newest?.spec.overrideHash !== hash) {
    // Before the new one, so that there are never more than the limit.
    await deleteAll(all.slice(0, Math.max(0, all.length - (snapshotsLimit - 1))), context);
    const index = newest ? indexOf(newest) + 1 : 0;
    const snapshot = snapshotOf(override, { index, hash, family: context.family });
    context.snapshots.observe(await context.client.create(context.family.snapshots, snapshot));
  } else if (!isLatest(newest)) {
    await mark(newest, 'true', context);
  }
  // Only now: a rollout in between finds two of which it takes the newer one, never none.
  const older = snapshotsOf(key, context).slice(0, -1).filter(isLatest);
  await inBatches(older, (snapshot) => mark(snapshot, 'false', context));
  return undefined;
}

/** By index, the newest last. */
function snapshotsOf(key: string, { snapshots }: OverrideContext): readonly OverrideSnapshot[] {
  return snapshots
    .byIndex(bySnapshotParent, key)
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .sort((a, b) => indexOf(a) - indexOf(b));
}

function indexOf({ metadata }: OverrideSnapshot): number {
  return numberIn(metadata.labels?.[overrideIndexLabel]) ?? -1;
}

/** On the wire a field of bytes, which holds the digits of the hash. */
function hashOf({ spec }: Override): string {
  return Buffer.from(contentHash(spec)).toString('base64');
}

interface Made {
  readonly index: number;
  readonly hash: string;
  readonly family: OverrideFamily;
}

function snapshotOf(override: Override, { index, hash, family }: Made): OverrideSnapshot {
  const { name = '', namespace } = override.metadata;
  return {
    apiVersion: family.snapshots.apiVersion,
    kind: family.snapshots.kind,
    metadata: {
      name: `${name}-${index}`,
      ...(namespace ? { namespace } : {}),
      labels: { [parentOverrideLabel]: name, [latestLabel]: 'true', [overrideIndexLabel]: String(index) },
      ownerReferences: [controllerReference(family.overrides, override)],
    },
    spec: { overrideSpec: override.spec, overrideHash: hash },
  };
}

async function mark(
  snapshot: OverrideSnapshot,
  latest: 'true' | 'false',
  { client, family, snapshots }: OverrideContext,
): Promise<void> {
  const body = { metadata: { labels: { [latestLabel]: latest } } };
  await ignoringMissing(
    client
      .patch(family.snapshots, refOf(snapshot), { type: 'merge', body })
      .then((marked) => snapshots.observe(marked)),
  );
}

async function deleteAll(
  all: readonly OverrideSnapshot[],
  { client, clock, family, snapshots }: OverrideContext,
): Promise<void> {
  await inBatches(all, async (snapshot) => {
    await ignoringMissing(client.delete(family.snapshots, refOf(snapshot)));
    snapshots.observeDelete(snapshot, rfc3339Seconds(clock.now()));
  });
}
