import { findCondition } from '../../apimachinery/conditions.ts';
import type { MemberCluster } from '../kinds/fleet.ts';

/**
 * Why a member gets nothing of a placement in a namespace: it does not have that namespace. A member whose agent does not
 * tell its namespaces is not asked.
 */
export function namespaceRefusal(
  { status }: MemberCluster,
  namespace: string | undefined,
): string | undefined {
  if (namespace === undefined || !findCondition(status?.conditions, 'NamespaceCollectionSucceeded')) {
    return undefined;
  }
  const namespaces = status?.namespaces;
  if (!namespaces) return 'cluster has no namespace information available';
  if (Object.hasOwn(namespaces, namespace)) return undefined;
  return 'target namespace does not exist on cluster';
}
