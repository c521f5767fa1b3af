import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../base/index.ts';

/** The package folder: three levels above this file, both in the sources and in the compiled package. */
export const packageFolder = join(import.meta.dirname, '..', '..', '..');

export function programVersion(): string {
  const found: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  return isObject(found) ? String(found['version']) : 'unknown';
}

/** The launcher, for files that must name it: kubeconfigs, `az` on PATH. */
export function launcher(): string {
  return process.env['DRYDOCK_PROGRAM'] ?? join(packageFolder, 'bin', 'drydock');
}
