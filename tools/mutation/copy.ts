import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

const left = new Set(['node_modules', '.git', 'dist', 'coverage']);

/** A copy of the tree in a temporary folder, with the dependencies of the tree itself; it goes with this process. */
export function copyOfTree(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'drydock-mutation-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true, maxRetries: 3 }));
  cpSync(root, copy, {
    recursive: true,
    filter: (path) => !left.has(relative(root, path).split(sep)[0] ?? ''),
  });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
