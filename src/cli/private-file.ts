import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../base/index.ts';

const ownerOnly = 0o600;

/**
 * Writes a file that holds a secret in one step: a reader sees the old text or the new. Whatever the mode of a file that
 * is there, afterwards only its owner can read it; a link stays and what it leads to is written. Makes the folder.
 * A pipe or device is written as it is.
 */
export function writePrivately(path: string, content: string | Uint8Array): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  if (existsSync(target) && !statSync(target).isFile()) {
    writeFileSync(target, content);
    return;
  }
  makeFolder(dirname(target));
  const draft = `${target}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  try {
    // Exclusive: neither a link nor a file with another mode that somebody put there is written to.
    writeFileSync(draft, content, { mode: ownerOnly, flag: 'wx' });
    renameSync(draft, target);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw thrown;
  }
}
