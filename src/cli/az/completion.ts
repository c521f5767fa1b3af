import type { Flag, Flags, IndexEntry } from './declaration.ts';
import { wordsBelow } from './lookup.ts';
import { surfaceOf } from './surface.ts';

/** What may stand at the last of `words`: group and command words, options, or an option's allowed values. */
export async function completeCommandLine(
  index: readonly IndexEntry[],
  words: readonly string[],
): Promise<string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const entry = longestCommand(index, before);
  if (!entry) {
    const group = before.join(' ');
    return pick(
      [...wordsBelow(index, group), ...(group === '' ? ['--help', '--version'] : ['--help'])],
      current,
    );
  }
  const flags = surfaceOf(await entry.load());
  const owner = ownerOf(before.at(-1), flags);
  if (owner && owner.arity !== 'none' && !current.startsWith('-')) return pick(owner.choices ?? [], current);
  const used = new Set(before);
  const open = Object.values(flags).filter((flag) => !flag.names.some((name) => used.has(name)));
  return pick(
    open.flatMap((flag) => flag.names),
    current,
  );
}

function longestCommand(index: readonly IndexEntry[], words: readonly string[]): IndexEntry | undefined {
  for (let length = words.length; length > 0; length--) {
    const path = words.slice(0, length).join(' ');
    const entry = index.find((one) => one.words === path);
    if (entry) return entry;
  }
  return undefined;
}

function ownerOf(word: string | undefined, flags: Flags): Flag<unknown> | undefined {
  return Object.values(flags).find((flag) => flag.names.includes(word ?? ''));
}

function pick(candidates: readonly string[], start: string): string[] {
  return [...new Set(candidates)].filter((one) => one.startsWith(start)).sort();
}
