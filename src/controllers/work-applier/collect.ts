import { ignoringMissing } from '../../apimachinery/kinds.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { internalMemberClusters, memberNamespace } from '../kinds/fleet.ts';
import { membershipAnnotation } from '../kinds/fleet-names.ts';
import { appliedWorks, works } from '../kinds/placement.ts';
import type { WorkApplierContext } from './context.ts';

const notJoinedMs = 5000;

/**
 * What was applied for a Work that went without its leave, as when somebody took its finalizers off. A member that leaves
 * keeps what it has, and so does one that comes back: only what this membership applied is collected.
 */
export async function collectApplied(
  key: string,
  context: WorkApplierContext,
): Promise<Reconciled | undefined> {
  const { hub, member, memberName, membership } = context;
  const namespace = memberNamespace(memberName);
  const name = key.slice(namespace.length + 1);
  const applied = await member.find(appliedWorks, { name });
  const isOurs = applied?.spec.workNamespace === namespace && !applied.metadata.deletionTimestamp;
  if (!applied || !isOurs) return undefined;
  if (membership.uid === '') return { againAfterMs: notJoinedMs };
  if (applied.metadata.annotations?.[membershipAnnotation] !== membership.uid) return undefined;
  // The hub itself is asked: an informer may lag behind, and the member may be about to leave.
  const twin = await hub.find(internalMemberClusters, { name: memberName, namespace });
  const { uid, deletionTimestamp } = twin?.metadata ?? {};
  const stays = uid === membership.uid && !deletionTimestamp && twin?.spec.state === 'Join';
  if (!stays || (await hub.find(works, { name, namespace }))) return undefined;
  const preconditions = { uid: applied.metadata.uid ?? '' };
  const options = { propagationPolicy: 'Foreground', preconditions } as const;
  await ignoringMissing(member.delete(appliedWorks, { name }, options));
  return undefined;
}
