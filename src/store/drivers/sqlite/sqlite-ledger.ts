import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CodedError, Recent } from '../../../base/index.ts';
import { type Change, type ChangeBatch, type Entry, maximumTransaction } from '../../contract.ts';
import {
  endOfPrefix,
  type Lease,
  type Ledger,
  type LedgerPut,
  type LedgerRange,
  type Position,
} from '../../engine/ledger.ts';
import { MemoryLedger } from '../memory/memory-ledger.ts';
import { diskReason } from './errors.ts';
import { type PastRange, pastIds } from './past.ts';
import { Priors } from './priors.ts';
import { ordinals } from './schema.ts';
import { readState } from './state.ts';
import { prepareStatements, type Statements } from './statements.ts';
import {
  emptyState,
  leaseSum,
  nextChain,
  type StoreState,
  stateSum,
  type VersionRow,
  versionSum,
} from './sums.ts';
import { Witness } from './witness.ts';

/** A step takes about as long as a group of writes, which wait for it. */
const revisionsPerSweep = 100;
/** Unused pages (4 KiB each) that stay in the file for the next writes. */
const keptPages = 1_024;
/** Giving back begins only above this, and goes in steps, so that writes and reads go on in between. */
const wastedPages = 4_096;
const pagesPerStep = 256;
const noValue = new Uint8Array(0);
/** Twice as many at most, of a few hundred bytes each. */
const remembered = { keys: 4_096, keyCharacters: 512 } as const;

/** A ledger in an SQLite file. Reads see the open group, which is why the engine never reads between its writes. */
export class SqliteLedger implements Ledger {
  /** SQLite takes far more; but what is written today has to fit wherever the data may go. */
  readonly limits = maximumTransaction;
  readonly #database: DatabaseSync;
  readonly #sql: Statements;
  readonly #priors: Priors;
  readonly #witness: Witness;
  /** As it is on disk. */
  #durable: StoreState;
  /** With what the open group has written so far. */
  #revision: number;
  #chain: number;
  /** What stands at the keys that were asked for or written last: most writes guard keys that were guarded before. */
  #standing = new Recent<Standing>(remembered.keys);

  constructor(database: DatabaseSync, witnessFile: string) {
    this.#database = database;
    this.#sql = prepareStatements(database);
    this.#priors = new Priors(this.#sql);
    this.#durable = readState(database)?.state ?? emptyState;
    this.#revision = this.#durable.revision;
    this.#chain = this.#durable.chain;
    this.#witness = new Witness(witnessFile, this.#durable);
  }

  revision(): number {
    return this.#revision;
  }

  compactedRevision(): number {
    return this.#durable.compacted;
  }

  get(key: string): Entry | undefined {
    const row = one(this.#sql.get, key);
    return row && entryOf(row);
  }

  revisionOf(key: string): number {
    const { version } = this.#current(key);
    return version === undefined ? 0 : revisionOfId(version);
  }

  range({ prefix, afterKey, limit, atRevision }: LedgerRange): { entries: Entry[]; more: boolean } {
    const end = endOfPrefix(prefix);
    // Keys hold nothing below U+0021, so that nothing lies between this start and the next key.
    const start = afterKey !== undefined && afterKey >= prefix ? `${afterKey}\x01` : prefix;
    if (atRevision !== undefined) {
      return reading(() =>
        this.#rangeAt({ start, end, lastId: atRevision * ordinals + ordinals - 1 }, limit),
      );
    }
    const found = rows(this.#sql.range, start, end, limit + 1);
    const entries = found.slice(0, limit).map(entryOf);
    return { entries, more: found.length > limit };
  }

  #rangeAt(range: PastRange, limit: number): { entries: Entry[]; more: boolean } {
    const entries: Entry[] = [];
    for (const { key, id } of pastIds(this.#sql, this.#priors, range)) {
      if (entries.length === limit) return { entries, more: true };
      // A link that is damaged leads to another key, or nowhere.
      entries.push(entryOf([...(one(this.#sql.version, id) ?? []), key]));
    }
    return { entries, more: false };
  }

  *history(prefix: string, afterRevision: number, limitChanges = -1): Iterable<ChangeBatch> {
    const end = endOfPrefix(prefix);
    let batch: { revision: number; changes: Change[] } | undefined;
    for (const row of rows(this.#sql.history, (afterRevision + 1) * ordinals, prefix, end, limitChanges)) {
      const change = changeOf(row);
      const revision = revisionOfId(row[1]);
      if (batch?.revision === revision) {
        batch.changes.push(change);
        continue;
      }
      if (batch) yield batch;
      batch = { revision, changes: [change] };
    }
    if (batch) yield batch;
  }

  begin(): void {
    this.#sql.begin.run();
  }

  put({ key, value, lease, position }: LedgerPut): Change {
    const before = this.#current(key);
    const { revision } = position;
    const created = before.version === undefined ? revision : before.created;
    const id = idOf(position);
    const version = { id, key, created, lease: lease ?? null, value: value.length > 0 ? value : null };
    this.#append(version, before);
    this.#sql.setCurrent.run(key, id, created, lease ?? null);
    this.#remember(key, { version: id, created });
    this.#revision = revision;
    const entry: Entry = {
      key,
      value,
      createRevision: created,
      revision,
      ...(lease === undefined ? {} : { lease }),
    };
    return { type: 'put', entry, created: before.version === undefined };
  }

  delete(key: string, position: Position): Change | undefined {
    const before = this.#current(key);
    if (before.version === undefined) return undefined;
    this.#sql.deleteCurrent.run(key);
    this.#remember(key, nothing);
    this.#append({ id: idOf(position), key, created: 0, lease: null, value: null }, before);
    this.#revision = position.revision;
    return { type: 'delete', key, revision: position.revision };
  }

  commit(): void {
    const { revision, compacted, swept, commits } = this.#durable;
    // What adds to the log needs no other row to be found again; each row of another table costs a page of the disk.
    if (this.#revision === revision) this.#seal({});
    else this.#makeDurable({ revision: this.#revision, compacted, swept, commits, chain: this.#chain });
  }

  /** Reads all that is there; without the history, so that the fork can be read and watched from its first moment on. */
  fork(): Ledger {
    const all = {
      prefix: '',
      afterKey: undefined,
      limit: Number.MAX_SAFE_INTEGER - 1,
      atRevision: undefined,
    };
    return MemoryLedger.beginningWith({
      revision: this.#revision,
      entries: this.range(all).entries,
      leases: this.leases(),
    });
  }

  rollback(): void {
    this.#standing = new Recent(remembered.keys);
    this.#revision = this.#durable.revision;
    this.#chain = this.#durable.chain;
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (this.#database.isTransaction) this.#sql.rollback.run();
  }

  reasonOf(thrown: unknown): string {
    return diskReason(thrown);
  }

  leases(): readonly Lease[] {
    return rows(this.#sql.leases).map(([id, ttlMs, endsMs]) => ({
      id: String(id),
      ttlMs: Number(ttlMs),
      endsMs: endsMs === null ? undefined : Number(endsMs),
    }));
  }

  hasLease(id: string): boolean {
    return one(this.#sql.lease, id) !== undefined;
  }

  addLease({ id, ttlMs, endsMs }: Lease): void {
    this.#sql.addLease.run(id, ttlMs, leaseSum(id, ttlMs));
    this.setLeaseEnd(id, endsMs);
  }

  removeLease(id: string): void {
    this.#sql.removeLease.run(id);
    this.#sql.removeLeaseEnd.run(id);
  }

  setLeaseEnd(id: string, endsMs: number | undefined): void {
    if (endsMs === undefined) this.#sql.removeLeaseEnd.run(id);
    else this.#sql.setLeaseEnd.run(id, endsMs, leaseSum(id, endsMs));
  }

  leasedKeys(id: string, limit: number): readonly string[] {
    return rows(this.#sql.leasedKeys, id, limit).map(([key]) => String(key));
  }

  markCompacted(compacted: number): void {
    this.#inOwnGroup(() => this.#seal({ compacted }));
  }

  sweep(): boolean {
    const { compacted, swept } = this.#durable;
    if (swept >= compacted) return true;
    const to = Math.min(compacted, swept + revisionsPerSweep);
    const first = (swept + 1) * ordinals;
    const last = to * ordinals + ordinals - 1;
    this.#inOwnGroup(() => {
      this.#sql.dropSuperseded.run(first, last);
      this.#sql.dropDeletions.run(first, last);
      this.#seal({ swept: to });
    });
    return to >= compacted;
  }

  giveBack(goOn: boolean): boolean {
    const unused = Number(one(this.#sql.unusedPages)?.[0] ?? 0);
    if (unused <= (goOn ? keptPages : wastedPages)) {
      // The file is cut when the log is written back.
      if (goOn) this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      return true;
    }
    this.#database.exec(`PRAGMA incremental_vacuum(${Math.min(pagesPerStep, unused - keptPages)})`);
    return false;
  }

  *historySizes(): Iterable<{ revision: number; bytes: number }> {
    const from = this.#durable.compacted * ordinals + ordinals - 1;
    for (const [id, bytes] of rows(this.#sql.historySizes, from)) {
      yield { revision: revisionOfId(id), bytes: Number(bytes ?? 0) };
    }
  }

  close(): void {
    this.#database.close();
    this.#witness.close();
  }

  /** What stands at a key. Nobody else writes to the database. */
  #current(key: string): Standing {
    const known = this.#standing.get(key);
    if (known) return known;
    const row = one(this.#sql.current, key);
    const standing = row ? { version: Number(row[0]), created: Number(row[1]) } : nothing;
    this.#remember(key, standing);
    return standing;
  }

  #remember(key: string, standing: Standing): void {
    if (key.length <= remembered.keyCharacters) this.#standing.set(key, standing);
  }

  /** `before`: what stands at its key. */
  #append(version: VersionRow, before: Standing): void {
    const { id, key, created, lease, value } = version;
    const sum = versionSum(version);
    this.#sql.insertVersion.run(id, key, created, lease, value, sum, before.version ?? null);
    this.#chain = nextChain(this.#chain, sum);
  }

  #inOwnGroup(work: () => void): void {
    this.begin();
    try {
      work();
    } catch (thrown) {
      this.rollback();
      throw thrown;
    }
  }

  /** Writes the state with the group. */
  #seal(changed: Partial<StoreState>): void {
    const before = this.#durable;
    const next = {
      ...before,
      revision: this.#revision,
      chain: this.#chain,
      commits: before.commits + 1,
      ...changed,
    };
    const { revision, compacted, swept, commits, chain } = next;
    this.#sql.setState.run(revision, compacted, swept, commits, chain, stateSum(next));
    this.#makeDurable(next);
  }

  /** Only what is on the disk is said by the witness. */
  #makeDurable(next: StoreState): void {
    this.#sql.commit.run();
    this.#durable = next;
    try {
      this.#witness.write(next);
    } catch {
      // The group is durable; a witness that is behind only sees less.
    }
  }
}

/** The row of `versions` that stands at a key, and the revision that created the key; no version: nothing stands there. */
interface Standing {
  readonly version: number | undefined;
  readonly created: number;
}

const nothing: Standing = { version: undefined, created: 0 };

type Row = readonly unknown[];

/**
 * Rows come as lists (`setReturnArrays`), in the order of `statements.ts`: key, id, created, lease, value, sum, and
 * the key that was looked for. Throws `internal` for a row that is not what was written.
 */
function entryOf(row: Row): Entry {
  checkRow(row);
  const [key, id, created, lease, value] = row;
  return {
    key: String(key),
    value: value instanceof Uint8Array ? value : noValue,
    createRevision: Number(created),
    revision: revisionOfId(id),
    ...(typeof lease === 'string' ? { lease } : {}),
  };
}

function changeOf(row: Row): Change {
  const [key, id, created] = row;
  const revision = revisionOfId(id);
  if (created === 0) {
    checkRow(row);
    return { type: 'delete', key: String(key), revision };
  }
  return { type: 'put', entry: entryOf(row), created: created === revision };
}

function idOf({ revision, ordinal }: Position): number {
  return revision * ordinals + ordinal;
}

function revisionOfId(id: unknown): number {
  return Math.floor(Number(id) / ordinals);
}

function checkRow([key, id, created, lease, value, sum, sought]: Row): void {
  const version = {
    id: Number(id),
    key: String(key),
    created: Number(created),
    lease: lease === null ? null : String(lease),
    value: value instanceof Uint8Array ? value : null,
  };
  if (versionSum(version) === sum && (sought === undefined || sought === key)) return;
  throw new CodedError(
    'internal',
    `The record ${sought ?? key} is damaged on disk. Run 'drydock check', and restore a backup.`,
  );
}

function rows(statement: StatementSync, ...values: (string | number)[]): Row[] {
  const found: unknown[] = reading(() => statement.all(...values));
  return found.filter((row) => Array.isArray(row));
}

function one(statement: StatementSync, ...values: (string | number)[]): Row | undefined {
  const row: unknown = reading(() => statement.get(...values));
  return Array.isArray(row) ? row : undefined;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof CodedError) throw thrown;
    throw new CodedError('unavailable', `The database could not be read: ${diskReason(thrown)}.`, thrown);
  }
}
