import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BastionSessions } from '../../src/gateway/bastion/sessions.ts';
import { gatewayLimits } from '../../src/gateway/limits.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

type Admission = Parameters<BastionSessions['issue']>[1];

function open() {
  const clock = new ManualClock();
  const sessions = new BastionSessions(clock, seededRandom('sessions'));
  const watched = new Set<string>();
  // Who asks is all that sessions look at.
  const admission = (callerId: string) =>
    ({ callerId, endpointId: 'e', resourceId: '/r', port: 443 }) as Admission;
  const issue = (callerId = 'one', endpointId = 'e') =>
    sessions.issue(endpointId, admission(callerId), (authToken) => {
      watched.add(authToken);
      return () => watched.delete(authToken);
    });
  return { clock, sessions, watched, issue };
}

const tooMany = { code: 'too-many' };
const unauthenticated = { code: 'unauthenticated' };

test('a WebSocket token works once, in its time, at the endpoint that gave it', () => {
  const { clock, sessions, issue } = open();
  const session = issue();
  assert.notEqual(session.authToken, session.webSocketToken);
  assert.equal(Buffer.from(session.webSocketToken, 'base64url').length, 32);
  const closed: unknown[] = [];
  const redeem = (endpointId: string, token: string) =>
    sessions.redeem(endpointId, token, (ending) => closed.push(ending));
  assert.throws(() => redeem('other', session.webSocketToken), unauthenticated);
  assert.throws(() => redeem('e', session.authToken), unauthenticated);
  assert.equal(redeem('e', session.webSocketToken).state, 'connected');
  assert.throws(() => redeem('e', session.webSocketToken), unauthenticated);
  clock.advance(gatewayLimits.webSocketTokenMs);
  assert.equal(sessions.find('e', session.authToken)?.state, 'connected', 'its time was for coming');
  assert.deepEqual(closed, []);
  const late = issue();
  clock.advance(gatewayLimits.webSocketTokenMs - 1);
  assert.equal(sessions.find('e', late.authToken)?.state, 'issued');
  clock.advance(1);
  assert.equal(sessions.find('e', late.authToken)?.state, 'ended');
  assert.throws(() => redeem('e', late.webSocketToken), unauthenticated);
});

test('a session that has ended closed its tunnel once, is watched over no more, and is found for a while', () => {
  const { clock, sessions, watched, issue } = open();
  const closed: unknown[] = [];
  const session = issue();
  sessions.redeem('e', session.webSocketToken, (ending) => closed.push(ending));
  const waiting = issue('two');
  assert.equal(sessions.live, 2);
  assert.deepEqual(
    [...sessions.open()].map(({ state }) => state),
    ['connected', 'issued'],
  );
  assert.deepEqual([...watched], [session.authToken, waiting.authToken]);
  const ending = { code: 4000, reason: 'gone' } as unknown as Parameters<BastionSessions['end']>[1];
  sessions.end(session, ending);
  sessions.end(session);
  sessions.end(waiting);
  sessions.end({ authToken: 'nobody' });
  assert.deepEqual(closed, [ending]);
  assert.deepEqual([sessions.live, watched.size, [...sessions.open()].length], [0, 0, 0]);
  assert.equal(clock.waiting, 2, 'of each nothing waits but that it is forgotten');
  const found = sessions.find('e', session.authToken);
  assert.ok(found?.state === 'ended');
  assert.equal(found.ending, ending);
  assert.equal(sessions.find('other', session.authToken), undefined);
  clock.advance(gatewayLimits.endedSessionMs - 1);
  assert.ok(sessions.find('e', session.authToken));
  clock.advance(1);
  assert.equal(sessions.find('e', session.authToken), undefined);
  assert.equal(clock.waiting, 0);
});

test('of those that ended so many are found, the latest ones', () => {
  const { clock, sessions, issue } = open();
  const ended = Array.from({ length: gatewayLimits.endedSessionsKept + 2 }, () => {
    const session = issue();
    sessions.end(session);
    return session;
  });
  const isFound = (at: number) => sessions.find('e', ended.at(at)?.authToken ?? '') !== undefined;
  assert.deepEqual([0, 1, 2, -1].map(isFound), [false, false, true, true]);
  assert.equal(clock.waiting, gatewayLimits.endedSessionsKept);
});

test('a caller, and all of them together, have so many sessions at a time', () => {
  const { sessions, watched, issue } = open();
  const { sessionsPerCaller, sessionsPerGateway } = gatewayLimits;
  const own = Array.from({ length: sessionsPerCaller }, () => issue());
  assert.throws(() => issue(), { ...tooMany, message: /^You have 2000 sessions open/ });
  const [first, second] = own;
  assert.ok(first && second);
  sessions.end(first);
  sessions.forget(second);
  issue();
  issue();
  assert.throws(() => issue(), tooMany);
  for (let at = sessionsPerCaller; at < sessionsPerGateway; at++) issue(`caller ${at}`);
  assert.equal(sessions.live, sessionsPerGateway);
  assert.throws(() => issue('another'), { ...tooMany, message: /as many sessions as it serves/ });
  assert.equal(watched.size, sessionsPerGateway, 'what was refused is not watched over');
  sessions.endWhere(({ admission }) => admission.callerId === 'one');
  assert.equal(sessions.live, sessionsPerGateway - sessionsPerCaller);
  issue('another');
  sessions.close();
  assert.deepEqual([sessions.live, watched.size], [0, 0]);
  assert.equal(sessions.find('e', first.authToken), undefined);
});
