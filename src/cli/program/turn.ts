import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../base/index.ts';

const turnWaitMs = 120_000;

/**
 * Runs `work` while no other process is inside with the same file. The lock is SQLite's, so it goes with its process,
 * however that ends.
 */
export async function inTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
  makeFolder(dirname(file));
  const lock = new DatabaseSync(file, { timeout: turnWaitMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return await work();
  } finally {
    lock.close();
  }
}
