/**
 * `versions` is the log: a row for each change, `id` being its revision and its place in the transaction. `created` is
 * 0 for a deletion. `current` points to the row that stands at each key.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS versions (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  created INTEGER NOT NULL,
  lease TEXT,
  value BLOB
);
CREATE INDEX IF NOT EXISTS versions_by_key ON versions (key, id);
CREATE TABLE IF NOT EXISTS current (
  key TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  lease TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS current_by_lease ON current (lease) WHERE lease IS NOT NULL;
CREATE TABLE IF NOT EXISTS leases (id TEXT PRIMARY KEY, ttl_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO marks VALUES ('revision', 0), ('compacted', 0), ('swept', 0);
`;

/** Raised when the tables change shape; a database of another layout is refused, never guessed at. */
export const schemaVersion = 1;

/** `id` of a version: revision * ordinals + ordinal. */
export const ordinals = 1024;
