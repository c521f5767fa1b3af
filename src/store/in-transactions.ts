import { type TransactionLimits, type Write, writeBytes } from './contract.ts';

/**
 * The writes in their order, in as few parts as `limits` allow, with room for a guard at each write and one of the caller, such as a
 * leader's; for what need not happen all at once.
 */
export function* inTransactions(
  writes: Iterable<Write>,
  limits: TransactionLimits,
): IterableIterator<readonly Write[]> {
  let part: Write[] = [];
  let bytes = 0;
  const most = Math.min(limits.writes, limits.guards - 1);
  const bytesForWrites = limits.bytes / 2;
  for (const write of writes) {
    const more = writeBytes(write);
    // Half of the bytes is left for guards; a larger write goes alone.
    if (part.length > 0 && (part.length === most || bytes + more > bytesForWrites)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(write);
    bytes += more;
  }
  if (part.length > 0) yield part;
}
