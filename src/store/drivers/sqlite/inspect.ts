import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CodedError } from '../../../base/index.ts';
import { storeLimits } from '../../contract.ts';
import { openFailure, StoreDamaged } from './errors.ts';
import { definitionText, firstLayout, laterTables, ordinals, schemaByName, schemaVersion } from './schema.ts';
import { lossAgainst, readState } from './state.ts';
import { emptyState, isUnwritten, leaseSum, type StoreState, versionSum } from './sums.ts';
import { readWitness, type WitnessReading, witnessFile } from './witness.ts';

/** What a look at a database found; nothing was changed by it. */
export interface Inspection {
  readonly layout: number;
  readonly state: StoreState;
  /** Rows of the log whose checksum was compared, and the bytes of their values. */
  readonly versions: number;
  readonly valueBytes: number;
  readonly entries: number;
  /** What is wrong inside the database. */
  readonly damage: readonly string[];
  /** What was acknowledged and is not there. */
  readonly loss: readonly string[];
  readonly witness: WitnessReading;
}

/**
 * Reads all of a database and compares it with its checksums and its witness. It opens read-only, so that a log which
 * ends early is still there afterwards. Throws `StoreLocked`, or `unsupported` for a later layout.
 */
export function inspectDatabase(file: string): Inspection {
  const witness = readWitness(witnessFile(file));
  // SQLite throws the log of an empty database away, so it is not asked about one.
  if (sizeOf(file) === 0) return compared({ ...nothing, damage: emptyDamage(file) }, witness);
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    try {
      return compared(readAll(database, file), witness);
    } finally {
      database.close();
    }
  } catch (thrown) {
    const failure = openFailure(file, thrown);
    if (!(failure instanceof StoreDamaged)) throw failure;
    return compared({ ...nothing, damage: failure.problems }, witness);
  }
}

type Contents = Omit<Inspection, 'loss' | 'witness'>;

const nothing = { layout: 0, state: emptyState, versions: 0, valueBytes: 0, entries: 0 };

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function emptyDamage(file: string): string[] {
  return sizeOf(`${file}-wal`) === 0 ? [] : ['It is empty or gone, while its log (-wal) is not.'];
}

function readAll(database: DatabaseSync, file: string): Contents {
  const layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (layout > schemaVersion) {
    throw new CodedError(
      'unsupported',
      `The database ${file} was written by a later release (layout ${layout}, this one reads up to ${schemaVersion}). Use that release, or another home.`,
    );
  }
  const found = structureDamage(database);
  if (found.length > 0) return { ...nothing, layout, damage: found };
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_master').get()?.['n'] ?? 0);
  if (layout === 0) {
    return { ...nothing, damage: tables === 0 ? [] : ['It holds tables of another program.'] };
  }
  // The first layout had no checksums: its structure is all that can be looked at.
  if (layout === firstLayout) return { ...nothing, layout, damage: [] };
  const definitions = definitionDamage(database, layout);
  if (definitions.length > 0) return { ...nothing, layout, damage: definitions };
  return { layout, ...contents(database, layout) };
}

function structureDamage(database: DatabaseSync): string[] {
  const lines = database.prepare('PRAGMA integrity_check(3)').all();
  const texts = lines.map((line) => String(line['integrity_check']));
  return texts.filter((text) => text !== 'ok').map((text) => `SQLite finds: ${text.replaceAll('\n', ' ')}.`);
}

function definitionDamage(database: DatabaseSync, layout: number): string[] {
  const stored = new Map(
    database
      .prepare("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
      .all()
      .map((row) => [String(row['name']), definitionText(String(row['sql']))]),
  );
  const wrong = [...schemaByName(layout)].filter(([name, text]) => {
    const found = stored.get(name);
    return found === undefined ? !laterTables.has(name) : found !== text;
  });
  return wrong.map(([name]) => `The definition of ${name} is not the one of this layout.`);
}

function contents(database: DatabaseSync, layout: number): Omit<Contents, 'layout'> {
  const damage: string[] = [];
  const read = readState(database);
  if (!read?.isProven) damage.push('The record of its revision does not match its checksum.');
  const state = read?.state ?? emptyState;
  const rows = checkVersions(database, damage);
  const entries = checkCurrent(database, damage);
  if (layout === schemaVersion) checkPriors(database, { entries, state }, damage);
  checkLeases(database, damage);
  return { state, ...rows, entries, damage };
}

const namedKeys = 3;

function checkVersions(database: DatabaseSync, damage: string[]) {
  const bad: string[] = [];
  let versions = 0;
  let valueBytes = 0;
  for (const row of arrays(database, versionsInOrder).iterate()) {
    const [id, key, created, lease, value, sum] = Object.values(row);
    const version = {
      id: Number(id),
      key: String(key),
      created: Number(created),
      lease: lease === null ? null : String(lease),
      value: value instanceof Uint8Array ? value : null,
    };
    versions++;
    valueBytes += version.value?.length ?? 0;
    if (versionSum(version) !== sum) bad.push(version.key);
  }
  if (bad.length > 0) {
    const named = bad.slice(0, namedKeys).join(', ');
    damage.push(`${bad.length} of ${versions} records do not match their checksums (${named}).`);
  }
  return { versions, valueBytes };
}

const versionsInOrder = 'SELECT id, key, created, lease, value, sum FROM versions ORDER BY id';
const strayCurrent = `SELECT count(*) FROM current c LEFT JOIN versions v ON v.id = c.version
  WHERE v.id IS NULL OR v.key <> c.key OR v.created <> c.created OR v.created = 0 OR v.lease IS NOT c.lease`;
const standing = `SELECT count(*) FROM (SELECT max(id), created FROM versions GROUP BY key) WHERE created > 0`;
const isPrior = 'EXISTS (SELECT 1 FROM versions v WHERE v.id = n.prior AND v.id < n.id AND v.key = n.key)';
const superseded = `SELECT count(DISTINCT n.prior) FROM versions n WHERE n.prior IS NOT NULL AND ${isPrior}`;
const strayPriors = `SELECT count(*) FROM versions n WHERE n.prior IS NOT NULL AND n.id >= ? AND NOT ${isPrior}`;
const strayLeases = `SELECT count(*) FROM current c WHERE c.lease IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.id = c.lease)`;

function checkCurrent(database: DatabaseSync, damage: string[]): number {
  const entries = count(database, 'SELECT count(*) FROM current');
  const stray = count(database, strayCurrent);
  if (stray > 0) damage.push(`${stray} of ${entries} entries do not match their records.`);
  const expected = count(database, standing);
  if (expected !== entries) damage.push(`It shows ${entries} entries where its records make ${expected}.`);
  return entries;
}

/** Every record that stands nowhere any more is what another one took the place of, until it is dropped. */
function checkPriors(
  database: DatabaseSync,
  { entries, state }: { readonly entries: number; readonly state: StoreState },
  damage: string[],
): void {
  const stray = count(database, strayPriors, (state.swept + 1) * ordinals);
  const old = count(database, 'SELECT count(*) FROM versions WHERE created > 0') - entries;
  if (stray === 0 && count(database, superseded) === old) return;
  damage.push('Its records do not say which ones they took the place of.');
}

function checkLeases(database: DatabaseSync, damage: string[]): void {
  const stray = count(database, strayLeases);
  if (stray > 0) damage.push(`${stray} entries belong to leases that are not there.`);
  for (const row of arrays(database, 'SELECT id, ttl_ms, sum FROM leases').iterate()) {
    const [id, ttlMs, sum] = Object.values(row);
    const right = leaseSum(String(id), Number(ttlMs)) === sum && Number(ttlMs) <= storeLimits.leaseTtlMs;
    if (!right) damage.push(`Lease ${id} does not match its checksum.`);
  }
  const ends = count(database, "SELECT count(*) FROM sqlite_master WHERE name = 'lease_ends'");
  if (ends === 0) return;
  for (const row of arrays(database, 'SELECT id, ends_ms, sum FROM lease_ends').iterate()) {
    const [id, endsMs, sum] = Object.values(row);
    if (leaseSum(String(id), Number(endsMs)) !== sum)
      damage.push(`The end of lease ${id} does not match its checksum.`);
  }
}

/** What the witness saw acknowledged and the database does not have. */
function compared(contents: Contents, witness: WitnessReading): Inspection {
  const loss: string[] = [];
  const { state, layout } = contents;
  if (witness.found) {
    const { revision } = witness.found;
    const missing = lossAgainst(state, witness.found);
    if (missing === 'end') {
      loss.push(
        `Revision ${revision} was acknowledged; what can be read ends at revision ${state.revision}.`,
      );
    } else if (missing === 'other') {
      loss.push(`What it holds at revision ${revision} is not what was acknowledged there.`);
    }
  } else if (layout > firstLayout && !isUnwritten(state)) {
    loss.push(
      witness.why === 'missing'
        ? 'The file beside it that says what was acknowledged last (-witness) is missing.'
        : 'The file beside it that says what was acknowledged last (-witness) is damaged.',
    );
  }
  return { ...contents, loss, witness };
}

function arrays(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

function count(database: DatabaseSync, sql: string, ...values: number[]): number {
  const row: unknown = arrays(database, sql).get(...values);
  return Array.isArray(row) ? Number(row[0]) : 0;
}
