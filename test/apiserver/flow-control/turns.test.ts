import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type HeldServer,
  make,
  ownLevel,
  ownSchema,
  queuing,
  settle,
  startHeldServer,
} from './held-server.ts';

const people = ['noisy', 'quiet'];
const requestsInFlight = { reads: 40, writes: 20 };

/** A server whose level `narrow` has one seat. */
async function narrow(
  use: (server: HeldServer) => Promise<void>,
  limitResponse = queuing(64, 2, 3),
): Promise<void> {
  const server = await startHeldServer({ requestsInFlight });
  try {
    await make(server, ownLevel('narrow', limitResponse), ownSchema('narrow', { level: 'narrow', people }));
    await use(server);
  } finally {
    await server.letAllGo();
    await server.close();
  }
}

it('somebody who asks once is served after the request at work, before all that a noisy one has waiting', async () => {
  await narrow(
    async (server) => {
      const noisy = Array.from({ length: 6 }, () => server.ask('noisy').answer);
      await server.untilHeld(1);
      const quiet = server.ask('quiet').answer;
      await settle();
      const order: string[] = [];
      while (server.held.length > 0) order.push((await server.letOneGo()).user);
      assert.deepEqual(order, ['noisy', 'quiet', 'noisy', 'noisy', 'noisy', 'noisy', 'noisy']);
      assert.equal((await quiet).status, 200);
      assert.deepEqual(
        (await Promise.all(noisy)).map(({ status }) => status),
        [200, 200, 200, 200, 200, 200],
      );
    },
    queuing(64, 1, 10),
  );
});

it('what finds its queues full is answered 429 as a real server words it, and whoever has other queues is not', async () => {
  await narrow(async (server) => {
    // One at work, three in each of two queues.
    const taken = Array.from({ length: 7 }, () => server.ask('noisy').answer);
    await server.untilHeld(1);
    const refused = await server.ask('noisy').answer;
    assert.equal(refused.status, 429);
    assert.equal(refused.text, 'Too many requests, please try again later.\n');
    assert.equal(refused.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(refused.headers['x-content-type-options'], 'nosniff');
    assert.equal(refused.headers['retry-after'], '1');
    const quiet = server.ask('quiet').answer;
    await settle();
    const dumped = await server.text('/debug/api_priority_and_fairness/dump_priority_levels');
    assert.match(dumped, /^narrow, +\d, +false, +false, +7, +1, +1, +1, +0, +0$/m);
    const metrics = await server.text('/metrics');
    const labels = 'flow_schema="narrow",priority_level="narrow"';
    assert.match(metrics, new RegExp(`rejected_requests_total{${labels},reason="queue-full"} 1\n`));
    assert.match(metrics, new RegExp(`current_inqueue_requests{${labels}} 7\n`));
    assert.match(metrics, new RegExp(`current_executing_seats{${labels}} 1\n`));
    while (server.held.length > 0) await server.letOneGo();
    assert.equal((await quiet).status, 200);
    for (const answer of taken) assert.equal((await answer).status, 200);
  });
});

it('a level without queues refuses at once what finds no seat', async () => {
  await narrow(
    async (server) => {
      const first = server.ask('noisy').answer;
      await server.untilHeld(1);
      assert.equal((await server.ask('quiet').answer).status, 429);
      const metrics = await server.text('/metrics');
      assert.match(metrics, /rejected_requests_total{[^}]*reason="concurrency-limit"} 1\n/);
      await server.letOneGo();
      assert.equal((await first).status, 200);
    },
    { type: 'Reject' },
  );
});

it('whoever leaves while he waits makes room, and is not worked for', async () => {
  await narrow(async (server) => {
    const first = server.ask('noisy').answer;
    await server.untilHeld(1);
    const waiting = Array.from({ length: 6 }, () => server.ask('noisy'));
    assert.equal((await server.ask('noisy').answer).status, 429);
    const [leaving, ...others] = waiting;
    leaving?.leave();
    assert.equal((await leaving?.answer)?.status, 429);
    others.push(server.ask('noisy'));
    const metrics = await server.text('/metrics');
    assert.match(metrics, /rejected_requests_total{[^}]*reason="time-out"} 1\n/);
    let served = 0;
    while (server.held.length > 0) {
      await server.letOneGo();
      served++;
    }
    assert.equal(served, 7);
    assert.equal((await first).status, 200);
    for (const { answer } of others) assert.equal((await answer).status, 200);
    const dumped = await server.text('/debug/api_priority_and_fairness/dump_priority_levels');
    assert.match(dumped, /^narrow, +0, +true, +false, +0, +0, +7, +2, +0, +1$/m);
  });
});

it('whoever waits when the server stops hears so', async () => {
  await narrow(async (server) => {
    const first = server.ask('noisy').answer;
    await server.untilHeld(1);
    const waiting = server.ask('noisy').answer;
    await settle();
    const closed = server.server.close();
    await server.letAllGo();
    await closed;
    const { status, text } = await waiting;
    assert.equal(status, 503);
    assert.match(text, /apiserver is shutting down/);
    await first;
  });
});

it('members of system:masters never wait, and watches hold no seat once they have begun', async () => {
  await narrow(async (server) => {
    const first = server.ask('noisy').answer;
    await server.untilHeld(1);
    for (let at = 0; at < 20; at++)
      assert.equal((await server.fetch('/api/v1/namespaces/default/configmaps')).status, 200);
    await server.letOneGo();
    await first;
    const watches = Array.from(
      { length: 3 },
      () => server.ask('quiet', '/api/v1/namespaces/default/configmaps?watch=true').answer,
    );
    for (let at = 0; at < 3; at++) {
      await server.untilHeld(1);
      await server.letOneGo();
    }
    for (const watch of watches) assert.equal((await watch).status, 200);
  });
});
