import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchStream } from '../../src/apiserver/answer/watch-stream.ts';
import { SharedResources } from '../../src/apiserver/discovery/registry.ts';
import { encodingOf } from '../../src/apiserver/encode/index.ts';
import { defaultOptions } from '../../src/apiserver/request/options.ts';
import { Collection, collectionLimits } from '../../src/apiserver/storage/collection.ts';
import { Selection } from '../../src/apiserver/storage/selection.ts';
import { WatchSource } from '../../src/apiserver/storage/watch-source.ts';
import { utf8 } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { stillHeld } from '../support/garbage.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('a watch whose events left memory before it started ends with 410 instead of leaving them out', () => {
  const configMaps = new SharedResources(builtinResources()).named.get('')?.get('v1')?.get('configmaps');
  assert.ok(configMaps);
  const collection = new Collection('/kube/c/core/configmaps/', [], 10);
  const put = (revision: number) =>
    collection.apply({
      type: 'put',
      created: true,
      entry: {
        key: `/kube/c/core/configmaps/default/m${revision}`,
        value: utf8('{"kind":"ConfigMap","apiVersion":"v1","metadata":{}}'),
        createRevision: revision,
        revision,
      },
    });
  put(11);
  const heard: string[] = [];
  const watch = () => {
    const source = new WatchSource({
      collection,
      selection: new Selection(configMaps, '', defaultOptions),
      clock: new ManualClock(),
      begin: { from: 'revision', revision: 10 },
      bookmarks: false,
      timeoutMs: 1_000,
      currentRevision: () => collection.lastRevision,
    });
    return () =>
      source.start({
        event: ({ type }) => heard.push(type),
        bookmark: () => heard.push('BOOKMARK'),
        error: ({ code }) => heard.push(`ERROR ${code}`),
        end: () => heard.push('end'),
        cut: () => heard.push('cut'),
      });
  };
  const [soon, late] = [watch(), watch()];
  soon();
  assert.deepEqual(heard.splice(0), ['ADDED']);
  for (let n = 0; n < collectionLimits.historyEvents; n++) put(12 + n);
  heard.length = 0;
  late();
  assert.deepEqual(heard, ['ERROR 410', 'end']);
});

const put = (
  collection: Collection,
  name: string,
  { revision, bytes }: { revision: number; bytes: number },
) => {
  const text = 'x'.repeat(bytes);
  const entry = {
    key: `${collection.keyPrefix}default/${name}`,
    value: utf8(
      `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"${name}"},"data":{"text":"${text}"}}`,
    ),
    createRevision: 1,
    revision,
  };
  collection.apply({ type: 'put', created: false, entry });
};

/** What is remembered, in bytes of what was and of what became of it. */
const remembered = (collection: Collection) =>
  [...collection.eventsAfter(collection.floor)].reduce(
    (sum, { object, previous }) => sum + object.byteLength + (previous?.byteLength ?? 0),
    0,
  );

test('events are remembered within bounds, however large the objects were before they changed', () => {
  const collection = new Collection('/kube/c/core/configmaps/', [], 10);
  for (let n = 0; n < 20; n++) put(collection, `m${n}`, { revision: 11 + n, bytes: 1_000_000 });
  for (let n = 0; n < 20; n++) put(collection, `m${n}`, { revision: 31 + n, bytes: 10 });
  assert.ok(remembered(collection) > 0);
  assert.ok(remembered(collection) <= collectionLimits.historyBytes);
});

test('events are remembered within bounds, however many objects were read after they had been counted', () => {
  const configMaps = new SharedResources(builtinResources()).named.get('')?.get('v1')?.get('configmaps');
  assert.ok(configMaps);
  const collection = new Collection('/kube/c/core/configmaps/', [], 10);
  const reads = 60_000;
  for (let n = 0; n < reads; n++) {
    put(collection, 'm', { revision: 11 + n, bytes: 10 });
    for (const object of collection.scan('')) object.bytes(configMaps);
  }
  for (let n = 0; n < 20; n++) put(collection, 'm', { revision: 11 + reads + n, bytes: 500_000 });
  assert.ok(remembered(collection) <= collectionLimits.historyBytes);
});

test('what is not remembered any more is not held in memory', async () => {
  const collection = new Collection('/kube/c/core/configmaps/', [], 10);
  const objects: WeakRef<object>[] = [];
  for (let n = 0; n < 20; n++) {
    put(collection, 'm', { revision: 11 + n, bytes: 1_000_000 });
    for (const object of collection.scan('')) objects.push(new WeakRef(object));
  }
  const held = await stillHeld(objects);
  assert.equal(collection.size, 1);
  assert.ok(held >= 1 && held <= 3, `${held} of ${objects.length} are held`);
});

test('for a reader that does not keep up, what objects were before they changed is not held', async () => {
  const configMaps = new SharedResources(builtinResources()).named.get('')?.get('v1')?.get('configmaps');
  assert.ok(configMaps);
  const collection = new Collection('/kube/c/core/configmaps/', [], 10);
  for (let n = 0; n < 20; n++) put(collection, `m${n}`, { revision: 11 + n, bytes: 1_000_000 });
  const objects = [...collection.scan('')].map((object) => new WeakRef(object));
  const source = new WatchSource({
    collection,
    selection: new Selection(configMaps, '', defaultOptions),
    clock: new ManualClock(),
    begin: { from: 'now' },
    bookmarks: false,
    timeoutMs: 1_000,
    currentRevision: () => collection.lastRevision,
  });
  const drains: (() => void)[] = [];
  let taken = 0;
  const take = () => {
    taken++;
    return false;
  };
  const rendering = { as: 'plain', metaVersion: 'v1', format: 'json' } as const;
  const encoding = encodingOf({ rendering, pretty: false, includeObject: 'Object' });
  watchStream({
    ...{ resource: configMaps, source, encoding, now: () => 0, asMessages: false, series: undefined },
  }).start({
    closed: false,
    write: take,
    end: () => {},
    cut: () => {},
    onDrain: (run) => drains.push(run),
    onClose: () => {},
  });
  for (let n = 0; n < 20; n++) put(collection, `m${n}`, { revision: 31 + n, bytes: 10 });
  // Past what is remembered: the latest events hold both.
  for (let n = 0; n < collectionLimits.historyEvents; n++)
    put(collection, 'other', { revision: 51 + n, bytes: 10 });
  const held = await stillHeld(objects);
  assert.equal(taken, 1);
  for (let run = drains.shift(); run; run = drains.shift()) run();
  assert.equal(taken, 20 + collectionLimits.historyEvents, 'everything that waited is sent');
  assert.equal(held, 0);
});
