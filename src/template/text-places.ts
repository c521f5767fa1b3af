/**
 * Where a text stands in another one. Never more than linear, as searches of the language itself can be for texts that repeat
 * themselves (Knuth, Morris and Pratt); short ones go to the faster search.
 */
export class TextPlaces {
  readonly #whole: string;
  readonly #part: string;
  /** Of each beginning of the part: how much of its end begins the part again. */
  readonly #borders: Int32Array | undefined;

  constructor(whole: string, part: string) {
    this.#whole = whole;
    this.#part = part;
    const isSearched = part.length > longestPlainPart && part.length <= whole.length;
    this.#borders = isSearched ? bordersOf(part) : undefined;
  }

  /** The first place at or after `start`; -1 when there is none. */
  from(start: number): number {
    const [whole, part, borders] = [this.#whole, this.#part, this.#borders];
    if (!borders) return part.length > whole.length ? -1 : whole.indexOf(part, start);
    return this.#search(borders, start, true);
  }

  /** The last place; -1 when there is none. */
  last(): number {
    const [whole, part, borders] = [this.#whole, this.#part, this.#borders];
    if (!borders) return part.length > whole.length ? -1 : whole.lastIndexOf(part);
    return this.#search(borders, 0, false);
  }

  #search(borders: Int32Array, start: number, isFirst: boolean): number {
    const [whole, part] = [this.#whole, this.#part];
    let found = -1;
    let matched = 0;
    for (let at = start; at < whole.length; at++) {
      const code = whole.charCodeAt(at);
      while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
      if (part.charCodeAt(matched) === code) matched++;
      if (matched < part.length) continue;
      found = at - matched + 1;
      if (isFirst) return found;
      matched = borders[matched - 1] ?? 0;
    }
    return found;
  }
}

const longestPlainPart = 32;

function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  let matched = 0;
  for (let at = 1; at < part.length; at++) {
    const code = part.charCodeAt(at);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    borders[at] = matched;
  }
  return borders;
}
