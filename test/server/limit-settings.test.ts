import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isLimitName,
  limitNames,
  limitProblem,
  limitSettings,
  serverLimits,
} from '../../src/server/limit-settings.ts';

test('a limit takes whole numbers between its bounds, both included', () => {
  for (const name of limitNames) {
    const { least, most, usual } = limitSettings[name];
    for (const taken of [least, most, usual]) assert.equal(limitProblem(name, taken), undefined, name);
    for (const refused of [least - 1, most + 1, least + 0.5, String(least), null, undefined, Number.NaN]) {
      assert.equal(limitProblem(name, refused), `takes a whole number from ${least} to ${most}`, name);
    }
  }
  assert.equal(isLimitName('max-watches'), true);
  assert.equal(isLimitName('toString'), false);
});

test('each limit that is chosen reaches its part of the server in that part’s unit, and no other', () => {
  const usual = serverLimits({});
  const chosen = serverLimits({
    'max-requests-inflight': 11,
    'max-mutating-requests-inflight': 12,
    'max-watches': 13,
    'max-watches-per-user': 14,
    'http2-max-streams-per-connection': 15,
    'max-request-body-kib': 64,
    'request-body-timeout-seconds': 17,
    'max-buffered-request-mib': 18,
    'max-buffered-answer-mib': 19,
  });
  assert.deepEqual(chosen, {
    inFlight: { reads: 11, writes: 12, longRunning: 13, longRunningPerCaller: 14 },
    listener: { ...usual.listener, streamsPerConnection: 15, requestBodyBytes: 65_536, bodyMs: 17_000 },
    traffic: { requestBytes: 18 * 1024 * 1024, answerBytes: 19 * 1024 * 1024 },
  });
});

test('one address never gets more than its share of the connections, and always one', () => {
  const usual = serverLimits({}).listener;
  const [all = 0, own = 0] = [usual.connections, usual.connectionsPerSource];
  assert.ok(own >= 1 && own <= all);
  const fewer = serverLimits({ 'max-connections': 10 }).listener;
  assert.deepEqual([fewer.connections, fewer.connectionsPerSource], [10, Math.ceil((10 * own) / all)]);
});
