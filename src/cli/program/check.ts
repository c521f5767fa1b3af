import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CodedError } from '../../base/index.ts';
import {
  checkAuthority,
  inspectDatabase,
  proveBackup,
  removeAbandoned,
  StoreDamaged,
  StoreLocked,
  workFolder,
} from '../../server/home-check.ts';
import { copyHomeDatabase } from './backup.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles, readRunning } from './home.ts';

/** Exit code 0: all that was acknowledged is there; 1: damaged, or it could not be read. */
export async function run(call: VerbCall): Promise<number> {
  const [backup, ...more] = call.words;
  if (more.length > 0) throw new UsageError("usage: 'drydock check [FILE]'.");
  if (backup !== undefined) return checkBackup(resolve(backup), call.home) ? 0 : 1;
  const { home } = call;
  if (readRunning(home)) return (await checkRunning(home)) ? 0 : 1;
  const databases = [homeFiles(home).database, join(home, 'kube.db')];
  const there = databases.filter((file) => existsSync(file) || existsSync(`${file}-witness`));
  if (there.length === 0) throw new UsageError(`${home} holds no database.`, 1);
  const results = there.map((file) => checkDatabase(file, file));
  const { authority, authorityKey, controlToken } = homeFiles(home);
  // A database alone, such as a bare server's, has no keys beside it.
  const hasKeys = [authority, authorityKey, controlToken].some((file) => existsSync(file));
  if (hasKeys) results.push(checkKeys(home));
  return results.every(Boolean) ? 0 : 1;
}

/** The server copies one moment of its database, read from the disk; the copy is looked at here, beside its work. */
async function checkRunning(home: string): Promise<boolean> {
  removeAbandoned(home);
  const folder = workFolder(home, 'checking');
  try {
    const copy = join(folder, 'drydock.db');
    await copyHomeDatabase(home, copy);
    const isWhole = checkDatabase(copy, homeFiles(home).database);
    return checkKeys(home) && isWhole;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkBackup(file: string, home: string): boolean {
  try {
    const { about } = proveBackup(file, homeFiles(home));
    process.stdout.write(
      `ok  ${file}: a backup of ${about.takenAt}, ${about.entries} entries at revision ${about.revision}; all of it agrees with its checksums\n`,
    );
    return true;
  } catch (thrown) {
    if (!(thrown instanceof StoreDamaged)) throw thrown;
    for (const problem of thrown.problems) process.stdout.write(`damaged  ${file}: ${problem}\n`);
    return false;
  }
}

function checkKeys(home: string): boolean {
  const { authority, authorityKey } = homeFiles(home);
  try {
    checkAuthority({ authority, authorityKey });
    process.stdout.write(`ok  ${authority}: a certificate that fits its key\n`);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    process.stdout.write(`damaged  ${thrown.message}\n`);
    return false;
  }
}

function checkDatabase(file: string, name: string): boolean {
  try {
    const { damage, loss, state, versions, valueBytes, entries } = inspectDatabase(file);
    const problems = [...damage, ...loss];
    for (const problem of problems) process.stdout.write(`damaged  ${name}: ${problem}\n`);
    if (problems.length > 0) {
      process.stdout.write(
        "Nothing was changed. Restore a backup into a new home ('drydock restore FILE --home DIR'), or see 'drydock up --help' for a start that accepts the loss.\n",
      );
      return false;
    }
    process.stdout.write(
      `ok  ${name}: revision ${state.revision}, ${entries} entries; ${versions} records (${valueBytes} bytes), their index and what was acknowledged last agree with their checksums\n`,
    );
    return true;
  } catch (thrown) {
    if (thrown instanceof StoreLocked) {
      throw new UsageError(
        `a server has ${name} open and does not answer here: it is starting or stopping. Try again, or stop it first ('drydock down').`,
        1,
      );
    }
    if (thrown instanceof CodedError) throw new UsageError(thrown.message, 1);
    throw thrown;
  }
}
