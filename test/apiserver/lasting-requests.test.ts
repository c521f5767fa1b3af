import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LastingRequests } from '../../src/apiserver/authz/lasting-requests.ts';
import { lastingAccessLimits, silentLogger } from '../../src/base/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('who a caller is is asked again only after identities changed, and nothing any more once it is closed', async () => {
  const clock = new ManualClock();
  const requests = new LastingRequests({ clock, log: silentLogger });
  const asked: boolean[] = [];
  const pass = async () => {
    clock.advance(lastingAccessLimits.gatherMs);
    await new Promise((next) => setImmediate(next));
  };
  const judge = async (identitiesChanged: boolean) => void asked.push(identitiesChanged);
  requests.add({ judge, end: () => assert.fail('it is allowed') }, requests.moment());
  requests.rightsChanged();
  await pass();
  requests.identitiesChanged();
  await pass();
  requests.rightsChanged();
  await pass();
  assert.deepEqual(asked, [false, true, false]);
  requests.rightsChanged();
  requests.close();
  await pass();
  requests.identitiesChanged();
  await pass();
  assert.equal(asked.length, 3);
});
