import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import type { FullCondition } from '../../src/apimachinery/meta.ts';
import { configMaps } from '../../src/controllers/kinds/core.ts';
import {
  type Binding,
  clusterFamily,
  namespacedFamily,
  type Placement,
  type PlacementPolicy,
} from '../../src/controllers/kinds/placement.ts';
import {
  clusterUpdateRuns,
  namespacedUpdateRuns,
  type StageConfig,
  type UpdateRun,
} from '../../src/controllers/kinds/staged.ts';
import { TestHub } from './fleet-hub.ts';
import { eventually } from './harness.ts';

const { runs, strategies, approvals } = clusterUpdateRuns;
let hub: TestHub;

before(async () => {
  hub = await TestHub.start();
  await hub.join('east', { env: 'canary', order: '2' });
  await hub.join('north', { env: 'prod', order: '10' });
  await hub.join('south', { env: 'prod', order: '9' });
  await hub.join('west', { env: 'prod', order: '1' });
});
after(() => hub?.[Symbol.asyncDispose]());

const env = (value: string) => ({ labelSelector: { matchLabels: { env: value } } });

function condition(
  of: { conditions?: FullCondition[] } | undefined,
  type: string,
): FullCondition | undefined {
  return findCondition(of?.conditions, type);
}

const eventuallyGone = (kind: Parameters<typeof eventually>[1], name: string) =>
  eventually(hub.server.client, kind, { name }, (it) => it === undefined);

/** `True UpdateRunProgressing`, or '' when nothing is said. */
function said(of: { conditions?: FullCondition[] } | undefined, type: string): string {
  const { status, reason } = condition(of, type) ?? {};
  return status ? `${status} ${reason}` : '';
}

interface Wanted {
  readonly stages?: readonly StageConfig[];
  readonly policy?: PlacementPolicy;
}

/** A namespace, a placement of it that others roll out, and a strategy, all of one name. */
async function prepare(name: string, { stages, policy }: Wanted = {}): Promise<void> {
  await hub.makeNamespace(name);
  const { placements } = clusterFamily;
  await hub.client.create(placements, {
    apiVersion: placements.apiVersion,
    kind: placements.kind,
    metadata: { name },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name }],
      strategy: { type: 'External' },
      ...(policy ? { policy } : {}),
    },
  });
  if (stages) await makeStrategy(name, stages);
}

async function makeStrategy(name: string, stages: readonly StageConfig[]): Promise<void> {
  const { apiVersion, kind } = strategies;
  await hub.client.create(strategies, {
    apiVersion,
    kind,
    metadata: { name },
    spec: { stages: [...stages] },
  });
}

interface RunWish {
  readonly name?: string;
  readonly strategy?: string;
  readonly state?: 'Initialize' | 'Run' | 'Stop';
  readonly index?: string;
}

async function makeRun(placementName: string, wish: RunWish = {}): Promise<string> {
  const { name = placementName, strategy = placementName, state = 'Run', index } = wish;
  const { apiVersion, kind } = runs;
  await hub.client.create(runs, {
    apiVersion,
    kind,
    metadata: { name },
    spec: {
      placementName,
      stagedRolloutStrategyName: strategy,
      state,
      ...(index === undefined ? {} : { resourceSnapshotIndex: index }),
    },
  });
  return name;
}

const runIs = (name: string, holds: (run: UpdateRun) => boolean) => hub.until(runs, { name }, holds);
const over = (name: string) => runIs(name, ({ status }) => said(status, 'Succeeded') !== '');
const progress = (name: string, reason: string) =>
  runIs(name, ({ status }) => said(status, 'Progressing').endsWith(` ${reason}`));
const setState = (name: string, state: 'Run' | 'Stop') =>
  hub.client.patch(runs, { name }, { type: 'merge', body: { spec: { state } } });

/** Names of the clusters of a stage that began and did not end. */
function updating(run: UpdateRun, stage: number): string[] {
  return (run.status?.stagesStatus?.[stage]?.clusters ?? [])
    .filter((it) => said(it, 'Started') !== '' && said(it, 'Succeeded') === '')
    .map(({ clusterName }) => clusterName);
}

async function approve(name: string): Promise<void> {
  const request = await hub.until(approvals, { name }, () => true);
  const approved = {
    type: 'Approved',
    status: 'True',
    reason: 'Seen',
    message: 'go',
    observedGeneration: request.metadata.generation ?? 0,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await hub.server.client.patch(
    approvals,
    { name },
    { type: 'merge', body: { status: { conditions: [approved] } } },
    { subresource: 'status' },
  );
}

async function bindingsOf(placement: string): Promise<Map<string, Binding>> {
  const { items } = await hub.client.list(clusterFamily.bindings, {
    labelSelector: `kubernetes-fleet.io/parent-CRP=${placement}`,
  });
  return new Map(items.map((binding) => [binding.spec.targetCluster, binding]));
}

const placementIs = (name: string, holds: (placement: Placement) => boolean) =>
  hub.until(clusterFamily.placements, { name }, holds);

test('a run goes through its stages in order, by label and then by name, and says each step', async () => {
  await prepare('ordered', {
    stages: [
      { name: 'canary', ...env('canary') },
      { name: 'prod', ...env('prod'), sortingLabelKey: 'order', maxConcurrency: '67%' },
    ],
  });
  await makeRun('ordered', { state: 'Initialize' });
  const made = await runIs('ordered', ({ status }) => said(status, 'Initialized') !== '');
  const { status: plan } = made;
  assert.equal(said(plan, 'Initialized'), 'True UpdateRunInitializedSuccessfully');
  assert.equal(condition(plan, 'Initialized')?.message, 'The UpdateRun initialized successfully');
  assert.equal(said(plan, 'Progressing'), '');
  assert.deepEqual(
    plan?.stagesStatus?.map((stage) => stage.clusters.map(({ clusterName }) => clusterName)),
    [['east'], ['west', 'south', 'north']],
  );
  assert.deepEqual(
    [plan?.policySnapshotIndexUsed, plan?.resourceSnapshotIndexUsed, plan?.policyObservedClusterCount],
    ['0', '0', 4],
  );
  assert.equal(plan?.deletionStageStatus?.stageName, 'kubernetes-fleet.io/deleteStage');
  assert.deepEqual(made.metadata.finalizers, ['kubernetes-fleet.io/stagedupdaterun-finalizer']);
  assert.equal((await bindingsOf('ordered')).get('east')?.spec.state, 'Scheduled');

  await setState('ordered', 'Run');
  const first = await runIs('ordered', (run) => updating(run, 0).length > 0);
  assert.equal(said(first.status, 'Progressing'), 'True UpdateRunProgressing');
  const [canary] = first.status?.stagesStatus ?? [];
  assert.equal(said(canary, 'Progressing'), 'True StageUpdatingStarted');
  assert.equal(said(canary?.clusters[0], 'Started'), 'True ClusterUpdatingStarted');
  const bound = (await bindingsOf('ordered')).get('east');
  assert.deepEqual([bound?.spec.state, bound?.spec.resourceSnapshotName], ['Bound', 'ordered-0-snapshot']);
  assert.equal(
    condition(bound?.status, 'RolloutStarted')?.message,
    'Detected the new changes on the resources and started the rollout process, resourceSnapshotIndex: , updateRun: ordered',
  );

  await hub.report('east', 'ordered-work');
  const second = await runIs('ordered', (run) => updating(run, 1).length === 2);
  assert.deepEqual(updating(second, 1), ['west', 'south']);
  assert.equal(said(second.status?.stagesStatus?.[0], 'Succeeded'), 'True StageUpdatingSucceeded');
  await hub.report('south', 'ordered-work');
  const third = await runIs('ordered', (run) => updating(run, 1).includes('north'));
  assert.deepEqual(updating(third, 1), ['west', 'north']);
  await hub.report('north', 'ordered-work');
  await hub.report('west', 'ordered-work');
  const { status } = await over('ordered');
  assert.equal(said(status, 'Succeeded'), 'True UpdateRunSucceeded');
  assert.equal(said(status, 'Progressing'), 'False UpdateRunSucceeded');
  assert.equal(said(status?.deletionStageStatus, 'Succeeded'), 'True StageUpdatingSucceeded');
  for (const { startTime, endTime, clusters } of status?.stagesStatus ?? []) {
    assert.ok(startTime && endTime);
    for (const cluster of clusters) assert.equal(said(cluster, 'Succeeded'), 'True ClusterUpdatingSucceeded');
  }
});

test('approvals before and after a stage are asked for, accepted, and not taken back', async () => {
  await prepare('asked', {
    stages: [
      {
        name: 'all',
        labelSelector: {},
        maxConcurrency: 10,
        beforeStageTasks: [{ type: 'Approval' }],
        afterStageTasks: [{ type: 'Approval' }, { type: 'TimedWait', waitTime: '1s' }],
      },
    ],
  });
  await makeRun('asked');
  const waiting = await progress('asked', 'UpdateRunWaiting');
  assert.equal(
    condition(waiting.status, 'Progressing')?.message,
    'The updateRun is waiting for before-stage tasks in stage all to complete',
  );
  const [stage] = waiting.status?.stagesStatus ?? [];
  assert.equal(said(stage, 'Progressing'), 'False StageUpdatingWaiting');
  assert.deepEqual(updating(waiting, 0), []);
  const request = await hub.until(approvals, { name: 'asked-before-all' }, () => true);
  const key = (name: string) => `kubernetes-fleet.io/${name}`;
  assert.deepEqual(request.metadata.labels, {
    [key('targetUpdatingStage')]: 'all',
    [key('targetUpdateRun')]: 'asked',
    [key('taskType')]: 'beforeStage',
    [key('isLatestUpdateRunApproval')]: 'true',
  });
  assert.deepEqual(request.spec, { parentStageRollout: 'asked', targetStage: 'all' });

  // One that goes before it is answered comes back.
  await hub.client.delete(approvals, { name: 'asked-before-all' });
  await hub.until(
    approvals,
    { name: 'asked-before-all' },
    ({ metadata }) => metadata.uid !== request.metadata.uid,
  );
  await approve('asked-before-all');
  const accepted = await hub.until(
    approvals,
    { name: 'asked-before-all' },
    ({ status }) => said(status, 'ApprovalAccepted') !== '',
  );
  assert.equal(said(accepted.status, 'ApprovalAccepted'), 'True ApprovalRequestApprovalAccepted');
  await runIs('asked', (run) => updating(run, 0).length === 4);
  // Neither is the answer taken back, nor is one that is gone asked for again.
  await hub.client.delete(approvals, { name: 'asked-before-all' });
  for (const member of ['east', 'north', 'south', 'west']) await hub.report(member, 'asked-work');
  const after = await progress('asked', 'UpdateRunWaiting');
  assert.equal(
    condition(after.status, 'Progressing')?.message,
    'The updateRun is waiting for after-stage tasks in stage all to complete',
  );
  await approve('asked-after-all');
  const { status } = await over('asked');
  assert.equal(said(status, 'Succeeded'), 'True UpdateRunSucceeded');
  const [done] = status?.stagesStatus ?? [];
  const tasks = [...(done?.beforeStageTaskStatus ?? []), ...(done?.afterStageTaskStatus ?? [])];
  assert.deepEqual(
    tasks.map((task) => task.conditions?.map(({ type, reason }) => `${type} ${reason}`)),
    [
      [
        'ApprovalRequestCreated StageTaskApprovalRequestCreated',
        'ApprovalRequestApproved StageTaskApprovalRequestApproved',
      ],
      [
        'ApprovalRequestCreated StageTaskApprovalRequestCreated',
        'ApprovalRequestApproved StageTaskApprovalRequestApproved',
      ],
      ['WaitTimeElapsed AfterStageTaskWaitTimeElapsed'],
    ],
  );
  assert.equal(await hub.client.find(approvals, { name: 'asked-before-all' }), undefined);
  await hub.client.delete(runs, { name: 'asked' });
  await eventuallyGone(approvals, 'asked-after-all');
  await eventuallyGone(runs, 'asked');
});

test('a run that is stopped lets those end that began, begins no other, and goes on from there', async () => {
  await prepare('halted', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 2 }] });
  await makeRun('halted');
  const begun = await runIs('halted', (run) => updating(run, 0).length === 2);
  assert.deepEqual(updating(begun, 0), ['east', 'north']);
  await setState('halted', 'Stop');
  const stopping = await progress('halted', 'UpdateRunStopping');
  assert.equal(said(stopping.status, 'Progressing'), 'Unknown UpdateRunStopping');
  assert.equal(said(stopping.status?.stagesStatus?.[0], 'Progressing'), 'Unknown StageUpdatingStopping');
  await hub.report('east', 'halted-work');
  await hub.report('north', 'halted-work');
  const stopped = await progress('halted', 'UpdateRunStopped');
  assert.equal(said(stopped.status, 'Progressing'), 'False UpdateRunStopped');
  assert.equal(said(stopped.status?.stagesStatus?.[0], 'Progressing'), 'False StageUpdatingStopped');
  assert.equal((await bindingsOf('halted')).get('south')?.spec.state, 'Scheduled');
  await setState('halted', 'Run');
  const resumed = await runIs('halted', (run) => updating(run, 0).length === 2);
  assert.deepEqual(updating(resumed, 0), ['south', 'west']);
  for (const { observedGeneration } of resumed.status?.conditions ?? []) {
    assert.equal(observedGeneration, resumed.metadata.generation);
  }
  await hub.report('south', 'halted-work');
  await hub.report('west', 'halted-work');
  assert.equal(said((await over('halted')).status, 'Succeeded'), 'True UpdateRunSucceeded');
});

test('a state that cannot follow is refused in the words of the rule', async () => {
  await prepare('states', { stages: [{ name: 'all', labelSelector: {} }] });
  await makeRun('states', { state: 'Initialize' });
  await assert.rejects(
    setState('states', 'Stop'),
    /invalid state transition: cannot transition from Initialize to Stop/,
  );
});

test('clusters that the placement gave up are taken off it last', async () => {
  const names = ['east', 'west'];
  await prepare('shrunk', {
    stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 2 }],
    policy: { placementType: 'PickFixed', clusterNames: names },
  });
  const stopReporting = hub.reportAll();
  await makeRun('shrunk');
  assert.equal(said((await over('shrunk')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  stopReporting();
  await hub.client.patch(
    clusterFamily.placements,
    { name: 'shrunk' },
    { type: 'merge', body: { spec: { policy: { clusterNames: ['west'] } } } },
  );
  await makeRun('shrunk', { name: 'shrunk-2' });
  const { status } = await over('shrunk-2');
  assert.equal(said(status, 'Succeeded'), 'True UpdateRunSucceeded');
  assert.equal(status?.policySnapshotIndexUsed, '1');
  const [gone] = status?.deletionStageStatus?.clusters ?? [];
  assert.deepEqual([gone?.clusterName, said(gone, 'Succeeded')], ['east', 'True ClusterUpdatingSucceeded']);
  assert.deepEqual([...(await bindingsOf('shrunk')).keys()], ['west']);
});

test('a run brings back what an earlier index had, and the placement tells which resources its clusters have', async () => {
  await prepare('back', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 3 }] });
  const none = await placementIs(
    'back',
    ({ status }) => said(status, 'ClusterResourcePlacementRolloutStarted') !== '',
  );
  const rollout = (of: Placement) => condition(of.status, 'ClusterResourcePlacementRolloutStarted');
  assert.equal(rollout(none)?.reason, 'RolloutControlledByExternalController');
  assert.match(
    rollout(none)?.message ?? '',
    /no resource snapshot name is observed across clusters\. To determine rollout status, check the ClusterStagedUpdateRun resources with spec\.placementName matching this placement$/,
  );
  assert.deepEqual(
    [none.status?.selectedResources, none.status?.observedResourceIndex],
    [undefined, undefined],
  );
  const stopReporting = hub.reportAll();
  await makeRun('back', { name: 'back-0' });
  await over('back-0');
  await placementIs('back', ({ status }) =>
    said(status, 'ClusterResourcePlacementAvailable').startsWith('True'),
  );
  stopReporting();

  const data = { color: 'blue' };
  await hub.client.patch(
    configMaps,
    { name: 'settings', namespace: 'back' },
    { type: 'merge', body: { data } },
  );
  await makeRun('back', { name: 'back-1' });
  const mixed = await placementIs('back', (of) => /different/.test(rollout(of)?.message ?? ''));
  assert.equal(
    rollout(mixed)?.message,
    'Rollout is controlled by an external controller and different resource snapshot versions are observed across clusters',
  );
  assert.deepEqual(
    [mixed.status?.selectedResources, mixed.status?.observedResourceIndex],
    [undefined, undefined],
  );
  assert.equal(said(mixed.status, 'ClusterResourcePlacementApplied'), '');
  assert.deepEqual(
    new Set(mixed.status?.placementStatuses?.map(({ observedResourceIndex }) => observedResourceIndex)),
    new Set(['0', '1']),
  );
  const again = hub.reportAll();
  const second = await over('back-1');
  assert.equal(second.status?.resourceSnapshotIndexUsed, '1');
  await placementIs('back', ({ status }) => status?.observedResourceIndex === '1');
  await makeRun('back', { name: 'back-2', index: '0' });
  assert.equal(said((await over('back-2')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  again();
  const old = await placementIs(
    'back',
    ({ status }) =>
      status?.observedResourceIndex === '0' &&
      said(status, 'ClusterResourcePlacementAvailable').startsWith('True'),
  );
  assert.deepEqual(
    old.status?.selectedResources?.map(({ kind }) => kind),
    ['Namespace', 'ConfigMap'],
  );
  // The user's change is on the hub still, and no run was asked for it.
  assert.equal((await bindingsOf('back')).get('east')?.spec.resourceSnapshotName, 'back-0-snapshot');
});

test('what is in a namespace goes through runs of that namespace', async () => {
  const namespace = 'spaced';
  await hub.makeNamespace(namespace);
  const { placements } = namespacedFamily;
  await hub.client.create(placements, {
    apiVersion: placements.apiVersion,
    kind: placements.kind,
    metadata: { name: 'app', namespace },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }],
      policy: { placementType: 'PickN', numberOfClusters: 2 },
      strategy: { type: 'External' },
    },
  });
  const kinds = namespacedUpdateRuns;
  await hub.client.create(kinds.strategies, {
    apiVersion: kinds.strategies.apiVersion,
    kind: kinds.strategies.kind,
    metadata: { name: 'all', namespace },
    spec: { stages: [{ name: 'all', labelSelector: {}, beforeStageTasks: [{ type: 'Approval' }] }] },
  });
  await hub.client.create(kinds.runs, {
    apiVersion: kinds.runs.apiVersion,
    kind: kinds.runs.kind,
    metadata: { name: 'go', namespace },
    spec: { placementName: 'app', stagedRolloutStrategyName: 'all', state: 'Run' },
  });
  const request = { name: 'go-before-all', namespace };
  const asked = await hub.until(kinds.approvals, request, () => true);
  const approved = {
    type: 'Approved',
    status: 'True',
    reason: 'Seen',
    message: '',
    observedGeneration: asked.metadata.generation ?? 0,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await hub.server.client.update(
    kinds.approvals,
    { ...asked, status: { conditions: [approved] } },
    { subresource: 'status' },
  );
  const stopReporting = hub.reportAll();
  const done = await hub.until(
    kinds.runs,
    { name: 'go', namespace },
    ({ status }) => said(status, 'Succeeded') !== '',
  );
  stopReporting();
  assert.equal(said(done.status, 'Succeeded'), 'True UpdateRunSucceeded');
  await hub.until(placements, { name: 'app', namespace }, ({ status }) =>
    said(status, 'ResourcePlacementAvailable').startsWith('True'),
  );
});
