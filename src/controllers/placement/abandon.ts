import { refOf } from '../../apimachinery/kinds.ts';
import { abandoning, abandons } from '../kinds/fleet-names.ts';
import type { Placement } from '../kinds/placement.ts';
import type { PlacementContext } from './context.ts';

/** What becomes of what was placed is marked ahead: who deletes it may do so in words that know nothing of that. */
export async function rememberAbandon(placement: Placement, context: PlacementContext): Promise<Placement> {
  if (isAbandonRemembered(placement)) return placement;
  const { client, family, placements } = context;
  const patch = abandoning(!abandons(placement));
  const marked = await client.patch(family.placements, refOf(placement), patch);
  placements.observe(marked);
  return marked;
}

/** Whether the mark says what the placement does; a replace may have dropped it. */
export function isAbandonRemembered(placement: Placement): boolean {
  const isAbandoned = placement.spec.strategy?.deleteStrategy?.propagationPolicy === 'Abandon';
  return abandons(placement) === isAbandoned;
}
