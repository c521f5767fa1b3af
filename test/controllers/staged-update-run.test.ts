import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../src/base/index.ts';
import { configMaps } from '../../src/controllers/kinds/core.ts';
import { memberClusters } from '../../src/controllers/kinds/fleet.ts';
import {
  clusterFamily,
  namespacedFamily,
  namespacedOverrides,
  type Placement,
  works,
} from '../../src/controllers/kinds/placement.ts';
import {
  clusterUpdateRuns,
  namespacedUpdateRuns,
  type UpdateRun,
} from '../../src/controllers/kinds/staged.ts';
import { TestHub } from './fleet-hub.ts';
import { approved, condition, env, said, UpdateRuns, updating } from './update-runs.ts';

const { runs, approvals } = clusterUpdateRuns;
let hub: TestHub;
let it: UpdateRuns;

before(async () => {
  hub = await TestHub.start();
  it = new UpdateRuns(hub);
  await hub.join('east', { env: 'canary', order: '2' });
  await hub.join('north', { env: 'prod', order: '10' });
  await hub.join('south', { env: 'prod', order: '9' });
  await hub.join('west', { env: 'prod', order: '1' });
});
after(() => hub?.[Symbol.asyncDispose]());

test('a run goes through its stages in order, by label and then by name, and says each step', async () => {
  await it.prepare('ordered', {
    stages: [
      { name: 'canary', ...env('canary') },
      { name: 'prod', ...env('prod'), sortingLabelKey: 'order', maxConcurrency: '67%' },
    ],
  });
  await it.makeRun('ordered', { state: 'Initialize' });
  const made = await it.until('ordered', ({ status }) => said(status, 'Initialized') !== '');
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
  assert.equal((await it.bindingsOf('ordered')).get('east')?.spec.state, 'Scheduled');

  await it.setState('ordered', 'Run');
  const first = await it.until('ordered', (run) => updating(run, 0).length > 0);
  assert.equal(said(first.status, 'Progressing'), 'True UpdateRunProgressing');
  const [canary] = first.status?.stagesStatus ?? [];
  assert.equal(said(canary, 'Progressing'), 'True StageUpdatingStarted');
  assert.equal(said(canary?.clusters[0], 'Started'), 'True ClusterUpdatingStarted');
  const bound = (await it.bindingsOf('ordered')).get('east');
  assert.deepEqual([bound?.spec.state, bound?.spec.resourceSnapshotName], ['Bound', 'ordered-0-snapshot']);
  assert.equal(
    condition(bound?.status, 'RolloutStarted')?.message,
    'Detected the new changes on the resources and started the rollout process, resourceSnapshotIndex: , updateRun: ordered',
  );

  await hub.report('east', 'ordered-work');
  const second = await it.until('ordered', (run) => updating(run, 1).length === 2);
  assert.deepEqual(updating(second, 1), ['west', 'south']);
  assert.equal(said(second.status?.stagesStatus?.[0], 'Succeeded'), 'True StageUpdatingSucceeded');
  await hub.report('south', 'ordered-work');
  const third = await it.until('ordered', (run) => updating(run, 1).includes('north'));
  assert.deepEqual(updating(third, 1), ['west', 'north']);
  await hub.report('north', 'ordered-work');
  await hub.report('west', 'ordered-work');
  const { status } = await it.over('ordered');
  assert.equal(said(status, 'Succeeded'), 'True UpdateRunSucceeded');
  assert.equal(said(status, 'Progressing'), 'False UpdateRunSucceeded');
  assert.equal(said(status?.deletionStageStatus, 'Succeeded'), 'True StageUpdatingSucceeded');
  for (const { startTime, endTime, clusters } of status?.stagesStatus ?? []) {
    assert.ok(startTime && endTime);
    for (const cluster of clusters) assert.equal(said(cluster, 'Succeeded'), 'True ClusterUpdatingSucceeded');
  }
});

test('approvals before and after a stage are asked for, accepted, and not taken back', async () => {
  await it.prepare('asked', {
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
  await it.makeRun('asked');
  const waiting = await it.progressing('asked', 'UpdateRunWaiting');
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
  await it.approve('asked-before-all');
  const accepted = await hub.until(
    approvals,
    { name: 'asked-before-all' },
    ({ status }) => said(status, 'ApprovalAccepted') !== '',
  );
  assert.equal(said(accepted.status, 'ApprovalAccepted'), 'True ApprovalRequestApprovalAccepted');
  await it.until('asked', (run) => updating(run, 0).length === 4);
  // Neither is the answer taken back, nor is one that is gone asked for again.
  await hub.client.delete(approvals, { name: 'asked-before-all' });
  for (const member of ['east', 'north', 'south', 'west']) await hub.report(member, 'asked-work');
  const after = await it.progressing('asked', 'UpdateRunWaiting');
  assert.equal(
    condition(after.status, 'Progressing')?.message,
    'The updateRun is waiting for after-stage tasks in stage all to complete',
  );
  await it.approve('asked-after-all');
  const { status } = await it.over('asked');
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
  await it.gone(approvals, 'asked-after-all');
  await it.gone(runs, 'asked');
});

test('a run that is stopped lets those end that began, begins no other, and goes on from there', async () => {
  await it.prepare('halted', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 2 }] });
  await it.makeRun('halted');
  const begun = await it.until('halted', (run) => updating(run, 0).length === 2);
  assert.deepEqual(updating(begun, 0), ['east', 'north']);
  await it.setState('halted', 'Stop');
  const stopping = await it.progressing('halted', 'UpdateRunStopping');
  assert.equal(said(stopping.status, 'Progressing'), 'Unknown UpdateRunStopping');
  assert.equal(said(stopping.status?.stagesStatus?.[0], 'Progressing'), 'Unknown StageUpdatingStopping');
  await hub.report('east', 'halted-work');
  await hub.report('north', 'halted-work');
  const stopped = await it.progressing('halted', 'UpdateRunStopped');
  assert.equal(said(stopped.status, 'Progressing'), 'False UpdateRunStopped');
  assert.equal(said(stopped.status?.stagesStatus?.[0], 'Progressing'), 'False StageUpdatingStopped');
  assert.equal((await it.bindingsOf('halted')).get('south')?.spec.state, 'Scheduled');
  await it.setState('halted', 'Run');
  const resumed = await it.until('halted', (run) => updating(run, 0).length === 2);
  assert.deepEqual(updating(resumed, 0), ['south', 'west']);
  for (const { observedGeneration } of resumed.status?.conditions ?? []) {
    assert.equal(observedGeneration, resumed.metadata.generation);
  }
  await hub.report('south', 'halted-work');
  await hub.report('west', 'halted-work');
  assert.equal(said((await it.over('halted')).status, 'Succeeded'), 'True UpdateRunSucceeded');
});

test('a state that cannot follow is refused in the words of the rule', async () => {
  await it.prepare('states', { stages: [{ name: 'all', labelSelector: {} }] });
  await it.makeRun('states', { state: 'Initialize' });
  await assert.rejects(
    it.setState('states', 'Stop'),
    /invalid state transition: cannot transition from Initialize to Stop/,
  );
});

test('clusters that the placement gave up are taken off it last', async () => {
  const names = ['east', 'west'];
  await it.prepare('shrunk', {
    stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 2 }],
    policy: { placementType: 'PickFixed', clusterNames: names },
  });
  const stopReporting = hub.reportAll();
  await it.makeRun('shrunk');
  assert.equal(said((await it.over('shrunk')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  stopReporting();
  await hub.client.patch(
    clusterFamily.placements,
    { name: 'shrunk' },
    { type: 'merge', body: { spec: { policy: { clusterNames: ['west'] } } } },
  );
  await it.makeRun('shrunk', { name: 'shrunk-2' });
  const { status } = await it.over('shrunk-2');
  assert.equal(said(status, 'Succeeded'), 'True UpdateRunSucceeded');
  assert.equal(status?.policySnapshotIndexUsed, '1');
  const [gone] = status?.deletionStageStatus?.clusters ?? [];
  assert.deepEqual([gone?.clusterName, said(gone, 'Succeeded')], ['east', 'True ClusterUpdatingSucceeded']);
  assert.deepEqual([...(await it.bindingsOf('shrunk')).keys()], ['west']);
});

test('a run brings back what an earlier index had, and the placement tells which resources its clusters have', async () => {
  await it.prepare('back', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 3 }] });
  const none = await it.placementIs(
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
  await it.makeRun('back', { name: 'back-0' });
  await it.over('back-0');
  await it.placementIs('back', ({ status }) =>
    said(status, 'ClusterResourcePlacementAvailable').startsWith('True'),
  );
  stopReporting();

  const data = { color: 'blue' };
  await hub.client.patch(
    configMaps,
    { name: 'settings', namespace: 'back' },
    { type: 'merge', body: { data } },
  );
  await it.makeRun('back', { name: 'back-1' });
  const mixed = await it.placementIs('back', (of) => /different/.test(rollout(of)?.message ?? ''));
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
  const second = await it.over('back-1');
  assert.equal(second.status?.resourceSnapshotIndexUsed, '1');
  await it.placementIs('back', ({ status }) => status?.observedResourceIndex === '1');
  await it.makeRun('back', { name: 'back-2', index: '0' });
  assert.equal(said((await it.over('back-2')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  again();
  const old = await it.placementIs(
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
  assert.equal((await it.bindingsOf('back')).get('east')?.spec.resourceSnapshotName, 'back-0-snapshot');
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
  await hub.server.client.update(
    kinds.approvals,
    { ...asked, status: { conditions: [approved(asked.metadata.generation)] } },
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

test('the overrides of a run are those of its beginning, cluster by cluster', async () => {
  await it.prepare('coloured', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 4 }] });
  const override = (value: string) => ({
    apiVersion: namespacedOverrides.overrides.apiVersion,
    kind: namespacedOverrides.overrides.kind,
    metadata: { name: 'blue', namespace: 'coloured' },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' }],
      policy: {
        overrideRules: [
          {
            clusterSelector: {
              clusterSelectorTerms: [{ labelSelector: { matchLabels: { env: 'canary' } } }],
            },
            jsonPatchOverrides: [{ op: 'replace' as const, path: '/data/color', value }],
          },
        ],
      },
    },
  });
  await hub.client.create(namespacedOverrides.overrides, override('blue'));
  const snapshot = { name: 'blue-0', namespace: 'coloured' };
  await hub.until(namespacedOverrides.snapshots, snapshot, () => true);
  await it.makeRun('coloured', { state: 'Initialize' });
  await it.initialized('coloured');
  // What comes later is for the next run.
  const body = { spec: override('green').spec };
  await hub.client.patch(
    namespacedOverrides.overrides,
    { name: 'blue', namespace: 'coloured' },
    { type: 'merge', body },
  );
  await hub.until(namespacedOverrides.snapshots, { ...snapshot, name: 'blue-1' }, () => true);
  const stopReporting = hub.reportAll();
  await it.setState('coloured', 'Run');
  const { status } = await it.over('coloured');
  stopReporting();
  assert.equal(said(status, 'Succeeded'), 'True UpdateRunSucceeded');
  const frozen = new Map(
    status?.stagesStatus?.[0]?.clusters.map((cluster) => [
      cluster.clusterName,
      cluster.resourceOverrideSnapshots,
    ]),
  );
  assert.deepEqual([frozen.get('east'), frozen.get('west')], [[snapshot], undefined]);
  const bindings = await it.bindingsOf('coloured');
  assert.deepEqual(bindings.get('east')?.spec.resourceOverrideSnapshots, [snapshot]);
  const colorOn = async (member: string) => {
    const work = await hub.client.get(works, { name: 'coloured-work', namespace: `fleet-member-${member}` });
    return JSON.stringify(work.spec.workload?.manifests).match(/"color":"(\w+)"/)?.[1];
  };
  assert.deepEqual([await colorOn('east'), await colorOn('west')], ['blue', 'red']);
});

test('a run whose clusters take too long says which, when their time is up, and goes on when they are there', async () => {
  await it.prepare('slow', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 4 }] });
  await it.makeRun('slow');
  const begun = await it.until('slow', (run) => updating(run, 0).length === 4);
  // They began almost five minutes ago, as far as the status tells.
  const lastTransitionTime = rfc3339Seconds(Date.now() - 298_000);
  const stagesStatus = (begun.status?.stagesStatus ?? []).map((stage) => ({
    ...stage,
    clusters: stage.clusters.map((cluster) => ({
      ...cluster,
      conditions: cluster.conditions?.map((each) => ({ ...each, lastTransitionTime })) ?? [],
    })),
  }));
  const earlier = { ...begun, status: { ...begun.status, stagesStatus } };
  await hub.server.client.update(runs, earlier, { subresource: 'status' });
  const labels = { noticed: 'yes' };
  await hub.client.patch(memberClusters, { name: 'east' }, { type: 'merge', body: { metadata: { labels } } });
  const stuck = await it.progressing('slow', 'UpdateRunStuck');
  assert.equal(said(stuck.status, 'Progressing'), 'False UpdateRunStuck');
  assert.equal(
    condition(stuck.status, 'Progressing')?.message,
    'The updateRun is stuck waiting for east, north, south... cluster(s) in stage all to finish updating, please check placement status for potential errors',
  );
  await hub.report('east', 'slow-work', 'failed');
  for (const member of ['east', 'north', 'south']) await hub.report(member, 'slow-work');
  const fewer = await it.until('slow', (run) => updating(run, 0).length === 1);
  assert.match(condition(fewer.status, 'Progressing')?.message ?? '', /waiting for west cluster\(s\)/);
  await hub.report('west', 'slow-work');
  assert.equal(said((await it.over('slow')).status, 'Succeeded'), 'True UpdateRunSucceeded');
});

test('a placement that the hub rolled out can be handed to runs, with what its clusters have', async () => {
  await it.prepare('handed', {
    stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 4 }],
    strategy: { type: 'RollingUpdate' },
  });
  const stopReporting = hub.reportAll();
  await it.placementIs('handed', ({ status }) =>
    said(status, 'ClusterResourcePlacementAvailable').startsWith('True'),
  );
  await it.change('handed', { strategy: { type: 'External', rollingUpdate: null } });
  const handed = await it.placementIs(
    'handed',
    ({ metadata, status }) =>
      condition(status, 'ClusterResourcePlacementAvailable')?.observedGeneration === metadata.generation,
  );
  assert.equal(handed.status?.observedResourceIndex, '0');
  const data = { color: 'blue' };
  await hub.client.patch(
    configMaps,
    { name: 'settings', namespace: 'handed' },
    { type: 'merge', body: { data } },
  );
  await it.makeRun('handed');
  const { status } = await it.over('handed');
  stopReporting();
  assert.deepEqual(
    [said(status, 'Succeeded'), status?.resourceSnapshotIndexUsed],
    ['True UpdateRunSucceeded', '1'],
  );
  await assert.rejects(
    it.change('handed', { strategy: { type: 'RollingUpdate' } }),
    /cannot change rollout strategy type from 'External' to other types/,
  );
});

test('an approval that an earlier run of the name left behind is none', async () => {
  await it.prepare('left', {
    stages: [{ name: 'all', labelSelector: {}, beforeStageTasks: [{ type: 'Approval' }] }],
  });
  await it.makeRun('left');
  await it.approve('left-before-all');
  await it.until('left', (run) => updating(run, 0).length > 0);
  // Somebody takes the finalizers off: the run goes, and what it asked for goes after it.
  await hub.client.patch(runs, { name: 'left' }, { type: 'merge', body: { metadata: { finalizers: [] } } });
  await hub.client.delete(runs, { name: 'left' });
  await it.gone(approvals, 'left-before-all');
  await it.gone(runs, 'left');
  await it.makeRun('left');
  const again = await it.progressing('left', 'UpdateRunWaiting');
  assert.equal(
    said(again.status?.stagesStatus?.[0]?.beforeStageTaskStatus?.[0], 'ApprovalRequestApproved'),
    '',
  );
});

test('a run of the oldest version names its index, is started through the newest, and shows in all', async () => {
  await it.prepare('aged', {
    stages: [{ name: 'all', labelSelector: {}, afterStageTasks: [{ type: 'Approval' }] }],
  });
  const of = (version: string) =>
    defineKind<UpdateRun>(`placement.kubernetes-fleet.io/${version}`, runs.kind, runs.resource, 'Cluster');
  const [oldest, newest] = [of('v1alpha1'), of('v1')];
  await hub.client.create(oldest, {
    apiVersion: oldest.apiVersion,
    kind: oldest.kind,
    metadata: { name: 'aged' },
    spec: { placementName: 'aged', stagedRolloutStrategyName: 'aged', resourceSnapshotIndex: '0' },
  });
  const { status } = await it.initialized('aged');
  assert.equal(said(status, 'Initialized'), 'True UpdateRunInitializedSuccessfully');
  const body = { spec: { state: 'Run' } };
  await hub.client.patch(newest, { name: 'aged' }, { type: 'merge', body });
  const stopReporting = hub.reportAll();
  await it.approve('aged-after-all');
  await it.over('aged');
  stopReporting();
  for (const kind of [oldest, newest]) {
    const shown = await hub.client.get(kind, { name: 'aged' });
    assert.equal(said(shown.status, 'Succeeded'), 'True UpdateRunSucceeded');
    assert.equal(shown.status?.stagesStatus?.[0]?.clusters.length, 4);
  }
});

test('a run that is deleted in the middle leaves what it began to come to its end', async () => {
  await it.prepare('midway', { stages: [{ name: 'all', labelSelector: {}, maxConcurrency: 1 }] });
  await it.makeRun('midway');
  await it.until('midway', (run) => updating(run, 0).includes('east'));
  await hub.client.delete(runs, { name: 'midway' });
  await it.gone(runs, 'midway');
  await hub.report('east', 'midway-work');
  const bindings = await it.bindingsOf('midway');
  assert.equal(bindings.get('east')?.spec.state, 'Bound');
  assert.equal(bindings.get('west')?.spec.state, 'Scheduled');
  // A run of the same name begins anew.
  const stopReporting = hub.reportAll();
  await it.makeRun('midway');
  assert.equal(said((await it.over('midway')).status, 'Succeeded'), 'True UpdateRunSucceeded');
  stopReporting();
});
