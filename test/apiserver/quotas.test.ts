import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdmissionStep } from '../../src/apimachinery/admission.ts';
import { at } from '../../src/apimachinery/read.ts';
import { startTestServer, type TestServer } from './harness.ts';

const secrets = { group: '', version: 'v1', resource: 'secrets' };
const quotas = { group: '', version: 'v1', resource: 'resourcequotas' };
const quota = { namespace: 'default', name: 'q' };

/** A quota that is taken up: here nobody else says so. */
async function takeUp({ client }: TestServer, hard: string): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: quota,
    spec: { hard: { secrets: hard } },
  };
  const made = await client.create(quotas, object);
  const status = { hard: { secrets: hard }, used: { secrets: '0' } };
  await client.update(quotas, { ...made, status }, { subresource: 'status' });
}

function createAll(servers: readonly TestServer[], count: number): Promise<PromiseSettledResult<unknown>[]> {
  const each = Array.from({ length: count }, (_, i) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `s${i}`, namespace: 'default' } };
    return servers[i % servers.length]?.client.create(secrets, secret);
  });
  return Promise.allSettled(each);
}

async function usedOf({ client }: TestServer): Promise<unknown> {
  return at(await client.get(quotas, quota), 'status', 'used', 'secrets');
}

test('two servers on one store let in together what a quota allows, and no more', async () => {
  const first = await startTestServer();
  const second = await startTestServer({ store: first.store });
  try {
    await takeUp(first, '10');
    const made = await createAll([first, second], 40);
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 10);
    const reasons = new Set(made.map((each) => (each.status === 'rejected' ? each.reason.reason : '')));
    assert.deepEqual(reasons, new Set(['', 'Forbidden']));
    assert.equal(await usedOf(first), '10');
  } finally {
    await second.close();
    await first.close();
  }
});

test('however many share a quota, each is decided, and what else judges them is asked once', async () => {
  let asked = 0;
  const judge: AdmissionStep = {
    name: 'counting-judge',
    concerns: ({ definition }) => definition.resource === 'secrets',
    async validate() {
      await undefined;
      asked++;
    },
  };
  const server = await startTestServer({ admissionSteps: [judge] });
  try {
    await takeUp(server, '300');
    const made = await createAll([server], 200);
    assert.ok(made.every(({ status }) => status === 'fulfilled'));
    assert.equal(asked, 200);
    assert.equal(await usedOf(server), '200');
  } finally {
    await server.close();
  }
});

test('an object that is there already counts no second time', async () => {
  const server = await startTestServer();
  try {
    await takeUp(server, '2');
    await createAll([server], 1);
    const [again] = await createAll([server], 1);
    assert.equal(again?.status, 'rejected');
    assert.equal(await usedOf(server), '1');
  } finally {
    await server.close();
  }
});
