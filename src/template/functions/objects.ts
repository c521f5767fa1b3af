import { decodeJson, isDeeperThan, type Json, type JsonObject, utf8 } from '../../base/index.ts';
import { templateLimits } from '../limits.ts';
import { put } from '../values.ts';
import { any, type CallSite, define, json, object, refused, text } from './definition.ts';

function sortedNames(value: JsonObject): string[] {
  return Object.keys(value).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

/** JSON text as a value. */
export function parsed(value: string, site: CallSite): Json {
  site.frame.budget.spend(1 + value.length);
  let found: Json;
  try {
    found = decodeJson(utf8(value));
  } catch {
    throw refused(site, 'the value is not valid JSON');
  }
  if (isDeeperThan(found, templateLimits.valueLevels)) {
    throw refused(site, `the JSON nests deeper than ${templateLimits.valueLevels} levels`);
  }
  return found;
}

/** Objects. */
export const objectFunctions = [
  define('createObject', [0, any], (args, site) => {
    if (args.length % 2 === 1)
      throw refused(site, 'function expects an even number of parameters: names and values');
    const made: JsonObject = {};
    for (let at = 0; at < args.length; at += 2) put(made, text(args[at], site), json(args[at + 1], site));
    return made;
  }),
  define('json', [1, 1], ([value], site) => parsed(text(value, site), site)),
  define('objectKeys', [1, 1], ([value], site) => sortedNames(object(value, site))),
  define('items', [1, 1], ([value], site) => {
    const found = object(value, site);
    return sortedNames(found).map((key) => ({ key, value: found[key] ?? null }));
  }),
];
