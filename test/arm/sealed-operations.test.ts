import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { operationPrefix, sealKey } from '../../src/arm/records/keys.ts';
import { operationLimits } from '../../src/arm/records/operations.ts';
import { SealedOperations } from '../../src/arm/records/sealed-operations.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Estate, openEstate, people } from './estate.ts';
import { thing, widgets } from './things.ts';

const types = [{ ...widgets, announcesOperations: true }];
const body = { location: 'eastus' };

describe('operations that end with their request', () => {
  let estate: Estate;
  let group: string;
  let clock: ManualClock;
  let store: Store;

  before(async () => {
    clock = new ManualClock();
    store = createMemoryStore({ clock, random: seededRandom('store') });
    estate = await openEstate({ types, clock, store });
    group = await estate.group('Dock');
  });
  after(() => estate.close());

  const linkOf = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) =>
    headers['azure-asyncoperation'] ?? '';
  const put = (name: string) => estate.call('PUT', thing(group, `widgets/${name}`), { body });

  test('are told of by their links alone: one commit, of the resource, and nothing besides', async () => {
    const before = store.revision();
    const made = await put('one');
    assert.equal(made.status, 201);
    assert.equal(store.revision(), before + 1);
    assert.deepEqual((await store.range({ prefix: operationPrefix })).entries, []);
    const status = await estate.call('GET', linkOf(made));
    assert.deepEqual([status.status, status.body.status], [200, 'Succeeded']);
    assert.equal(status.body.startTime, status.body.endTime);
    assert.ok(linkOf(made).includes(String(status.body.name)));
    const result = await estate.call('GET', linkOf(made).replace('Statuses', 'Results'));
    assert.deepEqual([result.status, result.body.name], [200, 'one']);
  });

  test('of deletes answer 204 at their result', async () => {
    await put('gone');
    const gone = await estate.call('DELETE', thing(group, 'widgets/gone'));
    assert.equal((await estate.call('GET', linkOf(gone))).body.status, 'Succeeded');
    assert.equal((await estate.call('GET', gone.headers.location ?? '')).status, 204);
  });

  test('are seen by their starter and by readers of the resource only', async () => {
    const made = await put('seen');
    assert.equal((await estate.call('GET', linkOf(made), { as: people.nobody })).status, 404);
    assert.equal((await estate.call('GET', linkOf(made), { as: null })).status, 401);
  });

  test('are unknown when a link says anything else than it was given out with', async () => {
    const [first, second] = [linkOf(await put('a')), linkOf(await put('b'))];
    const ask = async (url: string) => (await estate.call('GET', url)).status;
    const sealOf = (url: string) => new URL(url).searchParams.get('seal') ?? '';
    const [signature = '', verb = '', at = '', version = '', caller = '', resource = ''] =
      sealOf(first).split('.');
    const text = `${verb}.${at}.${version}.${caller}.${resource}`;
    const sealed = (said: string) => first.replace(sealOf(first), `${signature}.${said}`);
    assert.equal(sealed(text), first);
    for (const said of [
      text.replace('widgets/a', 'widgets/b'),
      text.replace(/^p/, 'd'),
      text.replace(version, '2020-01-01'),
      text.replace(at, (Number.parseInt(at, 36) + 1).toString(36)),
      text.replace(caller, people.nobody.objectId),
      `${verb}.${at}.${version}..${resource}`,
      `${verb}.${at}.${version}.${caller}.${resource.slice(0, -1)}`,
      `${verb}.${at}.${version}.${caller}.${resource}%0A`,
    ]) {
      assert.equal(await ask(sealed(said)), 404, said);
    }
    assert.equal(await ask(first.replace(sealOf(first), sealOf(second))), 404);
    // What the path says is sealed as well; in what case it is said is all the same.
    assert.equal(await ask(first.replace('/eastus/', '/westus/')), 404);
    assert.equal(await ask(first.replace('/providers/', '/providers/X.')), 404);
    const [path = '', query] = first.split('?');
    assert.equal(await ask(`${path.toUpperCase().replace('HTTPS', 'https')}?${query}`), 200);
    for (const seal of [
      '',
      '.',
      text,
      `${text}.`,
      signature,
      `.${text}`,
      `x${signature}.${text}`,
      `${signature}x.${text}`,
      `${signature.slice(1)}.${text}`,
      '%00',
      `${signature}.${text}.`,
      `${signature}.${signature}.${text}`,
    ]) {
      assert.equal(await ask(first.replace(sealOf(first), seal)), 404, seal);
    }
    assert.equal(await ask(first.replace(/&seal=.*/, '')), 404);
    const elsewhere = first.replace(estate.subscription, `/subscriptions/${people.admin.objectId}`);
    assert.notEqual(await ask(elsewhere), 200);
    assert.equal(await ask(first), 200);
  });

  test('have links that say nothing twice, and every name whole', async () => {
    const group = await estate.group('Dök(1)_.a-b');
    const made = await estate.call('PUT', thing(group, 'widgets/n-1'), { body });
    assert.equal(made.status, 201);
    const seal = new URL(linkOf(made)).searchParams.get('seal') ?? '';
    assert.ok(seal.endsWith('.resourceGroups/Dök(1)_.a-b//widgets/n-1'), seal);
    assert.ok(!seal.includes(estate.subscription));
    const result = await estate.call('GET', linkOf(made).replace('Statuses', 'Results'));
    assert.deepEqual([result.status, result.body.id], [200, made.body.id]);
  });

  test('are unknown to another estate', async () => {
    const made = await put('ours');
    const another = await openEstate({ types, random: seededRandom('another') });
    const url = linkOf(made).replace(estate.subscription, another.subscription);
    assert.equal((await another.call('GET', url)).status, 404);
    await another.close();
  });

  test('are sealed with a whole key, or the start is refused', async () => {
    for (const length of [0, 1, 31, 33]) {
      const damaged = createMemoryStore({ clock, random: seededRandom('damaged') });
      await damaged.commit({ writes: [{ put: sealKey, value: new Uint8Array(length) }] });
      await assert.rejects(openEstate({ types, clock, store: damaged }), /is no key/);
      await damaged.close();
    }
  });

  test('of a store that two servers start on at once are known to both', async () => {
    const shared = createMemoryStore({ clock, random: seededRandom('shared') });
    const two = [1, 2].map(
      (n) => new SealedOperations({ store: shared, random: seededRandom(`start ${n}`) }),
    );
    await Promise.all(two.map((each) => each.start()));
    const at = { id: 'x', status: 'Succeeded', startedAtMs: 1, namespace: 'N', location: 'l' } as const;
    const about = { subscriptionId: '', resourceId: '/r', verb: 'put', callerObjectId: 'c' } as const;
    const seal = two[0]?.seal({ ...at, ...about, apiVersion: 'v', retryAfterSeconds: 1 }) ?? '';
    const path = { id: 'X', subscriptionId: '', namespace: 'n', location: 'L' };
    assert.equal(two[1]?.open(path, seal)?.resourceId, '/r');
    await shared.close();
  });

  test('are known after a restart, also of resources that have gone, and as long as stored ones', async () => {
    const made = await put('kept');
    await estate.call('DELETE', thing(group, 'widgets/kept'));
    await estate.manager.close();
    estate = await openEstate({ types, clock, store, random: seededRandom('restarted') });
    assert.equal((await estate.call('GET', linkOf(made))).body.status, 'Succeeded');
    clock.advance(operationLimits.retentionMs);
    assert.equal((await estate.call('GET', linkOf(made))).status, 200);
    clock.advance(1);
    assert.equal((await estate.call('GET', linkOf(made))).status, 404);
  });
});
