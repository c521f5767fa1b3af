import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from './declaration.ts';

/** `--home`, then `DRYDOCK_HOME`, then `~/.drydock`. */
export function homeFolder(option: string | boolean | undefined): string {
  if (option === '') throw new UsageError('--home takes a folder.');
  if (typeof option === 'string') return resolve(option);
  const fromEnvironment = process.env['DRYDOCK_HOME'];
  return fromEnvironment ? resolve(fromEnvironment) : join(homedir() || userInfo().homedir, '.drydock');
}
