import { chmodSync, constants, copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keysOfOneCourse } from '../../arm/index.ts';
import { type Clock, CodedError, errorMessage } from '../../base/index.ts';
import { removeEnclosures, renumberDatabase } from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import { type BackupAbout, keptFiles, proveBackup } from './backup.ts';
import { declareStaged, finishStaged, isAbandoned, removeAbandoned, workFolder } from './staged.ts';

/**
 * Makes a home out of a backup, all of it or nothing. The revisions of the new home lie above every one that the old
 * one may have given out since the backup: whoever still watches from one of those is told to begin anew. Throws
 * `already-exists` for a home that holds anything, `StoreDamaged` and others for a backup that is not whole.
 */
export async function restoreBackup(options: {
  readonly file: string;
  readonly home: string;
  readonly files: EstateFiles;
  readonly clock: Clock;
}): Promise<BackupAbout & { readonly continuesAt: number }> {
  const { file, home, files, clock } = options;
  demandEmpty(home);
  const { about, files: enclosed } = proveBackup(file, files);
  removeAbandoned(home);
  const folder = workFolder(home, 'staging');
  try {
    const database = join(folder, basename(files.database));
    copyFileSync(file, database, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(database, 0o600);
    removeEnclosures(database);
    const continuesAt = renumberDatabase(database, { nowMs: clock.now(), without: keysOfOneCourse });
    for (const name of keptFiles(files).keys()) {
      const content = enclosed.get(name);
      if (content) writeFileSync(join(folder, name), content, { mode: 0o600, flag: 'wx' });
    }
    // A server that starts makes its folders first and then looks for a restore; this looks for them once the restore can be seen.
    demandEmpty(home, basename(folder));
    declareStaged(home, folder);
    await finishStaged(home, { database: files.database, clock });
    return { ...about, continuesAt };
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

/** Throws `already-exists` for a folder that holds anything but an own work folder. */
export function demandEmpty(home: string, own?: string): void {
  let names: string[];
  try {
    names = readdirSync(home);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return;
    throw new CodedError('unavailable', `the home ${home} cannot be used: ${errorMessage(thrown)}.`, thrown);
  }
  if (names.some((name) => name.startsWith('staged'))) {
    throw new CodedError(
      'already-exists',
      `${home} holds a restore that is complete but for its last step. Start it with 'drydock up', or delete the folder first.`,
    );
  }
  if (names.every((name) => name === own || isAbandoned(name))) return;
  throw new CodedError(
    'already-exists',
    `${home} is not empty. Name a folder that is empty or does not exist with --home DIR; nothing was changed.`,
  );
}
