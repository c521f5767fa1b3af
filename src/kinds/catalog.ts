import { readFileSync } from 'node:fs';
import type { Json } from '../base/index.ts';

/**
 * The built-in types as data. Each file under `data/` holds the types of one API package; a field is one line of words:
 *
 *     "containers": "[]Container!+ 2 map(name) patch:merge(name)"
 *
 * The first word is the type: `[]` list of, `{}` map of, then a scalar or a type of this or another package; after it
 * `!` required in OpenAPI, `*` a Go pointer (absent differs from zero), `+` written even when empty. Then come the
 * protobuf number (`2.7` is number 7 in the message that stands at number 2), list or map type with its keys, patch strategies
 * with their merge key, `=` default as JSON, `enum(...)`, `as:` the type's
 * name in Go where it has one of its own. The member `$` says that the type as a whole is an atomic map.
 */
export interface FieldFacts {
  readonly name: string;
  readonly type: TypeRef;
  readonly required: boolean;
  readonly pointer: boolean;
  readonly alwaysWritten: boolean;
  /** Field numbers from the outer message to the one that holds the value; empty: not in protobuf. */
  readonly protoPath: readonly number[];
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'granular' | 'atomic' | undefined;
  readonly patchStrategy: readonly PatchStrategy[];
  readonly patchMergeKey: string | undefined;
  readonly default: Json | undefined;
  readonly enum: readonly string[] | undefined;
  /** E.g. `v1.RestartPolicy`, `[]v1.IPFamily`; what refusals of a value call it. */
  readonly goName: string | undefined;
}

export type PatchStrategy = 'merge' | 'replace' | 'retainKeys';

export type TypeRef =
  | { readonly is: 'list'; readonly of: TypeRef }
  | { readonly is: 'map'; readonly of: TypeRef }
  | { readonly is: 'scalar'; readonly scalar: Scalar }
  | { readonly is: 'object'; readonly name: string };

export const scalars = [
  'string',
  'int32',
  'int64',
  'bool',
  'bytes',
  'double',
  'Time',
  'MicroTime',
  'Quantity',
  'IntOrString',
  'RawExtension',
  'FieldsV1',
  'JSON',
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
] as const;

/** Leaf types: the JSON scalars, and the types whose JSON form is not that of a Go struct. */
export type Scalar = (typeof scalars)[number];

export interface TypeFacts {
  /** E.g. `core.v1.Pod`. */
  readonly name: string;
  /** E.g. `Pod`. */
  readonly shortName: string;
  /** E.g. `io.k8s.api.core.v1.Pod`. */
  readonly definitionName: string;
  readonly group: string;
  readonly version: string;
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, FieldFacts>;
}

interface PackageData {
  readonly prefix: string;
  readonly group: string;
  readonly version: string;
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Packages in the order in which they are looked through; files of the same names lie in `data/`. */
export const packages = [
  'core.v1',
  'meta.v1',
  'apps.v1',
  'batch.v1',
  'autoscaling.v1',
  'autoscaling.v2',
  'policy.v1',
  'rbac.v1',
  'networking.v1',
  'storage.v1',
  'coordination.v1',
  'discovery.v1',
  'events.v1',
  'admissionregistration.v1',
  'admissionregistration.v1beta1',
  'admissionregistration.v1alpha1',
  'apiextensions.v1',
  'apiregistration.v1',
  'authentication.v1',
  'authorization.v1',
  'certificates.v1',
  'flowcontrol.v1',
  'node.v1',
  'resource.v1',
  'scheduling.v1',
] as const;

const packageOfGroup: Readonly<Record<string, string>> = {
  '': 'core',
  apps: 'apps',
  batch: 'batch',
  autoscaling: 'autoscaling',
  policy: 'policy',
  'rbac.authorization.k8s.io': 'rbac',
  'networking.k8s.io': 'networking',
  'storage.k8s.io': 'storage',
  'coordination.k8s.io': 'coordination',
  'discovery.k8s.io': 'discovery',
  'events.k8s.io': 'events',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apiextensions.k8s.io': 'apiextensions',
  'apiregistration.k8s.io': 'apiregistration',
  'authentication.k8s.io': 'authentication',
  'authorization.k8s.io': 'authorization',
  'certificates.k8s.io': 'certificates',
  'flowcontrol.apiserver.k8s.io': 'flowcontrol',
  'node.k8s.io': 'node',
  'resource.k8s.io': 'resource',
  'scheduling.k8s.io': 'scheduling',
  'meta.k8s.io': 'meta',
};

/** Of what there is; names that callers made up are not kept. */
const packageData = new Map<string, PackageData>();
const types = new Map<string, TypeFacts>();

/** Reads one of the data files next to this one. */
function readData(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`data/${name}.json`, import.meta.url), 'utf8'));
}

/** The type called e.g. `core.v1.Pod`, or undefined. Its file is read on first use. */
export function typeFacts(name: string): TypeFacts | undefined {
  const read = types.get(name);
  if (read) return read;
  const dot = name.lastIndexOf('.');
  const home = readPackage(name.slice(0, dot));
  const shortName = name.slice(dot + 1);
  const lines = home && Object.hasOwn(home.types, shortName) ? home.types[shortName] : undefined;
  if (!home || !lines) return undefined;
  const facts = parseType({ home, name, shortName, lines });
  types.set(name, facts);
  return facts;
}

/** Like `typeFacts`, for names that the data itself mentions. */
export function requireType(name: string): TypeFacts {
  const facts = typeFacts(name);
  if (!facts) throw new Error(`no built-in type ${name}`);
  return facts;
}

/** The name (`core.v1.Pod`) of a built-in group/version/kind, or undefined. */
export function typeNameOf(group: string, version: string, kind: string): string | undefined {
  const home = Object.hasOwn(packageOfGroup, group) ? packageOfGroup[group] : undefined;
  const name = home && `${home}.${version}.${kind}`;
  return name && typeFacts(name) ? name : undefined;
}

/** The name that a built-in group/version/kind has, without looking whether there is one. */
export function typeNameIn(group: string, version: string, kind: string): string {
  return `${packageOfGroup[group] ?? group}.${version}.${kind}`;
}

const prefixesElsewhere: Readonly<Record<string, string>> = {
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
};

/** What OpenAPI definition names of a group version begin with, e.g. `io.k8s.api.apps.v1`. */
export function packagePrefixOf(group: string, version: string): string {
  const home = packageOfGroup[group] ?? group;
  return `${prefixesElsewhere[home] ?? `io.k8s.api.${home}`}.${version}`;
}

/** The type (`core.v1.Pod`) that an OpenAPI definition is of, or undefined. */
export function typeOfDefinition(definitionName: string): string | undefined {
  const name = definitionName.split('.').slice(-3).join('.');
  return typeFacts(name)?.definitionName === definitionName ? name : undefined;
}

/** Names of all types of a package, e.g. `core.v1`. */
export function typeNames(home: string): readonly string[] {
  return Object.keys(readPackage(home)?.types ?? {}).map((shortName) => `${home}.${shortName}`);
}

function readPackage(name: string): PackageData | undefined {
  const read = packageData.get(name);
  if (read || !packages.some((other) => other === name)) return read;
  // The files are ours and checked by a test: their shape is known.
  const data = readData(name) as PackageData;
  packageData.set(name, data);
  return data;
}

interface TypeSource {
  readonly home: PackageData;
  readonly name: string;
  readonly shortName: string;
  readonly lines: Readonly<Record<string, string>>;
}

function parseType({ home, name, shortName, lines }: TypeSource): TypeFacts {
  const homeName = name.slice(0, name.lastIndexOf('.'));
  const fields = new Map<string, FieldFacts>();
  for (const [field, line] of Object.entries(lines)) {
    if (field !== '$') fields.set(field, parseField(field, line, homeName));
  }
  return {
    name,
    shortName,
    definitionName: `${home.prefix}.${shortName}`,
    group: home.group,
    version: home.version,
    atomic: lines['$'] === 'atomic',
    fields,
  };
}

function parseField(name: string, line: string, home: string): FieldFacts {
  const [head = '', ...words] = line.split(' ');
  const typeText = head.replace(/[!*+]+$/, '');
  const marks = head.slice(typeText.length);
  const type = parseTypeRef(typeText, home);
  const number = words.find((word) => /^[\d.]+$/.test(word));
  const structure = words.find((word) => /^(atomic|set|map\(|granular)/.test(word));
  const patches = words.filter((word) => word.startsWith('patch:')).map((word) => word.slice(6));
  const fallback = words.find((word) => word.startsWith('='));
  return {
    name,
    type,
    required: marks.includes('!'),
    pointer: marks.includes('*'),
    alwaysWritten: marks.includes('+'),
    protoPath: number ? number.split('.').map(Number) : [],
    listType: type.is === 'list' && structure ? listTypeOf(structure) : undefined,
    listMapKeys: structure?.startsWith('map(') ? structure.slice(4, -1).split(',') : [],
    mapType: type.is === 'map' || type.is === 'object' ? mapTypeOf(structure) : undefined,
    patchStrategy: patches.map(patchStrategyOf),
    patchMergeKey: patches.find((patch) => patch.startsWith('merge('))?.slice(6, -1),
    default: fallback === undefined ? undefined : JSON.parse(fallback.slice(1)),
    enum: words
      .find((word) => word.startsWith('enum('))
      ?.slice(5, -1)
      .split('|'),
    goName: words.find((word) => word.startsWith('as:'))?.slice(3),
  };
}

function parseTypeRef(text: string, home: string): TypeRef {
  if (text.startsWith('[]')) return { is: 'list', of: parseTypeRef(text.slice(2), home) };
  if (text.startsWith('{}')) return { is: 'map', of: parseTypeRef(text.slice(2), home) };
  const scalar = scalars.find((name) => name === text);
  if (scalar) return { is: 'scalar', scalar };
  return { is: 'object', name: text.includes('.') ? text : `${home}.${text}` };
}

function listTypeOf(word: string): 'atomic' | 'set' | 'map' {
  return word === 'atomic' || word === 'set' ? word : 'map';
}

function mapTypeOf(word: string | undefined): 'granular' | 'atomic' | undefined {
  return word === 'granular' || word === 'atomic' ? word : undefined;
}

function patchStrategyOf(word: string): PatchStrategy {
  if (word === 'replace' || word === 'retainKeys') return word;
  return 'merge';
}
