import type { SchemaNode } from '../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject, setMember } from '../base/index.ts';
import { mergeObjects } from './merge.ts';
import { GoValue, typeProblem } from './typed-check.ts';

/** A configuration cannot be laid over an object; the text is the real server's. */
export class NotApplied extends Error {}

/**
 * The object with a configuration laid over it as by server-side apply, though nobody comes to own anything: nothing that the
 * configuration does not name changes. Throws `NotApplied` for what is not of the schema, and for lists, maps and objects that
 * could only be replaced as a whole. Source: k8s.io/apiserver, `pkg/admission/plugin/policy/mutating/patch/smd.go`
 */
export function layOver(object: JsonObject, config: JsonObject, schema: SchemaNode): JsonObject {
  const keyed = withKeys(config, schema) as JsonObject;
  const problem = typeProblem(keyed, schema);
  if (problem !== undefined) {
    throw new NotApplied(`failed to convert patch object to typed object: ${problem}`);
  }
  const whole = atomicParts(keyed, schema, '');
  if (whole.length > 0) {
    const which = `may not mutate atomic arrays, maps or structs: ${whole.join(', ')}`;
    throw new NotApplied(`invalid ApplyConfiguration: ${which}`);
  }
  const wrong = typeProblem(object, schema);
  if (wrong !== undefined) {
    throw new NotApplied(`failed to convert original object to typed object: ${wrong}`);
  }
  return mergeObjects(object, keyed, schema);
}

/** With the empty texts that Go has for keys of list items which nobody gave: none of them is missing for its schema. */
function withKeys(value: Json, node: SchemaNode): Json {
  if (Array.isArray(value)) {
    const { items, listMapKeys = [] } = node;
    if (!items) return value;
    return value.map((item) => {
      const whole = withKeys(item, items);
      if (!isObject(whole) || items.goType === undefined) return whole;
      const missing = listMapKeys.filter(
        (key) =>
          whole[key] === undefined && items.required?.includes(key) && items.field(key)?.type === 'string',
      );
      return missing.length === 0
        ? whole
        : { ...whole, ...Object.fromEntries(missing.map((key) => [key, ''])) };
    });
  }
  if (!isObject(value) || value instanceof GoValue) return value;
  const whole: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const below = node.field(name);
    if (member !== undefined) setMember(whole, name, below ? withKeys(member, below) : member);
  }
  return whole;
}

function atomicParts(value: Json, node: SchemaNode, path: string): string[] {
  if (isObject(value)) {
    const own = node.mapType === 'atomic' ? [path] : [];
    return Object.entries(value).reduce<string[]>((found, [name, member]) => {
      const below = node.field(name);
      if (below && member !== undefined) found.push(...atomicParts(member, below, `${path}.${name}`));
      return found;
    }, own);
  }
  if (!Array.isArray(value)) return [];
  const own = node.listType === 'set' || node.listType === 'map' ? [] : [path];
  const { items } = node;
  if (!items) return own;
  for (const [position, item] of value.entries())
    own.push(...atomicParts(item, items, `${path}[${position}]`));
  return own;
}
