import { setMember } from '../../../base/index.ts';

const trueWords = new Set(['true', 't', 'yes', 'y', '1']);

/** A boolean word; the caller has checked that it is one of az's. */
export function readBoolean(word: string): boolean {
  return trueWords.has(word.toLowerCase());
}

/** `a=b`, `c` (empty value); later ones win. A lone empty word gives no tags. */
export function readTags(words: readonly string[]): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const word of words) {
    if (word === '') continue;
    const cut = word.indexOf('=');
    if (cut < 0) setMember(tags, word, '');
    else setMember(tags, word.slice(0, cut), word.slice(cut + 1));
  }
  return tags;
}
