import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTime, wallClock } from '../../src/apimachinery/cron/next-time.ts';
import { parseSchedule } from '../../src/apimachinery/cron/schedule.ts';
import { countOf } from '../../src/apimachinery/int-or-percent.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { formatQuantity, parseAmount, quantityOf } from '../../src/apimachinery/quantity.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { bounds, maxReplicas } from '../../src/controllers/deployment/scale.ts';
import { type Deployment, deployments } from '../../src/controllers/kinds/apps.ts';
import type { Toleration } from '../../src/controllers/kinds/core.ts';
import type { MemberCluster } from '../../src/controllers/kinds/fleet.ts';
import type { Binding, Placement, PlacementPolicy } from '../../src/controllers/kinds/placement.ts';
import {
  affinityRefusal,
  affinityScore,
  propertyOf,
} from '../../src/controllers/placement-scheduler/affinity.ts';
import { choose } from '../../src/controllers/placement-scheduler/choose.ts';
import { planRollout } from '../../src/controllers/rollout/plan.ts';
import { untoleratedTaint } from '../../src/controllers/shared/tolerations.ts';
import { availabilityOf } from '../../src/controllers/work-applier/availability.ts';
import { differencesOf } from '../../src/controllers/work-applier/differences.ts';
import { createPace } from '../../src/controllers/work-applier/pace.ts';
import { workload } from './manifests.ts';

function next(text: string, from: string, timeZone?: string): string | undefined {
  const schedule = parseSchedule(text);
  assert.ok(!('problem' in schedule), text);
  const at = nextTime(schedule, Date.parse(from), wallClock(timeZone));
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
}

test('a schedule of every so often counts from the time before', () => {
  assert.equal(next('@every 1h30m', '2026-03-01T00:00:10Z'), '2026-03-01T01:30');
  assert.equal(next('@every 1ms', '2026-03-01T00:00:59Z'), '2026-03-01T00:01');
  for (const wrong of ['@every foo', '@every 10', '@every']) {
    assert.ok('problem' in parseSchedule(wrong), wrong);
  }
});

test('cron expressions name their next time', () => {
  assert.equal(next('* * * * *', '2026-01-01T00:00:30Z'), '2026-01-01T00:01');
  assert.equal(next('*/15 * * * *', '2026-01-01T00:46:00Z'), '2026-01-01T01:00');
  assert.equal(next('30 4 1 * *', '2026-01-01T04:30:00Z'), '2026-02-01T04:30');
  assert.equal(next('0 9 * * mon-fri', '2026-01-02T10:00:00Z'), '2026-01-05T09:00');
  assert.equal(next('0 0 13 * 5', '2026-01-01T00:00:00Z'), '2026-01-02T00:00');
  assert.equal(next('@hourly', '2026-01-01T00:00:00Z'), '2026-01-01T01:00');
  assert.equal(next('0 0 29 2 *', '2026-01-01T00:00:00Z'), '2028-02-29T00:00');
  assert.equal(next('0 9 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin'), '2026-07-01T07:00');
  assert.equal(next('0 0 30 2 *', '2026-01-01T00:00:00Z'), undefined);
  for (const wrong of ['', '* * * *', '60 * * * *', '* * * * mon-foo', '5-1 * * * *']) {
    assert.ok('problem' in parseSchedule(wrong), wrong);
  }
});

test('the next time is the first on the wall clock that fits, also where clocks are set', () => {
  const quarterMs = 15 * 60_000;
  for (const [zone, from] of [
    ['Europe/Berlin', '2026-03-20T10:00:00Z'],
    ['America/New_York', '2026-10-25T10:00:00Z'],
    ['Australia/Lord_Howe', '2026-03-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-20T10:00:00Z'],
    ['Asia/Kathmandu', '2026-01-25T10:00:00Z'],
  ] as const) {
    for (const text of ['30 2 * * *', '45 23 1 * *', '0 0 * * mon', '15 1 2 2-4,11 *', '0 3 31 12 *']) {
      const schedule = parseSchedule(text);
      assert.ok('minutes' in schedule, text);
      const clock = wallClock(zone);
      const fits = (at: number) => {
        const { minute, hour, day, month, weekday } = clock(at);
        const { minutes, hours, days, months, weekdays } = schedule;
        return (
          minutes.has(minute) &&
          hours.has(hour) &&
          days.has(day) &&
          months.has(month) &&
          weekdays.has(weekday)
        );
      };
      const start = Date.parse(from);
      const end = start + 40 * 24 * 4 * quarterMs;
      let wanted = start + quarterMs;
      while (wanted < end && !fits(wanted)) wanted += quarterMs;
      const found = nextTime(schedule, start, clock) ?? end;
      assert.equal(Math.min(found, end), wanted, `${text} in ${zone}`);
    }
  }
});

test('a schedule that never comes is given up after few looks at the calendar', () => {
  const schedule = parseSchedule('0 0 30 2 *');
  assert.ok('minutes' in schedule);
  const clock = wallClock('Europe/Berlin');
  let looks = 0;
  const counting = (at: number) => {
    looks++;
    return clock(at);
  };
  assert.equal(nextTime(schedule, Date.UTC(2026, 0, 1), counting), undefined);
  assert.ok(looks < 5_000, `${looks}`);
});

test('quantities are read and written as Kubernetes does', () => {
  const read = (text: string) => parseAmount(text);
  assert.deepEqual(['250m', '2', '1.5Gi', '1e3', '100k', '-1'].map(read), [
    0.25,
    2,
    1.5 * 2 ** 30,
    1000,
    100_000,
    -1,
  ]);
  assert.deepEqual(['', 'x', '1Zi', '1.2.3'].map(read), [undefined, undefined, undefined, undefined]);
  const written = (format: 'decimal' | 'binary') => (units: number) =>
    formatQuantity(quantityOf(units, format));
  assert.deepEqual([2, 0.25, 7.8].map(written('decimal')), ['2', '250m', '7800m']);
  assert.deepEqual([2 ** 30, 1536 * 2 ** 20, 1001, 0].map(written('binary')), ['1Gi', '1536Mi', '1001', '0']);
  assert.deepEqual([countOf('25%', 10, 'up'), countOf('25%', 10, 'down'), countOf(3, 10, 'up')], [3, 2, 3]);
});

const nowMs = Date.UTC(2026, 0, 1);

function member(name: string, labels: { [key: string]: string } = {}, cpu = '4'): MemberCluster {
  const at = new Date(nowMs).toISOString();
  const condition = (type: string) => ({
    type,
    status: 'True' as const,
    reason: 'x',
    message: '',
    lastTransitionTime: at,
  });
  const agent = {
    type: 'MemberAgent',
    lastReceivedHeartbeat: at,
    conditions: [condition('Joined'), condition('Healthy')],
  };
  return {
    apiVersion: 'cluster.kubernetes-fleet.io/v1beta1',
    kind: 'MemberCluster',
    metadata: { name, labels },
    spec: { identity: { kind: 'User', name } },
    status: { agentStatus: [agent], resourceUsage: { available: { cpu } } },
  };
}

test('a resource of a member is a property with one dash', () => {
  const one = member('one', {}, '3500m');
  assert.equal(propertyOf(one, 'resources.kubernetes-fleet.io/available-cpu'), 3.5);
  assert.equal(propertyOf(one, 'resources.kubernetes-fleet.io/available-ephemeral-storage'), undefined);
  assert.equal(propertyOf(one, 'kubernetes-fleet.io/node-count'), undefined);
});

test('among equals the larger name is picked', () => {
  const members = ['a', 'b', 'c'].map((name) => member(name));
  const policy = { placementType: 'PickN', numberOfClusters: 2 } as const;
  const { picked, rejected } = choose({ policy, members, kept: [], obsolete: [], count: 2, nowMs });
  assert.deepEqual(
    picked.map(({ clusterName }) => clusterName),
    ['c', 'b'],
  );
  assert.equal(
    rejected[0]?.reason,
    'Cluster "a" does not score high enough (affinity score: 0, topology spread score: 0)',
  );
});

test('a spread keeps domains level', () => {
  const members = [
    member('a', { zone: '1' }),
    member('b', { zone: '1' }),
    member('c', { zone: '2' }),
    member('d', { zone: '1' }),
  ];
  const policy = {
    placementType: 'PickN' as const,
    numberOfClusters: 4,
    topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
  };
  const { picked, rejected, isFulfilled } = choose({
    policy,
    members,
    kept: [],
    obsolete: [],
    count: 4,
    nowMs,
  });
  assert.equal(picked.length, 3);
  assert.equal(picked.filter(({ clusterName }) => clusterName === 'c').length, 1);
  assert.equal(isFulfilled, false);
  assert.match(
    rejected[0]?.reason ?? '',
    /violated doNotSchedule topology spread constraint "zone" \(max skew 1\)/,
  );
});

test('a member whose heartbeats stopped is not picked anew, and says since when', () => {
  const { rejected } = choose({
    policy: {},
    members: [member('a')],
    kept: [],
    obsolete: [],
    count: 0,
    nowMs: nowMs + 6 * 60_000,
  });
  assert.equal(
    rejected[0]?.reason,
    'ClusterUnschedulable, cluster is not connected to the fleet: no recent heartbeat signals (last received 6.00 minutes ago)',
  );
});

function binding(
  name: string,
  state: 'Bound' | 'Scheduled' | 'Unscheduled',
  snapshot: string,
  available = true,
): Binding {
  const said = {
    type: 'Available',
    status: available ? 'True' : 'False',
    reason: 'AllWorkAreAvailable',
    message: '',
    lastTransitionTime: '',
    observedGeneration: 1,
  } as const;
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceBinding',
    metadata: { name, generation: 1 },
    spec: {
      state,
      targetCluster: name,
      clusterDecision: { clusterName: name, selected: true, reason: '' },
      schedulingPolicySnapshotName: 'p-0',
      resourceSnapshotName: snapshot,
    },
    status: { conditions: state === 'Bound' ? [said] : [] },
  };
}

test('a rollout moves as many clusters at a time as may be unavailable', () => {
  const strategy = { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } };
  const isCurrent = ({ spec }: Binding) => spec.resourceSnapshotName === 'new';
  const placement: Placement = {
    apiVersion: '',
    kind: '',
    metadata: { name: 'p' },
    spec: { resourceSelectors: [], strategy },
  };
  const bindings = [binding('a', 'Bound', 'old'), binding('b', 'Bound', 'old'), binding('c', 'Bound', 'new')];
  const plan = planRollout(placement, bindings, { isCurrent, nowMs });
  const namesOf = (list: readonly Binding[]) => list.map(({ metadata }) => metadata.name);
  assert.deepEqual([namesOf(plan.update), namesOf(plan.wait), namesOf(plan.upToDate)], [['a'], ['b'], ['c']]);
  const down = [
    binding('a', 'Bound', 'old'),
    binding('b', 'Bound', 'old'),
    binding('c', 'Bound', 'new', false),
  ];
  assert.deepEqual(namesOf(planRollout(placement, down, { isCurrent, nowMs }).update), []);
});

test('what stood for a cluster that has left goes at once, also where clusters are missing', () => {
  const placement: Placement = {
    ...{ apiVersion: '', kind: '', metadata: { name: 'p' } },
    spec: { resourceSelectors: [], policy: { placementType: 'PickN', numberOfClusters: 3 } },
  };
  const bindings = [
    binding('a', 'Bound', 'new'),
    binding('b', 'Unscheduled', 'new'),
    binding('gone', 'Unscheduled', 'new'),
  ];
  const isMember = (cluster: string) => cluster !== 'gone';
  const plan = planRollout(placement, bindings, { isCurrent: () => true, isMember, nowMs });
  // The other waits for its place to be taken: less would be available without it than may be.
  assert.deepEqual(
    plan.remove.map(({ metadata }) => metadata.name),
    ['gone'],
  );
});

test('differences leave out what servers and controllers set, and hide secrets', () => {
  const base = { apiVersion: 'v1', kind: 'Secret' };
  const hub = { ...base, metadata: { name: 's', labels: { a: '1' } }, data: { password: 'eA==' } };
  const there = {
    ...base,
    metadata: { name: 's', uid: 'u', resourceVersion: '5', labels: { a: '2', 'kubernetes.io/x': 'y' } },
    data: { password: 'eQ==' },
    status: { x: 1 },
  };
  const found = new Map(differencesOf(hub, there).map(({ path, ...values }) => [path, values]));
  const hidden = '(redacted for security reasons)';
  assert.deepEqual(found.get('/data/password'), { valueInHub: hidden, valueInMember: hidden });
  assert.deepEqual(found.get('/metadata/labels/a'), { valueInHub: '1', valueInMember: '2' });
  assert.equal(found.size, 2);
});

test('a Work is looked at less and less often while nothing changes', () => {
  const pace = createPace();
  const delays = (isSettled: boolean, essence: string) =>
    Array.from({ length: 6 }, () => Math.round(pace.next('w', { essence, isSettled }) / 100) / 10);
  assert.deepEqual(delays(false, 'a'), [5, 2, 2.4, 2.9, 3.5, 4.1]);
  assert.deepEqual(delays(true, 'b'), [5, 2, 3, 4.5, 6.8, 10.1]);
});

test('what is applied is available when its kind says so', () => {
  const judged = (apiVersion: string, kind: string, rest: JsonObject = {}) =>
    availabilityOf({ apiVersion, kind, metadata: { name: 'x', generation: 2 }, ...rest });
  const atOnce = {
    v1: ['Namespace', 'Secret', 'ConfigMap', 'ServiceAccount', 'LimitRange', 'ResourceQuota'],
    'apps/v1': ['ControllerRevision'],
    'networking.k8s.io/v1': ['NetworkPolicy', 'IngressClass'],
    'rbac.authorization.k8s.io/v1': ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
    'scheduling.k8s.io/v1': ['PriorityClass'],
    'storage.k8s.io/v1': ['CSIDriver', 'CSINode', 'CSIStorageCapacity', 'StorageClass'],
  };
  for (const [apiVersion, kinds] of Object.entries(atOnce)) {
    for (const kind of kinds) assert.equal(judged(apiVersion, kind), 'Available', kind);
  }
  assert.equal(judged('batch/v1', 'Job'), 'NotTrackable');
  assert.equal(judged('v1', 'Service', { spec: { type: 'ExternalName' } }), 'NotTrackable');

  const conditions = (...types: readonly [string, string][]) => ({
    conditions: types.map(([type, status]) => ({ type, status })),
  });
  const rolled = { observedGeneration: 2, availableReplicas: 3, updatedReplicas: 3 };
  const stateful = {
    observedGeneration: 2,
    availableReplicas: 1,
    currentReplicas: 1,
    updatedReplicas: 1,
    currentRevision: 'r',
    updateRevision: 'r',
  };
  const daemons = {
    observedGeneration: 2,
    numberAvailable: 2,
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
  };
  const budget = {
    observedGeneration: 2,
    disruptionsAllowed: 1,
    ...conditions(['DisruptionAllowed', 'True']),
  };
  const kinds: readonly [string, string, { spec?: JsonObject; status: JsonObject }, readonly JsonObject[]][] =
    [
      [
        'apps/v1',
        'Deployment',
        { spec: { replicas: 3 }, status: rolled },
        [
          { observedGeneration: 1 },
          { availableReplicas: 2 },
          { updatedReplicas: 2 },
          { unavailableReplicas: 1 },
        ],
      ],
      [
        'apps/v1',
        'StatefulSet',
        { status: stateful },
        [
          { observedGeneration: 1 },
          { availableReplicas: 0 },
          { currentReplicas: 0 },
          { currentRevision: 'q' },
        ],
      ],
      [
        'apps/v1',
        'DaemonSet',
        { status: daemons },
        [{ observedGeneration: 1 }, { numberAvailable: 1 }, { updatedNumberScheduled: 1 }],
      ],
      ['v1', 'Service', { spec: { type: 'ClusterIP', clusterIPs: ['10.0.0.1'] }, status: {} }, []],
      [
        'v1',
        'Service',
        { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } },
        [{ loadBalancer: {} }, { loadBalancer: { ingress: [] } }, { loadBalancer: { ingress: [{}] } }],
      ],
      [
        'v1',
        'Service',
        { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ hostname: 'h' }] } } },
        [],
      ],
      [
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        { status: conditions(['Established', 'True'], ['NamesAccepted', 'True']) },
        [
          conditions(['Established', 'True']),
          conditions(['Established', 'False'], ['NamesAccepted', 'True']),
        ],
      ],
      [
        'policy/v1',
        'PodDisruptionBudget',
        { status: budget },
        [{ observedGeneration: 1 }, { disruptionsAllowed: 0 }, conditions(['DisruptionAllowed', 'False'])],
      ],
      [
        'policy/v1',
        'PodDisruptionBudget',
        { status: { ...budget, disruptionsAllowed: 0, ...conditions(['DisruptionAllowed', 'False']) } },
        [{ disruptionsAllowed: 1 }],
      ],
    ];
  for (const [apiVersion, kind, good, less] of kinds) {
    assert.equal(judged(apiVersion, kind, good), 'Available', kind);
    for (const change of less) {
      const status = { ...good.status, ...change };
      const verdict = judged(apiVersion, kind, { ...good, status });
      assert.equal(verdict, 'NotAvailableYet', `${kind} ${JSON.stringify(change)}`);
    }
    if (kind !== 'Service') assert.equal(judged(apiVersion, kind), 'NotAvailableYet', kind);
  }
  assert.equal(judged('v1', 'Service', { spec: { clusterIPs: [] } }), 'NotAvailableYet');
});

const described = (
  labels: { [name: string]: string },
  properties: { [name: string]: string },
): MemberCluster => ({
  apiVersion: 'cluster.kubernetes-fleet.io/v1',
  kind: 'MemberCluster',
  metadata: { name: 'm', labels },
  spec: { identity: { kind: 'User', name: 'm' } },
  status: {
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, { value, observationTime: '' }]),
    ),
    resourceUsage: { capacity: { cpu: '8' }, allocatable: { cpu: '6' }, available: { cpu: '500m' } },
  },
});

test('a property meets a requirement as its operator says', () => {
  const nodes = 'kubernetes-fleet.io/node-count';
  const refused = (name: string, operator: string, ...values: string[]) =>
    affinityRefusal(described({ env: 'prod' }, { [nodes]: '3' }), {
      placementType: 'PickAll',
      affinity: {
        clusterAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            clusterSelectorTerms: [{ propertySelector: { matchExpressions: [{ name, operator, values }] } }],
          },
        },
      },
    }) !== undefined;
  const met: Readonly<Record<string, readonly boolean[]>> = {
    Gt: [true, false, false],
    Ge: [true, true, false],
    Eq: [false, true, false],
    Ne: [true, false, true],
    Lt: [false, false, true],
    Le: [false, true, true],
    Other: [false, false, false],
  };
  for (const [operator, expected] of Object.entries(met)) {
    const found = ['2', '3', '4'].map((value) => !refused(nodes, operator, value));
    assert.deepEqual(found, expected, operator);
  }
  assert.ok(refused('nobody-s', 'Ne', '2'));
  assert.ok(refused(nodes, 'Ne', 'many'));
  assert.ok(refused(nodes, 'Ne'));
  const cpu = (capacity: string) => `resources.kubernetes-fleet.io/${capacity}-cpu`;
  const amounts = ['total', 'allocatable', 'available', 'wished'].map((each) =>
    propertyOf(described({}, {}), cpu(each)),
  );
  assert.deepEqual(amounts, [8, 6, 0.5, undefined]);
  assert.equal(propertyOf(described({}, {}), 'resources.kubernetes-fleet.io/total-cpu-more'), undefined);
  assert.equal(propertyOf(described({}, {}), 'resources.kubernetes-fleet.io/total-memory'), undefined);
});

test('a sorter spreads its weight over what the members have', () => {
  const members = ['1', '2', '5'].map((value) => described({ value }, { p: value }));
  const scores = (sortOrder: string, extra: { weight: number; env?: string } = { weight: 0 }) => {
    const preferred = [
      { weight: 20, preference: { propertySorter: { name: 'p', sortOrder } } },
      { weight: extra.weight, preference: { labelSelector: { matchLabels: { value: '5' } } } },
    ];
    const affinity = { clusterAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
    return members.map((each) => affinityScore(each, { placementType: 'PickN', affinity }, members));
  };
  assert.deepEqual(scores('Descending'), [0, 5, 20]);
  assert.deepEqual(scores('Ascending'), [20, 15, 0]);
  assert.deepEqual(scores('Descending', { weight: 7 }), [0, 5, 27]);
  assert.deepEqual(scores('Ascending', { weight: -7 }), [20, 15, -7]);
  const [only] = members;
  const sorter = { weight: 20, preference: { propertySorter: { name: 'p', sortOrder: 'Descending' } } };
  const policy: PlacementPolicy = {
    placementType: 'PickN',
    affinity: { clusterAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [sorter] } },
  };
  assert.ok(only);
  assert.equal(affinityScore(only, policy, [only]), 0);
  assert.equal(affinityScore(described({}, {}), policy, [...members, described({}, {})]), 0);
  assert.equal(affinityScore(only, { placementType: 'PickN' }, members), 0);
});

test('a toleration covers a taint by effect, key, operator and value', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoSchedule' };
  const cases: readonly [Toleration, boolean][] = [
    [{ operator: 'Exists' }, true],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, true],
    [{ key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', operator: 'Equal', value: 'v' }, true],
    [{ key: 'k', value: 'w' }, false],
    [{ key: 'k' }, false],
    [{ value: 'v' }, false],
    [{}, false],
  ];
  for (const [toleration, covers] of cases) {
    const found = untoleratedTaint([taint], [toleration], ['NoSchedule']);
    assert.equal(found, covers ? undefined : taint, JSON.stringify(toleration));
  }
  assert.equal(
    untoleratedTaint([{ key: 'k', effect: 'NoSchedule' }], [{ key: 'k' }], ['NoSchedule']),
    undefined,
  );
  assert.equal(untoleratedTaint([taint], undefined, ['NoSchedule', 'NoExecute']), taint);
  assert.equal(untoleratedTaint([taint], undefined, ['NoExecute']), undefined);
  assert.equal(untoleratedTaint(undefined, undefined, ['NoSchedule']), undefined);
});

test('a deployment has room for so many pods more and so many fewer', () => {
  const deployment = (replicas: number | undefined, strategy?: JsonObject): Deployment =>
    asKind(deployments, {
      ...workload('apps/v1', 'Deployment', { name: 'd' }),
      spec: {
        selector: {},
        template: {},
        ...(replicas !== undefined && { replicas }),
        ...(strategy && { strategy }),
      },
    });
  const rolling = (maxSurge: string | number, maxUnavailable: string | number) => ({
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge, maxUnavailable },
  });
  const cases: readonly [number | undefined, JsonObject | undefined, number, number][] = [
    [undefined, undefined, 1, 0],
    [4, undefined, 1, 1],
    [10, undefined, 3, 2],
    [10, rolling(3, 2), 3, 2],
    [10, rolling('50%', '45%'), 5, 4],
    [10, rolling(0, 0), 0, 1],
    [10, rolling('1%', '1%'), 1, 0],
    [3, rolling(0, 5), 0, 3],
    [0, rolling(3, 2), 0, 0],
    [5, { type: 'Recreate' }, 0, 0],
  ];
  for (const [replicas, strategy, surge, unavailable] of cases) {
    const found = bounds(deployment(replicas, strategy));
    assert.deepEqual(found, { surge, unavailable }, JSON.stringify([replicas, strategy]));
    assert.equal(maxReplicas(deployment(replicas, strategy)), (replicas ?? 1) + surge);
  }
});
