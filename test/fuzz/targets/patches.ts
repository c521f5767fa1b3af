import assert from 'node:assert/strict';
import { cloneJson } from '../../../src/apimachinery/clone.ts';
import { mergePatch as armMergePatch } from '../../../src/arm/merge.ts';
import type { Random } from '../../../src/base/index.ts';
import {
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  nestingLevelsLimit,
} from '../../../src/base/index.ts';
import { fieldsV1Of, parseFieldSet, pathsOf } from '../../../src/merge/field-set.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  managedFieldsProblem,
  PatchError,
  serverSideApply,
  trackUpdate,
} from '../../../src/merge/index.ts';
import { hostileTexts, pick } from '../inputs/hostile.ts';
import { anyJson, jsonForm } from '../inputs/json.ts';
import type { Target } from '../target.ts';
import { definitionOf, objects, storedForm } from '../valid.ts';

const refuses = (thrown: unknown) => thrown instanceof PatchError;

/** What a write lets in; its reader refuses what is deeper. */
function parts(input: Json): { readonly object: JsonObject; readonly patch: Json } | undefined {
  if (!isObject(input) || isDeeperThan(input, nestingLevelsLimit)) return undefined;
  const { object, patch } = input;
  return isObject(object) && patch !== undefined ? { object, patch } : undefined;
}

/** The object stays as it is; what a patch brings becomes part of the result. */
function applied<T>(input: Json, work: (object: JsonObject, patch: Json) => T): T | undefined {
  const found = parts(input);
  if (!found) return undefined;
  const before = JSON.stringify(found.object);
  const object = cloneJson(found.object);
  try {
    return work(object, cloneJson(found.patch));
  } finally {
    assert.equal(JSON.stringify(object), before, 'the object stays as it is');
  }
}

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test', 'x'];
const pointers = ['', '/a', '/a/b', '/a/0', '/a/-', '/a/-1', '/l/0', '/l/-', '/~0~1', '/', '//', 'a'];

function operation(random: Random): Json {
  const value = anyJson(random, 2);
  const path = () => (random.integer(6) === 0 ? `/${pick(random, hostileTexts)}` : pick(random, pointers));
  return { op: pick(random, operations), path: path(), from: path(), value };
}

/** JSON patches. */
export const jsonPatches: Target<Json> = {
  name: 'json-patch',
  form: jsonForm,
  refuses,
  corpus: () => [
    {
      object: { a: { b: [1, 2] }, l: ['x'], '~/': 1 },
      patch: [
        { op: 'test', path: '/a/b/0', value: 1 },
        { op: 'add', path: '/a/b/-', value: { c: 1 } },
        { op: 'move', from: '/a/b/0', path: '/l/1' },
        { op: 'copy', from: '/a', path: '/d' },
        { op: 'replace', path: '/~0~1', value: null },
        { op: 'remove', path: '/l/0' },
      ],
    },
  ],
  generate: (random) => ({
    object: { a: anyJson(random, 3), l: [anyJson(random, 2), 1] },
    patch: Array.from({ length: random.integer(6) }, () => operation(random)),
  }),
  run(input) {
    const result = applied(input, applyJsonPatch);
    if (result) assert.ok(!isDeeperThan(result, nestingLevelsLimit + 1), 'not nested too deeply');
  },
};

/** Values without members that are null, as merge patches leave objects. */
function withoutNulls(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === null || member === undefined ? [] : [[name, withoutNulls(member)]],
    ),
  );
}

/** The merge patch that makes `after` of `before`. */
function difference(before: JsonObject, after: JsonObject): JsonObject {
  const patch = new Map<string, Json | undefined>();
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) patch.set(name, null);
  for (const [name, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (jsonEqual(old, value)) continue;
    patch.set(name, isObject(old) && isObject(value) ? difference(old, value) : value);
  }
  return Object.fromEntries(patch);
}

/** Merge patches: the two readers agree, and what tells two objects apart makes one of the other. */
export const mergePatches: Target<Json> = {
  name: 'merge-patch',
  form: jsonForm,
  refuses,
  corpus: () => [
    { object: { a: { b: 1, c: [1] }, d: 'e' }, patch: { a: { b: null, c: [2, { f: 1 }] }, g: { h: 1 } } },
  ],
  generate: (random) => ({ object: { a: anyJson(random, 3) }, patch: { a: anyJson(random, 3) } }),
  run(input) {
    applied(input, (object, patch) => {
      armMergePatch(object, patch);
      applyMergePatch(object, patch);
      const [before, after] = [withoutNulls(object), withoutNulls(isObject(patch) ? patch : {})];
      if (!isObject(before) || !isObject(after)) return;
      const made = applyMergePatch(before, difference(before, after));
      assert.ok(jsonEqual(applyMergePatch(made, after), made), 'what is there already changes nothing');
      assert.ok(jsonEqual(made, after), JSON.stringify(made));
      assert.ok(jsonEqual(armMergePatch(before, difference(before, after)), after));
    });
  },
};

const pairs = () => objects.map((object) => ({ object, patch: object }));

/** Strategic merge patches on every kind, with directives. */
export const strategicPatches: Target<Json> = {
  name: 'strategic-patch',
  form: jsonForm,
  refuses,
  corpus: () => [
    ...pairs(),
    {
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { containers: [{ name: 'a' }, { name: 'b', ports: [{ containerPort: 80 }] }], tolerations: [] },
        metadata: { finalizers: ['x', 'y'], labels: { a: 'b' } },
      },
      patch: {
        spec: {
          $retainKeys: ['containers'],
          '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
          containers: [
            { name: 'b', $patch: 'delete' },
            { name: 'a', image: 'c', $patch: 'merge' },
          ],
        },
        metadata: { '$deleteFromPrimitiveList/finalizers': ['x'], labels: { $patch: 'replace', c: 'd' } },
      },
    },
  ],
  run(input) {
    applied(input, (object, patch) => {
      const definition = definitionOf(object);
      if (!definition) return;
      const result = applyStrategicMergePatch(object, patch, definition.schema.root);
      assert.equal(Object.getPrototypeOf(result), Object.prototype);
      if (isObject(patch) && Object.keys(patch).length === 0) assert.ok(jsonEqual(result, object));
    });
  },
};

const nowMs = 1_700_000_000_000;

/** Server-side apply, and the ownership that updates leave. */
export const applies: Target<Json> = {
  name: 'apply',
  form: jsonForm,
  refuses,
  corpus: pairs,
  run(input) {
    if (!isObject(input) || !isObject(input['patch'])) return;
    const [live, config] = [storedForm(input['object'] ?? null), storedForm(input['patch'])];
    const definition = config && definitionOf(config);
    if (!live || !definition || definitionOf(live) !== definition) return;
    const { group, version, kind, schema, strategy } = definition;
    const write = {
      apiVersion: group === '' ? version : `${group}/${version}`,
      subresource: '',
      nowMs,
      schema: schema.root,
      blank: strategy.blank?.(),
    };
    if (managedFieldsProblem(managedOf(live)) !== undefined) return;
    const managed = structuredClone(live);
    trackUpdate({ ...write, before: undefined, after: managed, manager: 'a' });
    const request = { ...write, config: withoutManaged(config), manager: 'm', force: true, kind };
    const result = serverSideApply({ ...request, live: managed }).object;
    assert.equal(managedFieldsProblem(managedOf(result)), undefined);
    const again = serverSideApply({ ...request, live: result });
    assert.equal(again.changed, false, 'a second time changes nothing');
    assert.ok(jsonEqual(again.object, result));
  },
};

function managedOf(object: JsonObject): Json | undefined {
  return isObject(object['metadata']) ? object['metadata']['managedFields'] : undefined;
}

function withoutManaged(object: JsonObject): JsonObject {
  if (!isObject(object['metadata'])) return object;
  const { managedFields: _taken, ...metadata } = object['metadata'];
  return { ...object, metadata };
}

/** Sets of fields that a client sends in managed fields. */
export const fieldSets: Target<Json> = {
  name: 'field-set',
  form: jsonForm,
  corpus: () => [
    {
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"c"}': { '.': {}, 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': {} } },
        },
      },
      'f:finalizers': { 'v:"x"': {}, 'v:1.5': {}, 'i:0': {} },
    },
  ],
  run(input) {
    const set = parseFieldSet(input);
    if (set === undefined) return;
    assert.ok(jsonEqual(parseFieldSet(fieldsV1Of(set)), set), 'its own spelling is read as the same set');
    assert.ok(Array.isArray(pathsOf(set)));
  },
};
