import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LastingAccess, type LastingRequest } from '../../src/apiserver/authz/lasting-access.ts';
import { ManualClock } from '../support/manual-clock.ts';

const turn = () => new Promise((next) => setImmediate(next));

test('a request that began before a change is asked about, also when it arrives while others are', async () => {
  const clock = new ManualClock();
  const lasting = new LastingAccess(clock);
  const held = Promise.withResolvers<boolean>();
  const ended: string[] = [];
  const request = (name: string, stillAllowed: LastingRequest['stillAllowed']): LastingRequest => ({
    stillAllowed,
    end: () => ended.push(name),
  });
  const askedAt = lasting.changes;
  lasting.add(
    request('slow', () => held.promise),
    askedAt,
  );
  lasting.rightsChanged();
  clock.advance(1_000);
  lasting.add(
    request('late', async () => false),
    askedAt,
  );
  held.resolve(true);
  await turn();
  clock.advance(1_000);
  await turn();
  assert.deepEqual(ended, ['late']);
  lasting.close();
});
