import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import {
  callerProven,
  type Handler,
  type InFlightLimits,
  inFlightLimits,
  RequestsInFlight,
} from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ca, deferred, fetch1, fetch2, serve, session2, until } from './support.ts';

const refused = () => ({ status: 429, headers: { 'retry-after': '1' } });

/** A server whose answers wait for `release`, behind the limits. */
async function limited(t: Parameters<typeof serve>[0], limits: Partial<InFlightLimits>) {
  const clock = new ManualClock();
  const requests = new RequestsInFlight(clock, limits);
  const gate = deferred();
  const handler: Handler = async (request) => {
    const { path } = request;
    const claim = request.header('authorization') ?? '';
    if (claim.startsWith('forged')) {
      await gate.promise;
      return { status: 401 };
    }
    callerProven(request, claim.split(' ')[0] ?? '');
    if (path !== '/healthz') await gate.promise;
    return { status: 200 };
  };
  const { port } = await serve(t, requests.limit(handler, refused));
  const session = session2(t, port);
  const ask = async (caller: string, path = '/', method = 'GET') =>
    (await fetch2(session, path, { method, headers: { authorization: caller } })).status;
  return { clock, requests, ask, release: gate.resolve };
}

const count = (statuses: readonly number[], status: number) =>
  statuses.filter((one) => one === status).length;

test('one caller with thousands of requests is refused what is too much, and others are served meanwhile', async (t) => {
  const { requests, ask, release } = await limited(t, {});
  const greedy = Array.from({ length: 2_000 }, () => ask('greedy'));
  const most = inFlightLimits.reads * 0.75;
  await until(() => requests.figures('reads').refused > 0 && requests.figures('reads').running === most);
  const others = ['ann', 'bob', 'cem'].map((caller) => ask(caller));
  await until(() => requests.figures('reads').running === most + 3);
  const writing = ask('greedy', '/', 'PUT');
  await until(() => requests.figures('writes').running === 1);
  release();
  assert.deepEqual(await Promise.all([...others, writing]), [200, 200, 200, 200]);
  const statuses = await Promise.all(greedy);
  assert.equal(count(statuses, 200), most + inFlightLimits.waitingPerCaller);
  assert.equal(count(statuses, 429), 2_000 - most - inFlightLimits.waitingPerCaller);
  const { running, waiting } = requests.figures('reads');
  assert.deepEqual([running, waiting], [0, 0]);
});

test('callers that wait take turns', async (t) => {
  const { requests, ask, release } = await limited(t, { reads: 1, waitingPerCaller: 10 });
  const order: string[] = [];
  const asked = ['a', 'a', 'a', 'a', 'b'].map((caller) => ask(caller).then(() => order.push(caller)));
  await until(() => requests.figures('reads').waiting === 4);
  release();
  await Promise.all(asked);
  assert.ok(order.indexOf('b') < 3, order.join(' '));
});

test('whoever waits too long is refused, and health is answered whatever else waits', async (t) => {
  const { clock, requests, ask, release } = await limited(t, { reads: 1 });
  const first = ask('a');
  await until(() => requests.figures('reads').running === 1);
  const second = ask('a');
  await until(() => requests.figures('reads').waiting === 1);
  assert.equal(await ask('a', '/healthz'), 200);
  clock.advance(inFlightLimits.waitMs);
  assert.equal(await second, 429);
  release();
  assert.equal(await first, 200);
});

test('open streams have places of their own, given back when they end or their reader leaves', async (t) => {
  const requests = new RequestsInFlight(new ManualClock(), { longRunning: 4, reads: 1 });
  const sinks: { end(): void }[] = [];
  const watch: Handler = () => ({ status: 200, body: { start: (sink) => sinks.push(sink) } });
  const { port } = await serve(t, requests.limit(watch, refused));
  const session = session2(t, port);
  const open = () => session.request({ ':path': '/api/v1/pods?watch=true', authorization: 'a' });
  const streams = [open(), open(), open()];
  await until(() => sinks.length === 3);
  assert.equal(
    (await fetch2(session, '/api/v1/watch/pods', { headers: { authorization: 'a' } })).status,
    429,
  );
  streams[0]?.close();
  sinks[1]?.end();
  streams[1]?.resume();
  await until(() => requests.figures('longRunning').running === 1);
  open();
  await until(() => sinks.length === 4);
});

test('a stream whose reader left before it began, or whose headers cannot be sent, is told that it is over', async (t) => {
  const requests = new RequestsInFlight(new ManualClock());
  const closed: boolean[] = [];
  const watch: Handler = async ({ path, signal }) => {
    const isBroken = path === '/broken';
    if (!isBroken) await once(signal, 'abort');
    const headers: Record<string, string> = isBroken ? { 'x-bad': 'a\nb' } : {};
    return { status: 200, headers, body: { start: (sink) => closed.push(sink.closed) } };
  };
  const { port, logged } = await serve(t, requests.limit(watch, refused));
  const running = () => requests.figures('longRunning').running;
  const session = session2(t, port);
  const stream = session.request({ ':path': '/two?watch=true' });
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  socket.write('GET /one?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => running() === 2);
  stream.close();
  socket.destroy();
  assert.equal((await fetch1(port, { path: '/broken?watch=true' })).status, 500);
  await until(() => running() === 0);
  assert.deepEqual(closed, [true, true, true]);
  assert.equal(logged.length, 1);
});

test('made-up tokens are one caller together, and those who proved theirs are served meanwhile', async (t) => {
  const { requests, ask, release } = await limited(t, { reads: 40 });
  await ask('ann', '/healthz');
  const known = ask('ann');
  await until(() => requests.figures('reads').running === 1);
  const forged = Array.from({ length: 1_000 }, (_, i) => ask(`forged ${i}`));
  await until(() => requests.figures('reads').refused > 0);
  const ann = Array.from({ length: 5 }, () => ask('ann'));
  await until(() => requests.figures('reads').running === 36);
  assert.ok(requests.figures('reads').waiting <= inFlightLimits.waitingPerCaller);
  release();
  assert.deepEqual(await Promise.all([known, ...ann]), Array(6).fill(200));
  const statuses = await Promise.all(forged);
  assert.equal(count(statuses, 401) + count(statuses, 429), 1_000);
  assert.ok(count(statuses, 401) <= 30 + inFlightLimits.waitingPerCaller);
});

test('many tokens of one caller are one caller', async (t) => {
  const { requests, ask, release } = await limited(t, { reads: 4 });
  const once = Array.from({ length: 3 }, (_, i) => ask(`bob ${i}`));
  await until(() => requests.figures('reads').running === 3);
  const again = Array.from({ length: 3 }, (_, i) => ask(`bob ${i}`));
  await until(() => requests.figures('reads').waiting === 3);
  const other = ask('cem');
  await until(() => requests.figures('reads').running === 4);
  release();
  assert.deepEqual(await Promise.all([...once, ...again, other]), Array(7).fill(200));
});

test('what waits for its turn is bounded, whoever it belongs to', async (t) => {
  const { requests, ask, release } = await limited(t, { reads: 1, waiting: 10 });
  const asked = Array.from({ length: 30 }, (_, i) => ask(`user${i}`));
  await until(() => requests.figures('reads').refused === 19);
  assert.equal(requests.figures('reads').waiting, 10);
  release();
  assert.equal(count(await Promise.all(asked), 200), 11);
});

test('a caller has so many open streams at most, under whichever token, and others go on', async (t) => {
  const requests = new RequestsInFlight(new ManualClock(), { longRunningPerCaller: 3 });
  const sinks: { end(): void }[] = [];
  const watch: Handler = (request) => {
    callerProven(request, request.header('authorization')?.split(' ')[0] ?? '');
    return { status: 200, body: { start: (sink) => sinks.push(sink) } };
  };
  const { port } = await serve(t, requests.limit(watch, refused));
  const session = session2(t, port);
  const path = '/api/v1/pods?watch=true';
  const open = (authorization: string) => session.request({ ':path': path, authorization });
  for (const token of ['ann 1', 'ann 2', 'ann 3']) open(token);
  await until(() => sinks.length === 3);
  for (const token of ['ann 1', 'ann 4'])
    assert.equal((await fetch2(session, path, { headers: { authorization: token } })).status, 429, token);
  open('bob');
  await until(() => sinks.length === 4);
  sinks[0]?.end();
  await until(() => requests.figures('longRunning').running === 3);
  open('ann 5');
  await until(() => sinks.length === 5);
});

test('a path that means a watch counts as one, however it is asked for', async (t) => {
  const { requests, ask, release } = await limited(t, {});
  const paths: [string, string][] = [
    ['POST', '/apis/example.com/v1/watch/widgets'],
    ['GET', '/api/v1/watch/pods'],
    ['GET', '/api/v1/%77atch/pods'],
    ['GET', '/api%2Fv1/watch%2fpods'],
  ];
  const asked = paths.map(([method, path]) => ask('ann', path, method));
  await until(() => requests.figures('longRunning').running === paths.length);
  const { running: reads } = requests.figures('reads');
  const { running: writes } = requests.figures('writes');
  assert.deepEqual([reads, writes], [0, 0]);
  release();
  await Promise.all(asked);
});
