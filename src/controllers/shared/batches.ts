import { eachAtOnce, eachInTurn } from '../../base/index.ts';

/** Writes that run side by side: enough for the store to commit them together. */
export const concurrentWrites = 64;

/**
 * Runs `work` over all items, in batches that double from one, so that a refusal that meets all of them (a quota, a
 * wrong template) is met a few times only. Stops after the first batch with a failure and throws it.
 */
export async function inSlowBatches<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let size = 1;
  for (let at = 0; at < items.length; size = Math.min(size * 2, concurrentWrites)) {
    const batch = items.slice(at, at + size);
    await eachAtOnce(batch, work);
    at += batch.length;
  }
}

/** Runs `work` over all items, a bounded number at a time; throws the first failure when all are done. */
export async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const batches: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += concurrentWrites)
    batches.push(items.slice(at, at + concurrentWrites));
  await eachInTurn(batches, (batch) => eachAtOnce(batch, work));
}
