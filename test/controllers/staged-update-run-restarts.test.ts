import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterClient, ResourceRef } from '../../src/apimachinery/client.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { type Binding, clusterFamily } from '../../src/controllers/kinds/placement.ts';
import { clusterUpdateRuns, type UpdateRun } from '../../src/controllers/kinds/staged.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { TestHub } from './fleet-hub.ts';
import { condition, env, said, UpdateRuns, updating } from './update-runs.ts';

const { runs, approvals } = clusterUpdateRuns;

/** Members by the stage that they belong to. */
const memberLabels = {
  a1: { env: 'first', rank: '3' },
  a2: { env: 'first', rank: '1' },
  b1: { env: 'second', rank: '2' },
  b2: { env: 'second', rank: '7' },
  b3: { env: 'second', rank: '5' },
  b4: { env: 'second', rank: '2' },
} as const;

let hub: TestHub;
let it: UpdateRuns;

before(async () => {
  hub = await TestHub.start();
  it = new UpdateRuns(hub);
  for (const [name, labels] of Object.entries(memberLabels)) await hub.join(name, labels);
});
after(() => hub?.[Symbol.asyncDispose]());

const written: readonly string[] = [
  runs.resource,
  approvals.resource,
  clusterFamily.bindings.resource,
  clusterFamily.resourceSnapshots.resource,
];

/** What is written about runs, bindings, approvals and snapshots, in order. */
interface Writes {
  readonly log: { readonly verb: string; readonly resource: string; readonly body: unknown }[];
  readonly client: (client: ClusterClient) => ClusterClient;
  /** Resolves when the process is dead. */
  readonly died: Promise<void>;
}

/** A process that dies at a write: just before it (`lost`), or when it is done and before its answer is there (`done`). */
function dyingAt(write: number, fate: 'lost' | 'done'): Writes {
  const log: Writes['log'] = [];
  let count = 0;
  let isDead = false;
  let die = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const dead = () => {
    isDead = true;
    die();
    return new Promise<never>((_resolve, reject) => reject(new Error('the process is dead')));
  };
  const client = (target: ClusterClient) =>
    new Proxy(target, {
      get(of, name) {
        const own: unknown = Reflect.get(of, name);
        if (typeof own !== 'function') return own;
        return (...sent: [ResourceRef, ...unknown[]]) => {
          const isWrite = ['create', 'update', 'patch', 'delete'].includes(String(name));
          if (!isWrite) return own.apply(of, sent);
          if (isDead) return dead();
          if (!written.includes(sent[0].resource)) return own.apply(of, sent);
          const isLast = count++ === write;
          if (isLast && fate === 'lost') return dead();
          log.push({ verb: String(name), resource: sent[0].resource, body: sent[1] });
          const answer: Promise<unknown> = own.apply(of, sent);
          return isLast ? answer.then(dead, dead) : answer;
        };
      },
    });
  return { log, client, died };
}

/** Approves every request as soon as there is one. */
function approveAll(): () => void {
  const watch = hub.server.client.watch(
    approvals,
    {},
    {
      onEvent: (event) => {
        if (event.type !== 'ADDED') return;
        it.approve(event.object.metadata.name ?? '').catch(() => {});
      },
      onError: () => {},
    },
  );
  return () => watch.close();
}

/** Every state of a run that was ever written. */
function record(name: string): { readonly states: UpdateRun[]; close(): void } {
  const states: UpdateRun[] = [];
  const watch = hub.server.client.watch(
    runs,
    { fieldSelector: `metadata.name=${name}` },
    {
      onEvent: (event) => {
        if (event.type !== 'BOOKMARK') states.push(asKind(runs, event.object));
      },
      onError: () => {},
    },
  );
  return { states, close: () => watch.close() };
}

/** No state says that a cluster began before the binding that says so was written. */
function assertNothingClaimed(log: Writes['log'], known: ReadonlySet<string>): void {
  const bound = new Set(known);
  for (const { verb, resource, body } of log) {
    if (verb !== 'update') continue;
    if (resource === clusterFamily.bindings.resource) {
      const { spec } = body as Binding; // What a controller sends as a binding.
      if (spec.state === 'Bound') bound.add(spec.targetCluster);
    }
    if (resource !== runs.resource) continue;
    const { status } = body as UpdateRun; // What a controller sends as a run.
    for (const { clusters } of status?.stagesStatus ?? []) {
      for (const cluster of clusters) {
        if (said(cluster, 'Started') !== '') assert.ok(bound.has(cluster.clusterName), cluster.clusterName);
      }
    }
  }
}

const small = [
  { name: 'first', ...env('first'), maxConcurrency: 2, beforeStageTasks: [{ type: 'Approval' as const }] },
  { name: 'second', ...env('second'), maxConcurrency: '100%' },
];

test('a run goes on after the process died at any write, does nothing twice and claims nothing', async () => {
  const stopReporting = hub.reportAll();
  const stopApproving = approveAll();
  let died = true;
  for (let write = 0; died; write++) {
    const name = `died-${write}`;
    await it.prepare(name, {
      stages: small,
      policy: { placementType: 'PickFixed', clusterNames: ['a1', 'a2', 'b1'] },
    });
    await it.placementIs(name, ({ status }) => said(status, 'ClusterResourcePlacementRolloutStarted') !== '');
    const process = dyingAt(write, write % 2 === 0 ? 'lost' : 'done');
    await hub.restart(process.client);
    const seen = record(name);
    await it.makeRun(name);
    died = await Promise.race([process.died.then(() => true), it.over(name).then(() => false)]);
    if (died) {
      const bound = [...(await it.bindingsOf(name))].filter(([, { spec }]) => spec.state === 'Bound');
      const next = dyingAt(Number.POSITIVE_INFINITY, 'lost');
      await hub.restart(next.client);
      await it.over(name);
      assertNothingClaimed(next.log, new Set(bound.map(([cluster]) => cluster)));
    }
    assertNothingClaimed(process.log, new Set());
    const run = await it.over(name);
    assert.equal(said(run.status, 'Succeeded'), 'True UpdateRunSucceeded', `died at write ${write}`);
    assertOrdered(seen.states, { first: 2, second: 1 });
    for (const { metadata, spec } of (await it.bindingsOf(name)).values()) {
      assert.equal(spec.resourceSnapshotName, `${name}-0-snapshot`);
      // Made once, bound once.
      assert.equal(metadata.generation, 2);
    }
    seen.close();
    await hub.client.delete(runs, { name });
    await hub.client.delete(clusterFamily.placements, { name });
  }
  stopApproving();
  stopReporting();
  await hub.restart();
});

/** Stages one after the other, clusters in their order, and never more at a time than may be. */
function assertOrdered(states: readonly UpdateRun[], most: Readonly<Record<string, number>>): void {
  for (const run of states) {
    const stages = run.status?.stagesStatus ?? [];
    for (const [at, { stageName, clusters }] of stages.entries()) {
      assert.ok(updating(run, at).length <= (most[stageName] ?? 0), `too many in ${stageName}`);
      const begun = clusters.map((cluster) => said(cluster, 'Started') !== '');
      assert.ok(
        begun.lastIndexOf(true) < begun.indexOf(false) || !begun.includes(false),
        `order in ${stageName}`,
      );
      if (!begun.includes(true)) continue;
      const before = stages.slice(0, at).every((stage) => said(stage, 'Succeeded').startsWith('True'));
      assert.ok(before, `${stageName} began before its turn`);
    }
  }
}

const seeds = process.env['SEED'] ? [process.env['SEED']] : ['1', '2', '3', '4', '5', '6'];

for (const seed of seeds) {
  test(`whatever happens in which order, stages and clusters keep theirs (SEED=${seed})`, async () => {
    const random = seededRandom(seed);
    const below = (bound: number) => (random.bytes(1)[0] ?? 0) % bound;
    const name = `seed-${seed}`;
    const most = [1 + below(3), 1 + below(4)] as const;
    const share = below(2) === 0;
    await it.prepare(name, {
      stages: [
        { name: 'first', ...env('first'), sortingLabelKey: 'rank', maxConcurrency: most[0] },
        {
          name: 'second',
          ...env('second'),
          sortingLabelKey: 'rank',
          maxConcurrency: share ? '50%' : most[1],
        },
      ],
    });
    const seen = record(name);
    await it.makeRun(name);
    const order = ['a2', 'a1', 'b1', 'b4', 'b3', 'b2'];
    const { status } = await it.initialized(name);
    assert.deepEqual(
      status?.stagesStatus?.flatMap(({ clusters }) => clusters.map(({ clusterName }) => clusterName)),
      order,
    );
    let isStopped = false;
    for (;;) {
      const run = await hub.client.get(runs, { name });
      if (said(run.status, 'Succeeded') !== '') break;
      const open = [...updating(run, 0), ...updating(run, 1)];
      const dice = below(10);
      if (dice === 0) await hub.restart();
      else if (dice === 1 || (isStopped && open.length === 0)) {
        isStopped = !isStopped;
        await it.setState(name, isStopped ? 'Stop' : 'Run');
      } else {
        const chosen = open[below(Math.max(1, open.length))];
        if (chosen !== undefined) await hub.report(chosen, `${name}-work`);
        // Something follows from everything that has happened; nothing may follow from nothing.
        else await it.until(name, (next) => next.metadata.resourceVersion !== run.metadata.resourceVersion);
      }
      if (dice > 1 && open.length > 0) {
        await it.until(name, (next) => next.metadata.resourceVersion !== run.metadata.resourceVersion);
      }
    }
    const last = await it.over(name);
    const end = condition(last.status, 'Succeeded');
    assert.equal(end?.message, 'All stages are completed successfully');
    assertOrdered(seen.states, { first: most[0], second: share ? 2 : most[1] });
    seen.close();
    for (const { metadata } of (await it.bindingsOf(name)).values()) assert.equal(metadata.generation, 2);
  });
}
