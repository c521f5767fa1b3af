import type { Priors } from './priors.ts';
import { ordinals } from './schema.ts';
import type { Statements } from './statements.ts';

/** A stretch of keys, as it was after a row of the log. */
export interface PastRange {
  readonly start: string;
  /** The first key that is not part of it. */
  readonly end: string;
  readonly lastId: number;
}

/**
 * The rows of `versions` that stood at each key, ascending by key. What stands there now, and what was deleted since,
 * is followed back to the moment that is asked for. Whether a row is of its key is for the reader to see: links are not summed.
 */
export function* pastIds(
  sql: Statements,
  priors: Priors,
  range: PastRange,
): Iterable<{ readonly key: string; readonly id: number }> {
  const { start, end, lastId } = range;
  const standing = sql.standing.iterate(start, end);
  const deletions = sql.deletedAfter.iterate(start, end, lastId);
  try {
    let stands = next(standing);
    let deleted = next(deletions);
    while (stands || deleted) {
      const key = stands && (!deleted || stands.key <= deleted.key) ? stands.key : (deleted?.key ?? '');
      let id: number | undefined;
      if (stands?.key === key) {
        if (stands.created * ordinals <= lastId) id = priors.at(stands.id, lastId) ?? lost;
        stands = next(standing);
      }
      // The first deletion ended what stood then; later ones ended what was made again.
      if (deleted?.key === key) id ??= priors.at(deleted.id, lastId);
      while (deleted?.key === key) deleted = next(deletions);
      if (id !== undefined) yield { key, id };
    }
  } finally {
    // A statement in its midst keeps the log (-wal) from being written back, for as long as the store is open.
    standing.return?.();
    deletions.return?.();
  }
}

/** No row has it: what stands since before that moment stood at it, and its links do not lead there. */
const lost = 0;

interface Mark {
  readonly key: string;
  readonly id: number;
  readonly created: number;
}

function next(rows: Iterator<unknown>): Mark | undefined {
  const { done, value } = rows.next();
  if (done || !Array.isArray(value)) return undefined;
  return { key: String(value[0]), id: Number(value[1]), created: Number(value[2]) };
}
