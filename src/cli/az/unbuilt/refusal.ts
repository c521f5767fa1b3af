import { type AzError, notBuilt } from '../errors.ts';
import { unbuiltFlags } from './flags.ts';

/** The refusal of flags that az has for this command and Drydock has not; undefined when one of them is nobody's. */
export function unbuiltFlagRefusal(command: string, strangers: readonly string[]): AzError | undefined {
  const known = new Set((unbuiltFlags[command] ?? '').split(' '));
  const names = strangers.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0] ?? word);
  if (names.length === 0 || !names.every((name) => known.has(name))) return undefined;
  return notBuilt(`'${names.join(' ')}' of 'az ${command}'`);
}
