import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Clock, CodedError, errorMessage, makeFolder } from '../../base/index.ts';
import { removeEnclosures, syncFile } from '../../store/index.ts';
import { processIdentity } from '../process-identity.ts';
import { isMissing, making, moving, namesIn, refuseUnfinished, staged } from './unfinished.ts';

/**
 * Files that are to become those of a home, all or none: made in `staging-…`, which has no meaning yet, then named `staged`, and from
 * then on every start goes on moving them until all are in their place. Whoever moves them has their folder under his
 * own name, so that two never do.
 */
const pollMs = 20;

/** A new folder of this process inside the home, for what is still being made. */
export function workFolder(home: string, kind: 'staging' | 'checking'): string {
  makeFolder(home);
  const folder = join(home, ownName(kind));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Whether a name inside a home is a work folder whose process has ended. */
export function isAbandoned(name: string): boolean {
  const [, pid, identity] = making.exec(name) ?? [];
  return pid !== undefined && processIdentity(Number(pid)) !== identity;
}

/** Removes what processes that were ended left unfinished. */
export function removeAbandoned(home: string): void {
  for (const name of namesIn(home)) {
    if (isAbandoned(name)) rmSync(join(home, name), { recursive: true, force: true });
  }
}

/** Gives what lies in a work folder its meaning: from here on it is finished, whatever happens to this process. */
export function declareStaged(home: string, folder: string): void {
  for (const name of readdirSync(folder)) syncFile(join(folder, name));
  syncFile(folder);
  renameSync(folder, join(home, staged));
  syncFile(home);
}

/**
 * Fills a work folder and makes its files those of the home, all or none. Throws what `fill` throws that has a code, else `unavailable`
 * with the reason.
 */
export async function stage<T>(
  home: string,
  parts: { database: string; clock: Clock },
  fill: (folder: string) => Promise<T> | T,
): Promise<T> {
  removeAbandoned(home);
  const folder = workFolder(home, 'staging');
  try {
    const filled = await fill(folder);
    declareStaged(home, folder);
    await finishStaged(home, parts);
    return filled;
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    if (thrown instanceof CodedError) throw thrown;
    throw new CodedError(
      'unavailable',
      `the home ${home} cannot be written: ${errorMessage(thrown)}.`,
      thrown,
    );
  }
}

/** A backup's database as a file of its own, that nobody else may read. */
export function copyBackup(file: string, database: string): void {
  copyFileSync(file, database, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chmodSync(database, 0o600);
  removeEnclosures(database);
}

/**
 * Moves what is staged to its place, also what another process began to move and did not end. Nobody may have the
 * home's database open. What was never finished is removed. Throws as `refuseUnfinished` does.
 */
export async function finishStaged(home: string, parts: { database: string; clock: Clock }): Promise<void> {
  for (;;) {
    const found = namesIn(home).find((name) => name === staged || moving.test(name));
    if (found === undefined) break;
    const [, pid, identity] = moving.exec(found) ?? [];
    if (pid !== undefined && Number(pid) !== process.pid && processIdentity(Number(pid)) === identity) {
      await parts.clock.sleep(pollMs);
      continue;
    }
    const own = join(home, ownName('staged'));
    if (claim(join(home, found), own)) moveAll(own, home, parts.database);
  }
  refuseUnfinished(home, parts.database);
  removeAbandoned(home);
}

function claim(found: string, own: string): boolean {
  if (found === own) return true;
  try {
    renameSync(found, own);
    return true;
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

/** The log and the witness of the database that is replaced go first: SQLite would read the log into the new one. */
function moveAll(folder: string, home: string, database: string): void {
  const names = readdirSync(folder);
  const name = names.find((one) => join(home, one) === database);
  if (name !== undefined) {
    for (const part of ['-wal', '-shm', '-journal', '-witness']) rmSync(database + part, { force: true });
    syncFile(home);
    renameSync(join(folder, name), database);
  }
  for (const one of names) if (one !== name) renameSync(join(folder, one), join(home, one));
  syncFile(home);
  rmdirSync(folder);
}

function ownName(kind: string): string {
  return `${kind}-${process.pid}-${processIdentity(process.pid) ?? ''}`;
}
