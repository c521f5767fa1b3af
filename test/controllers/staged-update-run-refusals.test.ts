import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { namespaces } from '../../src/controllers/kinds/core.ts';
import { memberClusters } from '../../src/controllers/kinds/fleet.ts';
import { clusterFamily, namespacedFamily } from '../../src/controllers/kinds/placement.ts';
import {
  clusterUpdateRuns,
  namespacedUpdateRuns,
  type StageConfig,
  type UpdateRun,
  type UpdateStrategy,
} from '../../src/controllers/kinds/staged.ts';
import { TestHub } from './fleet-hub.ts';
import { condition, env, type RunWish, said, UpdateRuns, updating } from './update-runs.ts';

const { runs, strategies, approvals } = clusterUpdateRuns;
const invalid = 'cannot continue the updateRun: failed to validate the updateRun: ';
const byUser = 'failed to process the request due to a client error: ';
const everywhere: StageConfig = { name: 'all', labelSelector: {}, maxConcurrency: 10 };
let hub: TestHub;
let it: UpdateRuns;

before(async () => {
  hub = await TestHub.start();
  it = new UpdateRuns(hub);
  await hub.join('east', { env: 'canary', order: '2', odd: 'x', huge: '9223372036854775808' });
  await hub.join('north', { env: 'prod', order: '10' });
  await hub.join('west', { env: 'prod', order: '1' });
});
after(() => hub?.[Symbol.asyncDispose]());

let counter = 0;
const freshName = (word: string) => `${word}-${counter++}`;

/** The message with which a run of this placement is not initialized. */
async function refusal(placement: string, wish: RunWish = {}): Promise<string> {
  const name = freshName('refused');
  await it.makeRun(placement, { ...wish, name });
  const { status } = await it.initialized(name);
  assert.equal(said(status, 'Initialized'), 'False UpdateRunInitializedFailed');
  assert.equal(said(status, 'Progressing'), '');
  return condition(status, 'Initialized')?.message ?? '';
}

async function refusalOf(...stages: StageConfig[]): Promise<string> {
  const strategy = freshName('strategy');
  await it.makeStrategy(strategy, stages);
  return refusal('plain', { strategy });
}

test('a run whose placement is none, or is rolled out by the hub itself, is refused', async () => {
  await it.prepare('plain', { stages: [everywhere] });
  assert.equal(await refusal('nothing'), `${invalid}${byUser}parent placement not found`);
  await it.prepare('rolling', { stages: [everywhere], strategy: { type: 'RollingUpdate' } });
  assert.equal(
    await refusal('rolling'),
    `${invalid}${byUser}parent placement does not have an external rollout strategy, current strategy: RollingUpdate`,
  );
});

test('a run without a strategy, or with stages that do not have each cluster once, is refused', async () => {
  assert.equal(
    await refusal('plain', { strategy: 'none' }),
    `${invalid}${byUser}referenced updateStrategy not found: \`/none\``,
  );
  assert.equal(
    await refusalOf({ name: 'a', ...env('canary') }, { name: 'b', labelSelector: {} }),
    `${invalid}${byUser}cluster \`east\` appears in more than one stages`,
  );
  // A stage without a selector has no clusters.
  assert.equal(
    await refusalOf({ name: 'a', ...env('canary') }, { name: 'b' }),
    `${invalid}${byUser}some clusters are not placed in any stage, total 2, showing up to 10: north, west`,
  );
  assert.match(await refusalOf({ name: 'a', ...env('canary') }, { name: 'a', ...env('prod') }), /same name$/);
  const labelSelector = { matchExpressions: [{ key: 'env', operator: 'Like', values: ['x'] }] };
  assert.match(
    await refusalOf({ name: 'a', labelSelector }),
    /the stage label selector is invalid, updateStrategy: `\/strategy-\d+`, stage: a, err: "Like" is not a valid label selector operator$/,
  );
});

test('a label by which clusters are sorted must be a number on each of them', async () => {
  const cases = [
    ['odd', 'x', 'east', 'parsing "x": invalid syntax'],
    ['huge', '9223372036854775808', 'east', 'parsing "9223372036854775808": value out of range'],
    ['missing', '', 'east', 'parsing "": invalid syntax'],
  ] as const;
  for (const [sortingLabelKey, value, cluster, why] of cases) {
    assert.equal(
      await refusalOf({ ...everywhere, sortingLabelKey }),
      `${invalid}${byUser}the sorting label \`${sortingLabelKey}:${value}\` on cluster \`${cluster}\` is not valid: strconv.Atoi: ${why}`,
    );
  }
});

test('tasks that the oldest version lets through are refused by the run', async () => {
  const old = defineKind<UpdateStrategy>(
    'placement.kubernetes-fleet.io/v1alpha1',
    strategies.kind,
    strategies.resource,
    'Cluster',
  );
  const refused = async (tasks: NonNullable<StageConfig['afterStageTasks']>) => {
    const name = freshName('old');
    const spec = { stages: [{ name: 'all', labelSelector: {}, afterStageTasks: tasks }] };
    await hub.client.create(old, { apiVersion: old.apiVersion, kind: old.kind, metadata: { name }, spec });
    const message = await refusal('plain', { strategy: name });
    return message.slice(message.indexOf(', err: ') + 7);
  };
  assert.equal(
    await refused([{ type: 'TimedWait', waitTime: '0' }]),
    'task 0 of type TimedWait has wait duration <= 0',
  );
  assert.equal(
    await refused([{ type: 'TimedWait' }]),
    'task 0 of type TimedWait has wait duration set to nil',
  );
  assert.equal(
    await refused([{ type: 'Approval' }, { type: 'Approval' }]),
    'afterStageTasks cannot have two tasks of the same type: Approval',
  );
});

test('an index of resources must be a number, and known', async () => {
  for (const index of ['x', '-1', '1e3', '99999999999999999999', ' 0']) {
    const why = `invalid resource snapshot index \`${index}\` provided, expected an integer >= 0`;
    assert.equal(await refusal('plain', { index }), `${invalid}${byUser}${why}`);
  }
  for (const [index, number] of [
    ['7', '7'],
    ['9223372036854775807', '9223372036854775807'],
    ['007', '7'],
  ] as const) {
    const why = `no resourceSnapshots with index \`${number}\` found for placement \`/plain\``;
    assert.equal(await refusal('plain', { index }), `${invalid}${byUser}${why}`);
  }
});

test('a placement whose clusters were not found, or that selects what cannot be, is not rolled out', async () => {
  await it.prepare('many', { stages: [everywhere], policy: { placementType: 'PickN', numberOfClusters: 9 } });
  assert.equal(await refusal('many'), `${invalid}policy snapshot \`many-0\` not fully scheduled yet`);
  const nowhere = { clusterSelectorTerms: [{ labelSelector: { matchLabels: { env: 'moon' } } }] };
  await it.prepare('nowhere', {
    stages: [everywhere],
    policy: {
      placementType: 'PickAll',
      affinity: { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: nowhere } },
    },
  });
  assert.equal(
    await refusal('nowhere'),
    `${invalid}no scheduled or to-be-deleted bindings found for the latest policy snapshot /nowhere-0`,
  );
});

test('a placement in a namespace that names no clusters is not rolled out', async () => {
  await hub.makeNamespace('nobody');
  const metadata = { name: 'nobody', namespace: 'nobody' };
  const { placements } = namespacedFamily;
  await hub.client.create(placements, {
    apiVersion: placements.apiVersion,
    kind: placements.kind,
    metadata,
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }],
      policy: { placementType: 'PickFixed', clusterNames: [] },
      strategy: { type: 'External' },
    },
  });
  await hub.until(namespacedFamily.policySnapshots, { ...metadata, name: 'nobody-0' }, () => true);
  const { runs: own } = namespacedUpdateRuns;
  const spec = { placementName: 'nobody', stagedRolloutStrategyName: 'none' };
  await hub.client.create(own, { apiVersion: own.apiVersion, kind: own.kind, metadata, spec });
  const { status } = await hub.until(own, metadata, (run) => said(run.status, 'Initialized') !== '');
  const message = `${invalid}policy snapshot \`nobody-0\` not fully scheduled yet`;
  assert.equal(condition(status, 'Initialized')?.message, message);
});

test('a run that is made before its placement was scheduled waits for that', async () => {
  const stopReporting = hub.reportAll();
  // The placement, its strategy and the run come in one go, as from one file.
  await it.makeStrategy('quick', [everywhere]);
  await it.prepare('quick');
  await it.makeRun('quick');
  assert.equal(said((await it.over('quick')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  stopReporting();
});

/** A run of a placement of its own, some of whose clusters are updating; `change` makes an end of it, for the reason told. */
async function abort(
  name: string,
  change: (run: UpdateRun) => Promise<unknown>,
  options: Parameters<UpdateRuns['prepare']>[1] = {},
): Promise<UpdateRun & { readonly reason: string }> {
  await it.prepare(name, { stages: [{ ...everywhere, maxConcurrency: 1 }], ...options });
  await it.makeRun(name);
  const begun = await it.until(name, (run) => updating(run, 0).length > 0);
  await change(begun);
  const run = await it.over(name);
  assert.equal(said(run.status, 'Succeeded'), 'False UpdateRunFailed');
  assert.equal(said(run.status, 'Progressing'), 'False UpdateRunFailed');
  return { ...run, reason: condition(run.status, 'Succeeded')?.message ?? '' };
}

test('a run ends when its placement goes, or is applied otherwise', async () => {
  const { reason } = await abort('deleted', () =>
    hub.client.delete(clusterFamily.placements, { name: 'deleted' }),
  );
  assert.equal(reason, `${invalid}${byUser}parent placement not found`);
  const applied = await abort('applied', () =>
    it.change('applied', { strategy: { applyStrategy: { type: 'ServerSideApply' } } }),
  );
  const outdated = `cannot continue the updateRun: ${byUser}the applyStrategy in the updateRun is outdated, latest: `;
  assert.ok(applied.reason.startsWith(outdated), applied.reason);
});

test('a run ends when the placement asks for other clusters', async () => {
  const policy = { placementType: 'PickN', numberOfClusters: 2 } as const;
  const counted = await abort('counted', () => it.change('counted', { policy: { numberOfClusters: 3 } }), {
    policy,
  });
  assert.equal(
    counted.reason,
    'cannot continue the updateRun: the cluster count initialized in the updateRun is outdated, latest: 3, recorded: 2',
  );
  const fixed = { placementType: 'PickFixed', clusterNames: ['east', 'west'] } as const;
  const renamed = await abort(
    'renamed',
    () => it.change('renamed', { policy: { clusterNames: ['east', 'north'] } }),
    { policy: { ...fixed, clusterNames: [...fixed.clusterNames] } },
  );
  assert.equal(
    renamed.reason,
    'cannot continue the updateRun: the policy snapshot index used in the updateRun is outdated, latest: 1, recorded: 0',
  );
});

test('a run ends when a member joins, leaves or changes its stage; what was begun is not undone', async () => {
  const stages = [
    { name: 'first', ...env('canary') },
    { name: 'rest', ...env('prod') },
  ];
  const label = (value: string) =>
    hub.client.patch(
      memberClusters,
      { name: 'west' },
      { type: 'merge', body: { metadata: { labels: { env: value } } } },
    );
  const moved = await abort('moved', () => label('canary'), { stages });
  await label('prod');
  assert.equal(
    moved.reason,
    'cannot continue the updateRun: the number of clusters in index `0` stage has changed, new: 2, existing: 1',
  );
  assert.equal((await it.bindingsOf('moved')).get('east')?.spec.resourceSnapshotName, 'moved-0-snapshot');

  const grown = await abort('grown', () => hub.join('new', { env: 'prod' }), { stages });
  assert.equal(
    grown.reason,
    'cannot continue the updateRun: the number of clusters in index `1` stage has changed, new: 3, existing: 2',
  );
  const left = await abort('left', () => hub.leave('new'), { stages });
  assert.match(
    left.reason,
    /^cannot continue the updateRun: .*(has changed|not placed in any stage|not in the delete stage)/,
  );
  assert.equal(said(left.status?.stagesStatus?.[0], 'Succeeded'), '');
});

test('a strategy that changes or goes makes no difference to a run that goes by it', async () => {
  await it.prepare('kept', { stages: [{ ...everywhere, maxConcurrency: 1 }] });
  await it.makeRun('kept');
  await it.until('kept', (run) => updating(run, 0).length > 0);
  const body = { spec: { stages: [{ name: 'other' }] } };
  await hub.client.patch(strategies, { name: 'kept' }, { type: 'merge', body });
  await hub.client.delete(strategies, { name: 'kept' });
  const stopReporting = hub.reportAll();
  assert.equal(said((await it.over('kept')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  stopReporting();
});

test('of two runs of one placement the later one takes over, and the earlier one says so', async () => {
  await it.prepare('twice', { stages: [{ ...everywhere, maxConcurrency: 1 }] });
  await it.makeRun('twice', { name: 'twice-a' });
  await it.until('twice-a', (run) => updating(run, 0).includes('east'));
  const body = { metadata: { labels: { changed: 'yes' } } };
  await hub.client.patch(namespaces, { name: 'twice' }, { type: 'merge', body });
  await it.makeRun('twice', { name: 'twice-b' });
  const first = await it.over('twice-a');
  const [stage] = first.status?.stagesStatus ?? [];
  const east = (await it.bindingsOf('twice')).get('east');
  const why = `${byUser}the binding of the updating cluster \`east\` in the stage \`all\` is not up-to-date with the desired status, please check the status of binding \`${east?.metadata.name}\` and see if there is a concurrent updateRun referencing the same placement and updating the same cluster`;
  assert.equal(condition(first.status, 'Succeeded')?.message, `cannot continue the updateRun: ${why}`);
  assert.equal(said(stage, 'Succeeded'), 'False StageUpdatingFailed');
  assert.equal(said(stage?.clusters[0], 'Succeeded'), 'False ClusterUpdatingFailed');
  assert.equal(condition(stage?.clusters[0], 'Succeeded')?.message, why);
  const stopReporting = hub.reportAll();
  const second = await it.over('twice-b');
  stopReporting();
  assert.equal(said(second.status, 'Succeeded'), 'True UpdateRunSucceeded');
  assert.equal(second.status?.resourceSnapshotIndexUsed, '1');
});

test('a run that is stopping does not take a cluster for done that another run took over', async () => {
  await it.prepare('robbed', { stages: [{ ...everywhere, maxConcurrency: 1 }] });
  await it.makeRun('robbed', { name: 'robbed-a' });
  await it.until('robbed-a', (run) => updating(run, 0).includes('east'));
  await it.setState('robbed-a', 'Stop');
  await it.progressing('robbed-a', 'UpdateRunStopping');
  const binding = (await it.bindingsOf('robbed')).get('east');
  assert.ok(binding);
  const spec = { ...binding.spec, resourceSnapshotName: 'robbed-9-snapshot' };
  await hub.client.update(clusterFamily.bindings, { ...binding, spec });
  const { status } = await it.over('robbed-a');
  assert.match(condition(status, 'Succeeded')?.message ?? '', /the binding of the updating cluster `east`/);
});

test('a status that somebody wrote makes no run do what it must not', async () => {
  const forge = (change: (run: UpdateRun) => UpdateRun['status']) => async (run: UpdateRun) => {
    const latest = await hub.client.get(runs, { name: run.metadata.name ?? '' });
    const status = change(latest);
    await hub.server.client.update(
      runs,
      { ...latest, ...(status ? { status } : {}) },
      { subresource: 'status' },
    );
    // What is written into a status wakes nobody.
    await it.setState(run.metadata.name ?? '', 'Stop');
  };
  const missing = await abort(
    'forged',
    forge(({ status }) => ({ ...status, resourceSnapshotIndexUsed: '' })),
  );
  assert.match(missing.reason, /the updateRun has nil resourceSnapshotIndexUsed$/);
  const shorter = await abort(
    'shortened',
    forge(({ status }) => ({ ...status, stagesStatus: [] })),
  );
  assert.equal(
    shorter.reason,
    'cannot continue the updateRun: the number of stages in the updateRun has changed, new: 1, existing: 0',
  );
  const begun = {
    type: 'Started',
    status: 'True',
    reason: 'Forged',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as const;
  const more = await abort(
    'hurried',
    forge(({ status }) => ({
      ...status,
      stagesStatus: (status?.stagesStatus ?? []).map((stage) => ({
        ...stage,
        clusters: stage.clusters.map((cluster) => ({ ...cluster, conditions: [begun] })),
      })),
    })),
  );
  assert.match(
    more.reason,
    /the number of updating clusters `3` in the updating stage `all` exceeds maxConcurrency `1`$/,
  );
});

test('an approval that was given to an earlier run of the name does not count, one for something else is told', async () => {
  await it.prepare('again', { stages: [{ ...everywhere, beforeStageTasks: [{ type: 'Approval' }] }] });
  const { apiVersion, kind } = approvals;
  const stray = { apiVersion, kind, metadata: { name: 'again-before-all' } };
  await hub.client.create(approvals, {
    ...stray,
    spec: { parentStageRollout: 'other', targetStage: 'all' },
  });
  await it.makeRun('again');
  const { status } = await it.over('again');
  assert.match(
    condition(status, 'Succeeded')?.message ?? '',
    /the approval request task `\/again-before-all` is targeting update run `\/other` and stage `all`, want target update run `\/again and stage `all`$/,
  );
});
