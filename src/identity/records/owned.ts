import type { Table } from './table.ts';

/** Which records of a table belong to whom. */
export class Owned<T> {
  readonly #byOwner = new Map<string, Set<string>>();

  constructor(table: Table<T>, ownerOf: (record: T) => string) {
    table.onChange((id, before, after) => {
      if (before !== undefined) this.#remove(ownerOf(before), id);
      if (after !== undefined) this.#add(ownerOf(after), id);
    });
  }

  idsOf(owner: string): ReadonlySet<string> {
    return this.#byOwner.get(owner) ?? none;
  }

  /** Who has the most; `asking` when nobody has more. */
  largest(asking: string): string {
    let largest = asking;
    let most = this.idsOf(asking).size;
    for (const [owner, { size }] of this.#byOwner) {
      if (size > most) [largest, most] = [owner, size];
    }
    return largest;
  }

  #add(owner: string, id: string): void {
    const ids = this.#byOwner.get(owner);
    if (ids) ids.add(id);
    else this.#byOwner.set(owner, new Set([id]));
  }

  #remove(owner: string, id: string): void {
    const ids = this.#byOwner.get(owner);
    ids?.delete(id);
    if (ids?.size === 0) this.#byOwner.delete(owner);
  }
}

const none: ReadonlySet<string> = new Set();
