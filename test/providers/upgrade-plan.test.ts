import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isThere, type PoolNode } from '../../src/providers/container-service/managed-clusters/pool-nodes.ts';
import {
  advance,
  drained,
  gone,
  left,
  type Pace,
  type PoolState,
  undrained,
} from '../../src/providers/container-service/managed-clusters/upgrade-plan.ts';
import { seededRandom } from '../support/seeded-random.ts';

const from = { version: '1.33.2', image: 'old' } as const;
const goal = { name: 'pool', version: '1.34.1', image: 'new' } as const;

interface Case {
  readonly count: number;
  readonly surge: number;
  readonly unavailable: number;
  readonly soakMinutes: number;
  readonly quarantines: boolean;
  /** Numbers of nodes that cannot be drained. */
  readonly stuck: ReadonlySet<number>;
}

/** Plays an upgrade to its end; `look` sees every state that the record would hold. */
function play(one: Case, look: (state: PoolState) => void) {
  const { count, surge, unavailable, soakMinutes, quarantines, stuck } = one;
  const settings = { surge, unavailable, drainMinutes: 1, soakMinutes, quarantines };
  let nowMs = 0;
  let failures = 0;
  const pace = (): Pace => ({ settings, nodeStartMs: 10, reimageMs: 10, minuteMs: 10, nowMs });
  let state: PoolState = {
    ...{ goal, count, isStopping: false },
    nodes: Array.from({ length: count }, (_, number) => ({ number, ...from, step: 'settled', surge: false })),
  };
  for (let turns = 0; ; turns++) {
    assert.ok(turns < 100 * (count + 1), `no end: ${JSON.stringify(state)}`);
    const next = advance(state, pace());
    if (next === 'over' || next === 'canceled') return { end: next, failures, nodes: left(state, pace()) };
    look(next);
    state = gone(next, pace());
    for (const node of state.nodes.filter(({ step }) => step === 'draining')) {
      if (!stuck.has(node.number)) state = drained(state, node.number, pace());
      else if ((node.untilMs ?? 0) <= nowMs) {
        state = undrained(state, node.number, pace());
        failures++;
      }
      look(state);
    }
    // As the loop reads it: a failure stops a pool that puts nothing in quarantine.
    state = { ...state, isStopping: failures > 0 && !quarantines };
    nowMs += 5;
  }
}

const works = (node: PoolNode) => isThere(node) && (node.step === 'settled' || node.step === 'blocked');

test('whatever the settings, a pool never has fewer nodes that work than it allows, nor more than it asked for, and all end new', () => {
  const random = seededRandom('upgrades');
  for (let round = 0; round < 400; round++) {
    const count = random.integer(12);
    const surge = random.integer(5);
    const unavailable = surge === 0 ? 1 + random.integer(3) : random.integer(3);
    const one: Case = {
      ...{ count, surge, unavailable, soakMinutes: random.integer(2) },
      ...{ quarantines: false, stuck: new Set() },
    };
    const { end, nodes } = play(one, ({ nodes }) => {
      const there = JSON.stringify({ one, nodes });
      assert.ok(nodes.filter(works).length >= count - unavailable, there);
      assert.ok(nodes.length <= count + surge, there);
    });
    assert.equal(end, 'over');
    assert.deepEqual(
      nodes.map(({ number, version, image, surge }) => ({ number, version, image, surge })),
      Array.from({ length: count }, (_, number) => ({
        ...{ number, version: goal.version, image: goal.image, surge: false },
      })),
    );
  }
});

test('a node that cannot be drained stops the pool, and keeps what it had, open to pods; added machines go', () => {
  const { end, failures, nodes } = play(
    { count: 4, surge: 1, unavailable: 0, soakMinutes: 0, quarantines: false, stuck: new Set([1]) },
    () => undefined,
  );
  assert.deepEqual([end, failures], ['over', 1]);
  assert.deepEqual(
    nodes.map(({ number, version, step }) => `${number} ${version} ${step}`),
    ['0 1.34.1 settled', '1 1.33.2 settled', '2 1.33.2 settled', '3 1.33.2 settled'],
  );
});

test('with quarantine the others go on, and an added machine stays for each node that is closed', () => {
  const two = { count: 4, surge: 2, unavailable: 0, soakMinutes: 0, quarantines: true } as const;
  const { end, failures, nodes } = play({ ...two, stuck: new Set([1]) }, () => undefined);
  assert.deepEqual([end, failures], ['over', 1]);
  assert.deepEqual(
    nodes.map(({ number, version, step }) => `${number} ${version} ${step}`),
    ['0 1.34.1 settled', '1 1.33.2 blocked', '2 1.34.1 settled', '3 1.34.1 settled', '4 1.34.1 settled'],
  );
  assert.ok(nodes.every((node) => !node.surge));
});

test('without a machine left to go on with, the upgrade is canceled', () => {
  const one = { count: 3, surge: 1, unavailable: 0, soakMinutes: 0, quarantines: true } as const;
  const { end, failures } = play({ ...one, stuck: new Set([0]) }, () => undefined);
  assert.deepEqual([end, failures], ['canceled', 1]);
});
