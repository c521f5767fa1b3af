import { type Clock, type Logger, type Random, silentLogger } from '../../../base/index.ts';
import type { ForkableStore } from '../../contract.ts';
import { type HistoryLimits, historyLimits } from '../../engine/history-policy.ts';
import { LedgerStore } from '../../engine/ledger-store.ts';
import { copyOpenDatabase } from './copy.ts';
import { openDatabase } from './database.ts';
import { openPrivately } from './private-files.ts';
import { SqliteLedger } from './sqlite-ledger.ts';
import { witnessFile } from './witness.ts';

/** A store in a file. */
export interface FileStore extends ForkableStore {
  /**
   * Writes a copy of one moment to a file that does not exist yet (mode 0600), with a witness beside it, while reads and writes go
   * on. Throws `unavailable` with the reason when it cannot; nothing is left of it then.
   */
  copyTo(file: string): Promise<void>;
}

/**
 * Opens the store in `file` (made with mode 0600 when absent) and keeps it locked until `close` or the end of the
 * process. Throws `StoreLocked` when another process has it open, `StoreDamaged` when it is not what was acknowledged.
 */
export function openSqliteStore(options: {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Logger;
  readonly history?: HistoryLimits;
}): FileStore {
  const { file, clock, random, log = silentLogger, history = historyLimits } = options;
  const database = openDatabase(file);
  const ledger = openPrivately(file, () => new SqliteLedger(database, witnessFile(file)));
  const store = new LedgerStore(ledger, { clock, random, log, history });
  return Object.assign(store, { copyTo: (target: string) => copyOpenDatabase(database, target) });
}
