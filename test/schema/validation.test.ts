import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pattern } from '../../src/apimachinery/pattern.ts';
import type { Json, JsonObject } from '../../src/base/index.ts';
import { StructuralNode, unknownFields } from '../../src/schema/index.ts';
import {
  changeErrors,
  errorsOf,
  object,
  specOf,
  widgetCrd,
  widgets,
  written,
} from '../apiserver/crd/widgets.ts';

const wrong = (schema: JsonObject, value: Json, ...texts: string[]) =>
  assert.deepEqual(errorsOf(object({ x: schema }), { x: value }), texts);

test('a value of another type is told with both types', () => {
  wrong(
    { type: 'integer' },
    'a',
    'spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"',
  );
  wrong(
    { type: 'integer' },
    1.5,
    'spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"',
  );
  wrong({ type: 'number' }, 1);
  wrong(
    { 'x-kubernetes-int-or-string': true },
    true,
    'spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"',
  );
  wrong(
    { type: 'array', items: { type: 'string' } },
    ['a', 1],
    'spec.x[1]: Invalid value: "integer": spec.x[1] in body must be of type string: "integer"',
  );
});

test('limits of texts, numbers, lists and maps have the texts of the real server', () => {
  wrong(
    { type: 'string', minLength: 1 },
    '',
    'spec.x: Invalid value: "": spec.x in body should be at least 1 chars long',
  );
  wrong({ type: 'string', maxLength: 1 }, 'ab', 'spec.x: Too long: may not be more than 1 byte');
  wrong({ type: 'string', maxLength: 4 }, 'äöüß');
  wrong(
    { type: 'string', pattern: '^[a-z]+$' },
    'A',
    'spec.x: Invalid value: "A": spec.x in body should match \'^[a-z]+$\'',
  );
  wrong(
    { type: 'integer', minimum: 1 },
    0,
    'spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1',
  );
  wrong(
    { type: 'integer', maximum: 5, exclusiveMaximum: true },
    5,
    'spec.x: Invalid value: 5: spec.x in body should be less than 5',
  );
  wrong(
    { type: 'number', multipleOf: 0.5 },
    0.3,
    'spec.x: Invalid value: 0.3: spec.x in body should be a multiple of 0.5',
  );
  const list = { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 };
  wrong(list, [], 'spec.x: Invalid value: 0: spec.x in body should have at least 1 items');
  wrong(list, [1, 2, 3, 4, 5], 'spec.x: Too many: 5: must have at most 3 items');
  const map = { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 1 };
  wrong(map, { a: 'b', c: 'd' }, 'spec.x: Too many: 2: must have at most 1 items');
  wrong(
    { type: 'string', enum: ['A', 'B'] },
    'x',
    'spec.x: Unsupported value: "x": supported values: "A", "B"',
  );
  wrong(object({ y: { type: 'string' } }, { required: ['y'] }), {}, 'spec.x.y: Required value');
  wrong(
    { type: 'string', format: 'date-time' },
    'now',
    'spec.x: Invalid value: "now": spec.x in body must be of type date-time: "now"',
  );
});

test('junctors tell what did not fit, nearest branch first', () => {
  const either = object(
    { a: { type: 'string' }, b: { type: 'integer' } },
    { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
  );
  wrong(
    either,
    { a: 'a', b: 1 },
    '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  );
  wrong(
    either,
    {},
    '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
    'spec.x.a: Required value',
  );
});

test('sets and keyed lists have no duplicates', () => {
  const set = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
  wrong(set, ['a', 'b', 'a', 'a'], 'spec.x[2]: Duplicate value: "a"');
  const keyed = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: object({ k: { type: 'string' } }, { required: ['k'] }),
  };
  wrong(keyed, [{ k: '1' }, { k: '1' }], 'spec.x[1]: Duplicate value: {"k":"1"}');
});

test('unknown fields go, are named in strict mode, and stay where the schema says so', () => {
  const definition = widgets(
    widgetCrd(
      object({
        a: { type: 'string' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      }),
    ),
  );
  const { object: pruned } = written(definition, { a: 'x', b: 1, free: { any: [1] } });
  assert.deepEqual(specOf(pruned), { a: 'x', free: { any: [1] } });
  assert.deepEqual(
    unknownFields({ spec: { b: 1 }, top: 1, metadata: { bogus: 1 } }, definition.schema.root),
    ['metadata.bogus', 'spec.b', 'top'],
  );
});

test('defaults fill what is absent, also below other defaults, and replace nulls that are not allowed', () => {
  const definition = widgets(
    widgetCrd(
      object({
        a: { type: 'string', default: 'd' },
        o: object(
          { x: { type: 'integer', default: 3 }, n: { type: 'string', nullable: true, default: 'n' } },
          { default: {} },
        ),
        p: object({ x: { type: 'integer', default: 3 } }),
        gone: { type: 'string' },
      }),
    ),
  );
  assert.deepEqual(specOf(written(definition, { a: null, o: { n: null }, gone: null }).object), {
    a: 'd',
    o: { x: 3, n: null },
  });
  assert.deepEqual(specOf(written(definition, {}).object), { a: 'd', o: { x: 3, n: 'n' } });
});

test('an update may leave values that were wrong before, and may not make new ones', () => {
  const loose = object({ a: { type: 'string' }, b: { type: 'integer' } });
  const tight = object({ a: { type: 'string', maxLength: 1 }, b: { type: 'integer' } });
  const { object: before } = written(widgets(widgetCrd(loose)), { a: 'long', b: 1 });
  const definition = widgets(widgetCrd(tight));
  assert.deepEqual(written(definition, { a: 'long', b: 2 }, before).errors, []);
  assert.deepEqual(written(definition, { a: 'longer', b: 1 }, before).errors, [
    'spec.a: Too long: may not be more than 1 byte',
  ]);
  assert.deepEqual(changeErrors(tight, { a: 'x' }, { a: 'xy' }), [
    'spec.a: Too long: may not be more than 1 byte',
  ]);
});

test('patterns that could backtrack without end are matched in linear time', () => {
  const hostile = new Pattern('^(a+)+$');
  assert.equal(hostile.test(`${'a'.repeat(5_000)}b`), false);
  const plain = new Pattern('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$');
  assert.equal(plain.test('a-b'), true);
  assert.equal(new Pattern('(').problem()?.startsWith('error parsing regexp: missing closing )'), true);
});

test('a schema node shares its members and answers for what every object has', () => {
  const node = new StructuralNode({ type: 'object', properties: { spec: { type: 'object' } } }, true);
  assert.equal(node.field('spec'), node.field('spec'));
  assert.equal(node.field('metadata')?.field('labels')?.type, 'object');
  assert.equal(node.field('nothing'), undefined);
});
