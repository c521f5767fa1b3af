import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceRecord } from '../../src/arm/index.ts';
import { Operations } from '../../src/arm/records/operations.ts';
import { StoredRecords } from '../../src/arm/records/record-store.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

const groups = ['/subscriptions/S/resourceGroups/g', '/subscriptions/S/resourceGroups/gg'];
const types = ['N.X/nets', 'N.X/nets/subs', 'N.Y/notes', 'Microsoft.Resources/groups'];
const ids = [
  '/subscriptions/S',
  '/providers/N.Y/notes/tenant',
  '/subscriptions/S/providers/N.Y/notes/n',
  ...groups.flatMap((group) => [
    group,
    ...['a', 'A-b', 'ab'].flatMap((name) => [
      `${group}/providers/N.X/nets/${name}`,
      `${group}/providers/N.X/nets/${name}/subs/one`,
      `${group}/providers/N.X/nets/${name}/subs/two%20ü`,
      `${group}/providers/N.X/nets/${name}/providers/N.Y/notes/n`,
      `${group}/providers/N.X/nets/${name}/subs/one/providers/N.Y/notes/n`,
    ]),
  ]),
];
const scopes = [
  ...['', '/', ...ids],
  ...['/subscriptions', '/subscriptions/S/resourceGroups', '/subscriptions/s/RESOURCEGROUPS/G/providers'],
  ...[
    '/subscriptions/S/resourceGroups/g/providers/N.X/nets',
    '/subscriptions/S/resourceGroups/g/providers/N.X',
  ],
  '/subscriptions/S/resourceGroups/g/providers/N.X/nets/a/subs',
];

function within(id: string, scope: string): boolean {
  const [inner, outer] = [id.toLowerCase(), scope.toLowerCase()];
  return outer === '' || outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}

test('lists hold what lies at and below a scope, whatever was written, and a stamp holds as long as its list', async () => {
  const clock = new ManualClock();
  const random = seededRandom('cache');
  const store = createMemoryStore({ clock, random });
  const records = StoredRecords.over({ store, operations: new Operations({ store, clock, random }), random });
  const { cache } = records;
  await records.start();
  const living = new Map<string, ResourceRecord>();
  const expected = (scope: string, type: string | undefined) =>
    [...living.values()].filter((one) => within(one.id, scope) && (type === undefined || one.type === type));
  const stamps = [...scopes].flatMap((scope) =>
    [undefined, ...types].map((type) => ({
      scope,
      type,
      stamp: cache.stamp(scope, type),
      seen: [] as unknown[],
    })),
  );
  for (let round = 0; round < 150; round++) {
    const id = ids[random.integer(ids.length)] ?? '';
    const type = types[random.integer(types.length)] ?? '';
    if (random.integer(3) === 0) {
      await records.commit({ writes: [{ delete: id }], since: cache.seen });
      living.delete(id);
    } else {
      const record: ResourceRecord = {
        ...{ id, name: 'n', type, properties: {}, provisioningState: 'Succeeded', etag: random.uuid() },
        systemData: { createdBy: '', createdByType: '', createdAt: '', ...touched },
      };
      assert.ok(await records.commit({ writes: [{ put: record }], since: cache.seen }));
      living.set(id, record);
    }
    for (const noted of stamps) {
      const { scope, type: wanted } = noted;
      const found = expected(scope, wanted);
      const place = `${scope} ${wanted} in round ${round}`;
      assert.deepEqual(new Set(cache.list(scope, wanted)), new Set(found), place);
      assert.equal(cache.list(scope, wanted).length, found.length, place);
      if (wanted !== undefined || round % 5 === 0) {
        const sorted = found.toSorted((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1));
        assert.deepEqual(cache.sorted(scope, wanted), sorted, place);
      }
      const same = noted.seen.length === found.length && found.every((one) => noted.seen.includes(one));
      if (!same) assert.ok(!cache.holds(noted.stamp), `${place}: the stamp of another list holds`);
      if (!cache.holds(noted.stamp)) {
        noted.stamp = cache.stamp(scope, wanted);
        noted.seen = found;
      }
    }
  }
  records.close();
  await store.close();
});

const touched = { lastModifiedBy: '', lastModifiedByType: '', lastModifiedAt: '' };
