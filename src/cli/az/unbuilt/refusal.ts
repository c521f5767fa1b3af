import { type AzError, notBuilt } from '../errors.ts';
import { unbuiltFlags } from './flags.ts';

/** The refusal of flags that az has for this command and Drydock has not; undefined when one of them is nobody's. */
export function unbuiltFlagRefusal(command: string, strangers: readonly string[]): AzError | undefined {
  const known = new Set((unbuiltFlags[command] ?? '').split(' '));
  // A value may begin like a flag: a key in PEM, read from a file.
  const flags = strangers.filter((word) => /^--?[a-z]/i.test(word));
  const names = flags.map((word) => word.split('=')[0] ?? word);
  if (names.length === 0 || !names.every((name) => known.has(name))) return undefined;
  return notBuilt(`'${names.join(' ')}' of 'az ${command}'`);
}
