import assert from 'node:assert/strict';
import type { ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { it } from 'node:test';
import { CodedError } from '../../../src/base/index.ts';
import type { BodyHolder, HttpResponse } from '../../../src/http/contract.ts';
import { plainRequest } from '../../support/request.ts';
import type { TestServerOptions } from '../harness.ts';
import { type HeldServer, make, ownLevel, ownSchema, settle, startHeldServer } from './held-server.ts';

const people = ['noisy', 'quiet'];
const configMaps = '/api/v1/namespaces/default/configmaps';

/** A server on which nobody is held, and `noisy` and `quiet` share one seat. */
async function oneSeat(
  use: (server: HeldServer) => Promise<void>,
  options: TestServerOptions = {},
): Promise<void> {
  const server = await startHeldServer({ requestsInFlight: { reads: 40, writes: 20 }, ...options });
  try {
    await make(
      server,
      ownLevel('narrow', { type: 'Reject' }),
      ownSchema('narrow', { level: 'narrow', people }),
    );
    await server.letAllGo();
    await use(server);
  } finally {
    await server.close();
  }
}

interface Upload {
  readonly sent: ClientRequest;
  readonly status: Promise<number>;
}

/** Begins an upload of a config map and resolves when the server takes its body, or refuses it. */
async function upload(server: HeldServer, { user, name }: { user: string; name: string }): Promise<Upload> {
  const { url, caPem: ca } = await server.listen();
  const headers = {
    authorization: `Bearer ${user}`,
    'content-type': 'application/json',
    'content-length': bodyOf(name).length,
    expect: '100-continue',
  };
  const sent = httpsRequest(url + configMaps, { method: 'POST', ca, headers, agent: false });
  const status = new Promise<number>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  sent.flushHeaders();
  await new Promise((resolve) => sent.once('continue', resolve).once('response', resolve));
  return { sent, status };
}

function bodyOf(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
}

async function slowSendersTakeNoSeat(server: HeldServer): Promise<void> {
  const names = ['one', 'two', 'three'];
  const slow: Upload[] = [];
  for (const name of names) slow.push(await upload(server, { user: 'noisy', name }));
  for (const [at, { sent }] of slow.entries()) sent.write(bodyOf(names[at] ?? '').slice(0, 9));
  assert.equal((await server.ask('quiet').answer).status, 200);
  const quick = await upload(server, { user: 'quiet', name: 'quick' });
  quick.sent.end(bodyOf('quick'));
  assert.equal(await quick.status, 201);
  for (const [at, { sent, status }] of slow.entries()) {
    sent.end(bodyOf(names[at] ?? '').slice(9));
    assert.equal(await status, 201);
  }
}

it('whoever sends a body slowly takes no seat of his level until it is whole', async () => {
  await oneSeat(slowSendersTakeNoSeat);
});

it('whoever sends a body slowly takes no place of a server that has two limits alone', async () => {
  const requestsInFlight = { reads: 1, writes: 1 };
  await oneSeat(slowSendersTakeNoSeat, { priorityAndFairness: false, requestsInFlight });
});

/** Requests whose bodies come when the test says so. */
function uploads(server: HeldServer) {
  const arrived = Promise.withResolvers<void>();
  return {
    arrive: arrived.resolve,
    post(user: string, name: string): Promise<HttpResponse> {
      const request = plainRequest({
        method: 'POST',
        target: configMaps,
        headers: { authorization: `Bearer ${user}`, 'content-type': 'application/json' },
        body: bodyOf(name),
      });
      const body = () => arrived.promise.then(() => request.body(Number.POSITIVE_INFINITY));
      return Promise.resolve(server.server.handler({ ...request, body }));
    },
  };
}

it('a user whose bodies do not arrive is refused more of them, and nobody else is', async () => {
  await oneSeat(async (server) => {
    const { post, arrive } = uploads(server);
    const sent: Promise<HttpResponse>[] = [];
    for (let at = 0; at < 1_000; at++) sent.push(post('noisy', `noisy-${at}`));
    await settle();
    assert.equal((await post('noisy', 'one-more')).status, 429);
    const quiet = post('quiet', 'quiet');
    await settle();
    const metrics = await server.text('/metrics');
    const labels = 'flow_schema="narrow",priority_level="narrow"';
    assert.match(metrics, new RegExp(`rejected_requests_total{${labels},reason="queue-full"} 1\n`));
    arrive();
    await quiet;
    await Promise.all(sent);
    await settle();
    assert.equal((await post('noisy', 'later')).status, 201);
  });
});

it('what bodies of one user weigh that wait for a seat is limited, and others have room', async () => {
  await oneSeat(async (server) => {
    const arrived = Promise.withResolvers<void>();
    /** Of so many bytes, as a socket counts them. */
    const post = (user: string, bytes: number): Promise<HttpResponse> => {
      const request = plainRequest({
        method: 'POST',
        target: configMaps,
        headers: { authorization: `Bearer ${user}`, 'content-type': 'application/json' },
        body: bodyOf(`${user}-${bytes}`),
      });
      const taken = (holder?: BodyHolder) => {
        holder?.receive(bytes);
        return arrived.promise.then(() => request.body(Number.POSITIVE_INFINITY));
      };
      let body: Promise<Uint8Array> | undefined;
      return Promise.resolve(
        server.server.handler({
          ...request,
          body: (_limit, holder) => (body ??= Promise.resolve(holder).then(taken)),
        }),
      );
    };
    const mebibyte = 1024 * 1024;
    const first = post('noisy', 40 * mebibyte);
    await settle();
    const second = await post('noisy', 30 * mebibyte);
    assert.equal(second.status, 429);
    const other = post('quiet', 30 * mebibyte);
    await settle();
    arrived.resolve();
    // There is one seat for both.
    assert.ok([(await first).status, (await other).status].includes(201));
    await settle();
    assert.equal((await post('noisy', 41 * mebibyte)).status, 201);
  });
});

it('many users together whose bodies do not arrive shut nobody out of other levels, and not of theirs', async () => {
  const crowd = Array.from({ length: 5 }, (_, at) => `crowd-${at}`);
  const server = await startHeldServer({
    requestsInFlight: { reads: 40, writes: 20 },
    people: [...crowd, ...people],
  });
  try {
    await make(
      server,
      ownLevel('crowded', { type: 'Reject' }),
      ownSchema('crowded', { level: 'crowded', people: [...crowd, 'noisy'] }),
      ownLevel('narrow', { type: 'Reject' }),
      ownSchema('narrow', { level: 'narrow', people: ['quiet'] }),
    );
    await server.letAllGo();
    const slow = uploads(server);
    const sent: Promise<HttpResponse>[] = [];
    for (const user of crowd) for (let at = 0; at < 1_000; at++) sent.push(slow.post(user, `${user}-${at}`));
    await settle();
    const quick = uploads(server);
    quick.arrive();
    for (const user of ['quiet', 'noisy']) assert.equal((await quick.post(user, user)).status, 201);
    slow.arrive();
    await Promise.all(sent);
  } finally {
    await server.close();
  }
});

it('a body that never becomes whole leaves no seat taken, and its sender is told as before', async () => {
  await oneSeat(async (server) => {
    const request = plainRequest({
      method: 'POST',
      target: configMaps,
      headers: { authorization: 'Bearer noisy', 'content-type': 'application/json' },
    });
    for (let at = 0; at < 3; at++) {
      const body = () => Promise.reject(new CodedError('request-timeout', 'It did not arrive.'));
      const { status } = await server.server.handler({ ...request, body });
      assert.notEqual(status, 429);
      await settle();
    }
    assert.equal((await server.ask('quiet').answer).status, 200);
  });
});

it('members of system:masters may have as many bodies on their way as they like', async () => {
  await oneSeat(async (server) => {
    const never = new Promise<Uint8Array>(() => {});
    for (let at = 0; at < 1_001; at++) {
      const request = plainRequest({
        method: 'POST',
        target: configMaps,
        headers: { authorization: 'Bearer admin-token' },
      });
      void server.server.handler({ ...request, body: () => never });
    }
    await settle();
    const dumped = await server.text('/debug/api_priority_and_fairness/dump_priority_levels');
    assert.match(dumped, /^exempt, +<?\d+>?, +false, +false, +0, +1002, /m);
  });
});
