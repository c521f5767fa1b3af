import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeJson, isObject, systemClock, systemRandom } from '../../src/base/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { KillableServer } from './killable.ts';

const writers = 24;
const kind = 'Microsoft.ManagedIdentity/userAssignedIdentities';

test('a kill between a managed identity and its principal leaves neither without the other', async () => {
  await using server = await KillableServer.create();
  const subscriptions = JSON.parse((await server.call('GET', '/subscriptions?api-version=2022-12-01')).text);
  const group = `/subscriptions/${subscriptions.value[0].subscriptionId}/resourceGroups/rg`;
  await server.call('PUT', `${group}?api-version=2024-11-01`, { body: { location: 'eastus' } });
  const identity = (name: string) => `${group}/providers/${kind}/${name}`;
  const ask = (method: string, name: string) =>
    server.call(method, `${identity(name)}?api-version=2023-01-31`, {
      body: method === 'PUT' ? { location: 'eastus' } : undefined,
    });
  const kept = new Set<string>();
  const removed = new Set<string>();

  // The kill falls into the middle of creations and deletions: those that were not answered may or may not be there.
  for (const name of ['old0', 'old1', 'old2', 'old3']) assert.equal((await ask('PUT', name)).status, 201);
  const written = Array.from({ length: writers }, async (_, n) => {
    const deletes = n < 4;
    const { status } = deletes ? await ask('DELETE', `old${n}`) : await ask('PUT', `new${n}`);
    if (status < 300) (deletes ? removed : kept).add(deletes ? `old${n}` : `new${n}`);
  });
  const done = Promise.allSettled(written);
  await Promise.all(written.slice(4, 7));
  await server.kill();
  await done;

  // Exactly between the two: a principal whose resource was not recorded.
  const [lost = ''] = kept;
  kept.delete(lost);
  await forgetRecord(server.home, identity(lost));
  await server.start();
  for (const name of kept) assert.equal((await ask('GET', name)).status, 200, name);
  for (const name of [...removed, lost]) assert.equal((await ask('GET', name)).status, 404, name);
  await server.stop();

  const { principals, resources } = await identities(server);
  assert.deepEqual(principals, resources);
  assert.ok(!principals.includes(identity(lost).toLowerCase()));
  assert.ok(principals.length >= kept.size && kept.size > 0);
});

/** The store without a record, as a kill before its commit leaves it. The server must be stopped. */
async function forgetRecord(home: string, id: string): Promise<void> {
  const store = openSqliteStore({ file: join(home, 'drydock.db'), clock: systemClock, random: systemRandom });
  try {
    const { entries } = await store.range({ prefix: '/arm/records/' });
    const entry = entries.find(({ value }) => {
      const read = decodeJson(value);
      return isObject(read) && read.id === id;
    });
    assert.ok(entry, id);
    await store.commit({ guards: [], writes: [{ delete: entry.key }] });
  } finally {
    await store.close();
  }
}

/** Ids of the resources that principals are made for, and of the identities that are recorded with a principal of theirs. */
async function identities(server: KillableServer) {
  const records = (await server.entries()).filter(({ key }) => /^\/(?:arm|identity)\/.*\//.test(key));
  const read = records.map(({ value }) => decodeJson(value)).filter(isObject);
  const principals = new Map(
    read.flatMap((one) =>
      one.kind === 'servicePrincipal' && typeof one.resourceId === 'string'
        ? [[String(one.id), one.resourceId.toLowerCase()] as const]
        : [],
    ),
  );
  const resources = read
    .filter((one) => one.type === kind)
    .map(({ properties }) =>
      isObject(properties) ? principals.get(String(properties.principalId)) : undefined,
    );
  return { principals: [...principals.values()].sort(), resources: resources.sort() };
}
