import { encodeJson } from '../../base/index.ts';
import type { Entry, Guard, Write } from '../../store/contract.ts';

/** The records under one prefix, as the mirror last saw them. */
export class Table<T> {
  readonly prefix: string;
  readonly #rows = new Map<string, { readonly record: T; readonly revision: number }>();
  readonly #listeners: ((id: string, before: T | undefined, after: T | undefined) => void)[] = [];

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)?.record;
  }

  /** 0 when there is none. */
  revision(id: string): number {
    return this.#rows.get(id)?.revision ?? 0;
  }

  *entries(): IterableIterator<readonly [string, T]> {
    for (const [id, row] of this.#rows) yield [id, row.record];
  }

  *values(): IterableIterator<T> {
    for (const row of this.#rows.values()) yield row.record;
  }

  /** Called for everything that is there already, then for each change. */
  onChange(listener: (id: string, before: T | undefined, after: T | undefined) => void): void {
    this.#listeners.push(listener);
    for (const [id, row] of this.#rows) listener(id, undefined, row.record);
  }

  put(id: string, record: T): Write {
    return { put: this.prefix + id, value: encodeJson(record) };
  }

  delete(id: string): Write {
    return { delete: this.prefix + id };
  }

  /** Holds while the record is as it is now. Every delete needs one: see `Mirror.commit`. */
  guard(id: string): Guard {
    return { key: this.prefix + id, revision: this.revision(id) };
  }

  /** For the mirror only. */
  apply(key: string, entry: Entry | undefined): void {
    const id = key.slice(this.prefix.length);
    const before = this.#rows.get(id)?.record;
    if (entry === undefined) {
      this.#rows.delete(id);
      for (const listener of this.#listeners) listener(id, before, undefined);
      return;
    }
    const record = decodeRecord<T>(entry.value);
    this.#rows.set(id, { record, revision: entry.revision });
    for (const listener of this.#listeners) listener(id, before, record);
  }
}

const decoder = new TextDecoder();

/** Only this room writes below its prefix, so the bytes are what `put` encoded. */
function decodeRecord<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}
