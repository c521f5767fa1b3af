import { createHash } from 'node:crypto';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { encodeJson, type JsonObject } from '../../base/index.ts';
import { typeOfDefinition } from '../../kinds/catalog.ts';
import { allBuiltinResources, builtinResources } from '../../kinds/index.ts';
import { SchemaCollector } from './builtin-schemas.ts';
import { addCustomResource } from './custom-schemas.ts';
import { type Dialect, openApi3, swagger2 } from './dialect.ts';
import { discoveryOperations, resourcesOf, versionInfo } from './discovery-operations.ts';
import { type Operation, rootOf, sharedDefinitions } from './operation.ts';
import { operationsOf } from './operations.ts';
import { paths2, paths3 } from './paths.ts';
import { SharedParameters } from './shared-parameters.ts';
import { encodedSwagger, type OpenApiV2 } from './swagger.ts';

const kubernetesInfo = { title: 'Kubernetes', version: '1.34' };
/** Of a group version that definitions alone bring. */
const customInfo = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };
const security = [{ BearerToken: [] }];
const bearer = {
  type: 'apiKey',
  description: 'Bearer Token authentication',
  name: 'authorization',
  in: 'header',
};

/** A document is made once for the same definitions; the first of them holds it. */
interface Kept<T> {
  readonly definitions: readonly ResourceDefinition[];
  readonly made: T;
}
const keptV3 = new WeakMap<ResourceDefinition, Kept<Uint8Array>>();
const keptV2 = new WeakMap<ResourceDefinition, Kept<OpenApiV2>>();

/** Documents of what tells which groups there are, by key. */
const keptDiscovery = new Map<string, Uint8Array>();

/**
 * The OpenAPI 3 document of one group version, `api/v1` or `apis/apps/v1`, or of what lists them (`apis`, `version`), as JSON. `definitions`
 * may hold other group versions: they are passed over. Made on first use and shared by all clusters that serve the same definitions.
 */
export function openApiV3(definitions: readonly ResourceDefinition[], groupVersion: string): Uint8Array {
  const kept = keptDiscovery.get(groupVersion);
  if (kept) return kept;
  const telling = discoveryOperations(builtinGroups()).get(groupVersion);
  if (telling) {
    const made = document3(telling, []);
    keptDiscovery.set(groupVersion, made);
    return made;
  }
  const own = definitions.filter((definition) => groupVersionPath(definition) === groupVersion);
  return keep(keptV3, own, () => makeV3(own));
}

/**
 * The index of OpenAPI 3 documents, `/openapi/v3`, with a hash in each URL that changes when the document does. `elsewhere`
 * are entries that others made.
 */
export function openApiV3Index(
  definitions: readonly ResourceDefinition[],
  elsewhere: JsonObject = {},
): Uint8Array {
  const paths: JsonObject = {};
  const telling = discoveryOperations(builtinGroups()).keys();
  for (const groupVersion of [...new Set([...telling, ...definitions.map(groupVersionPath)])].sort()) {
    const hash = openApiV3Hash(definitions, groupVersion);
    paths[groupVersion] = { serverRelativeURL: `/openapi/v3/${groupVersion}?hash=${hash}` };
  }
  return encodeJson({ paths: { ...paths, ...elsewhere } });
}

/** Whether there is such a document besides those of group versions. */
export function tellsOfGroups(key: string): boolean {
  return discoveryOperations(builtinGroups()).has(key);
}

const hashes = new WeakMap<Uint8Array, string>();

/** The hash of a group version's document: a strong ETag, upper-case hex. */
export function openApiV3Hash(definitions: readonly ResourceDefinition[], groupVersion: string): string {
  const document = openApiV3(definitions, groupVersion);
  const known = hashes.get(document);
  if (known) return known;
  const hash = createHash('sha512').update(document).digest('hex').toUpperCase();
  hashes.set(document, hash);
  return hash;
}

/** The Swagger 2.0 document of all definitions. */
export function openApiV2(definitions: readonly ResourceDefinition[]): OpenApiV2 {
  return keep(keptV2, definitions, () => makeV2(definitions));
}

/** `api/v1` for the core group, else `apis/{group}/{version}`. */
export function groupVersionPath({ group, version }: ResourceDefinition): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function keep<T>(
  kept: WeakMap<ResourceDefinition, Kept<T>>,
  definitions: readonly ResourceDefinition[],
  make: () => T,
): T {
  const [first] = definitions;
  if (!first) return make();
  const known = kept.get(first);
  const isSame = known?.definitions.length === definitions.length;
  if (known && isSame && known.definitions.every((other, i) => other === definitions[i])) return known.made;
  const made = make();
  kept.set(first, { definitions, made });
  return made;
}

function makeV3(definitions: readonly ResourceDefinition[]): Uint8Array {
  const operations = definitions.flatMap(operationsOf);
  const builtin = definitions.find(isBuiltin);
  if (!builtin) return document3(operations, definitions, customInfo);
  return document3([resourcesOf(builtin.group, builtin.version), ...operations], definitions);
}

function document3(
  operations: readonly Operation[],
  definitions: readonly ResourceDefinition[],
  info: JsonObject = kubernetesInfo,
): Uint8Array {
  const schemas = sorted(collect(operations, definitions, openApi3).definitions);
  return encodeJson({
    openapi: '3.0.0',
    info,
    paths: paths3(operations, openApi3),
    components: info === customInfo ? { schemas } : { schemas, securitySchemes: { BearerToken: bearer } },
  });
}

function makeV2(definitions: readonly ResourceDefinition[]): OpenApiV2 {
  const groupVersions = new Map(definitions.filter(isBuiltin).map((each) => [rootOf(each), each]));
  const operations = [
    ...[...discoveryOperations(builtinGroups()).values()].flat(),
    ...[...groupVersions.values()].map(({ group, version }) => resourcesOf(group, version)),
    ...definitions.flatMap(operationsOf),
  ];
  const collector = collect(operations, definitions, swagger2);
  const parameters = new SharedParameters();
  const paths = paths2(operations, swagger2, parameters);
  const document = {
    swagger: '2.0',
    info: kubernetesInfo,
    paths,
    definitions: sorted(collector.definitions),
    parameters: sorted(parameters.shared),
    securityDefinitions: { BearerToken: bearer },
    security,
  };
  return encodedSwagger(document);
}

/** What operations are sent and answer, with all that it refers to. */
function collect(
  operations: readonly Operation[],
  definitions: readonly ResourceDefinition[],
  dialect: Dialect,
): SchemaCollector {
  const collector = new SchemaCollector(dialect);
  for (const definition of definitions) if (!isBuiltin(definition)) addCustomResource(collector, definition);
  for (const { body, answer } of operations) {
    for (const name of [body?.definition, answer]) {
      if (name !== undefined) addDefinition(collector, name);
    }
  }
  return collector;
}

/** What `/version` answers. */
const version: JsonObject = {
  type: 'object',
  required: [
    'major',
    'minor',
    'gitVersion',
    'gitCommit',
    'gitTreeState',
    'buildDate',
    'goVersion',
    'compiler',
    'platform',
  ],
  properties: Object.fromEntries(
    [
      'buildDate',
      'compiler',
      'emulationMajor',
      'emulationMinor',
      'gitCommit',
      'gitTreeState',
      'gitVersion',
      'goVersion',
      'major',
      'minCompatibilityMajor',
      'minCompatibilityMinor',
      'minor',
      'platform',
    ].map((name) => [name, { type: 'string' }]),
  ),
};

function addDefinition(collector: SchemaCollector, name: string): void {
  const type = typeOfDefinition(name);
  if (name === sharedDefinitions.patch) collector.definitions[name] = { type: 'object' };
  else if (name === versionInfo) collector.definitions[name] = version;
  else if (type !== undefined) collector.add(type);
}

let groupsKnown: readonly string[] | undefined;

function builtinGroups(): readonly string[] {
  groupsKnown ??= [...new Set(builtinResources().map(({ group }) => group))];
  return groupsKnown;
}

let builtinKinds: ReadonlySet<string> | undefined;

/** Built-in kinds keep their types' schemas even when a definition was wrapped with rules of its own. */
function isBuiltin({ group, version, kind }: ResourceDefinition): boolean {
  builtinKinds ??= new Set(
    allBuiltinResources().map(({ definition: other }) => `${other.group}/${other.version}/${other.kind}`),
  );
  return builtinKinds.has(`${group}/${version}/${kind}`);
}

function sorted(definitions: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}
