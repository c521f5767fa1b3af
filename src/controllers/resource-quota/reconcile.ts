import { addAmounts, amountsAt, onlyOf, sameAmounts, writtenAmounts } from '../../apimachinery/amounts.ts';
import { refOfKey } from '../../apimachinery/kinds.ts';
import { type Quantity, quantityOf } from '../../apimachinery/quantity.ts';
import { isInScopes } from '../../apimachinery/quota/counted.ts';
import { countedAs, kindsCountedFor } from '../../apimachinery/quota/counted-kinds.ts';
import { scopesOf } from '../../apimachinery/quota/scopes.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { type ResourceQuota, resourceQuotas } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { metadataOf } from '../shared/discovery.ts';
import { commitStatus } from '../shared/status.ts';

/** Everything is counted again after this time: what ends by the clock nobody announces. */
const againAfterMs = 5 * 60_000;

/**
 * One pass over a quota. It is read before the objects that it counts, and written if nobody changed it since: who adds
 * one of them changes it in the same commit, so that none is forgotten.
 */
export async function recount(key: string, context: ClusterContext): Promise<Reconciled | undefined> {
  const quota = await context.client.find(resourceQuotas, refOfKey(key));
  if (!quota) return undefined;
  const hard = amountsAt(quota, 'spec', 'hard');
  // What cannot be counted stays as it was.
  const before = onlyOf(amountsAt(quota, 'status', 'used'), hard.keys());
  const used = new Map([...before, ...(await usageUnder(quota, [...hard.keys()], context))]);
  const isTakenUp = sameAmounts(hard, amountsAt(quota, 'status', 'hard'));
  const status = { hard: writtenAmounts(hard), used: writtenAmounts(used) };
  await commitStatus(quota, status, { client: context.client, kind: resourceQuotas });
  // Until it was taken up nobody counted: what came in the meantime is counted now.
  return { againAfterMs: isTakenUp ? againAfterMs : 0 };
}

async function usageUnder(
  quota: ResourceQuota,
  names: readonly string[],
  { client, served, clock }: ClusterContext,
): Promise<ReadonlyMap<string, Quantity>> {
  const kinds = await served.all();
  const scopes = scopesOf(quota);
  let usage: ReadonlyMap<string, Quantity> = new Map();
  for (const { group, resource } of kindsCountedFor(names)) {
    const kind = kinds.find((each) => each.group === group && each.resource === resource && each.namespaced);
    const counted = kind && countedAs(kind);
    if (!counted || !kind.verbs.has('list')) continue;
    let sum = new Map(counted.names(names).map((name) => [name, quantityOf(0, 'decimal')]));
    const { items } = await client.list(metadataOf(kind), { namespace: quota.metadata.namespace ?? '' });
    for (const object of items) {
      if (!isInScopes(counted, object, scopes)) continue;
      sum = addAmounts(sum, onlyOf(counted.usage(object, clock.now()), names));
    }
    usage = addAmounts(usage, sum);
  }
  return usage;
}
