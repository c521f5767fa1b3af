import { constants, copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Clock, CodedError, errorMessage, makeFolder } from '../../base/index.ts';
import { readEnclosures, StoreDamaged, syncFile } from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import {
  type BackupAbout,
  backupAbout,
  makeBackup,
  placeDraft,
  proveBackup,
  removeDrafts,
} from './backup.ts';

/** A snapshot is a backup with a name, in a folder of its home. */
const folderName = 'snapshots';
const ending = '.snapshot';
const nameForm = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

const snapshotLimits = { snapshots: 200 } as const;

/** What is told of a snapshot without reading all of it. */
export interface Snapshot extends BackupAbout {
  readonly name: string;
  readonly bytes: number;
}

/** Throws `invalid` for a name that no snapshot may have. `now` is the estate as it stands. */
export function checkSnapshotName(name: string): void {
  if (nameForm.test(name) && name !== 'now') return;
  throw new CodedError(
    'invalid',
    `'${name}' is no name for a snapshot: 1 to 63 small letters, digits, '-', '_' and '.', a letter or digit first and last, and not 'now'.`,
  );
}

/** Where a snapshot lies. Throws `invalid` for the name, `not-found` when there is none. */
export function snapshotFile(home: string, name: string): string {
  checkSnapshotName(name);
  const file = placeOf(home, name);
  if (existsSync(file)) return file;
  throw new CodedError(
    'not-found',
    `there is no snapshot '${name}' in ${home}. 'drydock snapshot list' shows those there are.`,
  );
}

/** Takes a snapshot of one moment: complete and verified under its name, or not there. As `makeBackup`. */
export async function createSnapshot(
  name: string,
  options: Omit<Parameters<typeof makeBackup>[0], 'target' | 'overwrite'> & { readonly home: string },
): Promise<Snapshot> {
  const { home, ...parts } = options;
  const target = newPlace(home, name);
  await makeBackup({ ...parts, target, overwrite: false });
  return describeSnapshot(home, name);
}

/** All there are, the oldest first. Files that are no whole snapshots are left out. */
export function listSnapshots(home: string): Snapshot[] {
  return snapshotNames(home)
    .flatMap((name) => {
      try {
        return [describeSnapshot(home, name)];
      } catch (thrown) {
        if (thrown instanceof CodedError || thrown instanceof StoreDamaged) return [];
        throw thrown;
      }
    })
    .sort((a, b) => a.takenAt.localeCompare(b.takenAt) || a.name.localeCompare(b.name));
}

function snapshotNames(home: string): string[] {
  const folder = join(home, folderName);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .filter((name) => nameForm.test(name));
}

export function describeSnapshot(home: string, name: string): Snapshot {
  const file = snapshotFile(home, name);
  return { name, ...backupAbout(readEnclosures(file).about, file), bytes: statSync(file).size };
}

export function deleteSnapshot(home: string, name: string): void {
  const file = snapshotFile(home, name);
  rmSync(file);
  syncFile(join(home, folderName));
}

/** Copies a snapshot, proven, to a file outside; it is a backup like any other. Throws as `proveBackup`, and `already-exists`. */
export function exportSnapshot(
  name: string,
  options: { home: string; files: EstateFiles; target: string; overwrite: boolean },
): BackupAbout {
  const { home, files, target, overwrite } = options;
  return copyProven(snapshotFile(home, name), { files, target, overwrite });
}

/** Takes a backup or an exported snapshot in, proven, under a name. Throws as `proveBackup`, and `already-exists`. */
export function importSnapshot(
  name: string,
  options: { home: string; files: EstateFiles; source: string },
): Snapshot {
  const { home, files, source } = options;
  copyProven(source, { files, target: newPlace(home, name), overwrite: false });
  return describeSnapshot(home, name);
}

function copyProven(
  source: string,
  { files, target, overwrite }: { files: EstateFiles; target: string; overwrite: boolean },
): BackupAbout {
  const { draft, folder } = removeDrafts(target, overwrite);
  try {
    copyFileSync(source, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const { about } = proveBackup(draft, files);
    syncFile(draft);
    placeDraft(draft, target, overwrite);
    syncFile(folder);
    return about;
  } catch (thrown) {
    if (thrown instanceof StoreDamaged) throw new StoreDamaged(source, thrown.problems);
    if (thrown instanceof CodedError) {
      throw new CodedError(thrown.code, thrown.message.replaceAll(draft, source), thrown);
    }
    throw new CodedError('unavailable', `${target} cannot be written: ${errorMessage(thrown)}.`, thrown);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Throws when the name is none, or is taken, or there are too many. */
function newPlace(home: string, name: string): string {
  checkSnapshotName(name);
  const target = placeOf(home, name);
  if (existsSync(target)) {
    throw new CodedError(
      'already-exists',
      `there is a snapshot '${name}' already. Take another name, or delete it first: drydock snapshot delete ${name}`,
    );
  }
  if (snapshotNames(home).length >= snapshotLimits.snapshots) {
    throw new CodedError(
      'too-many',
      `${home} holds ${snapshotLimits.snapshots} snapshots, as many as it may. Delete or export one first.`,
    );
  }
  makeFolder(join(home, folderName));
  return target;
}

function placeOf(home: string, name: string): string {
  return join(home, folderName, basename(name) + ending);
}

/** A name for what is left behind, by the time and free. */
export function freeSnapshotName(home: string, start: string, clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().toLowerCase().replaceAll(/[:.]/g, '-');
  const taken = new Set(snapshotNames(home));
  for (let n = 0; ; n++) {
    const name = n === 0 ? `${start}-${stamp}` : `${start}-${stamp}-${n}`;
    if (!taken.has(name)) return name;
  }
}
