/** What may lie in a bag; the bag keeps its place in it. */
export interface Bagged {
  /** -1: in none. */
  place: number;
}

/**
 * Things in no order. What comes and goes with each request costs no memory here, where a `Set` is built anew after as many
 * deletions as it has members.
 */
export class Bag<T extends Bagged> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.place = this.#items.length;
    this.#items.push(item);
  }

  /** Nothing happens when it is not there. */
  delete(item: T): void {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#items[place] = last;
    last.place = place;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }
}
