import type { JsonObject } from '../../src/base/index.ts';
import { object } from '../apiserver/crd/widgets.ts';

/**
 * A schema with a field of every shape, for rules to be costly on: `count` such values in a list (0: without a limit,
 * 1: no list). `limits` multiplies what its texts, lists and maps may hold; 0 leaves them without.
 */
export function costlySchema(
  rules: readonly string[],
  { limits, count }: { readonly limits: number; readonly count: number },
): JsonObject {
  const holder: JsonObject = {
    type: 'object',
    required: ['s', 'o'],
    properties: fields(limits),
    'x-kubernetes-validations': rules.map((rule) => ({ rule, message: 'm' })),
  };
  if (count === 1) return holder;
  return { type: 'array', items: holder, ...(count === 0 ? {} : { maxItems: count }) };
}

function fields(limits: number): JsonObject {
  const limited = (keyword: string, units: number): JsonObject =>
    limits === 0 ? {} : { [keyword]: units * limits };
  const text = (units: number): JsonObject => ({ type: 'string', ...limited('maxLength', units) });
  const list = (items: JsonObject, units: number): JsonObject => ({
    type: 'array',
    items,
    ...limited('maxItems', units),
  });
  const map = (values: JsonObject, units: number): JsonObject => ({
    type: 'object',
    additionalProperties: values,
    ...limited('maxProperties', units),
  });
  const format = (name: string): JsonObject => ({ type: 'string', format: name });
  const integer = { type: 'integer' };
  const sub = object({ a: text(3), b: text(50), c: list(integer, 30) });
  const item = object({
    name: text(10),
    other: text(40),
    n: integer,
    list: list(text(7), 9),
    m: map(text(8), 6),
    sub,
  });
  return {
    s: text(20),
    t: text(30),
    u: { type: 'string', enum: ['a', 'bbbb', 'cc'] },
    b: { ...format('byte'), ...limited('maxLength', 33) },
    d: format('duration'),
    dt: format('date-time'),
    date: format('date'),
    i: integer,
    f: { type: 'number' },
    t1: { type: 'boolean' },
    ios: { 'x-kubernetes-int-or-string': true },
    l: list(text(12), 15),
    li: list(integer, 25),
    lo: list(item, 11),
    lb: list({ type: 'boolean' }, 5),
    ll: list(list(text(4), 6), 8),
    ld: list(format('duration'), 9),
    mp: map(text(9), 13),
    mo: map(item, 7),
    o: item,
    emb: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { spec: object({ x: text(5) }) },
    },
    '/odd-name.x': text(6),
    namespace: text(5),
    req: {
      ...object({ a: text(4), b: integer, c: { type: 'string', default: 'x' } }),
      required: ['a', 'b'],
    },
    lr: list({ ...object({ aa: format(''), bbb: { type: 'boolean' } }), required: ['aa', 'bbb'] }, 17),
  };
}
