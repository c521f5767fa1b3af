import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import type { Chance } from './chance.ts';

/** A schema with what its references lead to. */
export interface SchemaSource {
  readonly definitions: JsonObject;
  readonly root: JsonObject;
}

/** A place in an object: where it is, and what its schema says. */
export interface Spot {
  readonly path: readonly (string | number)[];
  readonly schema: JsonObject | undefined;
}

const deepest = 5;

function resolved(source: SchemaSource, schema: Json | undefined): JsonObject | undefined {
  if (!isObject(schema)) return undefined;
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  return resolved(source, source.definitions[reference.slice(reference.lastIndexOf('/') + 1)]);
}

function memberOf(source: SchemaSource, schema: JsonObject | undefined, key: string | number) {
  if (!schema) return undefined;
  if (typeof key === 'number') return resolved(source, schema['items']);
  const properties = schema['properties'];
  const own = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  return resolved(source, own ?? schema['additionalProperties']);
}

/** A place in the object, there already or one that its schema knows, or now and then one that it does not. */
export function spotIn(object: JsonObject, source: SchemaSource, chance: Chance): Spot {
  let value: Json | undefined = object;
  let schema = resolved(source, source.root);
  const path: (string | number)[] = [];
  for (;;) {
    const inner = insideOf(value);
    const goOn = inner.length > 0 && chance.often(path.length < 2 ? 0.85 : 0.6);
    const key = goOn ? chance.pick(inner) : endOf(value, schema, chance);
    path.push(key);
    const next: Json | undefined = memberAt(value, key);
    schema = memberOf(source, schema, key);
    if (!goOn || next === undefined) return { path, schema };
    value = next;
  }
}

function memberAt(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Members that have members. Of metadata seldom: it is the same everywhere. */
function insideOf(value: Json | undefined): (string | number)[] {
  if (Array.isArray(value))
    return [...value.keys()].filter((at) => typeof value[at] === 'object' && value[at] !== null);
  if (!isObject(value)) return [];
  const keys = Object.keys(value).filter((key) => typeof value[key] === 'object' && value[key] !== null);
  const others = keys.filter((key) => key !== 'metadata' && key !== 'managedFields');
  return others.length > 0
    ? others.flatMap((key) => [key, key, key]).concat(keys.includes('metadata') ? ['metadata'] : [])
    : keys;
}

function endOf(value: Json | undefined, schema: JsonObject | undefined, chance: Chance): string | number {
  if (Array.isArray(value)) return chance.often(0.7) ? chance.below(value.length) : value.length;
  if (chance.often(0.05)) return chance.pick(['unknownField', 'Name', 'constructor']);
  const properties = schema?.['properties'];
  const known = isObject(properties) ? Object.keys(properties) : [];
  const usual = known.filter((key) => key !== 'apiVersion' && key !== 'kind');
  const present = isObject(value) ? Object.keys(value) : [];
  const choices = chance.often(0.4) && present.length > 0 ? present : usual.length > 0 ? usual : ['k1', 'k2'];
  return chance.pick(choices);
}

const words = [
  'v',
  'a',
  '1',
  'abc',
  'nginx',
  '10.9.8.7',
  'True',
  'http',
  'a-b',
  'example.com/a',
  '5m',
  '100m',
  '1Gi',
  '/x',
];
const patternWords = [
  ...words,
  'v1',
  'v1.2.3',
  'abc.example.com',
  '1s',
  '*',
  '100',
  'A',
  '50%',
  '10m5s',
  '+1',
];

/** A value that the schema takes, as far as it says. */
export function validValue(source: SchemaSource, given: Json | undefined, chance: Chance, depth = 0): Json {
  const schema = resolved(source, given);
  if (!schema) return chance.pick<Json>(['v', 1, true, {}, []]);
  const choices = schema['enum'];
  if (Array.isArray(choices) && choices.length > 0) return chance.pick(choices);
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string') {
    return chance.pick<Json>([1, 80, '50%', 'http']);
  }
  if (schema['type'] === 'array') {
    const fewest = Number(schema['minItems'] ?? 0);
    const count = depth > deepest ? fewest : Math.max(fewest, chance.below(3));
    return Array.from({ length: count }, () => validValue(source, schema['items'], chance, depth + 1));
  }
  return schema['type'] === 'string' ||
    schema['type'] === 'integer' ||
    schema['type'] === 'number' ||
    schema['type'] === 'boolean'
    ? scalar(schema, chance)
    : validObject(source, schema, { chance, depth });
}

function scalar(schema: JsonObject, chance: Chance): Json {
  const least = typeof schema['minimum'] === 'number' ? schema['minimum'] : -1;
  if (schema['type'] === 'integer') return Math.max(least, chance.pick([0, 1, 2, 3, 80, 443, -1]));
  if (schema['type'] === 'number') return Math.max(least, chance.pick([0, 1.5, 2, 0.25]));
  if (schema['type'] === 'boolean') return chance.often(0.5);
  if (schema['format'] === 'date-time')
    return chance.pick(['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.000000Z']);
  if (schema['format'] === 'byte') return 'eA==';
  if (typeof schema['pattern'] === 'string') {
    const pattern = new RegExp(schema['pattern'], 'u');
    const fitting = patternWords.filter((word) => pattern.test(word));
    if (fitting.length > 0) return chance.pick(fitting);
  }
  return chance.pick(words);
}

function validObject(
  source: SchemaSource,
  schema: JsonObject,
  { chance, depth }: { chance: Chance; depth: number },
): Json {
  const values = schema['additionalProperties'];
  if (isObject(values)) {
    const keys = ['k1', 'k2', 'cpu', 'memory'].filter(() => chance.often(0.4));
    return Object.fromEntries(keys.map((key) => [key, validValue(source, values, chance, depth + 1)]));
  }
  const properties = schema['properties'];
  if (!isObject(properties)) return chance.pick<Json>([{}, { a: 'b' }]);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const keys = Object.keys(properties).filter(
    (key) => required.includes(key) || (depth < deepest && chance.often(depth > 0 ? 0.15 : 0.3)),
  );
  return Object.fromEntries(keys.map((key) => [key, validValue(source, properties[key], chance, depth + 1)]));
}

const wrong: readonly Json[] = [
  null,
  '',
  0,
  -1,
  2147483648,
  1.5,
  true,
  [],
  {},
  [null],
  ['x'],
  { a: 'b' },
  'x y',
  'UPPER',
  'a/b/c',
  'é',
  '9999999999999999999',
  [{}],
  { '': '' },
  '1e3',
  '2020-01-01T00:00:00Z',
  '<>&',
  'a'.repeat(300),
  '-x',
  '::1',
  '10.0.0.300',
];

/** Something that does not belong there, most of the time. */
export function wrongValue(chance: Chance): Json {
  return structuredClone(chance.pick(wrong));
}
