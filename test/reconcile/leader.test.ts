import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClusterClient, ClusterError } from '../../src/apimachinery/client.ts';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { leases, runForLeader } from '../../src/reconcile/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';
import { delegate } from './delegate.ts';

const times = { leaseMs: 300, renewDeadlineMs: 200, retryMs: 20 };

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

function candidate(name: string, identity: string, client: ClusterClient = server.client) {
  const stop = new AbortController();
  const elected = Promise.withResolvers<AbortSignal>();
  const finished = runForLeader({
    client,
    namespace: 'default',
    name,
    identity,
    times,
    lead: (term) => elected.resolve(term),
    clock: systemClock,
    log: silentLogger,
    signal: stop.signal,
  });
  return {
    elected: elected.promise,
    async stop() {
      stop.abort();
      await finished;
    },
  };
}

async function holder(name: string): Promise<string | undefined> {
  const lease = await typedClient(server.client).get(leases, { namespace: 'default', name });
  return lease.spec?.holderIdentity;
}

test('one of two candidates leads, and the other follows when it steps down', async () => {
  const first = candidate('handover', 'first');
  const term = await first.elected;
  const second = candidate('handover', 'second');
  assert.equal(await holder('handover'), 'first');
  await first.stop();
  assert.equal(term.aborted, true);
  await second.elected;
  assert.equal(await holder('handover'), 'second');
  const lease = await typedClient(server.client).get(leases, { namespace: 'default', name: 'handover' });
  assert.equal(lease.spec?.leaseTransitions, 1);
  await second.stop();
});

test('a leader that cannot renew steps down, and its lease is taken when it has expired', async () => {
  let cut = false;
  const down = () => Promise.reject(new ClusterError(503, 'ServiceUnavailable', 'down'));
  const flaky = delegate(server.client, {
    get: (...args) => (cut ? down() : server.client.get(...args)),
  });
  const first = candidate('lost', 'first', flaky);
  const term = await first.elected;
  const second = candidate('lost', 'second');
  cut = true;
  await new Promise((resolve) => term.addEventListener('abort', resolve, { once: true }));
  await second.elected;
  assert.equal(await holder('lost'), 'second');
  await Promise.all([first.stop(), second.stop()]);
});
