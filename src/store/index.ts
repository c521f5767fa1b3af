export { type Claimed, Claims, claimLimits } from './claims.ts';
export type {
  Change,
  ChangeBatch,
  CommitResult,
  Entry,
  ForkableStore,
  Guard,
  HistoryQuery,
  RangeQuery,
  RangeResult,
  Store,
  Transaction,
  TransactionLimits,
  Watch,
  Write,
} from './contract.ts';
export { maximumTransaction, storeLimits, transactionBytes } from './contract.ts';
export { type EtcdStoreOptions, openEtcdStore } from './drivers/etcd/etcd-store.ts';
export { createMemoryStore } from './drivers/memory/memory-store.ts';
export { copyDatabase, syncFile } from './drivers/sqlite/copy.ts';
export { type Enclosures, enclose, readEnclosures, removeEnclosures } from './drivers/sqlite/enclosures.ts';
export { StoreDamaged, StoreLocked } from './drivers/sqlite/errors.ts';
export { type Inspection, inspectDatabase } from './drivers/sqlite/inspect.ts';
export { renumberDatabase } from './drivers/sqlite/renumber.ts';
export { type Salvage, salvageDatabase } from './drivers/sqlite/salvage.ts';
export { type FileStore, openSqliteStore } from './drivers/sqlite/sqlite-store.ts';
export { type HistoryLimits, historyLimits } from './engine/history-policy.ts';
export { inTransactions } from './in-transactions.ts';
export { fencedCommits, Leadership } from './leadership.ts';
export { Mirror, type MirrorChange, type Mirrored } from './mirror.ts';
