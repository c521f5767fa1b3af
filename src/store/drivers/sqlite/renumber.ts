import { DatabaseSync } from 'node:sqlite';
import { CodedError } from '../../../base/index.ts';
import { openPrivately } from './private-files.ts';
import { ordinals } from './schema.ts';
import { readState } from './state.ts';
import { emptyState, type StoreState, stateSum } from './sums.ts';
import { Witness, witnessFile } from './witness.ts';

/** As etcd advises for `--bump-revision`: more than a store writes between a backup and its loss. */
const revisionsLeftOut = 1_000_000_000;
const highestRevision = Math.floor(Number.MAX_SAFE_INTEGER / ordinals) - revisionsLeftOut;

/**
 * Lets the revisions of a database that nobody has open go on above every one that its lost successors may have given
 * out, and drops all history: whoever watched from one of those is told `gone`, never shown something else under the
 * same number. The time (Unix milliseconds) is a lower bound, so that one backup restored twice does not repeat itself
 * either. Entries at the keys of `without` go: what only held for what is lost. Writes the witness anew. Answers the new
 * revision; throws `unsupported` when there are none left.
 */
export function renumberDatabase(
  file: string,
  { nowMs, without = [] }: { readonly nowMs: number; readonly without?: readonly string[] },
): number {
  return openPrivately(file, () => {
    const database = new DatabaseSync(file);
    try {
      database.exec('BEGIN EXCLUSIVE');
      const found = readState(database)?.state ?? emptyState;
      const revision = Math.max(found.revision + revisionsLeftOut, Math.floor(nowMs));
      if (revision > highestRevision)
        throw new CodedError('unsupported', 'There are no revisions left to go on with.');
      const state: StoreState = {
        revision,
        compacted: revision,
        swept: revision,
        commits: found.commits + 1,
        chain: found.chain,
      };
      const remove = database.prepare('DELETE FROM current WHERE key = ?');
      for (const key of without) remove.run(key);
      database.exec('DELETE FROM versions WHERE id NOT IN (SELECT version FROM current)');
      database
        .prepare('UPDATE state SET revision = ?, compacted = ?, swept = ?, commits = ?, chain = ?, sum = ?')
        .run(revision, revision, revision, state.commits, state.chain, stateSum(state));
      database.exec('COMMIT');
      new Witness(witnessFile(file), state).close();
      return revision;
    } finally {
      database.close();
    }
  });
}
