import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keysOfOneCourse } from '../../arm/index.ts';
import { type Clock, CodedError, errorMessage } from '../../base/index.ts';
import { renumberDatabase } from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import { type BackupAbout, keptFiles, proveBackup } from './backup.ts';
import { copyBackup, isAbandoned, stage } from './staged.ts';

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
  return stage(home, { database: files.database, clock }, (folder) => {
    const database = join(folder, basename(files.database));
    copyBackup(file, database);
    const continuesAt = renumberDatabase(database, { nowMs: clock.now(), without: keysOfOneCourse });
    for (const name of keptFiles(files).keys()) {
      const content = enclosed.get(name);
      if (content) writeFileSync(join(folder, name), content, { mode: 0o600, flag: 'wx' });
    }
    // A server that starts makes its folders first and then looks for a restore; this looks for them once the restore can be seen.
    demandEmpty(home, basename(folder));
    return { ...about, continuesAt };
  });
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
