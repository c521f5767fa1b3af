import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTime, wallClock } from '../../src/apimachinery/cron/next-time.ts';
import { parseSchedule } from '../../src/apimachinery/cron/schedule.ts';
import { countOf } from '../../src/apimachinery/int-or-percent.ts';
import { formatQuantity, parseAmount, quantityOf } from '../../src/apimachinery/quantity.ts';
import type { MemberCluster } from '../../src/controllers/kinds/fleet.ts';
import type { Binding, Placement } from '../../src/controllers/kinds/placement.ts';
import { propertyOf } from '../../src/controllers/placement-scheduler/affinity.ts';
import { choose } from '../../src/controllers/placement-scheduler/choose.ts';
import { planRollout } from '../../src/controllers/rollout/plan.ts';
import { differencesOf } from '../../src/controllers/work-applier/differences.ts';
import { createPace } from '../../src/controllers/work-applier/pace.ts';

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

function binding(name: string, state: 'Bound' | 'Scheduled', snapshot: string, available = true): Binding {
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
  const placement: Placement = {
    apiVersion: '',
    kind: '',
    metadata: { name: 'p' },
    spec: { resourceSelectors: [], strategy },
  };
  const bindings = [binding('a', 'Bound', 'old'), binding('b', 'Bound', 'old'), binding('c', 'Bound', 'new')];
  const plan = planRollout(placement, bindings, { snapshot: 'new', nowMs });
  const namesOf = (list: readonly Binding[]) => list.map(({ metadata }) => metadata.name);
  assert.deepEqual([namesOf(plan.update), namesOf(plan.wait), namesOf(plan.upToDate)], [['a'], ['b'], ['c']]);
  const down = [
    binding('a', 'Bound', 'old'),
    binding('b', 'Bound', 'old'),
    binding('c', 'Bound', 'new', false),
  ];
  assert.deepEqual(namesOf(planRollout(placement, down, { snapshot: 'new', nowMs }).update), []);
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
