import { refusals } from './errors.ts';
import { isWithin } from './ids.ts';
import type { RecordCache } from './records/cache.ts';

export const lockType = 'Microsoft.Authorization/locks';

const lockPath = /\/providers\/Microsoft\.Authorization\/locks\/[^/]+$/i;

/**
 * Throws ScopeLocked when a lock at, above or (for a delete) below `id` forbids the operation. Locks themselves may
 * always be changed by those who have the permission.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
 */
export function refuseLocked(cache: RecordCache, id: string, operation: 'delete' | 'write'): void {
  if (lockPath.test(id)) return;
  const scopes = new Set<string>();
  for (const lock of cache.list('', lockType)) {
    const scope = lock.id.replace(lockPath, '');
    const readOnly = lock.properties.level === 'ReadOnly';
    const covers = isWithin(id, scope) && (readOnly || operation === 'delete');
    const isBelow = operation === 'delete' && isWithin(scope, id);
    if (covers || isBelow) scopes.add(scope === '' ? '/' : scope);
  }
  if (scopes.size > 0) throw refusals.scopeLocked(id, operation, [...scopes]);
}
