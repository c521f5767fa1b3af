import type { Random } from '../base/index.ts';
import type { Caller, ResourceType, SystemData } from './contract.ts';

/** A new etag in the form of the one before it: `W/"guid"` (network) or `"guid"`. */
export function newEtag(random: Random, previous: string): string {
  return `${previous.startsWith('W/') ? 'W/' : ''}"${random.uuid()}"`;
}

/** The first etag of a record of this type. */
export function firstEtag(random: Random, type: Pick<ResourceType, 'etagMember'>): string {
  return newEtag(random, type.etagMember === 'etag' ? 'W/' : '');
}

/** True when a client's condition names this etag; the quotes may be missing. `*` is the caller's business. */
export function etagMatches(condition: string, etag: string): boolean {
  return condition.split(',').some((one) => bare(one.trim()) === bare(etag));
}

function bare(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/** `systemData` after a write by `caller`; `before` is what stood there. */
export function touchedBy(caller: Caller, nowMs: number, before: SystemData | undefined): SystemData {
  const by = caller.name || caller.objectId;
  const byType =
    caller.type === 'User' ? 'User' : caller.type === 'ManagedIdentity' ? 'ManagedIdentity' : 'Application';
  const at = isoTime(nowMs);
  return {
    createdBy: before?.createdBy ?? by,
    createdByType: before?.createdByType ?? byType,
    createdAt: before?.createdAt ?? at,
    lastModifiedBy: by,
    lastModifiedByType: byType,
    lastModifiedAt: at,
  };
}

/** The text of the latest millisecond: under load several writes share it. */
const latest = { ms: Number.NaN, text: '' };

function isoTime(nowMs: number): string {
  if (nowMs !== latest.ms) {
    latest.text = new Date(nowMs).toISOString();
    latest.ms = nowMs;
  }
  return latest.text;
}

/** `systemData` of records that the estate makes for itself. */
export function madeByEstate(nowMs: number): SystemData {
  return touchedBy(
    { objectId: '', name: 'drydock', tenantId: '', type: 'ServicePrincipal' },
    nowMs,
    undefined,
  );
}

const finalStates = new Set(['succeeded', 'failed', 'canceled']);

/** True when nothing runs on a record in this provisioning state. */
export function isFinalState(provisioningState: string): boolean {
  return finalStates.has(provisioningState.toLowerCase());
}
