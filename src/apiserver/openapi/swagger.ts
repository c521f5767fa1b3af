import { decodeJson, encodeJson, isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { swaggerProtobuf } from './swagger-protobuf.ts';

/** A Swagger 2.0 document in both forms that clients ask for. */
export interface OpenApiV2 {
  readonly json: Uint8Array;
  readonly protobuf: Uint8Array;
}

/** The protobuf is made when it is first asked for. */
export function encodedSwagger(document: JsonObject): OpenApiV2 {
  let protobuf: Uint8Array | undefined;
  return {
    json: encodeJson(document),
    get protobuf() {
      protobuf ??= swaggerProtobuf(document);
      return protobuf;
    },
  };
}

/** What paths lead to, by the members of a document that hold it. */
const heldIn = ['definitions', 'parameters'] as const;

/** What a document says of the paths below a prefix, and the definitions and parameters that they lead to. */
export function swaggerPart(document: JsonObject, prefix: string): JsonObject {
  const paths = membersOf(document['paths']).filter(([path]) => path.startsWith(prefix));
  const used = { definitions: new Map<string, Json>(), parameters: new Map<string, Json>() };
  const waiting: Json[] = paths.map(([, item]) => item);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { holder, name } of referencesIn(next)) {
      const all = document[holder];
      const found = isObject(all) && Object.hasOwn(all, name) ? all[name] : undefined;
      if (found === undefined || used[holder].has(name)) continue;
      used[holder].set(name, found);
      waiting.push(found);
    }
  }
  return {
    paths: Object.fromEntries(paths),
    definitions: Object.fromEntries(used.definitions),
    parameters: Object.fromEntries(used.parameters),
  };
}

/**
 * A document with parts of others: what stands in it first stays, other definitions of a name get another name. Parameters that are
 * shared are named by what they say.
 */
export function mergedSwagger(base: OpenApiV2, parts: readonly JsonObject[]): OpenApiV2 {
  const document = decodeJson(base.json);
  if (!isObject(document)) return base;
  // Others choose the names: every object of JavaScript has a member `constructor`.
  const paths = new Map(membersOf(document['paths']));
  const definitions = new Map(membersOf(document['definitions']));
  const parameters = new Map(membersOf(document['parameters']));
  for (const part of parts) {
    const own = membersOf(part['definitions']);
    const names = new Map<string, string>();
    const given = new Set<string>();
    for (const [name, definition] of own) {
      const free = nameFor(name, definition, { definitions, given });
      given.add(free);
      if (free !== name) names.set(name, free);
    }
    for (const [name, definition] of own)
      addMissing(definitions, names.get(name) ?? name, renamed(definition, names));
    for (const [name, parameter] of membersOf(part['parameters']))
      addMissing(parameters, name, renamed(parameter, names));
    for (const [path, item] of membersOf(part['paths'])) addMissing(paths, path, renamed(item, names));
  }
  return encodedSwagger({
    ...document,
    paths: Object.fromEntries(paths),
    definitions: Object.fromEntries(definitions),
    parameters: Object.fromEntries(parameters),
  });
}

function addMissing(members: Map<string, Json>, name: string, value: Json): void {
  if (!members.has(name)) members.set(name, value);
}

/** A name that nobody has, or that stands for the same; no two definitions of one document get the same. */
function nameFor(
  name: string,
  definition: Json,
  taken: { readonly definitions: ReadonlyMap<string, Json>; readonly given: ReadonlySet<string> },
): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_v${number}`;
    if (taken.given.has(candidate)) continue;
    const there = taken.definitions.get(candidate);
    if (there === undefined || jsonEqual(withoutKinds(there), withoutKinds(definition))) return candidate;
  }
}

const kindsMember = 'x-kubernetes-group-version-kind';

/** Types that all groups share name each kind that they are used for. */
function withoutKinds(definition: Json): Json {
  if (!isObject(definition)) return definition;
  const { [kindsMember]: _, ...rest } = definition;
  return rest;
}

interface Reference {
  readonly holder: (typeof heldIn)[number];
  readonly name: string;
}

function referenceOf(text: Json): Reference | undefined {
  if (typeof text !== 'string') return undefined;
  const holder = heldIn.find((each) => text.startsWith(`#/${each}/`));
  return holder && { holder, name: text.slice(holder.length + '#//'.length) };
}

function referencesIn(value: Json, found: Reference[] = []): Reference[] {
  if (Array.isArray(value)) for (const each of value) referencesIn(each, found);
  else if (isObject(value)) {
    for (const [member, each] of membersOf(value)) {
      const reference = member === '$ref' ? referenceOf(each) : undefined;
      if (reference) found.push(reference);
      else referencesIn(each, found);
    }
  }
  return found;
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (names.size === 0) return value;
  if (Array.isArray(value)) return value.map((each) => renamed(each, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    membersOf(value).map(([member, each]) => {
      const reference = member === '$ref' ? referenceOf(each) : undefined;
      const other = reference?.holder === 'definitions' ? names.get(reference.name) : undefined;
      return [member, other === undefined ? renamed(each, names) : `#/definitions/${other}`];
    }),
  );
}

function membersOf(value: Json | undefined): [string, Json][] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[name, each]]));
}
