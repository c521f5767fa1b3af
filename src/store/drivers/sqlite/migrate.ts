import type { DatabaseSync } from 'node:sqlite';
import { firstLayout, schema, schemaVersion } from './schema.ts';
import { leaseSum, stateSum, versionSum } from './sums.ts';

/**
 * Brings a database of an earlier layout to the present one; it needs as much room as the database takes.
 * In layout 1 were no checksums and no witness; that it did not give unused space back to the disk is looked at for every database.
 */
export function migrate(database: DatabaseSync, layout: number): void {
  database.exec('BEGIN EXCLUSIVE');
  try {
    if (layout === firstLayout) addSums(database);
    database.exec(`
      ALTER TABLE versions ADD COLUMN prior INTEGER;
      UPDATE versions SET prior = (
        SELECT CASE WHEN o.created > 0 THEN o.id END FROM versions o
        WHERE o.key = versions.key AND o.id < versions.id ORDER BY o.id DESC LIMIT 1);
      DROP INDEX versions_by_key;
      ${schema}
      PRAGMA user_version = ${schemaVersion};
    `);
    database.exec('COMMIT');
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
}

function addSums(database: DatabaseSync): void {
  database.function('version_sum', (id, key, created, lease, value) =>
    versionSum({
      id: Number(id),
      key: String(key),
      created: Number(created),
      lease: lease === null ? null : String(lease),
      value: value instanceof Uint8Array ? value : null,
    }),
  );
  database.function('lease_sum', (id, ttlMs) => leaseSum(String(id), Number(ttlMs)));
  database.exec(`
      ALTER TABLE versions ADD COLUMN sum INTEGER;
      UPDATE versions SET sum = version_sum(id, key, created, lease, value);
      ALTER TABLE leases ADD COLUMN sum INTEGER;
      UPDATE leases SET sum = lease_sum(id, ttl_ms);
    `);
  database.exec(schema);
  const marks = new Map(
    database
      .prepare('SELECT name, value FROM marks')
      .all()
      .map((row) => [String(row['name']), Number(row['value'])]),
  );
  const revision = marks.get('revision') ?? 0;
  const state = {
    revision,
    compacted: marks.get('compacted') ?? 0,
    swept: marks.get('swept') ?? 0,
    commits: 0,
    chain: 0,
  };
  const { compacted, swept, commits, chain } = state;
  database
    .prepare('INSERT INTO state VALUES (1, ?, ?, ?, ?, ?, ?)')
    .run(revision, compacted, swept, commits, chain, stateSum(state));
  database.exec('DROP TABLE marks');
}
