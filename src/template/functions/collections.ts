import { isNumber, isObject, type Json, type JsonObject } from '../../base/index.ts';
import { Lambda, type Value } from '../frame.ts';
import { templateLimits } from '../limits.ts';
import { TextPlaces } from '../text-places.ts';
import { memberWithoutCase, put, sameValue, sizeOf, textOf } from '../values.ts';
import {
  any,
  type CallSite,
  define,
  items,
  json,
  jsons,
  object,
  paid,
  refused,
  text,
  whole,
} from './definition.ts';

function lengthOf(value: Value | undefined, site: CallSite): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return Object.keys(object(value, site)).length;
}

function contains(container: Value | undefined, wanted: Json, site: CallSite): boolean {
  if (typeof container === 'string') {
    const part = textOf(wanted);
    site.frame.budget.spendCharacters(container.length + part.length);
    return new TextPlaces(container, part).from(0) >= 0;
  }
  if (Array.isArray(container)) return positionOf(container, wanted, site) >= 0;
  const key = textOf(wanted).toLowerCase();
  return Object.keys(object(container, site)).some((name) => name.toLowerCase() === key);
}

function positionOf(list: readonly Json[], wanted: Json, site: CallSite): number {
  // A comparison looks no further than the smaller of the two.
  site.frame.budget.spend(list.length * sizeOf(wanted));
  return list.findIndex((item) => sameValue(item, wanted));
}

function part(name: string, cut: <T extends string | Json[]>(value: T, count: number) => T) {
  return define(name, [2, 2], ([value, count], site) => {
    const number = Math.max(whole(count, site), 0);
    if (typeof value === 'string') return paid(cut(value, number), site);
    return cut(items(value, site), number);
  });
}

function end(name: string, at: 0 | -1) {
  return define(name, [1, 1], ([value], site) => {
    if (typeof value === 'string') return value.at(at) ?? '';
    return items(value, site).at(at) ?? null;
  });
}

function merged(values: readonly JsonObject[], isDeep: boolean, site: CallSite): JsonObject {
  const made: JsonObject = {};
  for (const value of values) {
    for (const [name, item] of Object.entries(value)) {
      site.frame.budget.spend(1);
      const before = Object.hasOwn(made, name) ? made[name] : undefined;
      const both = isDeep && isObject(before) && isObject(item);
      put(made, name, both ? merged([before, item], true, site) : (item ?? null));
    }
  }
  return made;
}

/** The items of all lists, each once. */
function distinct(lists: readonly (readonly Json[])[], site: CallSite): Json[] {
  const texts = new Set<string>();
  const made: Json[] = [];
  for (const item of lists.flat()) {
    site.frame.budget.spend(sizeOf(item, templateLimits.steps));
    const key = JSON.stringify(item);
    if (texts.has(key)) continue;
    texts.add(key);
    made.push(item);
  }
  return made;
}

function common(values: readonly Json[], site: CallSite): Json {
  const [first, ...others] = values;
  if (Array.isArray(first)) {
    const lists = others.map((other) => items(other, site));
    return distinct([first], site).filter((item) => lists.every((list) => positionOf(list, item, site) >= 0));
  }
  const made: JsonObject = {};
  for (const [name, item] of Object.entries(object(first, site))) {
    const isEverywhere = others.every((other) => {
      const its = object(other, site);
      const found = Object.hasOwn(its, name) ? its[name] : undefined;
      return found !== undefined && sameValue(found, item ?? null);
    });
    if (isEverywhere) put(made, name, item ?? null);
  }
  return made;
}

/** What an index or a name leads to; undefined when it leads nowhere. */
function lookedUp(value: Json, step: Json): Json | undefined {
  if (isObject(value)) return typeof step === 'string' ? memberWithoutCase(value, step) : undefined;
  return Array.isArray(value) && isNumber(step) ? value[Number(step)] : undefined;
}

/** Lists, and what texts, lists and objects have in common. */
export const collectionFunctions = [
  define('array', [1, 1], ([value], site) => (Array.isArray(value) ? value : [json(value, site)])),
  define('createArray', [0, any], (args, site) => jsons(args, site)),
  define('concat', [1, any], (args, site) => {
    if (args.some((arg) => Array.isArray(arg))) return args.flatMap((arg) => items(arg, site));
    const texts = args.map((arg) => {
      if (arg instanceof Lambda || (typeof arg === 'object' && arg !== null)) {
        throw refused(site, 'the parameters must be all strings or all arrays');
      }
      return textOf(arg);
    });
    site.frame.budget.spendCharacters(texts.reduce((sum, one) => sum + one.length, 0));
    return texts.join('');
  }),
  define('length', [1, 1], ([value], site) => lengthOf(value, site)),
  define('empty', [1, 1], ([value], site) => value === null || lengthOf(value, site) === 0),
  define('contains', [2, 2], ([container, wanted], site) => contains(container, json(wanted, site), site)),
  end('first', 0),
  end('last', -1),
  part('skip', (value, count) => value.slice(count) as typeof value), // A slice is of the same kind.
  part('take', (value, count) => value.slice(0, count) as typeof value), // The same.
  define('range', [2, 2], ([start, count], site) => {
    const [from, many] = [whole(start, site), whole(count, site)];
    if (many < 0 || many > templateLimits.listItems || from + many > 2_147_483_647) {
      throw refused(
        site,
        `the number of items must be between 0 and ${templateLimits.listItems}, and all items integers of 32 bits`,
      );
    }
    site.frame.budget.spend(many);
    return Array.from({ length: many }, (_, at) => from + at);
  }),
  define('union', [1, any], (args, site) => {
    if (Array.isArray(args[0]))
      return distinct(
        args.map((arg) => items(arg, site)),
        site,
      );
    return merged(
      args.map((arg) => object(arg, site)),
      true,
      site,
    );
  }),
  define('shallowMerge', [1, 1], ([list], site) =>
    merged(
      items(list, site).map((item) => object(item, site)),
      false,
      site,
    ),
  ),
  define('intersection', [2, any], (args, site) => common(jsons(args, site), site)),
  define('flatten', [1, 1], ([list], site) => items(list, site).flatMap((inner) => items(inner, site))),
  define('indexFromEnd', [2, 2], ([list, index], site) => {
    const found = items(list, site).at(-whole(index, site));
    if (found === undefined) throw refused(site, 'the index is out of bounds');
    return found;
  }),
  define('tryIndexFromEnd', [2, any], ([list, index, ...steps], site) => {
    if (!Array.isArray(list) || !isNumber(index) || Number(index) < 1) return null;
    let found = list.at(-Number(index));
    for (const step of jsons(steps, site)) found = found === undefined ? undefined : lookedUp(found, step);
    return found ?? null;
  }),
  define('tryGet', [2, any], ([value, ...steps], site) => {
    let found: Json | undefined = json(value, site);
    for (const step of jsons(steps, site)) found = found === undefined ? undefined : lookedUp(found, step);
    return found ?? null;
  }),
  define('indexOf', [2, 2], ([value, wanted], site) => {
    if (Array.isArray(value)) return positionOf(value, json(wanted, site), site);
    const whole = paid(text(value, site).toLowerCase(), site);
    return new TextPlaces(whole, paid(text(wanted, site).toLowerCase(), site)).from(0);
  }),
  define('lastIndexOf', [2, 2], ([value, wanted], site) => {
    if (Array.isArray(value)) {
      const at = positionOf([...value].reverse(), json(wanted, site), site);
      return at < 0 ? -1 : value.length - 1 - at;
    }
    const whole = paid(text(value, site).toLowerCase(), site);
    return new TextPlaces(whole, paid(text(wanted, site).toLowerCase(), site)).last();
  }),
];
