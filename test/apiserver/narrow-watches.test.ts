import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collection, type CollectionEvent } from '../../src/apiserver/storage/collection.ts';
import { namespacePrefix, objectKey } from '../../src/apiserver/storage/keys.ts';

const prefix = '/kube/c/core/configmaps/';
const value = Buffer.from('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"}}');

test('a change is told to those who listen to all, to its namespace and to itself, and to nobody else', () => {
  const collection = new Collection(prefix, [], 1);
  const heard: string[] = [];
  const listen = (who: string, about: string) =>
    collection.listen(
      ({ type, object }: CollectionEvent) => heard.push(`${who} ${type} ${object.name}`),
      about,
    );
  listen('all', '');
  listen('a', namespacePrefix('a'));
  const stopOne = listen('one', objectKey('a', 'one'));
  listen('ab', namespacePrefix('ab'));
  listen('cluster', objectKey('', 'one'));
  let revision = 1;
  const put = (namespace: string, name: string) =>
    collection.apply({
      type: 'put',
      created: true,
      entry: {
        key: prefix + objectKey(namespace, name),
        value,
        revision: ++revision,
        createRevision: revision,
      },
    });
  const heardOf = (act: () => void) => {
    heard.length = 0;
    act();
    return [...heard];
  };
  assert.deepEqual(
    heardOf(() => put('a', 'one')),
    ['all ADDED one', 'a ADDED one', 'one ADDED one'],
  );
  assert.deepEqual(
    heardOf(() => put('a', 'two')),
    ['all ADDED two', 'a ADDED two'],
  );
  assert.deepEqual(
    heardOf(() => put('ab', 'one')),
    ['all ADDED one', 'ab ADDED one'],
  );
  assert.deepEqual(
    heardOf(() => put('', 'one')),
    ['all ADDED one', 'cluster ADDED one'],
  );
  stopOne();
  stopOne();
  assert.deepEqual(
    heardOf(() =>
      collection.apply({ type: 'delete', key: prefix + objectKey('a', 'one'), revision: ++revision }),
    ),
    ['all DELETED one', 'a DELETED one'],
  );
});

test('who begins to listen in the turn of another one is not told of what is being told', () => {
  const collection = new Collection(prefix, [], 1);
  const heard: string[] = [];
  const key = objectKey('a', 'one');
  let begun = false;
  collection.listen(({ revision }) => {
    heard.push(`first ${revision}`);
    if (begun) return;
    begun = true;
    for (const about of ['', namespacePrefix('a'), key])
      collection.listen(({ revision: at }) => heard.push(`${about} ${at}`), about);
  });
  const put = (revision: number) =>
    collection.apply({
      type: 'put',
      created: revision === 2,
      entry: { key: prefix + key, value, revision, createRevision: 2 },
    });
  put(2);
  assert.deepEqual(heard, ['first 2']);
  put(3);
  assert.deepEqual(heard, ['first 2', 'first 3', ' 3', 'a/ 3', 'a/one 3']);
});
