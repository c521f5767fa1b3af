import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { HttpRequest } from '../../http/contract.ts';
import type { ResourceRequest } from '../request/request-info.ts';

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

/** What tells requests for one resource apart, read without making anything for it. */
export interface AskedKind {
  /** As the authorizers are asked. */
  readonly verb: string;
  readonly subresource: string;
  readonly scope: string;
  readonly dryRun: string;
  readonly isApply: boolean;
}

/**
 * How requests are called that ask so; undefined for what the resource does not serve, which the real server does not
 * count either: nothing that a caller can make up becomes a label.
 */
export function reportedVerb(
  { verbs, subresources }: ResourceDefinition,
  { verb, subresource, isApply }: AskedKind,
): string | undefined {
  const name = reported.get(verb);
  const own = Object.hasOwn(subresources, subresource) ? subresources[subresource] : undefined;
  const served = subresource === '' ? verbs : own?.verbs;
  if (name === undefined || !served?.includes(verb)) return undefined;
  if (connections.has(subresource)) return 'CONNECT';
  return isApply ? 'APPLY' : name;
}

export function isApply({ verb }: ResourceRequest, request: Pick<HttpRequest, 'header'>): boolean {
  return verb === 'patch' && request.header('content-type') === applyType;
}

export function scopeOf({ verb, form }: ResourceRequest): string {
  if (form.named || verb === 'create') return 'resource';
  return form.inNamespace ? 'namespace' : 'cluster';
}

export function dryRunOf({ rawQuery, query }: Pick<HttpRequest, 'rawQuery' | 'query'>): string {
  if (rawQuery === '' || !rawQuery.includes('dryRun')) return '';
  const values = query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) return 'invalid';
  return values.length > 0 ? 'All' : '';
}

/** Where a stream that goes on is counted: a selector that lets one name through makes it that of one object. */
export function streamScope({ name, namespace }: ResourceRequest): string {
  if (name !== '') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}
