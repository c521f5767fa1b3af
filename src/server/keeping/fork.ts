import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keysOfOneCourse } from '../../arm/index.ts';
import type { Clock, Random } from '../../base/index.ts';
import { clusterKeysRemoved } from '../../clusters/index.ts';
import { credentialsRemoved } from '../../identity/index.ts';
import {
  inspectDatabase,
  inTransactions,
  openSqliteStore,
  renumberDatabase,
  salvageDatabase,
} from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import { loadAuthority, loadControlToken, writePrivate } from '../secrets.ts';
import { type BackupAbout, proveBackup } from './backup.ts';
import { demandEmpty } from './restore.ts';
import { copyBackup, stage } from './staged.ts';

export interface ForkOptions {
  /** A snapshot or a backup. */
  readonly file: string;
  readonly home: string;
  readonly files: EstateFiles;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes the home of a second estate: the same resources, directory and objects, and keys of its own for all that the
 * first has keys for. All of it or nothing. Throws as `restoreBackup`.
 */
export async function forkBackup(options: ForkOptions): Promise<BackupAbout> {
  const { file, home, files, clock } = options;
  demandEmpty(home);
  const { about } = proveBackup(file, files);
  return stage(home, { database: files.database, clock }, async (folder) => {
    const copy = join(folder, 'copy.db');
    copyBackup(file, copy);
    renumberDatabase(copy, { nowMs: clock.now(), without: keysOfOneCourse });
    const password = await rekey(copy, options);
    // Into a new file: no bytes of the first one's keys stay in pages that nobody uses.
    salvageDatabase(copy, join(folder, basename(files.database)), {
      found: inspectDatabase(copy),
      nowMs: clock.now(),
    });
    for (const part of ['', '-wal', '-shm', '-journal', '-witness']) rmSync(copy + part, { force: true });
    makeSecrets(folder, password, options);
    demandEmpty(home, basename(folder));
    return about;
  });
}

/** Answers the administrator's new password. */
async function rekey(copy: string, { clock, random }: ForkOptions): Promise<string> {
  const store = openSqliteStore({ file: copy, clock, random });
  try {
    const { writes, administratorPassword } = await credentialsRemoved(store, random);
    const all = [...writes, ...(await clusterKeysRemoved(store))];
    for (const part of inTransactions(all, store.limits)) await store.commit({ writes: part });
    return administratorPassword;
  } finally {
    await store.close();
  }
}

function makeSecrets(folder: string, password: string, { files, clock, random }: ForkOptions): void {
  const inFolder = (file: string) => join(folder, basename(file));
  const staged: EstateFiles = {
    ...files,
    authority: inFolder(files.authority),
    authorityKey: inFolder(files.authorityKey),
    controlToken: inFolder(files.controlToken),
  };
  loadAuthority(staged, { clock, random, isNew: true });
  loadControlToken(staged, random);
  writePrivate(inFolder(files.administratorPassword), password);
}
