import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  isObject,
  type LogFields,
  type Logger,
  silentLogger,
  systemClock,
  systemRandom,
} from '../../src/base/index.ts';
import type { Estate } from '../../src/server/estate.ts';
import { type FileStore, openSqliteStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { type ServerOnStore, startServerOn } from './two-servers.ts';

const folder = temporaryFolder('leadership');
const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
const seat = '/leadership/loops';
const seatOfAnother = { put: seat, value: new Uint8Array() };
const estates = new Set<Estate>();
const stores: FileStore[] = [];
let homes = 0;

async function startServer(store: FileStore, log?: Logger): Promise<ServerOnStore> {
  const home = join(folder, `home-${++homes}`);
  const server = await startServerOn(store, { home, ...(log && { log }) });
  estates.add(server.estate);
  return server;
}

async function stop(estate: Estate): Promise<void> {
  estates.delete(estate);
  await estate.close();
}

/** Keeps the lines that tell of somebody who does not lead and tried to write. */
function logOf(refused: string[]): Logger {
  const note = (message: string, fields?: LogFields) => {
    const line = `${message} ${JSON.stringify(fields)}`;
    if (line.includes('does not lead')) refused.push(line);
  };
  return { debug: note, info: note, warn: note, error: note, with: () => logOf(refused) };
}

const clusterPath = (group: string, name: string) =>
  `${group}/providers/Microsoft.ContainerService/managedClusters/${name}?api-version=2025-05-01`;

const clusterBody = {
  location: 'eastus',
  properties: { agentPoolProfiles: [{ name: 'pool', mode: 'System', count: 1, vmSize: 'Standard_DS2_v2' }] },
};

async function stateOf({ call, group }: ServerOnStore, name: string): Promise<unknown> {
  const { body } = await call('GET', clusterPath(group, name));
  return isObject(body.properties) ? body.properties.provisioningState : undefined;
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await systemClock.sleep(50);
}

/** What has been written but for the directory, whose keys come with time. */
async function written(store: FileStore): Promise<number> {
  const { entries } = await store.range({ prefix: '/' });
  const revisions = entries.flatMap(({ key, revision }) => (key.startsWith('/identity/') ? [] : [revision]));
  return Math.max(...revisions);
}

/** Resolves when nobody has written for a while: what runs by itself has come to rest, or does not run. */
async function atRest(store: FileStore): Promise<number> {
  for (;;) {
    const revision = await written(store);
    await systemClock.sleep(1_500);
    if ((await written(store)) === revision) return revision;
  }
}

after(async () => {
  await Promise.all([...estates].map(stop));
  await Promise.all(stores.map((store) => store.close()));
});

function openStore(): FileStore {
  const store = openSqliteStore({ file: join(folder, `store-${homes}`, 'drydock.db'), ...surroundings });
  stores.push(store);
  return store;
}

test('a server that loses its leadership writes nothing by itself, answers on, and takes up its work when it has it back', async () => {
  const store = openStore();
  const refused: string[] = [];
  const server = await startServer(store, logOf(refused));
  const { call, group } = server;
  await call('PUT', `${group}?api-version=2024-11-01`, { location: 'eastus' });
  assert.equal((await call('PUT', clusterPath(group, 'first'), clusterBody)).status, 201);
  await until(async () => (await stateOf(server, 'first')) === 'Succeeded');
  for (let round = 0; round < 2; round++) {
    const name = `late-${round}`;
    await store.commit({ writes: [seatOfAnother] });
    assert.equal((await call('PUT', clusterPath(group, name), clusterBody)).status, 201);
    const rested = await atRest(store);
    refused.length = 0;
    assert.equal(await stateOf(server, name), 'Creating', 'nobody leads who could make it');
    assert.equal(await stateOf(server, 'first'), 'Succeeded');
    await atRest(store);
    assert.equal(await written(store), rested);
    assert.deepEqual(refused, [], 'nothing tries to write');
    await store.commit({ writes: [{ delete: seat }] });
    await until(async () => (await stateOf(server, name)) === 'Succeeded');
  }
  await stop(server.estate);
  assert.equal(await store.get(seat), undefined, 'leadership is given back');
});

test('a server that goes down while another one leads goes down, and leaves the other its seat', async () => {
  const store = openStore();
  const server = await startServer(store);
  await until(async () => (await store.get(seat)) !== undefined);
  const taken = await store.commit({ writes: [seatOfAnother] });
  await stop(server.estate);
  assert.ok(taken.ok);
  assert.equal((await store.get(seat))?.revision, taken.revision);
});

test('of two servers on one store one leads; when it goes down the other goes on with what it left', async () => {
  const store = openStore();
  const first = await startServer(store);
  await until(async () => (await store.get(seat)) !== undefined);
  const led = (await store.get(seat))?.revision;
  const second = await startServer(store);
  const { group } = first;
  await second.call('PUT', `${group}?api-version=2024-11-01`, { location: 'eastus' });
  assert.equal((await second.call('PUT', clusterPath(group, 'one'), clusterBody)).status, 201);
  await until(async () => (await stateOf(second, 'one')) === 'Succeeded');
  assert.equal((await store.get(seat))?.revision, led, 'the first one made it');
  await stop(first.estate);
  await until(async () => (await store.get(seat)) !== undefined);
  assert.equal((await second.call('PUT', clusterPath(group, 'two'), clusterBody)).status, 201);
  await until(async () => (await stateOf(second, 'two')) === 'Succeeded');
  assert.equal((await second.call('DELETE', clusterPath(group, 'one'))).status, 202);
  await until(async () => (await second.call('GET', clusterPath(group, 'one'))).status === 404);
  await until(async () => (await store.range({ prefix: '/clusters/' })).entries.length === 1);
  await stop(second.estate);
});
