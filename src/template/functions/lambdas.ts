import type { Json, JsonObject } from '../../base/index.ts';
import { Lambda, type Value } from '../frame.ts';
import { put, sizeOf, textOf } from '../values.ts';
import { type CallSite, define, flag, items, json, lambda, object, refused, text } from './definition.ts';

function keyed(list: Value | undefined, key: Value | undefined, site: CallSite): [string, Json][] {
  const name = lambda(key, site);
  return items(list, site).map((item) => [text(site.apply(name, [item]), site), item]);
}

/** Functions that take functions. */
export const lambdaFunctions = [
  define('lambdaVariables', [1, 1], ([name], site) => {
    const found = site.frame.lambdas.get(text(name, site).toLowerCase());
    if (found === undefined)
      throw refused(site, `the lambda variable '${textOf(json(name, site))}' is not defined`);
    return found;
  }),
  define('map', [2, 2], ([list, work], site) =>
    items(list, site).map((item, at) => site.apply(lambda(work, site), [item, at])),
  ),
  define('filter', [2, 2], ([list, test], site) =>
    items(list, site).filter((item, at) => flag(site.apply(lambda(test, site), [item, at]), site)),
  ),
  define('reduce', [3, 3], ([list, start, work], site) =>
    items(list, site).reduce<Json>(
      (sum, item, at) => site.apply(lambda(work, site), [sum, item, at]),
      json(start, site),
    ),
  ),
  define('sort', [2, 2], ([list, isBefore], site) => {
    const before = (a: Json, b: Json) => flag(site.apply(lambda(isBefore, site), [a, b]), site);
    return items(list, site).toSorted((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
  }),
  define('toObject', [2, 3], ([list, key, value], site) => {
    const made: JsonObject = {};
    for (const [name, item] of keyed(list, key, site)) {
      put(made, name, value instanceof Lambda ? site.apply(value, [item]) : item);
    }
    return made;
  }),
  define('groupBy', [2, 2], ([list, key], site) => {
    const groups = new Map<string, Json[]>();
    for (const [name, item] of keyed(list, key, site)) {
      const group = groups.get(name);
      if (group) group.push(item);
      else groups.set(name, [item]);
    }
    const made: JsonObject = {};
    for (const [name, group] of groups) put(made, name, group);
    return made;
  }),
  define('mapValues', [2, 2], ([value, work], site) => {
    const made: JsonObject = {};
    for (const [name, item] of Object.entries(object(value, site))) {
      put(made, name, site.apply(lambda(work, site), [item ?? null]));
    }
    site.frame.budget.spend(sizeOf(made));
    return made;
  }),
];
