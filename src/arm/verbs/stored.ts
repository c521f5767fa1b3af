import type { ResourceRecord } from '../contract.ts';
import { refusals } from '../errors.ts';
import { groupIdOf, roleScopeOf } from '../ids.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { fullType } from '../registry.ts';
import type { Answer, Services } from '../services.ts';
import { etagMatches, isFinalState } from '../values.ts';

/** Rounds of reading, deciding and committing before a write under contention gives up. */
export const writeAttempts = 10;

/** The target's stored record. Of tenant-wide types also one that an older version kept at the scope it came from. */
export function storedRecord({ target, type }: Exchange, { records }: Services): ResourceRecord | undefined {
  if (!type.tenantWide) return records.cache.get(target.id)?.record;
  const kept = records.cache.get(type.tenantWide.keptAs(target.id))?.record;
  const name = target.path.names.at(-1)?.toLowerCase();
  return kept ?? records.cache.list('', fullType(type)).find((record) => record.name.toLowerCase() === name);
}

/** The target as it stands: a stored record, or one that the type knows without storing it. */
export async function currentRecord(
  exchange: Exchange,
  services: Services,
): Promise<ResourceRecord | undefined> {
  const { target, type } = exchange;
  // Who may see a record of a tenant-wide type from the scope asked is the type's to say.
  const stored = type.tenantWide ? undefined : storedRecord(exchange, services);
  return stored ?? (await type.lookup?.(target.id, services.context));
}

/** Like `currentRecord`; throws ResourceNotFound (ResourceGroupNotFound for a group). */
export async function existingRecord(exchange: Exchange, services: Services): Promise<ResourceRecord> {
  const record = await currentRecord(exchange, services);
  if (record) return record;
  const { path } = exchange.target;
  const worded = exchange.type.notFound?.(exchange.target.id);
  if (worded) throw worded;
  if (path.kind === 'group') throw refusals.groupNotFound(path.resourceGroup ?? '');
  const words = exchange.type.type.split('/');
  const pairs = words.map((word, at) => `${word}/${path.names[at] ?? ''}`);
  throw refusals.resourceNotFound(`${exchange.type.namespace}/${pairs.join('/')}`, path.resourceGroup);
}

/** Throws 412 when `If-Match` or `If-None-Match` of a write does not hold. */
export function checkConditions(exchange: Exchange, stored: ResourceRecord | undefined): void {
  const { request, target } = exchange;
  const match = request.header('if-match');
  if (match !== undefined) {
    const holds = stored !== undefined && (match.trim() === '*' || etagMatches(match, stored.etag));
    if (!holds) throw refusals.preconditionFailed(target.id, `If-Match: ${match}`);
  }
  const noneMatch = request.header('if-none-match');
  if (noneMatch !== undefined && stored !== undefined) {
    if (noneMatch.trim() === '*' || etagMatches(noneMatch, stored.etag)) {
      throw refusals.preconditionFailed(target.id, `If-None-Match: ${noneMatch}`);
    }
  }
}

/** Throws 409 while an operation runs on the record. */
export function refuseBusy({ type }: Exchange, stored: ResourceRecord): void {
  if (isFinalState(stored.provisioningState)) return;
  throw (
    type.busy?.(stored) ??
    refusals.operationRunning(type.busyCode ?? 'Conflict', stored.id, stored.provisioningState)
  );
}

/** The answer that shows one resource. */
export async function showResource(
  exchange: Exchange,
  services: Services,
  shown: {
    readonly record: ResourceRecord;
    readonly status: number;
    readonly headers?: Record<string, string>;
  },
): Promise<Answer> {
  const { type, apiVersion, origin } = exchange;
  const { record } = shown;
  const id = type.tenantWide?.shownAs(record, exchange.target.id) ?? record.id;
  const seen = id === record.id ? record : { ...record, id };
  const text = services.presentations.resource(seen, type, { apiVersion, origin, inList: false });
  const bytes = [text instanceof Uint8Array ? text : await text];
  const headers: Record<string, string> = { ...shown.headers };
  if (type.etagMember) headers.ETag = shown.record.etag;
  return { status: shown.status, bytes, headers };
}

/** Ids above the target that must stay as they were seen: its group and its parent. */
export function guardedAncestors({ target }: Exchange): string[] {
  const ids: string[] = [];
  const group = target.groupScope ?? groupIdOf(target.id);
  if (group !== undefined && group.length < target.id.length) ids.push(group);
  if (target.path.names.length > 1) ids.push(target.id.split('/').slice(0, -2).join('/'));
  else if (target.path.scope.includes('/providers/')) {
    ids.push(target.path.scope);
    const roleScope = roleScopeOf(target.path.scope);
    if (roleScope) ids.push(roleScope.ownerId);
  }
  return ids;
}
