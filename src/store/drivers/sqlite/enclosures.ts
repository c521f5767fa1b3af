import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { openFailure, StoreDamaged } from './errors.ts';
import { openPrivately } from './private-files.ts';

/** What travels inside a copy of a database. */
export interface Enclosures {
  /** What the writer says of the copy; undefined: nothing was enclosed, so it is no backup. */
  readonly about: JsonObject | undefined;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const aboutName = ' about';
const table =
  'CREATE TABLE enclosed (name TEXT PRIMARY KEY, content BLOB NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID';

/** Puts files and a word about them into a copy that nobody has open. */
export function enclose(file: string, about: JsonObject, files: ReadonlyMap<string, Uint8Array>): void {
  openPrivately(file, () => {
    const database = new DatabaseSync(file);
    try {
      database.exec(`BEGIN EXCLUSIVE; ${table}`);
      const insert = database.prepare('INSERT INTO enclosed VALUES (?, ?, ?)');
      const all = new Map([...files, [aboutName, Buffer.from(JSON.stringify(about))]]);
      for (const [name, content] of all) insert.run(name, content, digestOf(name, content));
      database.exec('COMMIT');
    } finally {
      database.close();
    }
  });
}

/** Reads what is enclosed. Throws `StoreDamaged` when it is not what was put there. */
export function readEnclosures(file: string): Enclosures {
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    try {
      return readAll(database, file);
    } finally {
      database.close();
    }
  } catch (thrown) {
    throw openFailure(file, thrown);
  }
}

function readAll(database: DatabaseSync, file: string): Enclosures {
  const there = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'enclosed'").get();
  if (!there) return { about: undefined, files: new Map() };
  const files = new Map<string, Uint8Array>();
  for (const { name, content, digest } of database
    .prepare('SELECT name, content, digest FROM enclosed')
    .all()) {
    const isWhole =
      typeof name === 'string' && content instanceof Uint8Array && digestOf(name, content) === digest;
    if (!isWhole) throw new StoreDamaged(file, [`The file ${name} in it does not match its digest.`]);
    files.set(name, content);
  }
  const about = files.get(aboutName);
  files.delete(aboutName);
  const said: unknown = about === undefined ? undefined : JSON.parse(Buffer.from(about).toString());
  if (!isObject(said)) throw new StoreDamaged(file, ['What it says of itself is missing.']);
  return { about: said, files };
}

/** Makes a database out of a backup again. */
export function removeEnclosures(file: string): void {
  openPrivately(file, () => {
    const database = new DatabaseSync(file);
    try {
      // What is dropped are keys: their bytes do not stay in unused pages.
      database.exec('PRAGMA secure_delete = ON; DROP TABLE IF EXISTS enclosed');
    } finally {
      database.close();
    }
  });
}

function digestOf(name: string, content: Uint8Array): string {
  return createHash('sha256').update(`${name}\0`).update(content).digest('hex');
}
