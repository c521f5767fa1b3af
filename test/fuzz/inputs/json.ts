import { isObject, type Json, type JsonObject, type Random, setMember } from '../../../src/base/index.ts';
import type { Form } from '../target.ts';
import { hostileSize, hostileTexts, pick } from './hostile.ts';

const longestCharacters = 200_000;
/** What is repeated is at most as long. */
const repeatedCharacters = 300;

function isShort(value: Json | undefined): boolean {
  return value === undefined || JSON.stringify(value).length <= repeatedCharacters;
}

/** A small value of any kind, with hostile names and texts. */
export function anyJson(random: Random, depth = 3): Json {
  switch (random.integer(depth > 0 ? 10 : 6)) {
    case 0:
      return null;
    case 1:
      return random.integer(2) === 0;
    case 2:
      return pick(random, [0, -1, 1, 1.5, -0.25, 1e21, 1e-7, 2 ** 31, 2 ** 53, 5, 80]);
    case 3:
      return pick(random, [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]);
    case 4:
      return pick(random, hostileTexts);
    case 5:
      return random.string(random.integer(6), 'abcxyz-./0123');
    case 6:
    case 7:
      return Array.from({ length: random.integer(4) }, () => anyJson(random, depth - 1));
    default: {
      const object: JsonObject = {};
      for (let i = random.integer(4); i > 0; i--)
        setMember(object, anyName(random), anyJson(random, depth - 1));
      return object;
    }
  }
}

function anyName(random: Random): string {
  return random.integer(3) === 0 ? pick(random, hostileTexts) : random.string(1 + random.integer(2), 'abc');
}

/** Where something stands: names and indexes from the outermost in. */
type Path = readonly (string | number)[];

/** A path to each value, the outermost first. */
function pathsOf(value: Json | undefined, most = 5_000): Path[] {
  const paths: Path[] = [[]];
  const values: (Json | undefined)[] = [value];
  for (let at = 0; at < values.length && paths.length < most; at++) {
    const next = values[at];
    const path = paths[at] ?? [];
    if (typeof next !== 'object' || next === null || path.length > 400) continue;
    for (const name of Object.keys(next)) {
      paths.push([...path, Array.isArray(next) ? Number(name) : name]);
      values.push(memberAt(next, name));
    }
  }
  return paths;
}

function memberAt(value: Json | undefined, name: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)];
  return isObject(value) ? value[name] : undefined;
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(memberAt, value);
}

/** A copy in which something else stands at a path; undefined takes it away. */
function withValue(value: Json, path: Path, next: Json | undefined): Json {
  const [first, ...rest] = path;
  if (first === undefined) return next === undefined ? null : next;
  const inner = rest.length === 0 ? next : withValue(memberAt(value, first) ?? null, rest, next);
  if (Array.isArray(value)) {
    const copy = [...value];
    const index = Number(first);
    if (inner === undefined) copy.splice(index, 1);
    else if (index >= 0 && index < copy.length) copy[index] = inner;
    else copy.push(inner);
    return copy;
  }
  const copy: JsonObject = {};
  for (const [name, member] of Object.entries(isObject(value) ? value : {}))
    if (name !== first && member !== undefined) setMember(copy, name, member);
  if (inner !== undefined) setMember(copy, String(first), inner);
  return copy;
}

function renamed(random: Random, input: Json, path: Path): Json {
  const name = path.at(-1);
  if (typeof name !== 'string') return input;
  const value = valueAt(input, path);
  const without = withValue(input, path, undefined);
  return withValue(without, [...path.slice(0, -1), anyName(random)], value);
}

function nested(random: Random, inside: Json): Json {
  let value = inside;
  const inLists = random.integer(2) === 0;
  for (let level = hostileSize(random); level > 0; level--) value = inLists ? [value] : { a: value };
  return value;
}

function grownList(random: Random, value: Json | undefined): Json | undefined {
  if (!isShort(value)) return value;
  if (Array.isArray(value) && value.length > 0)
    return Array.from({ length: hostileSize(random) }, (_, i) => value[i % value.length] ?? null);
  return typeof value === 'string' ? value.repeat(random.integer(20)) : value;
}

function mutated(random: Random, input: Json, others: readonly Json[]): Json {
  const path = pick(random, pathsOf(input));
  switch (random.integer(9)) {
    case 0:
      return withValue(input, path, undefined);
    case 1:
      return withValue(input, path, anyJson(random));
    case 2:
      return withValue(input, path, null);
    case 3:
      return withValue(input, path, pick(random, hostileTexts));
    case 4:
      return renamed(random, input, path);
    case 5: {
      const other = others.length === 0 ? input : pick(random, others);
      return withValue(input, path, valueAt(other, pick(random, pathsOf(other))));
    }
    case 6:
      return withValue(input, path, nested(random, valueAt(input, path) ?? null));
    case 7:
      return withValue(input, path, grownList(random, valueAt(input, path)));
    default:
      return withValue(input, [...path.slice(0, -1), anyName(random)], anyJson(random, 1));
  }
}

/** Values of JSON, changed member by member. */
export const jsonForm: Form<Json> = {
  mutate(random, input, others) {
    const next = mutated(random, input, others);
    return JSON.stringify(next).length > longestCharacters ? input : next;
  },
  *shrink(input) {
    for (const path of pathsOf(input, 1_000)) {
      if (path.length > 0) yield withValue(input, path, undefined);
      const value = valueAt(input, path);
      if (typeof value === 'object' && value !== null) {
        for (const member of Object.values(value))
          if (member !== undefined) yield withValue(input, path, member);
        if (Object.keys(value).length > 0) yield withValue(input, path, Array.isArray(value) ? [] : {});
      } else if (typeof value === 'string' && value.length > 1) {
        yield withValue(input, path, value.slice(0, Math.floor(value.length / 2)));
        yield withValue(input, path, value.slice(1));
      }
    }
  },
  pump(random, input) {
    const path = pick(random, pathsOf(input));
    const found = valueAt(input, path);
    const value = isShort(found) ? found : 'a';
    if (Array.isArray(value) && value.length > 0)
      return (times) =>
        withValue(
          input,
          path,
          Array.from({ length: times }, (_, i) => value[i % value.length] ?? null),
        );
    if (isObject(value)) {
      const [member = 1] = Object.values(value);
      return (times) => {
        const grown: JsonObject = { ...value };
        for (let i = 0; i < times; i++) grown[`k${i}`] = member;
        return withValue(input, path, grown);
      };
    }
    const text = typeof value === 'string' && value !== '' ? value : 'a';
    return (times) => withValue(input, path, text.repeat(times));
  },
  show: (input) => JSON.stringify(input),
};
