import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../../src/apimachinery/conditions.ts';
import { silentLogger, systemRandom } from '../../src/base/index.ts';
import { createMemoryStore, type Guard, type Store, type Transaction } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { beforeCommit } from '../support/store-views.ts';
import { startTestServer } from './harness.ts';

const seat = '/leadership/loops';
const definitions = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
} as const;
const things = { group: 'example.com', version: 'v1', resource: 'things' } as const;
const apiServices = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' } as const;

function definition(plural: string, kind: string) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural, singular: plural, kind, listKind: `${kind}List` },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
}

const isLed = ({ guards = [] }: Transaction) => guards.some(({ key }) => key === seat);

async function takeSeat(store: Store): Promise<Guard> {
  const taken = await store.commit({ writes: [{ put: seat, value: new Uint8Array() }] });
  assert.ok(taken.ok);
  return { key: seat, revision: taken.revision };
}

const turn = () => new Promise((next) => setImmediate(next));
const turns = async () => {
  for (let n = 0; n < 200; n++) await turn();
};

/** Two servers on one store, as two processes have one cluster; what the first writes may lose its seat before. */
async function twoServers(lostBefore: number) {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock: new ManualClock(), random: systemRandom, log: silentLogger });
  let led = 0;
  const view = beforeCommit(
    store,
    (transaction) => isLed(transaction) && led++ === lostBefore,
    () => takeSeat(store),
  );
  const options = { clock, keepsWhenTold: true };
  const first = await startTestServer({ ...options, store: view });
  const second = await startTestServer({ ...options, store });
  return {
    ...{ store, first, second },
    isLost: () => led > lostBefore,
    async until(holds: () => Promise<boolean> | boolean) {
      for (let tried = 0; !(await holds()); tried++) {
        assert.ok(tried < 5_000, 'it does not come');
        await turn();
        clock.advance(100);
      }
    },
    async close() {
      await first.close();
      await second.close();
      await store.close();
    },
  };
}

test('what a server does by itself waits until its process leads, while definitions are served at once', async () => {
  const { store, first, second, until, close } = await twoServers(Number.POSITIVE_INFINITY);
  await first.client.create(definitions, definition('things', 'Thing'));
  await until(async () => (await second.fetch('/apis/example.com/v1')).status === 200);
  await turns();
  const named = { name: 'v1.example.com' };
  await assert.rejects(first.client.get(apiServices, named), /not found/);
  const guard = await takeSeat(store);
  second.server.startKeeping(() => guard);
  await until(async () => (await first.client.list(apiServices)).items.some(hasName('v1.example.com')));
  await second.server.stopKeeping();
  await first.client.delete(definitions, { name: 'things.example.com' });
  await turns();
  assert.equal((await first.client.list(definitions)).items.length, 1, 'nobody leads who takes it away');
  const next = await takeSeat(store);
  first.server.startKeeping(() => next);
  await until(async () => (await second.client.list(definitions)).items.length === 0);
  await until(async () => !(await second.client.list(apiServices)).items.some(hasName('v1.example.com')));
  await close();
});

const hasName = (name: string) => (object: { metadata: { name?: string } }) => object.metadata.name === name;

test('a server whose process is replaced between two of its own writes writes nothing after, and its successor ends what it began', async () => {
  // A definition with a kind that others wait for, and objects: everything that a server does by itself.
  for (let lostBefore = 0; ; lostBefore++) {
    const { store, first, second, until, isLost, close } = await twoServers(lostBefore);
    const lead = await takeSeat(store);
    first.server.startKeeping(() => lead);
    await second.client.create(definitions, definition('things', 'Thing'));
    await second.client.create(definitions, definition('others', 'Thing'));
    for (const name of ['a', 'b'])
      await second.client.create(things, {
        apiVersion: 'example.com/v1',
        kind: 'Thing',
        metadata: { name },
      });
    await second.client.delete(definitions, { name: 'things.example.com' });
    const isDone = async () => {
      const [kept, ...more] = (await second.client.list(definitions)).items;
      const services = (await second.client.list(apiServices)).items.filter(hasName('v1.example.com'));
      return (
        more.length === 0 &&
        kept !== undefined &&
        conditionOf(kept, 'NamesAccepted')?.['status'] === 'True' &&
        services.length === 1 &&
        conditionOf(services[0] ?? {}, 'Available')?.['status'] === 'True'
      );
    };
    await until(async () => isLost() || (await isDone()));
    const wasLost = isLost();
    if (wasLost) {
      await turns();
      const left = store.revision();
      await turns();
      assert.equal(store.revision(), left, `written after it was replaced before write ${lostBefore}`);
      await first.server.stopKeeping();
      const next = await takeSeat(store);
      second.server.startKeeping(() => next);
      await until(isDone);
    }
    await close();
    if (!wasLost) {
      assert.ok(lostBefore >= 5, `only ${lostBefore} writes`);
      return;
    }
  }
});
