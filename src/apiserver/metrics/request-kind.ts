import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { HttpRequest } from '../../http/contract.ts';
import type { ResourceRequest } from '../request/request-info.ts';
import type { RequestKind } from './request-metrics.ts';

/** Verbs as they are reported; deletions of one and of many are told apart by their scope. */
const reported: ReadonlyMap<string, string> = new Map([
  ['get', 'GET'],
  ['list', 'LIST'],
  ['watch', 'WATCH'],
  ['create', 'POST'],
  ['update', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
  ['deletecollection', 'DELETE'],
]);

const connections: ReadonlySet<string> = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);
const applyType = 'application/apply-patch+yaml';

/**
 * Which requests this one is counted with; undefined for what the resource does not serve, which the real server does not
 * count either: nothing that a caller can make up becomes a label.
 */
export function requestKind(
  definition: ResourceDefinition,
  info: ResourceRequest,
  request: Pick<HttpRequest, 'rawQuery' | 'query' | 'header'>,
): RequestKind | undefined {
  const { subresource } = info;
  const verb = reported.get(info.verb);
  if (verb === undefined) return undefined;
  const { subresources } = definition;
  const served =
    subresource === ''
      ? definition.verbs
      : Object.hasOwn(subresources, subresource) && subresources[subresource]?.verbs;
  if (served === false || served?.includes(info.verb) !== true) return undefined;
  return {
    verb: connections.has(subresource) ? 'CONNECT' : applied(verb, request),
    subresource,
    scope: scopeOf(info),
    dryRun: request.rawQuery.includes('dryRun') ? dryRunOf(request.query) : '',
  };
}

/** Where a stream that goes on is counted: a selector that lets one name through makes it that of one object. */
export function streamScope({ name, namespace }: ResourceRequest): string {
  if (name !== '') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

function applied(verb: string, request: Pick<HttpRequest, 'header'>): string {
  return verb === 'PATCH' && request.header('content-type') === applyType ? 'APPLY' : verb;
}

function scopeOf({ verb, form }: ResourceRequest): string {
  if (form.named || verb === 'create') return 'resource';
  return form.inNamespace ? 'namespace' : 'cluster';
}

function dryRunOf(query: URLSearchParams): string {
  const values = query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) return 'invalid';
  return values.length > 0 ? 'All' : '';
}
