import type { IndexEntry } from './declaration.ts';
import { type AzError, notBuilt, UsageError } from './errors.ts';
import { nearest } from './parse/nearest.ts';
import { services, unbuiltWords } from './unbuilt/words.ts';

export type Found =
  | { readonly kind: 'command'; readonly entry: IndexEntry /** Words taken. */; readonly length: number }
  | { readonly kind: 'group'; readonly words: string }
  | { readonly kind: 'unknown'; readonly word: string; readonly before: string };

/** Finds the command or group that the leading words name. */
export function findCommand(index: readonly IndexEntry[], words: readonly string[]): Found {
  let path = '';
  for (const [i, word] of words.entries()) {
    const next = path === '' ? word : `${path} ${word}`;
    const entry = index.find((one) => one.words === next);
    if (entry) return { kind: 'command', entry, length: i + 1 };
    if (!index.some((one) => one.words.startsWith(`${next} `))) {
      return { kind: 'unknown', word, before: path };
    }
    path = next;
  }
  return { kind: 'group', words: path };
}

type Unknown = Extract<Found, { kind: 'unknown' }>;

function pathOf(found: Unknown): string {
  return found.before === '' ? found.word : `${found.before} ${found.word}`;
}

function isUnbuilt(path: string): boolean {
  if (services.has(path)) return true;
  return unbuiltWords.some((words) => words === path || path.startsWith(`${words} `));
}

/** Help for words that az has and Drydock has not; undefined for words that nobody knows. */
export function unbuiltHelp(found: Unknown): string | undefined {
  const path = pathOf(found);
  if (!isUnbuilt(path)) return undefined;
  return `\nGroup or command\n    az ${path} : Not built in Drydock yet.\n\n'az --help' lists what is there.\n`;
}

/** The refusal of a word that names nothing, with the nearest one that does. */
export function unknownWord(index: readonly IndexEntry[], found: Unknown): AzError {
  const path = pathOf(found);
  if (isUnbuilt(path)) return notBuilt(`'az ${path}'`);
  const close = nearest(found.word, [...new Set(wordsBelow(index, found.before))]);
  return new UsageError(`'${found.word}' is misspelled or not recognized by the system.`, {
    advice: close ? [`Did you mean '${close}' ?`] : found.before === '' ? [mayBeAnExtension] : [],
  });
}

/** As az says it of a first word that it does not know. */
const mayBeAnExtension =
  'If the command is from an extension, please make sure the corresponding extension is installed. To learn more about ' +
  "extensions, please visit 'https://learn.microsoft.com/cli/azure/azure-cli-extensions-overview'";

/** The next words that may follow a group's. */
export function wordsBelow(index: readonly IndexEntry[], group: string): string[] {
  const prefix = group === '' ? '' : `${group} `;
  return index
    .filter((one) => one.words.startsWith(prefix))
    .map((one) => one.words.slice(prefix.length).split(' ')[0] ?? '');
}
