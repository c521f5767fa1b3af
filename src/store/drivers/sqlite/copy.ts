import { closeSync, constants, fsyncSync, openSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { CodedError, systemClock } from '../../../base/index.ts';
import { diskReason, StoreDamaged, sqliteCode, sqliteCodes } from './errors.ts';
import { inspectDatabase } from './inspect.ts';
import { openPrivately } from './private-files.ts';
import { readState } from './state.ts';
import { emptyState, isUnwritten } from './sums.ts';
import { Witness, witnessFile } from './witness.ts';

/**
 * Copies a database that no server has open to a file that does not exist yet (mode 0600), with its witness beside it.
 * Throws `StoreLocked`, `StoreDamaged` when it is not what was acknowledged, `not-found` when there is none.
 */
export async function copyDatabase(file: string, target: string): Promise<void> {
  const { damage, loss, state } = inspectDatabase(file);
  const problems = [...damage, ...loss];
  if (problems.length > 0) throw new StoreDamaged(file, problems);
  if (isUnwritten(state))
    throw new CodedError('not-found', `There is no database of this release at ${file}.`);
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    await copyOpenDatabase(database, target);
  } finally {
    database.close();
  }
}

/** Copies one moment of an open database; writes through the same connection go on meanwhile. */
export async function copyOpenDatabase(database: DatabaseSync, target: string): Promise<void> {
  try {
    closeSync(openSync(target, 'wx', 0o600));
  } catch (thrown) {
    throw new CodedError('unavailable', `The copy ${target} cannot be made: ${diskReason(thrown)}.`, thrown);
  }
  try {
    // Unchanged pages are read from the disk, not from memory: the copy is what the disk holds.
    database.exec('PRAGMA shrink_memory');
    await backUp(database, target);
    openPrivately(target, () => sealCopy(target));
  } catch (thrown) {
    for (const file of [target, `${target}-journal`, `${target}-wal`, `${target}-shm`, witnessFile(target)]) {
      rmSync(file, { force: true });
    }
    throw new CodedError(
      'unavailable',
      `The copy ${target} cannot be written: ${diskReason(thrown)}.`,
      thrown,
    );
  }
}

/**
 * The first step is refused while a group is being written, which SQLite then reports as no error at all: it is tried
 * again. Later steps wait by themselves.
 */
async function backUp(database: DatabaseSync, target: string): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await backup(database, target);
      return;
    } catch (thrown) {
      if (sqliteCode(thrown) !== sqliteCodes.none || tried === beginnings.most) throw thrown;
      await systemClock.sleep(beginnings.pauseMs);
    }
  }
}

const beginnings = { most: 1_000, pauseMs: 2 } as const;

/** A copy is one file without a log; its witness says what had been acknowledged at its moment. */
function sealCopy(file: string): void {
  const copy = new DatabaseSync(file);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
    new Witness(witnessFile(file), readState(copy)?.state ?? emptyState).close();
  } finally {
    copy.close();
  }
  syncFile(file);
}

/** Brings a file, or the names in a folder, to the disk. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
