import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  PatchError,
} from '../../src/merge/index.ts';
import { workload } from './nodes.ts';

test('a JSON patch adds, replaces, moves, copies, tests and removes, and leaves its input alone', () => {
  const object = { a: { b: [1, 2, 3] }, c: 'x', 'd/e': 1 };
  const patched = applyJsonPatch(object, [
    { op: 'test', path: '/c', value: 'x' },
    { op: 'add', path: '/a/b/-', value: 4 },
    { op: 'add', path: '/a/b/0', value: 0 },
    { op: 'remove', path: '/a/b/-1' },
    { op: 'replace', path: '/d~1e', value: 2 },
    { op: 'move', from: '/c', path: '/f' },
    { op: 'copy', from: '/a', path: '/g' },
    { op: 'test', path: '/absent', value: null },
  ]);
  assert.deepEqual(patched, { a: { b: [0, 1, 2, 3] }, 'd/e': 2, f: 'x', g: { b: [0, 1, 2, 3] } });
  assert.deepEqual(object, { a: { b: [1, 2, 3] }, c: 'x', 'd/e': 1 });
});

test('a JSON patch replaces what is not there, as the real server does', () => {
  assert.deepEqual(applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '/b', value: 2 }]), { a: 1, b: 2 });
});

test('a JSON patch that does not apply is a 422 without details, as the real server answers', () => {
  for (const operation of [
    { op: 'test', path: '/a', value: 2 },
    { op: 'remove', path: '/zz' },
    { op: 'replace', path: '/zz/b', value: 1 },
    { op: 'add', path: '', value: {} },
    { op: 'add', path: '/zz/b', value: 1 },
    { op: 'bogus', path: '/a' },
    { op: 'add', value: 1 },
  ]) {
    assert.throws(
      () => applyJsonPatch({ a: 1 }, [operation]),
      (error) =>
        error instanceof PatchError &&
        error.status === 422 &&
        error.reason === 'Invalid' &&
        error.message === 'the server rejected our request due to an error in our request',
    );
  }
});

test('a patch of the wrong JSON type is a 400 that names the Go types', () => {
  assert.throws(() => applyJsonPatch({}, { op: 'x' }), {
    status: 400,
    message:
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  });
  assert.throws(() => applyMergePatch({}, [1]), {
    status: 400,
    message:
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  });
  assert.throws(() => applyStrategicMergePatch({}, [], workload), {
    status: 400,
    message: 'json: cannot unmarshal array into Go value of type map[string]interface {}',
  });
});

test('a merge patch replaces lists, merges objects and deletes by null', () => {
  assert.deepEqual(
    applyMergePatch(
      { a: { b: 1, c: 2 }, l: [1, 2], s: 'x' },
      { a: { b: null, d: { e: 1, f: null } }, l: [3] },
    ),
    { a: { c: 2, d: { e: 1 } }, l: [3], s: 'x' },
  );
});

const base = () => ({
  spec: {
    replicas: 1,
    args: ['a', 'b'],
    strategy: { type: 'Rolling', rolling: { surge: 1 } },
    containers: [
      { name: 'one', image: 'i1', env: [{ name: 'A', value: '1' }] },
      { name: 'two', image: 'i2' },
    ],
  },
  metadata: { finalizers: ['x', 'y'], labels: { a: 'b' } },
});

const strategic = (patch: Parameters<typeof applyStrategicMergePatch>[1]) =>
  applyStrategicMergePatch(base(), patch, workload);

test('a strategic merge patch merges lists by key and replaces the others', () => {
  const patched = strategic({
    spec: {
      args: ['c'],
      containers: [{ name: 'two', image: 'new', env: [{ name: 'B', value: '2' }] }, { name: 'three' }],
    },
    metadata: { finalizers: ['z', 'x'] },
  });
  assert.deepEqual(patched.spec, {
    replicas: 1,
    args: ['c'],
    strategy: { type: 'Rolling', rolling: { surge: 1 } },
    containers: [
      { name: 'one', image: 'i1', env: [{ name: 'A', value: '1' }] },
      { name: 'two', image: 'new', env: [{ name: 'B', value: '2' }] },
      { name: 'three' },
    ],
  });
  assert.deepEqual(patched.metadata, { finalizers: ['z', 'x', 'y'], labels: { a: 'b' } });
});

test('strategic merge directives delete, replace, keep and order', () => {
  assert.deepEqual(
    strategic({
      spec: {
        containers: [{ name: 'one', $patch: 'delete' }],
        strategy: { $retainKeys: ['type'], type: 'Recreate' },
      },
      metadata: { '$deleteFromPrimitiveList/finalizers': ['x'], labels: { $patch: 'replace', c: 'd' } },
    }),
    {
      spec: {
        replicas: 1,
        args: ['a', 'b'],
        strategy: { type: 'Recreate' },
        containers: [{ name: 'two', image: 'i2' }],
      },
      metadata: { finalizers: ['y'], labels: { c: 'd' } },
    },
  );
  const ordered = strategic({
    spec: {
      '$setElementOrder/containers': [{ name: 'three' }, { name: 'two' }, { name: 'one' }],
      containers: [{ name: 'three', image: 'i3' }],
    },
  });
  assert.deepEqual(ordered.spec, {
    ...base().spec,
    containers: [{ name: 'three', image: 'i3' }, base().spec.containers[1], base().spec.containers[0]],
  });
  assert.throws(() => strategic({ spec: { $patch: 'bogus' } }), {
    status: 500,
    message: 'unknown patch type: bogus in map: map[$patch:bogus]',
  });
});
