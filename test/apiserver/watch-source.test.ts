import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedResources } from '../../src/apiserver/discovery/registry.ts';
import { defaultOptions } from '../../src/apiserver/request/options.ts';
import { Collection, collectionLimits } from '../../src/apiserver/storage/collection.ts';
import { Selection } from '../../src/apiserver/storage/selection.ts';
import { WatchSource } from '../../src/apiserver/storage/watch-source.ts';
import { utf8 } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
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
