import { createHash } from 'node:crypto';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { encodeJson, type JsonObject } from '../../base/index.ts';
import { typeFacts, typeNameIn } from '../../kinds/catalog.ts';
import { builtinResources } from '../../kinds/index.ts';
import { SchemaCollector } from './builtin-schemas.ts';
import { addCustomResource } from './custom-schemas.ts';
import { type Dialect, openApi3, swagger2 } from './dialect.ts';
import { operationsOf } from './operations.ts';
import { pathsObject, sharedDefinitions } from './paths.ts';
import { encodedSwagger, type OpenApiV2 } from './swagger.ts';

const info = { title: 'Kubernetes', version: '1.34' };
const security = [{ BearerToken: [] }];
const bearer = { type: 'apiKey', name: 'authorization', in: 'header' };

/** A document is made once for the same definitions; the first of them holds it. */
interface Kept<T> {
  readonly definitions: readonly ResourceDefinition[];
  readonly made: T;
}
const keptV3 = new WeakMap<ResourceDefinition, Kept<Uint8Array>>();
const keptV2 = new WeakMap<ResourceDefinition, Kept<OpenApiV2>>();

/**
 * The OpenAPI 3 document of one group version, `api/v1` or `apis/apps/v1`, as JSON. `definitions` may hold other group versions: they are
 * passed over. Made on first use and shared by all clusters that serve the same definitions.
 */
export function openApiV3(definitions: readonly ResourceDefinition[], groupVersion: string): Uint8Array {
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
  for (const groupVersion of [...new Set(definitions.map(groupVersionPath))].sort()) {
    const hash = openApiV3Hash(definitions, groupVersion);
    paths[groupVersion] = { serverRelativeURL: `/openapi/v3/${groupVersion}?hash=${hash}` };
  }
  return encodeJson({ paths: { ...paths, ...elsewhere } });
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
  const collector = collect(definitions, openApi3);
  return encodeJson({
    openapi: '3.0.0',
    info,
    paths: pathsObject(definitions.flatMap(operationsOf), openApi3),
    components: { schemas: sorted(collector.definitions), securitySchemes: { BearerToken: bearer } },
    security,
  });
}

function makeV2(definitions: readonly ResourceDefinition[]): OpenApiV2 {
  const collector = collect(definitions, swagger2);
  const document = {
    swagger: '2.0',
    info,
    paths: pathsObject(definitions.flatMap(operationsOf), swagger2),
    definitions: sorted(collector.definitions),
    securityDefinitions: { BearerToken: bearer },
    security,
  };
  return encodedSwagger(document);
}

function collect(definitions: readonly ResourceDefinition[], dialect: Dialect): SchemaCollector {
  const collector = new SchemaCollector(dialect);
  for (const definition of definitions) {
    if (!isBuiltin(definition)) {
      addCustomResource(collector, definition);
      continue;
    }
    const { group, version, kind } = definition;
    addType(collector, typeNameIn(group, version, kind));
    addType(collector, `${typeNameIn(group, version, kind)}List`);
    for (const subresource of Object.values(definition.subresources)) {
      const { group: bodyGroup = '', version: bodyVersion = '', kind: bodyKind = '' } = subresource;
      addType(collector, typeNameIn(bodyGroup, bodyVersion, bodyKind));
    }
  }
  addType(collector, 'meta.v1.Status');
  addType(collector, 'meta.v1.DeleteOptions');
  // Subresources of custom resources scale as built-in ones do.
  addType(collector, 'autoscaling.v1.Scale');
  collector.definitions[sharedDefinitions.patch] = { type: 'object' };
  return collector;
}

function addType(collector: SchemaCollector, type: string): void {
  if (typeFacts(type)) collector.add(type);
}

let builtinKinds: ReadonlySet<string> | undefined;

/** Built-in kinds keep their types' schemas even when a definition was wrapped with rules of its own. */
function isBuiltin({ group, version, kind }: ResourceDefinition): boolean {
  builtinKinds ??= new Set(
    builtinResources().map((other) => `${other.group}/${other.version}/${other.kind}`),
  );
  return builtinKinds.has(`${group}/${version}/${kind}`);
}

function sorted(definitions: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}
