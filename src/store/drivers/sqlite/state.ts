import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ordinals } from './schema.ts';
import { nextChain, type StoreState, stateSum } from './sums.ts';
import type { Acknowledged } from './witness.ts';

/**
 * Where a database stands, and whether the row of `state` matches its checksum. A group that adds to the log leaves
 * that row alone: what the log holds above its revision is counted on. Undefined when there is no such row.
 */
export function readState(
  database: DatabaseSync,
): { readonly state: StoreState; readonly isProven: boolean } | undefined {
  const row: unknown = arrays(database, stateRow).get();
  if (!Array.isArray(row)) return undefined;
  const [revision = 0, compacted = 0, swept = 0, commits = 0, chain = 0, sum] = row.map(Number);
  const written = { revision, compacted, swept, commits, chain };
  return { state: withLog(database, written), isProven: sum === stateSum(written) };
}

/** What was acknowledged and is not there: the end is missing, or it is another one. */
export function lossAgainst(
  { revision, commits, chain }: StoreState,
  acknowledged: Acknowledged,
): 'end' | 'other' | undefined {
  if (commits < acknowledged.commits || revision < acknowledged.revision) return 'end';
  const isSame = commits === acknowledged.commits && revision === acknowledged.revision;
  return isSame && chain !== acknowledged.chain ? 'other' : undefined;
}

const stateRow = 'SELECT revision, compacted, swept, commits, chain, sum FROM state';
const logAbove = 'SELECT id, sum FROM versions WHERE id >= ? ORDER BY id';

function withLog(database: DatabaseSync, written: StoreState): StoreState {
  let { revision, chain } = written;
  for (const row of arrays(database, logAbove).iterate((revision + 1) * ordinals)) {
    const [id, sum] = Object.values(row).map(Number);
    revision = Math.floor((id ?? 0) / ordinals);
    chain = nextChain(chain, sum ?? 0);
  }
  return { ...written, revision, chain };
}

function arrays(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}
