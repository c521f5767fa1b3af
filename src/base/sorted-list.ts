/** Items of a piece after it was cut; it may grow to twice as many. */
const pieceItems = 256;

/** Items in the order of their keys, one for each key: short sorted pieces, so that an insertion moves few of them. */
export class SortedList<T> {
  readonly #keyOf: (item: T) => string;
  /** None of them empty, but for the only one. */
  readonly #pieces: T[][] = [];
  #size = 0;

  /** @param sorted what the list begins with, in the order of its keys. */
  constructor(keyOf: (item: T) => string, sorted: readonly T[] = []) {
    this.#keyOf = keyOf;
    for (let at = 0; at < sorted.length; at += pieceItems)
      this.#pieces.push(sorted.slice(at, at + pieceItems));
    if (this.#pieces.length === 0) this.#pieces.push([]);
    this.#size = sorted.length;
  }

  get size(): number {
    return this.#size;
  }

  /** Another list of the same items. */
  copy(): SortedList<T> {
    const copy = new SortedList<T>(this.#keyOf);
    copy.#pieces.length = 0;
    for (const piece of this.#pieces) copy.#pieces.push(piece.slice());
    copy.#size = this.#size;
    return copy;
  }

  /** Nothing happens when the key is there. */
  add(item: T): void {
    const key = this.#keyOf(item);
    const at = this.#pieceOf(key);
    const piece = this.#piece(at);
    const place = this.#placeIn(piece, key);
    if (this.#isAt(piece, place, key)) return;
    piece.splice(place, 0, item);
    this.#size++;
    if (piece.length > 2 * pieceItems) this.#pieces.splice(at + 1, 0, piece.splice(pieceItems));
  }

  delete(key: string): void {
    const at = this.#pieceOf(key);
    const piece = this.#piece(at);
    const place = this.#placeIn(piece, key);
    if (!this.#isAt(piece, place, key)) return;
    piece.splice(place, 1);
    this.#size--;
    if (piece.length === 0 && this.#pieces.length > 1) this.#pieces.splice(at, 1);
  }

  /** Items whose key is `start` or above it, in order. The list must not change meanwhile. */
  *from(start: string): Generator<T> {
    for (const piece of this.piecesFrom(start)) yield* piece;
  }

  /** The same in pieces, for those who go through many: a step of a generator for each item is most of what it costs. */
  *piecesFrom(start: string): Generator<readonly T[]> {
    const first = this.#pieceOf(start);
    yield this.#piece(first).slice(this.#placeIn(this.#piece(first), start));
    for (let at = first + 1; at < this.#pieces.length; at++) yield this.#piece(at);
  }

  /** How many items have keys below `key`. */
  countBelow(key: string): number {
    const at = this.#pieceOf(key);
    let count = this.#placeIn(this.#piece(at), key);
    for (let before = 0; before < at; before++) count += this.#piece(before).length;
    return count;
  }

  #piece(at: number): T[] {
    return this.#pieces[at] ?? [];
  }

  #isAt(piece: readonly T[], place: number, key: string): boolean {
    return place < piece.length && this.#keyOf(piece[place] as T) === key; // Below the length: it is there.
  }

  /** The last piece that begins at or before `key`, or the first. */
  #pieceOf(key: string): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      // Pieces are not empty where there is more than one.
      if (this.#keyOf(this.#piece(middle)[0] as T) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The first place of a piece whose key is not below `key`. */
  #placeIn(piece: readonly T[], key: string): number {
    let low = 0;
    let high = piece.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keyOf(piece[middle] as T) < key)
        low = middle + 1; // Below the length: it is there.
      else high = middle;
    }
    return low;
  }
}
