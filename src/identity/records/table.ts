import { encodeJson } from '../../base/index.ts';
import type { Guard, Mirrored, Write } from '../../store/index.ts';

/** The records under one prefix, as the room's mirror last saw them. */
export class Table<T> {
  readonly prefix: string;
  readonly #stored: (key: string) => Mirrored<T> | undefined;
  readonly #ids = new Set<string>();
  readonly #listeners: ((id: string, before: T | undefined, after: T | undefined) => void)[] = [];

  constructor(prefix: string, stored: (key: string) => Mirrored<T> | undefined) {
    this.prefix = prefix;
    this.#stored = stored;
  }

  get size(): number {
    return this.#ids.size;
  }

  get(id: string): T | undefined {
    return this.#stored(this.prefix + id)?.value;
  }

  /** 0 when there is none. */
  revision(id: string): number {
    return this.#stored(this.prefix + id)?.revision ?? 0;
  }

  *entries(): IterableIterator<readonly [string, T]> {
    for (const id of this.#ids) {
      const row = this.#stored(this.prefix + id);
      if (row) yield [id, row.value];
    }
  }

  *values(): IterableIterator<T> {
    for (const [, record] of this.entries()) yield record;
  }

  /** Called for everything that is there already, then for each change. */
  onChange(listener: (id: string, before: T | undefined, after: T | undefined) => void): void {
    this.#listeners.push(listener);
    for (const [id, record] of this.entries()) listener(id, undefined, record);
  }

  put(id: string, record: T): Write {
    return { put: this.prefix + id, value: encodeJson(record) };
  }

  delete(id: string): Write {
    return { delete: this.prefix + id };
  }

  /** Holds while the record is as it is now. Every delete needs one: see `MirroredTables.transact`. */
  guard(id: string): Guard {
    return { key: this.prefix + id, revision: this.revision(id) };
  }

  /** For the mirror only: it shows `after` already. */
  changed(key: string, before: T | undefined, after: T | undefined): void {
    const id = key.slice(this.prefix.length);
    if (after === undefined) this.#ids.delete(id);
    else this.#ids.add(id);
    for (const listener of this.#listeners) listener(id, before, after);
  }
}
