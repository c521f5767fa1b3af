import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorMessage } from '../../../base/index.ts';
import { openFailure, StoreDamaged, sqliteCode } from './errors.ts';
import type { Inspection } from './inspect.ts';
import { openPrivately } from './private-files.ts';
import { renumberDatabase } from './renumber.ts';
import { ordinals, schema, schemaVersion } from './schema.ts';
import { lossAgainst, readState } from './state.ts';
import { leaseSum, type StoreState, stateSum, versionSum } from './sums.ts';
import type { Acknowledged } from './witness.ts';

/** What a salvage kept and what it could not. */
export interface Salvage {
  readonly entries: number;
  /** Sentences, for people. */
  readonly lost: readonly string[];
  /** Every key whose entry is lost, as far as it can be named. */
  readonly lostKeys: readonly string[];
  /** Where the numbers go on. */
  readonly revision: number;
}

/**
 * Makes a new database at `target` of what can be read and proven in `source`, which is only read. An entry is kept when the index names it and its
 * record matches its checksum; an older record never stands in for a lost one, since it may give rights that were taken
 * away. All history goes, and revisions go on above every one that was given out. Throws `StoreDamaged` when nothing can be read.
 */
export function salvageDatabase(
  source: string,
  target: string,
  use: { readonly found: Inspection; readonly nowMs: number; readonly without?: readonly string[] },
): Salvage {
  return openPrivately(target, () => {
    closeSync(openSync(target, 'wx', 0o600));
    let from: DatabaseSync | undefined;
    const into = new DatabaseSync(target);
    try {
      from = new DatabaseSync(source, { readOnly: true, timeout: 0 });
      into.exec(`PRAGMA auto_vacuum = INCREMENTAL; BEGIN EXCLUSIVE; ${schema}`);
      const kept = keepWhatIsProven(from, into, source);
      const acknowledged = use.found.witness.found;
      const known = { acknowledged, proven: provenState(from), highest: kept.highest };
      writeState(into, known);
      into.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
      into.close();
      const revision = renumberDatabase(target, use);
      return { entries: kept.entries, lost: lossesOf(known, kept), lostKeys: kept.lostKeys, revision };
    } catch (thrown) {
      if (into.isOpen) into.close();
      throw sqliteCode(thrown) === undefined ? thrown : openFailure(source, thrown);
    } finally {
      from?.close();
    }
  });
}

interface Kept {
  readonly entries: number;
  readonly lostKeys: string[];
  readonly lostLeases: number;
  /** Part of the index cannot be read: what stood there has no name. */
  readonly isIndexWhole: boolean;
  readonly highest: number;
}

function keepWhatIsProven(from: DatabaseSync, into: DatabaseSync, source: string): Kept {
  const { pointers, isWhole } = readIndex(from);
  const leases = keepLeases(from, into);
  const version = arrays(from, `${wholeVersions} WHERE id = ?`);
  const addVersion = into.prepare(
    'INSERT INTO versions (id, key, created, lease, value, sum) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addEntry = into.prepare('INSERT INTO current VALUES (?, ?, ?, ?)');
  const lostKeys: string[] = [];
  let entries = 0;
  let highest = 0;
  for (const [key, id] of pointers) {
    const row = provenRow(version, key, id);
    if (!row || (row.lease !== null && !leases.kept.has(row.lease))) {
      lostKeys.push(key);
      continue;
    }
    addVersion.run(row.id, row.key, row.created, row.lease, row.value, row.sum);
    addEntry.run(row.key, row.id, row.created, row.lease);
    highest = Math.max(highest, Math.floor(row.id / ordinals));
    entries++;
  }
  if (entries === 0 && pointers.size > 0) throw new StoreDamaged(source, ['No entry of it can be read.']);
  return { entries, lostKeys, lostLeases: leases.lost, isIndexWhole: isWhole, highest };
}

/** Key by key the record that stands there: from the log when all of it is proven, else from the index, from both of its ends. */
function readIndex(from: DatabaseSync): { pointers: Map<string, number>; isWhole: boolean } {
  if (isLogWhole(from)) {
    const newest = scan(arrays(from, newestVersions));
    if (newest.isWhole) return { pointers: pointersOf(newest.rows), isWhole: true };
  }
  const up = scan(arrays(from, 'SELECT key, version FROM current ORDER BY key'));
  if (up.isWhole) return { pointers: pointersOf(up.rows), isWhole: true };
  const down = scan(arrays(from, 'SELECT key, version FROM current ORDER BY key DESC'));
  return { pointers: pointersOf([...up.rows, ...down.rows]), isWhole: false };
}

const wholeVersions = 'SELECT id, key, created, lease, value, sum FROM versions';
const newestVersions = `SELECT key, id FROM (SELECT key, max(id) AS id, created FROM versions GROUP BY key)
  WHERE created > 0`;

function isLogWhole(from: DatabaseSync): boolean {
  const problems = scan(arrays(from, "PRAGMA integrity_check('versions')"));
  if (!problems.isWhole || problems.rows.some(([text]) => text !== 'ok')) return false;
  try {
    for (const row of arrays(from, wholeVersions).iterate()) {
      const read = versionOf(Object.values(row));
      if (versionSum(read) !== read.sum) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function provenRow(statement: StatementSync, key: string, id: number) {
  try {
    const row: unknown = statement.get(id);
    if (!Array.isArray(row)) return undefined;
    const read = versionOf(row);
    return read.key === key && read.created > 0 && versionSum(read) === read.sum ? read : undefined;
  } catch {
    return undefined;
  }
}

function versionOf([id, key, created, lease, value, sum]: readonly unknown[]) {
  return {
    id: Number(id),
    key: String(key),
    created: Number(created),
    lease: lease === null ? null : String(lease),
    value: value instanceof Uint8Array ? value : null,
    sum: Number(sum),
  };
}

function pointersOf(rows: readonly (readonly unknown[])[]): Map<string, number> {
  return new Map(rows.map(([key, id]) => [String(key), Number(id)]));
}

function keepLeases(from: DatabaseSync, into: DatabaseSync): { kept: Set<string>; lost: number } {
  const add = into.prepare('INSERT INTO leases VALUES (?, ?, ?)');
  const kept = new Set<string>();
  let lost = 0;
  const { rows, isWhole } = scan(arrays(from, 'SELECT id, ttl_ms, sum FROM leases'));
  for (const [id, ttlMs, sum] of rows) {
    if (leaseSum(String(id), Number(ttlMs)) !== sum) {
      lost++;
      continue;
    }
    add.run(String(id), Number(ttlMs), Number(sum));
    kept.add(String(id));
  }
  keepLeaseEnds(from, into, kept);
  return { kept, lost: isWhole ? lost : lost + 1 };
}

/** A lease whose end is not known any more gets its full time. */
function keepLeaseEnds(from: DatabaseSync, into: DatabaseSync, kept: ReadonlySet<string>): void {
  const { rows } = scan(arrays(from, "SELECT name FROM sqlite_master WHERE name = 'lease_ends'"));
  if (rows.length === 0) return;
  const add = into.prepare('INSERT OR IGNORE INTO lease_ends VALUES (?, ?, ?)');
  for (const [id, endsMs, sum] of scan(arrays(from, 'SELECT id, ends_ms, sum FROM lease_ends')).rows) {
    const isProven = kept.has(String(id)) && leaseSum(String(id), Number(endsMs)) === sum;
    if (isProven) add.run(String(id), Number(endsMs), Number(sum));
  }
}

function writeState(into: DatabaseSync, { acknowledged, proven, highest }: Knowledge): void {
  const revision = Math.max(highest, proven?.revision ?? 0, acknowledged?.revision ?? 0);
  const commits = Math.max(proven?.commits ?? 0, acknowledged?.commits ?? 0);
  const state = { revision, compacted: revision, swept: revision, commits, chain: 0 };
  into
    .prepare('INSERT INTO state VALUES (1, ?, ?, ?, ?, ?, ?)')
    .run(revision, revision, revision, commits, 0, stateSum(state));
}

/** What is known of where the store stood. */
interface Knowledge {
  readonly acknowledged: Acknowledged | undefined;
  /** As the database says, when its checksum agrees, and that of the record at the end of the log. */
  readonly proven: StoreState | undefined;
  /** The highest revision of an entry that was kept. */
  readonly highest: number;
}

function provenState(from: DatabaseSync): StoreState | undefined {
  try {
    const read = readState(from);
    return read?.isProven && isEndProven(from) ? read.state : undefined;
  } catch (thrown) {
    // Damage is what is salvaged from: then nothing is known of where it stood.
    if (sqliteCode(thrown) === undefined) throw thrown;
    return undefined;
  }
}

/** Where the log ends is what the id of its last record says. */
function isEndProven(from: DatabaseSync): boolean {
  const row: unknown = arrays(from, `${wholeVersions} ORDER BY id DESC LIMIT 1`).get();
  if (!Array.isArray(row)) return true;
  const read = versionOf(row);
  return versionSum(read) === read.sum;
}

function lossesOf({ acknowledged, proven }: Knowledge, kept: Kept): string[] {
  const lost: string[] = [];
  if (!acknowledged) {
    lost.push('What was acknowledged last is not known: changes may be missing that nobody can count.');
  } else if (!proven) {
    lost.push(
      `Where its log ends cannot be proven: changes up to revision ${acknowledged.revision} may be missing.`,
    );
  } else if (lossAgainst(proven, acknowledged) === 'end') {
    lost.push(
      `All that was written in revisions ${proven.revision + 1} to ${acknowledged.revision}: what was made then is gone, what was deleted or taken away then is back.`,
    );
  } else if (lossAgainst(proven, acknowledged) === 'other') {
    lost.push('It is not what was acknowledged: changes may be missing that nobody can count.');
  }
  if (kept.lostKeys.length > 0) lost.push(`${kept.lostKeys.length} entries whose records are damaged.`);
  if (!kept.isIndexWhole) lost.push('Entries in a part of the index that cannot be read and has no names.');
  if (kept.lostLeases > 0) lost.push(`${kept.lostLeases} leases, and the entries that belong to them.`);
  lost.push('The history of changes: every watch begins anew.');
  return lost;
}

/** As many rows as can be read. */
function scan(statement: StatementSync): { rows: unknown[][]; isWhole: boolean } {
  const rows: unknown[][] = [];
  try {
    for (const row of statement.iterate()) rows.push(Object.values(row));
    return { rows, isWhole: true };
  } catch (thrown) {
    if (sqliteCode(thrown) === undefined) throw new Error(errorMessage(thrown), { cause: thrown });
    return { rows, isWhole: false };
  }
}

function arrays(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}
