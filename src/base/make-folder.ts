import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are absent, all with `mode`; one that is there stays as it is. Throws the error of the file
 * system. Node's own `recursive` never returns where a folder that is there denies that it is, as those in `/proc` do.
 */
export function makeFolder(folder: string, mode = 0o700): void {
  make(resolve(folder), mode);
}

function make(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (thrown) {
    if (isFolder(folder)) return;
    const above = dirname(folder);
    const isAbsent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (!isAbsent || above === folder || isFolder(above)) throw thrown;
    make(above, mode);
    make(folder, mode);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
