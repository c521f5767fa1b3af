import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keysOfOneCourse } from '../../arm/index.ts';
import { type Clock, CodedError } from '../../base/index.ts';
import { inspectDatabase, renumberDatabase, StoreDamaged } from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import { type BackupAbout, proveBackup } from './backup.ts';
import { copyBackup, stage } from './staged.ts';

/**
 * Puts the state of a backup in the place of that of a home nobody has open, all of it or nothing. Revisions go on above
 * every one that the home has given out, whichever way its clock was set: a revision is one state for ever, and who
 * watched is told `gone`. Throws `invalid` for a backup of another estate, and as `proveBackup`.
 */
export async function rewindTo(options: {
  readonly file: string;
  readonly home: string;
  readonly files: EstateFiles;
  readonly clock: Clock;
}): Promise<BackupAbout & { readonly continuesAt: number }> {
  const { file, home, files, clock } = options;
  const { about, files: enclosed } = proveBackup(file, files);
  demandSameEstate(files, enclosed.get(basename(files.authority)));
  const live = inspectDatabase(files.database);
  if (live.damage.length + live.loss.length > 0)
    throw new StoreDamaged(files.database, [...live.damage, ...live.loss]);
  return stage(home, { database: files.database, clock }, (folder) => {
    const database = join(folder, basename(files.database));
    copyBackup(file, database);
    const continuesAt = renumberDatabase(database, {
      nowMs: Math.max(clock.now(), live.state.revision + 1),
      without: keysOfOneCourse,
    });
    const name = basename(files.administratorPassword);
    const password = enclosed.get(name);
    if (password) writeFileSync(join(folder, name), password, { mode: 0o600, flag: 'wx' });
    return { ...about, continuesAt };
  });
}

/** Another estate's state comes with its keys: its tokens would count here. */
export function demandSameEstate(files: EstateFiles, authority: Uint8Array | undefined): void {
  const own = existsSync(files.authority) ? readFileSync(files.authority) : undefined;
  if (own && authority && own.equals(authority)) return;
  throw new CodedError(
    'invalid',
    'that snapshot is one of another estate: its CA is not the one of this home, and its tokens and certificates would count here. Make an estate of its own of it: drydock fork NAME --home DIR --port N',
  );
}
