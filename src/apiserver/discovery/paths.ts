import {
  methodNotAllowed,
  notAcceptable,
  PageNotFound,
  resourceNotServed,
} from '../../apimachinery/status.ts';
import { encodeJson, type JsonObject } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import { acceptClauses, checkRoutable, notRoutable } from '../request/accept.ts';
import type { Discovery, Document } from './documents.ts';

/** What answers paths outside the resource model. */
export interface PathParts {
  readonly discovery: Discovery;
  readonly version: VersionInfo;
}

export interface VersionInfo {
  /** E.g. `1.33.4`. */
  readonly display: string;
}

/**
 * Documents that are read only refuse other methods, and media types that they are not made of; lists of groups take
 * any method, as in the real server. Undefined: go on. Throws 405 and 406.
 */
export function refusedMethod(request: HttpRequest, { discovery }: PathParts): undefined {
  const { method, path } = request;
  const [root, group = '', version] = path.replace(/\/$/, '').split('/').slice(1);
  const isBuiltIn = root === 'api' || discovery.isBuiltInGroup(group);
  const isVersion = (root === 'api' && version === undefined) || (root === 'apis' && version !== undefined);
  const readOnly = root === 'version' || (isVersion && isBuiltIn);
  if (readOnly && method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
  if (root === 'version') checkVersionAccept(request.header('accept'));
  if (!isVersion && root !== 'apis') return;
  const accept = request.header('accept');
  if (isVersion && group !== '' && isBuiltIn) checkRoutable(accept, false);
  if (isVersion && group === '') return;
  const aggregated = group === '' && aggregatedVersion(accept) !== undefined;
  if (!aggregated && !takesDocument(accept)) throw notAcceptable(documentTypes);
}

/** The version is told in JSON alone. */
function checkVersionAccept(accept: string | undefined): void {
  if (accept === undefined || accept === '') return;
  const types = accept.split(',').map((clause) => (clause.split(';')[0] ?? '').trim());
  if (types.some((type) => type === '*/*' || type === 'application/json')) return;
  throw notRoutable(['application/json']);
}

const documentTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

function takesDocument(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  return acceptClauses(accept).some(
    ({ type, parameters }) =>
      !parameters.has('as') && (type === '*/*' || type === 'application/*' || documentTypes.includes(type)),
  );
}

/** Answers discovery and version. Undefined: no such path. */
export function answerPath(request: HttpRequest, parts: PathParts): HttpResponse | undefined {
  const path =
    request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  switch (path) {
    case '/':
      return json({ paths: rootPaths(parts) });
    case '/version':
      return json(versionDocument(parts.version));
    case '/api':
    case '/apis':
      return roots(request, path === '/api', parts.discovery);
    default:
      return groupPath(path.split('/').slice(1), parts.discovery);
  }
}

function rootPaths({ discovery }: PathParts): string[] {
  const groups = discovery.groupVersions();
  const names = [...new Set(groups.map(({ group }) => group))].filter((name) => name !== '');
  const paths = [
    '/.well-known/openid-configuration',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    ...names.map((name) => `/apis/${name}`),
    ...groups.filter(({ group }) => group !== '').map(({ group, version }) => `/apis/${group}/${version}`),
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/openid/v1/jwks',
    '/readyz',
    '/version',
  ];
  return paths.sort();
}

/** The document of `/version`. */
export function versionDocument({ display }: VersionInfo) {
  const [major = '1', minor = ''] = display.split('.');
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${display}`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2025-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'node',
    platform: 'linux/amd64',
  };
}

function roots(request: HttpRequest, core: boolean, discovery: Discovery): HttpResponse {
  const version = aggregatedVersion(request.header('accept'));
  if (version) {
    const document = discovery.aggregated(core ? 'core' : 'others', version);
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    return cachable(request, document, type);
  }
  if (!core) return cachable(request, discovery.groupList(), 'application/json');
  return json({
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: request.connection.host }],
  });
}

/** The first clause of an `Accept` header that is served decides. */
function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of acceptClauses(accept ?? '')) {
    if (type !== 'application/json') continue;
    const version = parameters.get('v') ?? '';
    if (!parameters.has('as')) return undefined;
    const aggregated =
      parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
    if (aggregated && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}

function cachable(request: HttpRequest, { bytes, etag }: Document, type: string): HttpResponse {
  const headers = { 'content-type': type, etag, vary: 'Accept', 'cache-control': 'public' };
  if (request.header('if-none-match') === etag) return { status: 304, headers: { etag, vary: 'Accept' } };
  return { status: 200, headers, body: bytes };
}

function groupPath(
  [root, group = '', version, ...rest]: string[],
  discovery: Discovery,
): HttpResponse | undefined {
  if (root === 'version') throw resourceNotServed();
  if (root === 'api' && version === undefined) return bytes(discovery.resourceList('', group));
  if (root !== 'apis' || rest.length > 0) return undefined;
  if (version === undefined) {
    const document = discovery.group(group);
    if (!document) throw new PageNotFound();
    return bytes(document.bytes);
  }
  if (!discovery.isBuiltInGroup(group) && !discovery.resourceList(group, version)) throw new PageNotFound();
  return bytes(discovery.resourceList(group, version));
}

function bytes(body: Uint8Array | undefined): HttpResponse {
  if (!body) throw resourceNotServed();
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function json(value: JsonObject): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: encodeJson(value) };
}
