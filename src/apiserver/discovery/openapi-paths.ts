import { createHash } from 'node:crypto';
import type { JsonObject } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import {
  mergedSwagger,
  type OpenApiV2,
  openApiV2,
  openApiV3,
  openApiV3Hash,
  openApiV3Index,
  tellsOfGroups,
} from '../openapi/index.ts';
import { acceptClauses } from '../request/accept.ts';
import type { ResourceRegistry } from './registry.ts';

const protobufTypes = new Set([
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
]);

/** Swagger documents kept in the process: clusters with the same custom resources share one. */
const keptSwagger = 4;
let swagger: { readonly names: string; readonly document: OpenApiV2; readonly etag: string }[] = [];

/** `/openapi/v2`, `/openapi/v3` and its documents. Undefined: no such path. */
export function openApiPath(request: HttpRequest, resources: ResourceRegistry): HttpResponse | undefined {
  const { path } = request;
  if (path === '/openapi/v2') return swaggerDocument(request, resources);
  const definitions = () => resources.all().map(({ definition }) => definition);
  if (path === '/openapi/v3' || path === '/openapi/v3/') {
    return json(openApiV3Index(definitions(), ofElsewhere(resources)));
  }
  if (!path.startsWith('/openapi/v3/')) return undefined;
  const groupVersion = path.slice('/openapi/v3/'.length);
  const [root, ...rest] = groupVersion.split('/');
  const [group = '', version = ''] = root === 'api' ? ['', rest[0] ?? ''] : rest;
  if (!tellsOfGroups(groupVersion) && !resources.hasGroup(group, version)) return { status: 404 };
  return groupDocument(request, groupVersion, definitions());
}

function groupDocument(
  request: HttpRequest,
  groupVersion: string,
  definitions: Parameters<typeof openApiV3>[0],
): HttpResponse {
  const hash = openApiV3Hash(definitions, groupVersion);
  const etag = `"${hash}"`;
  const asked = request.query.get('hash');
  if (asked !== null && asked !== '' && asked !== hash) {
    return { status: 301, headers: { location: `/openapi/v3/${groupVersion}?hash=${hash}` } };
  }
  if (request.header('if-none-match') === etag) return { status: 304, headers: { etag } };
  // With the right hash in its URL a document never changes.
  const caching = asked === hash ? { 'cache-control': 'public, immutable' } : {};
  return json(openApiV3(definitions, groupVersion), { etag, vary: 'Accept', ...caching });
}

function swaggerDocument(request: HttpRequest, resources: ResourceRegistry): HttpResponse {
  const { document, etag } = swaggerOf(resources);
  if (request.header('if-none-match') === etag) return { status: 304, headers: { etag } };
  const clauses = acceptClauses(request.header('accept') ?? '');
  const [first] = clauses.filter(
    ({ type }) => protobufTypes.has(type) || type === 'application/json' || type === '*/*',
  );
  const headers = { etag, vary: 'Accept' };
  if (!first || !protobufTypes.has(first.type)) return json(document.json, headers);
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body: document.protobuf,
  };
}

/** Entries of the index for what services elsewhere serve. */
function ofElsewhere(resources: ResourceRegistry): JsonObject {
  return Object.assign({}, ...resources.elsewhere().map(({ openApiV3: entries }) => entries));
}

/** With what services elsewhere serve: one for each registry and what it says, made when it is asked for. */
const mergedBefore = new WeakMap<
  ResourceRegistry,
  { readonly generation: number; readonly made: (typeof swagger)[number] }
>();

function swaggerOf(resources: ResourceRegistry): (typeof swagger)[number] {
  const local = localSwagger(resources);
  const parts = resources.elsewhere().flatMap(({ swagger: part }) => (part ? [part] : []));
  if (parts.length === 0) return local;
  const { generation } = resources;
  const known = mergedBefore.get(resources);
  if (known?.generation === generation) return known.made;
  const made = kept('', mergedSwagger(local.document, parts));
  mergedBefore.set(resources, { generation, made });
  return made;
}

function kept(names: string, document: OpenApiV2): (typeof swagger)[number] {
  const etag = `"${createHash('sha512').update(document.json).digest('hex').toUpperCase()}"`;
  return { names, document, etag };
}

function localSwagger(resources: ResourceRegistry): (typeof swagger)[number] {
  // Equal definitions are the very same objects in all clusters: their number stands for their content.
  const names = resources.custom().map(definitionNumber).sort().join(' ');
  const known = swagger.find((each) => each.names === names);
  if (known) return known;
  const made = kept(names, openApiV2(resources.all().map(({ definition }) => definition)));
  swagger = [made, ...swagger].slice(0, keptSwagger);
  return made;
}

const numbers = new WeakMap<object, number>();
let lastNumber = 0;

function definitionNumber({ definition }: { readonly definition: object }): number {
  const known = numbers.get(definition);
  if (known !== undefined) return known;
  numbers.set(definition, ++lastNumber);
  return lastNumber;
}

function json(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body };
}
