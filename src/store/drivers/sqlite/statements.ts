import type { DatabaseSync, StatementSync } from 'node:sqlite';

const queries = {
  begin: 'BEGIN',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  setState: 'UPDATE state SET revision = ?, compacted = ?, swept = ?, commits = ?, chain = ?, sum = ?',

  get: `SELECT v.key, v.id, v.created, v.lease, v.value, v.sum, c.key
    FROM current c JOIN versions v ON v.id = c.version WHERE c.key = ?`,
  current: 'SELECT version, created FROM current WHERE key = ?',
  range: `SELECT v.key, v.id, v.created, v.lease, v.value, v.sum, c.key
    FROM current c CROSS JOIN versions v ON v.id = c.version
    WHERE c.key >= ? AND c.key < ? ORDER BY c.key LIMIT ?`,
  version: 'SELECT key, id, created, lease, value, sum FROM versions WHERE id = ?',
  standing: 'SELECT key, version, created FROM current WHERE key >= ? AND key < ? ORDER BY key',
  deletedAfter: `SELECT key, id FROM versions INDEXED BY versions_deleted
    WHERE created = 0 AND key >= ? AND key < ? AND id > ? ORDER BY key, id`,
  priorAt: `WITH RECURSIVE line (id, steps) AS (SELECT ?1, 0 UNION ALL
      SELECT v.prior, steps + 1 FROM line JOIN versions v ON v.id = line.id WHERE line.id > ?2 AND v.prior < line.id)
    SELECT id, steps FROM line WHERE id <= ?2`,
  history: `SELECT key, id, created, lease, value, sum FROM versions
    WHERE id >= ? AND key >= ? AND key < ? ORDER BY id LIMIT ?`,

  historySizes: 'SELECT id, length(value) FROM versions WHERE id > ? ORDER BY id',

  insertVersion:
    'INSERT INTO versions (id, key, created, lease, value, sum, prior) VALUES (?, ?, ?, ?, ?, ?, ?)',
  setCurrent: `INSERT INTO current (key, version, created, lease) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, created = excluded.created, lease = excluded.lease`,
  deleteCurrent: 'DELETE FROM current WHERE key = ?',

  leases: 'SELECT l.id, l.ttl_ms, e.ends_ms FROM leases l LEFT JOIN lease_ends e ON e.id = l.id',
  lease: 'SELECT 1 FROM leases WHERE id = ?',
  addLease: 'INSERT INTO leases (id, ttl_ms, sum) VALUES (?, ?, ?)',
  removeLease: 'DELETE FROM leases WHERE id = ?',
  setLeaseEnd: `INSERT INTO lease_ends (id, ends_ms, sum) SELECT id, ?2, ?3 FROM leases WHERE id = ?1
    ON CONFLICT (id) DO UPDATE SET ends_ms = excluded.ends_ms, sum = excluded.sum`,
  removeLeaseEnd: 'DELETE FROM lease_ends WHERE id = ?',
  leasedKeys: 'SELECT key FROM current WHERE lease = ? ORDER BY key LIMIT ?',

  dropSuperseded: `DELETE FROM versions WHERE id IN (
    SELECT older.id FROM versions newer CROSS JOIN versions older
      ON older.id = newer.prior AND older.id < newer.id AND older.key = newer.key
    WHERE newer.id BETWEEN ? AND ?)`,
  unusedPages: 'PRAGMA freelist_count',
  dropDeletions: 'DELETE FROM versions WHERE created = 0 AND id BETWEEN ? AND ?',
} as const;

/** Every statement of the ledger, prepared once. */
export type Statements = Readonly<Record<keyof typeof queries, StatementSync>>;

/** Prepares every statement that the driver runs; rows come as arrays. */
export function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (name: keyof typeof queries): StatementSync => {
    const statement = database.prepare(queries[name]);
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    begin: prepare('begin'),
    commit: prepare('commit'),
    rollback: prepare('rollback'),
    setState: prepare('setState'),
    get: prepare('get'),
    current: prepare('current'),
    range: prepare('range'),
    version: prepare('version'),
    standing: prepare('standing'),
    deletedAfter: prepare('deletedAfter'),
    priorAt: prepare('priorAt'),
    history: prepare('history'),
    historySizes: prepare('historySizes'),
    insertVersion: prepare('insertVersion'),
    setCurrent: prepare('setCurrent'),
    deleteCurrent: prepare('deleteCurrent'),
    leases: prepare('leases'),
    lease: prepare('lease'),
    addLease: prepare('addLease'),
    removeLease: prepare('removeLease'),
    setLeaseEnd: prepare('setLeaseEnd'),
    removeLeaseEnd: prepare('removeLeaseEnd'),
    leasedKeys: prepare('leasedKeys'),
    dropSuperseded: prepare('dropSuperseded'),
    unusedPages: prepare('unusedPages'),
    dropDeletions: prepare('dropDeletions'),
  };
}
