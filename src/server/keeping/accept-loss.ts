import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keysOfOneCourse } from '../../arm/index.ts';
import { type Clock, CodedError, errorMessage } from '../../base/index.ts';
import { inspectDatabase, type Salvage, salvageDatabase, syncFile } from '../../store/index.ts';
import type { EstateFiles } from '../options.ts';
import { declareStaged, finishStaged, removeAbandoned, workFolder } from './staged.ts';

/** What a start over a damaged database accepts as lost. */
export interface AcceptedLoss extends Salvage {
  /** Where the files as they were lie, with the list of every lost key. */
  readonly setAside: string;
}

/**
 * Makes a damaged home one that starts: sets a copy of its database aside, then puts what can be proven of it in its
 * place. Undefined when nothing is wrong, and then nothing is changed. Throws `StoreLocked`, or `StoreDamaged` when
 * nothing of it can be read.
 */
export async function acceptLoss(options: {
  readonly home: string;
  readonly files: EstateFiles;
  readonly clock: Clock;
}): Promise<AcceptedLoss | undefined> {
  const { home, files, clock } = options;
  const found = inspectDatabase(files.database);
  if (found.damage.length + found.loss.length === 0) return undefined;
  removeAbandoned(home);
  const setAside = setDatabaseAside(home, files.database, clock);
  const folder = workFolder(home, 'staging');
  try {
    const name = basename(files.database);
    const salvage = salvageDatabase(join(setAside, name), join(folder, name), {
      found,
      nowMs: clock.now(),
      without: keysOfOneCourse,
    });
    const lost = [...salvage.lost, ...salvage.lostKeys.map((key) => `  ${key}`)];
    writeFileSync(join(setAside, 'lost.txt'), `${lost.join('\n')}\n`, { mode: 0o600 });
    declareStaged(home, folder);
    await finishStaged(home, { database: files.database, clock });
    return { ...salvage, setAside };
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** The copy is complete before it has its name. */
function setDatabaseAside(home: string, database: string, clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-');
  const target = join(home, `damaged-${stamp}`);
  const folder = workFolder(home, 'staging');
  try {
    for (const part of ['', '-wal', '-witness']) {
      if (!existsSync(database + part)) continue;
      const copy = join(folder, basename(database) + part);
      copyFileSync(database + part, copy);
      syncFile(copy);
    }
    syncFile(folder);
    renameSync(folder, target);
    syncFile(home);
    return target;
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw new CodedError(
      'unavailable',
      `no copy of the damaged database can be set aside (${errorMessage(thrown)}), so nothing was changed. Make room, or copy the home yourself.`,
      thrown,
    );
  }
}
