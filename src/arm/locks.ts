import { refusals } from './errors.ts';
import type { ReadStamp, RecordCache } from './records/cache.ts';

export const lockType = 'Microsoft.Authorization/locks';

const lockPath = /\/providers\/Microsoft\.Authorization\/locks\/[^/]+$/i;

/** Where locks are: by scope in lower case, '' for the tenant. */
interface Locked {
  readonly stamp: ReadStamp;
  readonly byScope: ReadonlyMap<string, { readonly scope: string; readonly hasReadOnly: boolean }>;
}

/** Worked out once for as long as no lock changes: every write asks, and anybody may make locks where he may. */
const known = new WeakMap<RecordCache, Locked>();

/**
 * Throws ScopeLocked when a lock at, above or (for a delete) below `id` forbids the operation. Locks themselves may
 * always be changed by those who have the permission.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
 */
export function refuseLocked(cache: RecordCache, id: string, operation: 'delete' | 'write'): void {
  if (lockPath.test(id)) return;
  const { byScope } = lockedIn(cache);
  if (byScope.size === 0) return;
  const scopes = new Map<string, string>();
  for (const place of placesAtAndAbove(id.toLowerCase())) {
    const locked = byScope.get(place);
    if (locked && (locked.hasReadOnly || operation === 'delete')) scopes.set(place, locked.scope);
  }
  if (operation === 'delete') {
    for (const lock of cache.list(id, lockType)) {
      const scope = scopeOf(lock.id);
      scopes.set(scope.toLowerCase(), byScope.get(scope.toLowerCase())?.scope ?? scope);
    }
  }
  if (scopes.size === 0) return;
  throw refusals.scopeLocked(
    id,
    operation,
    [...scopes.values()].map((scope) => scope || '/'),
  );
}

function lockedIn(cache: RecordCache): Locked {
  const kept = known.get(cache);
  if (kept && cache.holds(kept.stamp)) return kept;
  const stamp = cache.stamp('', lockType);
  const byScope = new Map<string, { readonly scope: string; readonly hasReadOnly: boolean }>();
  for (const { id, properties } of cache.list('', lockType)) {
    const scope = scopeOf(id);
    const before = byScope.get(scope.toLowerCase());
    const hasReadOnly = before?.hasReadOnly === true || properties.level === 'ReadOnly';
    byScope.set(scope.toLowerCase(), { scope: before?.scope ?? scope, hasReadOnly });
  }
  const locked = { stamp, byScope };
  known.set(cache, locked);
  return locked;
}

function scopeOf(lockId: string): string {
  return lockId.replace(lockPath, '');
}

function* placesAtAndAbove(id: string): Generator<string> {
  for (let end = id.length; end > 0; end = id.lastIndexOf('/', end - 1)) yield id.slice(0, end);
  yield '';
}
