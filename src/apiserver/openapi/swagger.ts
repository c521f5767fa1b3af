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

/** What a document says of the paths below a prefix, and the definitions that they lead to. */
export function swaggerPart(document: JsonObject, prefix: string): JsonObject {
  const paths = membersOf(document['paths']).filter(([path]) => path.startsWith(prefix));
  const definitions = new Map(membersOf(document['definitions']));
  const used = new Map<string, Json>();
  const waiting: Json[] = paths.map(([, item]) => item);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of namesIn(next)) {
      const definition = definitions.get(name);
      if (definition === undefined || used.has(name)) continue;
      used.set(name, definition);
      waiting.push(definition);
    }
  }
  return { paths: Object.fromEntries(paths), definitions: Object.fromEntries(used) };
}

/** A document with parts of others: what stands in it first stays, other definitions of a name get another name. */
export function mergedSwagger(base: OpenApiV2, parts: readonly JsonObject[]): OpenApiV2 {
  const document = decodeJson(base.json);
  if (!isObject(document)) return base;
  const paths = Object.fromEntries(membersOf(document['paths']));
  const definitions = Object.fromEntries(membersOf(document['definitions']));
  for (const part of parts) {
    const names = new Map<string, string>();
    for (const [name, definition] of membersOf(part['definitions'])) {
      const free = nameFor(name, definition, definitions);
      if (free !== name) names.set(name, free);
    }
    for (const [name, definition] of membersOf(part['definitions'])) {
      definitions[names.get(name) ?? name] ??= renamed(definition, names);
    }
    for (const [path, item] of membersOf(part['paths'])) paths[path] ??= renamed(item, names);
  }
  return encodedSwagger({ ...document, paths, definitions });
}

function nameFor(name: string, definition: Json, taken: Readonly<Record<string, Json | undefined>>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_v${number}`;
    const there = Object.hasOwn(taken, candidate) ? taken[candidate] : undefined;
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

const referencePrefix = '#/definitions/';

function namesIn(value: Json, names: string[] = []): string[] {
  if (Array.isArray(value)) for (const each of value) namesIn(each, names);
  else if (isObject(value)) {
    for (const [member, each] of membersOf(value)) {
      if (member === '$ref' && typeof each === 'string' && each.startsWith(referencePrefix)) {
        names.push(each.slice(referencePrefix.length));
      } else namesIn(each, names);
    }
  }
  return names;
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (names.size === 0) return value;
  if (Array.isArray(value)) return value.map((each) => renamed(each, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    membersOf(value).map(([member, each]) => {
      const name = member === '$ref' && typeof each === 'string' ? each.slice(referencePrefix.length) : '';
      const other = names.get(name);
      return [member, other === undefined ? renamed(each, names) : `${referencePrefix}${other}`];
    }),
  );
}

function membersOf(value: Json | undefined): [string, Json][] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[name, each]]));
}
