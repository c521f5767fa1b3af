import { DatabaseSync } from 'node:sqlite';
import { openFailure, StoreDamaged } from './errors.ts';
import { type Inspection, inspectDatabase } from './inspect.ts';
import { migrate } from './migrate.ts';
import { openPrivately } from './private-files.ts';
import { schema, schemaVersion } from './schema.ts';
import { emptyState, stateSum } from './sums.ts';

/**
 * Opens (or makes) the database file and locks it for this process; the lock goes with the process, however it ends.
 * All of it is read and compared with its checksums before anything is written. Throws `StoreLocked`, `StoreDamaged`,
 * `unsupported` for a later layout, `forbidden` for files of others, `unavailable` when the disk refuses.
 */
export function openDatabase(file: string): DatabaseSync {
  try {
    return openPrivately(file, () => {
      const found = inspectDatabase(file);
      const problems = [...found.damage, ...found.loss];
      if (problems.length > 0) throw new StoreDamaged(file, problems);
      return openForWriting(file, found);
    });
  } catch (thrown) {
    throw openFailure(file, thrown);
  }
}

/** Opens without comparing: for a caller that has looked at it already. */
function openForWriting(file: string, found: Pick<Inspection, 'layout'>): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Exclusive before the first use of the log: the index of the log then stays in this process's memory.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Only an empty database takes this at once; others when they are rewritten.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec(
      'PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864',
    );
    if (found.layout > 0 && found.layout < schemaVersion) migrate(database, found.layout);
    database.exec('BEGIN EXCLUSIVE');
    if (found.layout === 0) makeSchema(database);
    else database.exec(schema);
    database.exec('COMMIT');
    // Read afresh: a migration that was killed before its end, or had no room for it, left the file as it was.
    if (!givesBack(database)) database.exec('VACUUM');
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Whether unused pages can go back to the disk. */
function givesBack(database: DatabaseSync): boolean {
  const incremental = 2;
  return Number(database.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum']) === incremental;
}

function makeSchema(database: DatabaseSync): void {
  database.exec(schema);
  const sum = stateSum(emptyState);
  database.exec(`INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0, 0, 0, ${sum})`);
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}
