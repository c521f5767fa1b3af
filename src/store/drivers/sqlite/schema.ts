/**
 * `versions` is the log: a row for each change, `id` being its revision and its place in the transaction. `created` is
 * 0 for a deletion, and `prior` the row of the same key that it took the place of, unless that was a deletion: by it old
 * rows are found, so that only deletions stand in an index by key. `current` points to the row that stands at each key. Every row whose loss or change another table
 * would not show carries a checksum (`sums.ts`). A lease without a row in `lease_ends` is kept alive by somebody.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS versions (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  created INTEGER NOT NULL,
  lease TEXT,
  value BLOB,
  sum INTEGER,
  prior INTEGER
);
CREATE INDEX IF NOT EXISTS versions_deleted ON versions (key, id) WHERE created = 0;
CREATE TABLE IF NOT EXISTS current (
  key TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  lease TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS current_by_lease ON current (lease) WHERE lease IS NOT NULL;
CREATE TABLE IF NOT EXISTS leases (id TEXT PRIMARY KEY, ttl_ms INTEGER NOT NULL, sum INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lease_ends (id TEXT PRIMARY KEY, ends_ms INTEGER NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
  id INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  compacted INTEGER NOT NULL,
  swept INTEGER NOT NULL,
  commits INTEGER NOT NULL,
  chain INTEGER NOT NULL,
  sum INTEGER NOT NULL
);
`;

/** Raised when the tables change shape or sense; a database of a later layout is refused, never guessed at. */
export const schemaVersion = 3;

/** The layout without checksums. The second had all versions in an index, and the row of `state` was written with every group. */
export const firstLayout = 1;

/** What came to the present layout later: releases before it work without, and a database may not have it yet. */
export const laterTables: ReadonlySet<string> = new Set(['lease_ends']);

/** `id` of a version: revision * ordinals + ordinal. */
export const ordinals = 1024;

/** The definitions as SQLite keeps them, by name: of the present layout or the second. */
export function schemaByName(layout: number): ReadonlyMap<string, string> {
  const second = schema
    .replace(',\n  prior INTEGER', '')
    .replace('versions_deleted', 'versions_by_key')
    .replace(' WHERE created = 0', '');
  const definitions = (layout === schemaVersion ? schema : second)
    .split(';')
    .map((text) => definitionText(text))
    .filter((text) => text !== '');
  return new Map(definitions.map((text) => [/^CREATE (?:TABLE|INDEX) (\w+)/.exec(text)?.[1] ?? text, text]));
}

/** One spelling of a definition: a column that was added later stands on the same line. */
export function definitionText(sql: string): string {
  return sql
    .replace(' IF NOT EXISTS', '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([(),]) ?/g, '$1')
    .trim();
}
