import { chmodSync, lstatSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { CodedError, makeFolder } from '../../../base/index.ts';
import { witnessFile } from './witness.ts';

const privateMode = 0o600;
const othersBits = 0o077;

/** The files of a database that may exist beside it. */
function databaseFiles(file: string): string[] {
  return [file, `${file}-wal`, `${file}-shm`, witnessFile(file)];
}

/**
 * Runs `open` so that whatever it makes can be read by its owner alone from the first byte on, and takes away what
 * others may do with files that are there already. Throws `forbidden` for a link and for a file of somebody else.
 */
export function openPrivately<T>(file: string, open: () => T): T {
  const before = process.umask(othersBits);
  try {
    makeFolder(dirname(file));
    for (const one of databaseFiles(file)) makePrivate(one);
    return open();
  } finally {
    process.umask(before);
  }
}

function makePrivate(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return;
  if (found.isSymbolicLink()) throw refused(file, 'is a link', 'Put the file itself there.');
  if (!found.isFile()) throw refused(file, 'is not a file', 'Pick another folder.');
  if (!isOwn(found)) {
    throw refused(file, `belongs to user ${found.uid}`, 'Run as that user, or pick another folder.');
  }
  if ((found.mode & othersBits) !== 0) chmodSync(file, privateMode);
}

/** True where the system knows no owners, too. */
function isOwn(found: Stats): boolean {
  const own = process.geteuid?.();
  return own === undefined || found.uid === own;
}

function refused(file: string, what: string, advice: string): CodedError {
  return new CodedError('forbidden', `${file} ${what}. ${advice}`);
}
