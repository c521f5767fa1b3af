import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Clock, CodedError, errorMessage, type JsonObject } from '../../base/index.ts';
import { enclose, inspectDatabase, readEnclosures, StoreDamaged, syncFile } from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import { processIdentity } from '../process-identity.ts';

/** A backup is a copy of the database with the files of its home enclosed, so that it is one file and proves itself. */
const format = 'drydock backup';
const formatVersion = 1;

/** What a backup says of itself. */
export interface BackupAbout {
  /** RFC 3339. */
  readonly takenAt: string;
  /** Release that wrote it. */
  readonly release: string;
  readonly revision: number;
  readonly entries: number;
}

/** The files of a home that go into a backup, by the names that they have there. */
export function keptFiles(files: EstateFiles): ReadonlyMap<string, string> {
  const { authority, authorityKey, controlToken, administratorPassword, settings } = files;
  const all = [authority, authorityKey, controlToken, administratorPassword, settings];
  return new Map(all.map((file) => [basename(file), file]));
}

/** Files without which a home would not be the same one. */
function neededFiles({ authority, authorityKey, controlToken }: EstateFiles): string[] {
  return [authority, authorityKey, controlToken].map((file) => basename(file));
}

/**
 * Makes a backup of one moment at `target`: complete and verified under its name, or not there. `copy` copies the
 * database, with its witness, to a file that does not exist. Throws `already-exists`, `StoreDamaged`, `unavailable` with the reason.
 */
export async function makeBackup(options: {
  readonly files: EstateFiles;
  readonly target: string;
  readonly overwrite: boolean;
  readonly release: string;
  readonly clock: Clock;
  readonly copy: (file: string) => Promise<void>;
}): Promise<BackupAbout> {
  const { files, target, overwrite, release, clock, copy } = options;
  const { draft, folder } = removeDrafts(target, overwrite);
  try {
    await copy(draft);
    const { damage, loss, state, entries } = inspectDatabase(draft);
    if (damage.length + loss.length > 0) throw new StoreDamaged(files.database, [...damage, ...loss]);
    const about = {
      takenAt: new Date(clock.now()).toISOString(),
      release,
      revision: state.revision,
      entries,
    };
    const { commits, chain } = state;
    enclose(draft, { format, formatVersion, ...about, commits, chain }, readKept(files));
    syncFile(draft);
    placeDraft(draft, target, overwrite);
    syncFile(folder);
    return about;
  } finally {
    for (const part of ['', '-witness', '-journal', '-wal', '-shm']) rmSync(draft + part, { force: true });
  }
}

/** Where what is to be at `target` is made first, beside it; abandoned ones go. Throws as `makeBackup` for the target. */
export function removeDrafts(target: string, overwrite: boolean): { draft: string; folder: string } {
  const folder = checkTarget(target, overwrite);
  removeAbandonedDrafts(target);
  return { folder, draft: `${target}.draft-${process.pid}-${processIdentity(process.pid) ?? ''}` };
}

function checkTarget(target: string, overwrite: boolean): string {
  const folder = dirname(target);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CodedError('not-found', `there is no folder ${folder} to put the backup into.`);
  }
  const there = statSync(target, { throwIfNoEntry: false });
  if (there && !there.isFile())
    throw new CodedError('already-exists', `${target} is not a file. Name another one.`);
  if (there && !overwrite) throw alreadyThere(target);
  return folder;
}

function alreadyThere(target: string): CodedError {
  return new CodedError(
    'already-exists',
    `${target} exists. Name another file, or pass --overwrite to replace it once the new backup is complete.`,
  );
}

/** A link fails when the name was taken meanwhile; file systems without links rename. */
export function placeDraft(draft: string, target: string, overwrite: boolean): void {
  if (overwrite) {
    renameSync(draft, target);
    return;
  }
  try {
    linkSync(draft, target);
  } catch (thrown) {
    if (existsSync(target)) throw alreadyThere(target);
    if (!(thrown instanceof Error)) throw thrown;
    renameSync(draft, target);
  }
}

/** Drafts of backups to the same file whose process was ended. */
function removeAbandonedDrafts(target: string): void {
  const start = `${basename(target)}.draft-`;
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(start)) continue;
    const [, pid, identity] = /^(\d+)-([\da-f.]*)/.exec(name.slice(start.length)) ?? [];
    if (pid === undefined || processIdentity(Number(pid)) === identity) continue;
    rmSync(join(dirname(target), name), { force: true });
  }
}

function readKept(files: EstateFiles): Map<string, Uint8Array> {
  const read = new Map<string, Uint8Array>();
  for (const [name, file] of keptFiles(files)) {
    try {
      read.set(name, readFileSync(file));
    } catch (thrown) {
      const isAbsent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
      if (isAbsent && !neededFiles(files).includes(name)) continue;
      throw new CodedError(
        'unavailable',
        `the home is not whole: ${file} cannot be read (${errorMessage(thrown)}). Nothing was written.`,
      );
    }
  }
  return read;
}

/** A backup that was read and proven. */
export interface ProvenBackup {
  readonly about: BackupAbout;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Reads all of a backup and compares it with its checksums. Throws `not-found`, `invalid`, `unsupported`, `StoreDamaged`. */
export function proveBackup(file: string, home: EstateFiles): ProvenBackup {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new CodedError('not-found', `there is no backup at ${file}.`);
  }
  const { about: said, files } = readEnclosures(file);
  const about = demandBackup(said, file);
  const { damage, state, entries } = inspectDatabase(file);
  const isOther = (['revision', 'commits', 'chain'] as const).some((name) => about[name] !== state[name]);
  const missing = neededFiles(home).filter((name) => !files.has(name));
  const problems = [
    ...damage,
    ...(isOther ? ['Its database is not the one that was backed up.'] : []),
    ...missing.map((name) => `The file ${name} in it is missing.`),
  ];
  if (problems.length > 0) throw new StoreDamaged(file, problems);
  return { about: { ...told(about), revision: state.revision, entries }, files };
}

function demandBackup(about: JsonObject | undefined, file: string): JsonObject {
  if (about?.['format'] !== format) throw new CodedError('invalid', `${file} is not a backup of Drydock.`);
  if (about['formatVersion'] === formatVersion) return about;
  throw new CodedError(
    'unsupported',
    `${file} was written by a later release (${about['release']}). Use that one to restore it.`,
  );
}

/** What a backup says of itself, unproven. Throws `invalid` and `unsupported` as `proveBackup`. */
export function backupAbout(said: JsonObject | undefined, file: string): BackupAbout {
  const about = demandBackup(said, file);
  return { ...told(about), revision: Number(about['revision']), entries: Number(about['entries']) };
}

function told(about: JsonObject) {
  return { takenAt: String(about['takenAt']), release: String(about['release']) };
}
