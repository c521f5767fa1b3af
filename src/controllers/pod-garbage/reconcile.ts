import { ignoringMissing, refOf } from '../../apimachinery/kinds.ts';
import { eachInTurn } from '../../base/index.ts';
import { type Pod, pods } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';

/** One pass over all finished pods. */
export async function removeOldest(
  found: readonly Pod[],
  { client, kept }: Pick<ClusterContext, 'client'> & { readonly kept: number },
): Promise<undefined> {
  const excess = found.length - kept;
  if (excess <= 0) return undefined;
  const standing = found.filter(({ metadata }) => !metadata.deletionTimestamp);
  const since = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
  const oldest = [...standing].sort((a, b) => (since(a) < since(b) ? -1 : 1)).slice(0, excess);
  await eachInTurn(oldest, (pod) => {
    const preconditions = { uid: pod.metadata.uid ?? '' };
    return ignoringMissing(client.delete(pods, refOf(pod), { gracePeriodSeconds: 0, preconditions }));
  });
  return undefined;
}
