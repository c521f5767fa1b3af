import type { IndexEntry } from './declaration.ts';
import { type AzError, notBuilt, UsageError } from './errors.ts';
import { nearest } from './parse/nearest.ts';

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

/** Words of az that Drydock knows of and has not built; the whole group below each counts. */
const unbuilt = [
  'fleet updaterun',
  'fleet updatestrategy',
  'fleet autoupgradeprofile',
  'fleet gate',
  'fleet namespace',
  'fleet clustermeshprofile',
  'aks update',
  'aks upgrade',
  'aks scale',
  'aks bastion',
  'aks command',
  'aks nodepool',
  'aksarc update',
  'aksarc upgrade',
  'aksarc nodepool',
  'aksarc get-upgrades',
  'aksarc get-versions',
  'aksarc get-logs',
  'connectedk8s connect',
  'connectedk8s upgrade',
  'connectedk8s update',
  'connectedk8s enable-features',
  'connectedk8s disable-features',
  'connectedk8s troubleshoot',
  'deployment',
  'group export',
  'graph',
  'k8s-extension',
  'k8s-runtime',
  'monitor',
  'extension',
  'cloud register',
  'cloud unregister',
  'cloud update',
  'identity federated-credential',
];

/** The refusal of a word that names nothing, with the nearest one that does. */
export function unknownWord(
  index: readonly IndexEntry[],
  found: Extract<Found, { kind: 'unknown' }>,
): AzError {
  const path = found.before === '' ? found.word : `${found.before} ${found.word}`;
  if (unbuilt.some((words) => words === path || path.startsWith(`${words} `)))
    return notBuilt(`'az ${path}'`);
  const close = nearest(found.word, [...new Set(wordsBelow(index, found.before))]);
  return new UsageError(`'${found.word}' is misspelled or not recognized by the system.`, {
    advice: close ? [`Did you mean '${close}' ?`] : [],
  });
}

/** The next words that may follow a group's. */
export function wordsBelow(index: readonly IndexEntry[], group: string): string[] {
  const prefix = group === '' ? '' : `${group} `;
  return index
    .filter((one) => one.words.startsWith(prefix))
    .map((one) => one.words.slice(prefix.length).split(' ')[0] ?? '');
}
