import { parseFieldSelector } from '../../apimachinery/selectors/fields.ts';
import { badRequest } from '../../apimachinery/status.ts';
import { readFlag } from './options.ts';

/** What a request is about, read from its method, path and query alone. */
export type RequestInfo = ResourceRequest | PathRequest;

export interface ResourceRequest {
  readonly kind: 'resource';
  readonly method: string;
  /** get, list, watch, create, update, patch, delete or deletecollection; '' for methods that mean nothing here. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Where the question is asked: a path to a Namespace itself has its name here too. */
  readonly namespace: string;
  /** The name in the path, or the only one that the selector of a list or watch lets through. */
  readonly name: string;
  readonly form: PathForm;
  /** What follows the subresource, for proxies. */
  readonly rest: string;
}

/** What the path says by its form, whatever resource it leads to. */
export interface PathForm {
  /** The resource stands below `namespaces/{namespace}`. */
  readonly inNamespace: boolean;
  /** An object is named in the path. */
  readonly named: boolean;
  /** The verb stands before the resource, as in `/api/v1/watch/pods`. */
  readonly verbFirst: boolean;
}

export interface PathRequest {
  readonly kind: 'path';
  /** The method in lower case. */
  readonly verb: string;
  readonly path: string;
}

/** What is read of an HTTP request. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly query: URLSearchParams;
}

/** Namespaces have subresources of their own: `namespaces/x/status` is not a resource `status` in x. */
const namespaceSubresources = new Set(['status', 'finalize']);
/** Verbs that may stand before the resource. */
const leadingVerbs = new Set(['watch', 'proxy']);

const verbOfMethod: Readonly<Record<string, string | undefined>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
};

/**
 * Reads `/api/v1/namespaces/n/pods/p/log` and its relatives; whatever is no resource is a path. An escaped slash
 * separates like any other, as in the real server. Throws 400 for escapes that cannot be read.
 */
export function readRequestInfo(request: RequestLine): RequestInfo {
  const { method, path } = request;
  const parts = segmentsOf(path);
  const prefix = parts[0];
  const core = prefix === 'api';
  const rootLength = core ? 2 : 3;
  if ((!core && prefix !== 'apis') || parts.length <= rootLength) {
    return { kind: 'path', verb: method.toLowerCase(), path };
  }
  const first = parts[rootLength] ?? '';
  const verbFirst = parts.length > rootLength + 1 && leadingVerbs.has(first);
  const verb = verbFirst ? first : (verbOfMethod[method] ?? '');
  const start = verbFirst ? rootLength + 1 : rootLength;
  const inNamespace = isInNamespace(parts, start);
  const namespace = parts[start] === 'namespaces' ? (parts[start + 1] ?? '') : '';
  const at = inNamespace ? start + 2 : start;
  const name = parts[at + 1] ?? '';
  const info: ResourceRequest = {
    kind: 'resource',
    method,
    verb,
    group: core ? '' : (parts[1] ?? ''),
    version: (core ? parts[1] : parts[2]) ?? '',
    resource: parts[at] ?? '',
    subresource: parts[at + 2] ?? '',
    namespace,
    name,
    form: { inNamespace, named: name !== '', verbFirst },
    rest: parts.length > at + 3 ? parts.slice(at + 3).join('/') : '',
  };
  return name === '' ? aboutMany(info, request) : info;
}

/** True for the path of something below `namespaces/{namespace}`. */
function isInNamespace(parts: readonly string[], start: number): boolean {
  const below = parts[start + 2];
  return parts[start] === 'namespaces' && below !== undefined && !namespaceSubresources.has(below);
}

/** Without a name in the path a read or delete is about a collection. */
function aboutMany(info: ResourceRequest, { rawQuery, query }: RequestLine): ResourceRequest {
  if (info.verb === 'delete') return { ...info, verb: 'deletecollection' };
  if (info.verb !== 'get') return info;
  if (rawQuery === '') return { ...info, verb: 'list' };
  const verb = readFlag(query, 'watch') === true ? 'watch' : 'list';
  return { ...info, verb, name: selectedName(query.get('fieldSelector') ?? '') };
}

/** A list or watch that can only show one object is a question about that object: its name, or ''. */
export function selectedName(fieldSelector: string): string {
  if (!fieldSelector.includes('metadata.name')) return '';
  try {
    const selected = parseFieldSelector(fieldSelector).find(
      ({ path, equal }) => equal && path === 'metadata.name',
    );
    return selected && isPathSegment(selected.value) ? selected.value : '';
  } catch {
    // The verb refuses it with the reason.
    return '';
  }
}

function isPathSegment(name: string): boolean {
  return name !== '.' && name !== '..' && !/[/%]/.test(name);
}

/** The whole path is unescaped before it is split: what is asked of the authorizer and what is acted on are one. */
function segmentsOf(path: string): string[] {
  const text = path.includes('%') ? unescaped(path) : path;
  let end = text.length;
  while (end > 1 && text[end - 1] === '/') end--;
  // After a second slash at the beginning the first segment is empty, which makes it another path.
  return text.slice(1, end).split('/');
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`the path ${JSON.stringify(path)} holds an escape that cannot be read`);
  }
}
