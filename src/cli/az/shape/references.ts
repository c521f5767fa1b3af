import type { Session } from '../session.ts';

/** An id as typed, or the id of a resource of that name in the same group. */
export function idOf(
  session: Session,
  place: { typed: string; resourceGroup: string; type: string },
): string {
  const { typed, resourceGroup, type } = place;
  if (typed.startsWith('/')) return typed;
  return `/subscriptions/${session.subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${typed}`;
}
