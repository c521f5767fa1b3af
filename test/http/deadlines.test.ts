import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from '../../src/http/node/deadlines.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('everything that does not end in time is told once and at its own time, whatever began or ended meanwhile', () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock, 100);
  const missed: string[] = [];
  const begin = (name: string) => deadlines.begin(() => missed.push(name));
  const first = begin('first');
  clock.advance(30);
  begin('second');
  clock.advance(30);
  const third = deadlines.begin(() => {
    missed.push('third');
    begin('fifth');
  });
  begin('fourth');
  deadlines.end(first);
  clock.advance(69);
  assert.deepEqual(missed, []);
  clock.advance(1);
  assert.deepEqual(missed, ['second']);
  clock.advance(30);
  assert.deepEqual(missed, ['second', 'third', 'fourth']);
  deadlines.end(third);
  clock.advance(99);
  assert.equal(missed.length, 3);
  clock.advance(1);
  assert.deepEqual(missed.slice(3), ['fifth']);
  clock.advance(1_000);
  assert.equal(missed.length, 4);
  begin('sixth');
  clock.advance(100);
  assert.deepEqual(missed.slice(4), ['sixth']);
});

test('what is missed may end what would be missed next', () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock, 100);
  let missed = 0;
  deadlines.begin(() => deadlines.end(other));
  const other = deadlines.begin(() => missed++);
  clock.advance(100);
  assert.equal(missed, 0);
});
