/** Shorter texts are counted again each time: it costs less than looking them up. */
const countedAgainCharacters = 256;
/** UTF-16 code units of all texts whose length is kept at once. */
const keptCharactersLimit = 4 * 1024 * 1024;

/** Lengths of long texts, until the evaluation that asked for them is over. */
const known = new Map<string, number>();
let keptCharacters = 0;

/**
 * Code points of a text. However often an evaluation asks, each long text is counted once: a text is part of the value
 * that is judged, or was paid for by whatever made it.
 */
export function lengthOfText(text: string): number {
  if (text.length < countedAgainCharacters) return counted(text);
  const before = known.get(text);
  if (before !== undefined) return before;
  // An evaluation ends within its turn.
  if (known.size === 0) queueMicrotask(forget);
  const length = counted(text);
  if (keptCharacters + text.length > keptCharactersLimit) forget();
  known.set(text, length);
  keptCharacters += text.length;
  return length;
}

function forget(): void {
  known.clear();
  keptCharacters = 0;
}

function counted(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if ((text.charCodeAt(at) & 0xfc00) !== 0xd800) continue;
    if ((text.charCodeAt(at + 1) & 0xfc00) !== 0xdc00) continue;
    length--;
    at++;
  }
  return length;
}
