import { isObject, type Json, type JsonObject, parseJson, setMember } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import { freeMaps } from '../shape/casing.ts';
import { pythonClass, pythonText } from '../shape/python.ts';

/** One `--set`, `--add` or `--remove` of a command line. */
export interface GenericUpdate {
  readonly operation: 'set' | 'add' | 'remove';
  readonly words: readonly string[];
  /** Keep texts as texts instead of reading them as JSON. */
  readonly force: boolean;
  /** Paths skip the `properties` level, as printed. */
  readonly flat: boolean;
  /** What a path of generated commands may begin with; absent: anything, and the service judges. */
  readonly members?: Members;
}

/** Members that a generated command knows, by the names that it lists: `null` any value, an object those inside. */
export type Members = { readonly [name: string]: Members | null };

type Step = string | number;

/** Applies `--set a.b=v`, `--add list v` or `--remove a.b [index]` to a resource in place. */
export function applyGenericUpdate(resource: JsonObject, update: GenericUpdate): void {
  if (update.operation === 'set') for (const word of update.words) set(resource, word, update);
  else if (update.operation === 'add') add(resource, update);
  else remove(resource, update);
}

function set(resource: JsonObject, word: string, update: GenericUpdate): void {
  const cut = word.indexOf('=');
  if (cut < 1) throw new AzError(`usage error: --set property1.property2=<value>`);
  const path = word.slice(0, cut);
  const steps = stepsOf(path, resource, update);
  const value = fitting(steps, readValue(word.slice(cut + 1), update.force), update.members !== undefined);
  const last = steps.pop();
  const holder = walk(resource, steps, true);
  if (Array.isArray(holder) && typeof last === 'number') holder[last] = value;
  else if (isObject(holder) && last !== undefined) setMember(holder, String(last), value);
  else throw new AzError(`Couldn't find '${last}' in '${word.slice(0, cut)}'.`);
}

function add(resource: JsonObject, update: GenericUpdate): void {
  const [path = '', ...values] = update.words;
  if (values.length === 0)
    throw new AzError('usage error: --add property.listProperty <key=value, string or JSON string>');
  const steps = stepsOf(path, resource, update);
  const last = steps.pop();
  const holder = walk(resource, steps, true);
  if (!isObject(holder) || typeof last !== 'string') throw new AzError(`Couldn't find '${path}'.`);
  const list = memberOf(holder, last) ?? [];
  if (!Array.isArray(list)) throw new AzError(`Property '${last}' is not a list.`);
  setMember(holder, last, [...list, ...readItems(values, update.force)]);
}

/** `key=value` words form one object; other words are items of their own. */
function readItems(words: readonly string[], force: boolean): Json[] {
  const items: Json[] = [];
  const pairs: JsonObject = {};
  for (const word of words) {
    const [, key, value] = /^([\w.-]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) items.push(readValue(word, force));
    else setMember(pairs, key, readValue(value ?? '', force));
  }
  return Object.keys(pairs).length > 0 ? [...items, pairs] : items;
}

function remove(resource: JsonObject, update: GenericUpdate): void {
  const [path = '', index] = update.words;
  const steps = stepsOf(path, resource, update);
  if (index !== undefined) steps.push(Number(index));
  const last = steps.pop();
  const holder = walk(resource, steps, false);
  if (Array.isArray(holder) && typeof last === 'number') {
    if (last < -holder.length || last >= holder.length)
      throw new AzError(`index ${last} doesn't exist on ${path}`);
    holder.splice(last, 1);
  } else if (isObject(holder) && last !== undefined && Object.hasOwn(holder, last)) {
    delete holder[last];
  } else throw new AzError(`Couldn't find '${last}' in '${path}'.`);
}

function stepsOf(path: string, resource: JsonObject, { flat, members }: GenericUpdate): Step[] {
  if (members) demandMembers(path, members);
  let free = false;
  const steps = path.split('.').flatMap((part): Step[] => {
    const typed = part.replace(/\[[\s\S]*/, '');
    const indexes = [...part.matchAll(/\[(-?\d+)\]/g)].map((match) => Number(match[1]));
    const name = free ? typed : camelCase(typed);
    free ||= freeMaps.has(name);
    return name === '' ? indexes : [name, ...indexes];
  });
  const [first] = steps;
  if (flat && typeof first === 'string' && !Object.hasOwn(resource, first) && first !== 'tags')
    return ['properties', ...steps];
  return steps;
}

/** Generated commands know their resource: a word that is none of its members would be sent and be gone. */
function demandMembers(path: string, members: Members): void {
  let known: Members | null | undefined = members;
  const before: string[] = [];
  for (const part of path.split('.')) {
    if (!known) return;
    const typed = part.replace(/\[[\s\S]*/, '');
    const found: string | undefined = Object.keys(known).find((name) => camelCase(name) === camelCase(typed));
    if (found === undefined) {
      const options = Object.keys(known).map((name) => `'${name}'`);
      throw new AzError(
        `Couldn't find '${typed}' in '${before.join('.')}'. Available options: [${options.join(', ')}]`,
      );
    }
    before.push(part);
    known = known[found];
  }
}

/** Tags are texts: generated commands refuse what is none, the others make a text of it, as Python writes it. */
function fitting(steps: readonly Step[], value: Json, strict: boolean): Json {
  if (steps[0] !== 'tags' || steps.length !== 2 || typeof value === 'string') return value;
  if (!strict) return value === null ? '' : pythonText(value);
  throw new AzError(`Expect <class 'str'>, got ${pythonText(value)} (<class '${pythonClass(value)}'>)`);
}

/** `address_space` and `address-space` mean `addressSpace`; what a person named is kept. */
function camelCase(name: string): string {
  return name.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function walk(from: JsonObject, steps: readonly Step[], create: boolean): Json {
  let holder: Json = from;
  for (const step of steps) {
    const next: Json | undefined = Array.isArray(holder)
      ? holder.at(Number(step))
      : isObject(holder)
        ? memberOf(holder, step)
        : undefined;
    if (next !== undefined && next !== null) holder = next;
    else if (create && isObject(holder)) {
      const made: JsonObject = {};
      setMember(holder, String(step), made);
      holder = made;
    } else throw new AzError(`Couldn't find '${step}' in the resource.`);
  }
  return holder;
}

/** A member of the object's own: names such as `constructor` are ordinary ones. */
function memberOf(holder: JsonObject, name: Step): Json | undefined {
  return Object.hasOwn(holder, name) ? holder[name] : undefined;
}

function readValue(text: string, force: boolean): Json {
  if (force) return text;
  try {
    return parseJson(text);
  } catch {
    if (text === 'True') return true;
    if (text === 'False') return false;
    if (text === 'None' || text === 'null') return null;
    return text;
  }
}
