import { type Clock, type Logger, type Random, silentLogger } from '../../../base/index.ts';
import type { ForkableStore } from '../../contract.ts';
import { type HistoryLimits, historyLimits } from '../../engine/history-policy.ts';
import { LedgerStore } from '../../engine/ledger-store.ts';
import { MemoryLedger } from './memory-ledger.ts';

/** A store that lives as long as this process; for tests and throw-away servers. */
export function createMemoryStore(options: {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Logger;
  readonly history?: HistoryLimits;
}): ForkableStore {
  const { clock, random, log = silentLogger, history = historyLimits } = options;
  return new LedgerStore(new MemoryLedger(), { clock, random, log, history });
}
