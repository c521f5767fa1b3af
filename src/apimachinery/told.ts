/** Characters that an answer tells of what is wrong with one request: paths may be as long as the request itself. */
const toldCharacters = 512 * 1024;

/** As many of the first things as fit into an answer, one at least, by the length of what is told of each. */
export function firstTold<T>(things: readonly T[], lengthOf: (thing: T) => number): readonly T[] {
  let left = toldCharacters;
  for (const [i, thing] of things.entries()) {
    left -= lengthOf(thing);
    if (left < 0) return things.slice(0, Math.max(i, 1));
  }
  return things;
}

/** Characters of paths that are kept of one object; what is found after them goes without a word. */
const notedCharacters = 4 * 1024 * 1024;

/** Paths found in one object. A long one that leads to many members would cost the product of both. */
export class NotedPaths {
  readonly all: string[] = [];
  #charactersLeft = notedCharacters;

  note(path: string): void {
    this.#charactersLeft -= path.length;
    if (this.#charactersLeft >= 0 || this.all.length === 0) this.all.push(path);
  }
}
