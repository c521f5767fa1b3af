import { join, resolve } from 'node:path';
import type { AzContext } from '../context.ts';
import { expandHome } from '../parse/files.ts';

/**
 * The profile folder: `AZURE_CONFIG_DIR`, else the one inside the Drydock home. Never `~/.azure`: the person's own
 * profile stays untouched.
 */
export function profileDirectory(context: Pick<AzContext, 'env' | 'cwd' | 'homeDirectory'>): string {
  const named = context.env['AZURE_CONFIG_DIR'];
  if (named) return expandHome(named, context);
  const home = context.env['DRYDOCK_HOME'];
  return join(home ? resolve(context.cwd, home) : join(context.homeDirectory, '.drydock'), 'cli', 'azure');
}
