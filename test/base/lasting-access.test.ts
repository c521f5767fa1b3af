import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lasting, LastingAccess, lastingAccessLimits, silentLogger } from '../../src/base/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

const turn = () => new Promise((next) => setImmediate(next));

/** Sessions that were judged and ended, by name; `allowed` says who may go on. */
function landscape() {
  const clock = new ManualClock();
  const lasting = new LastingAccess({ clock, log: silentLogger });
  const allowed = new Set<string>();
  const judged: string[] = [];
  const ended: string[] = [];
  const session = (name: string, own: Partial<Lasting> = {}): Lasting => ({
    judge: async () => {
      judged.push(name);
      if (!allowed.has(name)) throw new Error(`${name} may not`);
    },
    end: (refusal) => ended.push(refusal instanceof Error ? refusal.message : String(refusal)),
    ...own,
  });
  const pass = async () => {
    clock.advance(lastingAccessLimits.gatherMs);
    await turn();
  };
  return { lasting, allowed, judged, ended, session, pass };
}

test('without a change nothing is judged, and after many changes at once everything is judged once', async () => {
  const { lasting, allowed, judged, ended, session, pass } = landscape();
  for (const name of ['ann', 'bob']) {
    allowed.add(name);
    lasting.add(session(name), lasting.moment());
  }
  await pass();
  assert.deepEqual(judged, []);
  allowed.delete('bob');
  for (let n = 0; n < 10; n++) lasting.changed();
  await pass();
  assert.deepEqual([judged, ended], [['ann', 'bob'], ['bob may not']]);
  lasting.changed();
  await pass();
  assert.deepEqual(judged, ['ann', 'bob', 'ann']);
});

test('a change between the judgement of a session and its beginning is not missed', async () => {
  const { lasting, ended, session, pass } = landscape();
  const since = lasting.moment();
  // Judged here, and allowed; then:
  lasting.changed();
  lasting.add(session('ann'), since);
  await pass();
  assert.deepEqual(ended, ['ann may not']);
});

test('a change while a session is judged is judged again', async () => {
  const { lasting, allowed, ended, session, pass } = landscape();
  const held = Promise.withResolvers<void>();
  let judgements = 0;
  const judge = async () => {
    // Facts are read before the answer is out.
    const may = allowed.has('ann');
    if (++judgements === 1) await held.promise;
    if (!may) throw new Error('ann may not');
  };
  allowed.add('ann');
  lasting.add(session('ann', { judge }), lasting.moment());
  lasting.changed();
  await pass();
  allowed.delete('ann');
  lasting.changed();
  await pass();
  assert.deepEqual([judgements, ended], [1, []]);
  held.resolve();
  await turn();
  await pass();
  assert.deepEqual([judgements, ended], [2, ['ann may not']]);
});

test('a judgement that never comes to an end keeps no other session open', async () => {
  const { lasting, ended, session, pass } = landscape();
  lasting.add(session('stuck', { judge: () => new Promise(() => {}) }), lasting.moment());
  lasting.add(session('bob'), lasting.moment());
  lasting.changed();
  await pass();
  assert.deepEqual(ended, ['bob may not']);
});

test('a session that does not end cleanly keeps no other open, and is not ended twice', async () => {
  const { lasting, ended, session, pass } = landscape();
  let attempts = 0;
  const fails = () => {
    attempts++;
    throw new Error('the socket is gone');
  };
  for (const key of ['shared', 'own']) {
    lasting.add(session('ann', { key, end: fails }), lasting.moment());
    lasting.add(session(`${key} bob`, { key: 'shared' }), lasting.moment());
  }
  lasting.changed();
  await pass();
  assert.deepEqual([attempts, ended.length], [2, 2]);
  lasting.changed();
  await pass();
  assert.equal(attempts, 2);
});

test('sessions with one key are judged once, and those that left are neither judged nor ended', async () => {
  const { lasting, judged, ended, session, pass } = landscape();
  const leave = lasting.add(session('first', { key: 'k' }), lasting.moment());
  lasting.add(session('second', { key: 'k' }), lasting.moment());
  leave();
  const alone = lasting.add(session('alone'), lasting.moment());
  alone();
  lasting.changed();
  await pass();
  assert.deepEqual([judged, ended], [['second'], ['second may not']]);
});

test('one that is not known to be allowed is ended: a judgement that fails, in whatever way, is a no', async () => {
  const { lasting, ended, session, pass } = landscape();
  const judge = () => {
    throw new TypeError('no facts');
  };
  lasting.add(session('ann', { judge }), lasting.moment());
  lasting.changed();
  await pass();
  assert.deepEqual(ended, ['no facts']);
});

test('changes without end cost a part of the time: after a round of judgements it rests, but not for long', async () => {
  let spentMs = 0;
  /** Judgements take time, and nothing else does. */
  const clock = new (class extends ManualClock {
    override monotonic(): number {
      return super.monotonic() + spentMs;
    }
  })();
  const lasting = new LastingAccess({ clock, log: silentLogger });
  let judged = 0;
  let costMs = 1;
  const judge = async () => {
    judged++;
    spentMs += costMs;
  };
  for (let session = 0; session < 60; session++) {
    lasting.add({ judge, end: () => assert.fail('all are allowed') }, lasting.moment());
  }
  const { gatherMs, restFactor, longestRestMs } = lastingAccessLimits;
  const change = async (afterMs: number) => {
    lasting.changed();
    clock.advance(afterMs);
    await turn();
  };
  await change(gatherMs);
  assert.equal(judged, 60);
  // The round took 60 ms; until the rest is over every change is gathered.
  for (let passed = gatherMs; passed < 60 * restFactor; passed += gatherMs) await change(gatherMs);
  assert.equal(judged, 60);
  costMs = 100;
  await change(gatherMs);
  assert.equal(judged, 120);
  await change(longestRestMs);
  assert.equal(judged, 180);
});

test('a change in the middle of a round is answered by one more round, of those that were judged before it', async () => {
  const clock = new ManualClock();
  const lasting = new LastingAccess({ clock, log: silentLogger });
  const { gatherMs, judgedInTurn } = lastingAccessLimits;
  const judged: number[] = [];
  for (let session = 0; session <= judgedInTurn; session++) {
    const judge = async () => {
      judged.push(session);
      if (judged.length === 2) for (let time = 0; time < 3; time++) lasting.changed();
    };
    lasting.add({ judge, end: () => assert.fail('all are allowed') }, lasting.moment());
  }
  lasting.changed();
  for (let pass = 0; pass < 4; pass++) {
    clock.advance(gatherMs);
    await turn();
  }
  assert.deepEqual(judged.slice(judgedInTurn + 1), [0, 1]);
});
