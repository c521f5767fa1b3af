import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Json } from '../../../src/base/index.ts';

/** A member that callers may write, by the names on the wire; `0` is an item of a list, `key` a name in a map. */
export interface Leaf {
  readonly path: readonly (string | 0)[];
  /** Two values of its type: the words that the model knows, where it knows some. */
  readonly values: readonly [Json, Json];
}

/** A member at any depth, read-only ones too, as a `Leaf` names it. */
export interface KnownMember {
  readonly path: readonly (string | 0)[];
  readonly isReadOnly: boolean;
  /** It stands in a member that is read-only: services look at none of these. */
  readonly isInReadOnly: boolean;
  /** A value that its type takes, and one that it does not. */
  readonly right: Json;
  readonly wrong: Json;
}

/** Models of an SDK. Source: the mappers, or the serializers and interfaces, that its client itself uses. */
export interface Models {
  /** Every writable scalar below a model. */
  leaves(model: string): Leaf[];
  /** Every member below a model: objects, lists and scalars, also those that callers may not write. */
  members(model: string): KnownMember[];
}

interface MapperType {
  readonly name: string;
  readonly className?: string;
  readonly allowedValues?: readonly Json[];
  readonly element?: Mapper;
  readonly value?: Mapper;
  readonly modelProperties?: Readonly<Record<string, Mapper>>;
}

interface Mapper {
  readonly serializedName?: string;
  readonly readOnly?: boolean;
  readonly isConstant?: boolean;
  readonly defaultValue?: Json;
  readonly constraints?: Readonly<Record<string, number | RegExp | boolean>>;
  readonly type: MapperType;
}

interface Member {
  readonly type: string;
  readonly readOnly: boolean;
}

const packages = join(import.meta.dirname, '../../../node_modules/@azure');

/** The models of a package that carries `mappers.js`. `folder` is where its ES modules lie. */
export async function mapperModels(name: string, folder: string): Promise<Models> {
  const models = join(packages, name, folder, 'models');
  const mappers: Record<string, unknown> = await import(pathToFileURL(join(models, 'mappers.js')).href);
  const byClass = new Map<string, MapperType>();
  for (const mapper of Object.values(mappers)) {
    if (isMapper(mapper) && mapper.type.className) byClass.set(mapper.type.className, mapper.type);
  }
  return new Walk(byClass, await declared(join(models, 'index')));
}

/** The models of a package that has interfaces and serializers in `models.js`. */
export async function interfaceModels(name: string, folder: string): Promise<Models> {
  const types = await declared(join(packages, name, folder, 'models/models'));
  const byClass = new Map<string, MapperType>();
  for (const className of types.interfaces.keys()) {
    const members = Object.entries(types.membersOf(className)).map(
      ([member, { type, readOnly }]) =>
        [member, { serializedName: member, readOnly, type: mapperType(type, types) }] as const,
    );
    byClass.set(className, { name: 'Composite', className, modelProperties: Object.fromEntries(members) });
  }
  return new Walk(byClass, types);
}

function isMapper(value: unknown): value is Mapper {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function mapperType(text: string, types: Declared): MapperType {
  const element = /^(\w+)\[\]$/.exec(text)?.[1];
  if (element) return { name: 'Sequence', element: { type: mapperType(element, types) } };
  const value = /^Record<string, (\w+)(?: \| null)?>$/.exec(text)?.[1];
  if (value) return { name: 'Dictionary', value: { type: mapperType(value, types) } };
  if (types.interfaces.has(text)) return { name: 'Composite', className: text };
  if (text === 'boolean') return { name: 'Boolean' };
  return { name: text === 'number' ? 'Number' : 'String' };
}

/** What the declarations of a package say: members of interfaces, words of enumerations. */
interface Declared {
  readonly interfaces: ReadonlyMap<string, { readonly parents: readonly string[]; readonly body: string }>;
  membersOf(className: string): Readonly<Record<string, Member>>;
  wordsOf(type: string): readonly string[];
}

async function declared(file: string): Promise<Declared> {
  const text = readFileSync(`${file}.d.ts`, 'utf8');
  const values: Record<string, unknown> = await import(pathToFileURL(`${file}.js`).href);
  const interfaces = new Map<string, { parents: string[]; body: string }>();
  for (const [, name = '', parents = '', body = ''] of text.matchAll(
    /^export interface (\w+)(?: extends ([\w, ]+))? \{\n([\s\S]*?)^\}/gm,
  )) {
    interfaces.set(name, { parents: parents.split(', ').filter(Boolean), body });
  }
  const membersOf = (className: string): Record<string, Member> => {
    const known = interfaces.get(className);
    if (!known) return {};
    const own = [...known.body.matchAll(/^ {4}(readonly )?"?([\w-]+)"?\??: (.+);$/gm)].map(
      ([, readonly, member = '', type = '']) => [member, { type, readOnly: readonly !== undefined }] as const,
    );
    return Object.assign({}, ...known.parents.map(membersOf), Object.fromEntries(own));
  };
  const wordsOf = (type: string): string[] => {
    const words = values[`Known${type}`];
    if (typeof words === 'object' && words !== null) return Object.values(words).map(String);
    const union = new RegExp(`^export (?:declare )?type ${type} = ((?:"[^"]*"(?: \\| )?)+);$`, 'm').exec(
      text,
    )?.[1];
    return union?.split(' | ').map((word) => word.slice(1, -1)) ?? [];
  };
  return { interfaces, membersOf, wordsOf };
}

interface Above {
  readonly path: readonly (string | 0)[];
  readonly above: readonly string[];
  readonly isReadOnly: boolean;
  readonly isInReadOnly: boolean;
}

class Walk implements Models {
  readonly #byClass: ReadonlyMap<string, MapperType>;
  readonly #declared: Declared;

  constructor(byClass: ReadonlyMap<string, MapperType>, types: Declared) {
    this.#byClass = byClass;
    this.#declared = types;
  }

  leaves(model: string): Leaf[] {
    return [...this.#object(model, [], [])];
  }

  members(model: string): KnownMember[] {
    return [...this.#known(model, { path: [], above: [], isReadOnly: false, isInReadOnly: false })];
  }

  *#known(model: string, at: Above): Generator<KnownMember> {
    const members = this.#byClass.get(model)?.modelProperties;
    if (!members) throw new Error(`no model ${model}`);
    const isReference = at.above.includes(model) || (at.above.length > 0 && members.id && members.location);
    for (const [name, mapper] of Object.entries(members)) {
      if (isReference && name !== 'id') continue;
      yield* this.#knownValue(mapper, {
        path: [...at.path, ...wireNames(mapper.serializedName ?? name)],
        above: [...at.above, model],
        isReadOnly: at.isReadOnly || mapper.readOnly === true,
        isInReadOnly: at.isReadOnly,
      });
    }
  }

  *#knownValue(mapper: Mapper, at: Above): Generator<KnownMember> {
    const { type } = mapper;
    const { above: _, ...place } = at;
    const { path } = place;
    if (type.name === 'Sequence' && type.element) {
      yield { ...place, right: [], wrong: 'no list' };
      yield* this.#knownValue(type.element, { ...at, path: [...path, 0] });
    } else if (type.name === 'Dictionary' && type.value) {
      yield { ...place, right: {}, wrong: 'no map' };
      yield* this.#knownValue(type.value, { ...at, path: [...path, 'key'] });
    } else if (type.name === 'Composite') {
      yield { ...place, right: {}, wrong: 'no object' };
      if (type.className) yield* this.#known(type.className, at);
    } else yield { ...place, right: valuesOf(mapper, [])[0], wrong: { no: 'scalar' } };
  }

  *#object(model: string, path: readonly (string | 0)[], above: readonly string[]): Generator<Leaf> {
    const members = this.#byClass.get(model)?.modelProperties;
    if (!members) throw new Error(`no model ${model}`);
    const declaredMembers = this.#declared.membersOf(model);
    // What has a location is a resource of its own: a body only refers to it.
    const isReference = above.length > 0 && members.id && members.location;
    for (const [name, mapper] of Object.entries(members)) {
      if (mapper.readOnly || mapper.isConstant || (isReference && name !== 'id')) continue;
      const words = this.#declared.wordsOf(declaredMembers[name]?.type.replace(/\[\]$/, '') ?? '');
      const inner = [...path, ...wireNames(mapper.serializedName ?? name)];
      yield* this.#value(mapper, { words, path: inner, above: [...above, model] });
    }
  }

  *#value(
    mapper: Mapper,
    at: {
      readonly words: readonly string[];
      readonly path: readonly (string | 0)[];
      readonly above: readonly string[];
    },
  ): Generator<Leaf> {
    const { type } = mapper;
    if (type.name === 'Sequence' && type.element) {
      yield* this.#value(type.element, { ...at, path: [...at.path, 0] });
    } else if (type.name === 'Dictionary' && type.value) {
      yield* this.#value(type.value, { ...at, path: [...at.path, 'key'] });
    } else if (type.name === 'Composite' && type.className) {
      // A model inside itself (a subnet's network's subnets) says nothing new.
      if (!at.above.includes(type.className)) yield* this.#object(type.className, at.path, at.above);
    } else yield { path: at.path, values: valuesOf(mapper, at.words) };
  }
}

/** `properties.addressSpace` is two members; a dot that belongs to a name is escaped. */
function wireNames(serialized: string): string[] {
  return serialized.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
}

function valuesOf({ type, constraints, defaultValue }: Mapper, words: readonly string[]): [Json, Json] {
  switch (type.name) {
    case 'Boolean':
      return [defaultValue !== true, defaultValue === true];
    case 'Number': {
      const least = typeof constraints?.InclusiveMinimum === 'number' ? constraints.InclusiveMinimum : 8;
      return [least + 1, least + 2];
    }
    case 'DateTime':
      return ['2030-01-02T03:04:05.000Z', '2031-01-02T03:04:05.000Z'];
    case 'ByteArray':
    case 'Uint8Array':
      return ['b25l', 'dHdv'];
    case 'Enum': {
      const [one = 'one', two = one] = type.allowedValues ?? [];
      return [one, two];
    }
    default: {
      const [one = 'one', two = words.length > 0 ? one : 'two'] = words;
      return [one, two];
    }
  }
}
