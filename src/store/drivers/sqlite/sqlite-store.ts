import { type Clock, type Logger, type Random, silentLogger } from '../../../base/index.ts';
import type { Store } from '../../contract.ts';
import { type HistoryLimits, historyLimits } from '../../engine/history-policy.ts';
import { LedgerStore } from '../../engine/ledger-store.ts';
import { openDatabase } from './database.ts';
import { SqliteLedger } from './sqlite-ledger.ts';

/**
 * Opens the store in `file` (made with mode 0600 when absent) and keeps it locked until `close` or the end of the
 * process. Throws `unavailable` when another process has it open.
 */
export function openSqliteStore(options: {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Logger;
  readonly history?: HistoryLimits;
}): Store {
  const { file, clock, random, log = silentLogger, history = historyLimits } = options;
  return new LedgerStore(new SqliteLedger(openDatabase(file)), { clock, random, log, history });
}
