/** What a request is about, read from its method and path alone. */
export type RequestInfo = ResourceRequest | PathRequest;

export interface ResourceRequest {
  readonly kind: 'resource';
  /** get, list, watch, create, update, patch, delete or deletecollection. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** What follows the subresource, for proxies. */
  readonly rest: string;
}

export interface PathRequest {
  readonly kind: 'path';
  /** The method in lower case. */
  readonly verb: string;
  readonly path: string;
}

/** Namespaces have subresources of their own: `namespaces/x/status` is not a resource `status` in x. */
const namespaceSubresources = new Set(['status', 'finalize']);

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
};

/** Reads `/api/v1/namespaces/n/pods/p/log` and its relatives; whatever is no resource is a path. */
export function readRequestInfo(method: string, path: string, watch: boolean): RequestInfo {
  const parts = decodeSegments(path);
  const prefix = parts[0];
  const core = prefix === 'api';
  const rootLength = core ? 2 : 3;
  if ((!core && prefix !== 'apis') || parts.length <= rootLength) {
    return { kind: 'path', verb: method.toLowerCase(), path };
  }
  const [group, version] = core ? ['', parts[1] ?? ''] : [parts[1] ?? '', parts[2] ?? ''];
  let rest = parts.slice(rootLength);
  let watching = watch;
  if (rest[0] === 'watch' && rest.length > 1) {
    watching = true;
    rest = rest.slice(1);
  }
  const place = readPlace(rest);
  return { kind: 'resource', verb: verbOf(method, place.name, watching), group, version, ...place };
}

function verbOf(method: string, name: string, watching: boolean): string {
  const verb = verbOfMethod[method] ?? method.toLowerCase();
  if (verb === 'get' && watching) return 'watch';
  if (name !== '') return verb;
  if (verb === 'get') return 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

type Place = Pick<ResourceRequest, 'namespace' | 'resource' | 'name' | 'subresource' | 'rest'>;

function readPlace(parts: readonly string[]): Place {
  const [first = '', second = '', third = ''] = parts;
  const inNamespace = first === 'namespaces' && third !== '' && !namespaceSubresources.has(third);
  if (inNamespace) return place(second, parts.slice(2));
  if (first === 'namespaces') return place(second, parts);
  return place('', parts);
}

function place(namespace: string, parts: readonly string[]): Place {
  const [resource = '', name = '', subresource = '', ...rest] = parts;
  return { namespace, resource, name, subresource, rest: rest.join('/') };
}

function decodeSegments(path: string): string[] {
  const parts = path.split('/');
  if (parts[0] === '') parts.shift();
  if (parts.at(-1) === '') parts.pop();
  return path.includes('%') ? parts.map(decodeSegment) : parts;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
