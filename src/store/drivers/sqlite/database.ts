import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError, errorMessage } from '../../../base/index.ts';
import { schema, schemaVersion } from './schema.ts';

/**
 * Opens (or makes) the database file and locks it for this process; the lock goes with the process, however it ends.
 * Throws `unavailable` when another process holds it.
 */
export function openDatabase(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = openFile(file);
  try {
    // Exclusive before the first use of the log: the index of the log then stays in this process's memory.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec(
      'PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864',
    );
    database.exec('BEGIN EXCLUSIVE');
    prepareSchema(database, file);
    database.exec('COMMIT');
    chmodSync(file, 0o600);
    return database;
  } catch (thrown) {
    database.close();
    throw isBusy(thrown) ? lockedError(file) : thrown;
  }
}

function openFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (thrown) {
    if (isBusy(thrown)) throw lockedError(file);
    throw new CodedError(
      'unavailable',
      `The database ${file} cannot be opened: ${errorMessage(thrown)}`,
      thrown,
    );
  }
}

function prepareSchema(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version !== 0 && version !== schemaVersion) {
    throw new CodedError(
      'unsupported',
      `The database ${file} was written by another release (layout ${version}, this one reads ${schemaVersion}).`,
    );
  }
  database.exec(schema);
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}

function lockedError(file: string): CodedError {
  return new CodedError(
    'unavailable',
    `The database ${file} is in use by another process; stop that one first.`,
  );
}

const sqliteBusy = 5;
const sqliteLocked = 6;

function isBusy(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return false;
  const primaryCode = Number(thrown.errcode) & 0xff;
  return primaryCode === sqliteBusy || primaryCode === sqliteLocked;
}
