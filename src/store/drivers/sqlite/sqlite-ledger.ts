import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, ChangeBatch, Entry } from '../../contract.ts';
import {
  endOfPrefix,
  type Lease,
  type Ledger,
  type LedgerPut,
  type LedgerRange,
  type Position,
} from '../../engine/ledger.ts';
import { ordinals } from './schema.ts';
import { prepareStatements, type Statements } from './statements.ts';

const revisionsPerSweep = 1_000;
const noValue = new Uint8Array(0);

/** A ledger in an SQLite file. Reads see the open group, which is why the engine never reads between its writes. */
export class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #sql: Statements;
  #revision: number;
  #durableRevision: number;
  #compactedRevision: number;
  #sweptRevision: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = prepareStatements(database);
    const marks = new Map(rows(this.#sql.marks).map(([name, value]) => [String(name), Number(value)]));
    this.#revision = marks.get('revision') ?? 0;
    this.#durableRevision = this.#revision;
    this.#compactedRevision = marks.get('compacted') ?? 0;
    this.#sweptRevision = marks.get('swept') ?? 0;
  }

  revision(): number {
    return this.#revision;
  }

  compactedRevision(): number {
    return this.#compactedRevision;
  }

  get(key: string): Entry | undefined {
    const row = one(this.#sql.get, key);
    return row && entryOf(row);
  }

  revisionOf(key: string): number {
    const row = one(this.#sql.current, key);
    return row ? revisionOfId(row[0]) : 0;
  }

  range({ prefix, afterKey, limit, atRevision }: LedgerRange): { entries: Entry[]; more: boolean } {
    const end = endOfPrefix(prefix);
    // Keys hold nothing below U+0021, so that nothing lies between this start and the next key.
    const start = afterKey !== undefined && afterKey >= prefix ? `${afterKey}\x01` : prefix;
    const found =
      atRevision === undefined
        ? rows(this.#sql.range, start, end, limit + 1)
        : rows(this.#sql.rangeAt, start, end, atRevision * ordinals + ordinals - 1, limit + 1);
    const entries = found.slice(0, limit).map(entryOf);
    return { entries, more: found.length > limit };
  }

  *history(prefix: string, afterRevision: number): Iterable<ChangeBatch> {
    const end = endOfPrefix(prefix);
    let batch: { revision: number; changes: Change[] } | undefined;
    for (const row of rows(this.#sql.history, (afterRevision + 1) * ordinals, prefix, end)) {
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
    const before = one(this.#sql.current, key);
    const { revision } = position;
    const created = before ? Number(before[1]) : revision;
    const id = idOf(position);
    this.#sql.insertVersion.run(id, key, created, lease ?? null, value.length > 0 ? value : null);
    this.#sql.setCurrent.run(key, id, created, lease ?? null);
    this.#revision = revision;
    const entry: Entry = {
      key,
      value,
      createRevision: created,
      revision,
      ...(lease === undefined ? {} : { lease }),
    };
    return { type: 'put', entry, created: before === undefined };
  }

  delete(key: string, position: Position): Change | undefined {
    if (this.#sql.deleteCurrent.run(key).changes === 0) return undefined;
    this.#sql.insertVersion.run(idOf(position), key, 0, null, null);
    this.#revision = position.revision;
    return { type: 'delete', key, revision: position.revision };
  }

  commit(): void {
    if (this.#revision !== this.#durableRevision) this.#sql.setMark.run(this.#revision, 'revision');
    this.#sql.commit.run();
    this.#durableRevision = this.#revision;
  }

  rollback(): void {
    this.#revision = this.#durableRevision;
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (this.#database.isTransaction) this.#sql.rollback.run();
  }

  leases(): readonly Lease[] {
    return rows(this.#sql.leases).map(([id, ttlMs]) => ({ id: String(id), ttlMs: Number(ttlMs) }));
  }

  hasLease(id: string): boolean {
    return one(this.#sql.lease, id) !== undefined;
  }

  addLease({ id, ttlMs }: Lease): void {
    this.#sql.addLease.run(id, ttlMs);
  }

  removeLease(id: string): void {
    this.#sql.removeLease.run(id);
  }

  leasedKeys(id: string): readonly string[] {
    return rows(this.#sql.leasedKeys, id).map(([key]) => String(key));
  }

  markCompacted(revision: number): void {
    this.#sql.setMark.run(revision, 'compacted');
    this.#compactedRevision = revision;
  }

  sweep(): boolean {
    const to = Math.min(this.#compactedRevision, this.#sweptRevision + revisionsPerSweep);
    const first = (this.#sweptRevision + 1) * ordinals;
    const last = to * ordinals + ordinals - 1;
    this.begin();
    try {
      this.#sql.dropSuperseded.run(first, last);
      this.#sql.dropDeletions.run(first, last);
      this.#sql.setMark.run(to, 'swept');
      this.#sql.commit.run();
    } catch (thrown) {
      this.rollback();
      throw thrown;
    }
    this.#sweptRevision = to;
    return to >= this.#compactedRevision;
  }

  close(): void {
    this.#database.close();
  }
}

type Row = readonly unknown[];

/** Rows come as lists (`setReturnArrays`), in the order of `statements.ts`: key, id, created, lease, value. */
function entryOf([key, id, created, lease, value]: Row): Entry {
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
  if (created === 0) return { type: 'delete', key: String(key), revision };
  return { type: 'put', entry: entryOf(row), created: created === revision };
}

function idOf({ revision, ordinal }: Position): number {
  return revision * ordinals + ordinal;
}

function revisionOfId(id: unknown): number {
  return Math.floor(Number(id) / ordinals);
}

function rows(statement: StatementSync, ...values: (string | number)[]): Row[] {
  const found: unknown[] = statement.all(...values);
  return found.filter((row) => Array.isArray(row));
}

function one(statement: StatementSync, ...values: (string | number)[]): Row | undefined {
  const row: unknown = statement.get(...values);
  return Array.isArray(row) ? row : undefined;
}
