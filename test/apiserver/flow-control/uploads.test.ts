import assert from 'node:assert/strict';
import type { ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { it } from 'node:test';
import { CodedError } from '../../../src/base/index.ts';
import type { HttpResponse } from '../../../src/http/contract.ts';
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

it('a user whose bodies do not arrive is refused more of them before they are all that there may be', async () => {
  await oneSeat(async (server) => {
    const arrived = Promise.withResolvers<void>();
    const post = (user: string, at: number): Promise<HttpResponse> => {
      const request = plainRequest({
        method: 'POST',
        target: configMaps,
        headers: { authorization: `Bearer ${user}`, 'content-type': 'application/json' },
        body: bodyOf(`${user}-${at}`),
      });
      const body = () => arrived.promise.then(() => request.body(Number.POSITIVE_INFINITY));
      return Promise.resolve(server.server.handler({ ...request, body }));
    };
    const sent: Promise<HttpResponse>[] = [];
    for (let at = 0; at < 2_500; at++) sent.push(post('noisy', at));
    await settle();
    assert.equal((await post('noisy', 2_500)).status, 429);
    const quiet = post('quiet', 0);
    await settle();
    const metrics = await server.text('/metrics');
    const labels = 'flow_schema="narrow",priority_level="narrow"';
    assert.match(metrics, new RegExp(`rejected_requests_total{${labels},reason="queue-full"} 1\n`));
    arrived.resolve();
    await quiet;
    await Promise.all(sent);
    await settle();
    assert.equal((await post('noisy', 2_501)).status, 201);
  });
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
    for (let at = 0; at < 2_501; at++) {
      const request = plainRequest({
        method: 'POST',
        target: configMaps,
        headers: { authorization: 'Bearer admin-token' },
      });
      void server.server.handler({ ...request, body: () => never });
    }
    await settle();
    const dumped = await server.text('/debug/api_priority_and_fairness/dump_priority_levels');
    assert.match(dumped, /^exempt, +<?\d+>?, +false, +false, +0, +2502, /m);
  });
});
