import type { ChangeBatch, Entry, Guard, Store, Watch } from './contract.ts';

const pageEntries = 5000;
/** Own writes whose values are kept until they arrive; of more, some are decoded. */
const writesUnderWay = 10_000;

/** A value as it stands in the store. */
export interface Mirrored<T> {
  readonly value: T;
  /** The revision of its last write. */
  readonly revision: number;
}

/** What became of one key. */
export interface MirrorChange<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

export interface MirrorOptions<T> {
  readonly store: Store;
  /** What is mirrored. */
  readonly prefix: string;
  decode(value: Uint8Array): T;
  /** Called for each key that is read at the start and for each change, before `seen` moves. */
  onChange(change: MirrorChange<T>): void;
  /** Called once `seen` has moved. */
  onSeen?(revision: number): void;
}

/**
 * A prefix of the store in memory, each value decoded once. All changes, our own included, arrive by the one watch, in
 * order and never twice; a commit's writes are here when it resolves. It never goes back.
 */
export class Mirror<T> {
  readonly #options: MirrorOptions<T>;
  readonly #rows = new Map<string, Mirrored<T>>();
  /** Of own writes under way: what their bytes say. Those that failed are left behind, and forgotten together. */
  readonly #written = new Map<Uint8Array, T>();
  #waiting: { readonly isDue: () => boolean; readonly resolve: () => void }[] = [];
  #watch: Watch | undefined;
  #seen = 0;
  #closed = false;

  constructor(options: MirrorOptions<T>) {
    this.#options = options;
  }

  /** Reads everything as of one moment, then follows. */
  async start(): Promise<void> {
    const { store, prefix } = this.#options;
    let afterKey: string | undefined;
    let revision: number | undefined;
    for (;;) {
      const page = await store.range({
        prefix,
        limit: pageEntries,
        ...(afterKey !== undefined && { afterKey }),
        ...(revision !== undefined && { atRevision: revision }),
      });
      revision = page.revision;
      for (const entry of page.entries) this.#put(entry);
      afterKey = page.entries.at(-1)?.key;
      if (!page.more || afterKey === undefined) break;
    }
    this.#seen = revision;
    this.#watch = await store.watch(prefix, (batch) => this.#apply(batch), revision);
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The revision of the last commit below the prefix that is shown, or of the start: nothing shown is older. */
  get seen(): number {
    return this.#seen;
  }

  get(key: string): Mirrored<T> | undefined {
    return this.#rows.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }

  /** Says what bytes mean that are about to be committed, so that they are not decoded again. Returns the bytes. */
  writing(bytes: Uint8Array, value: T): Uint8Array {
    if (this.#written.size >= writesUnderWay) this.#written.clear();
    this.#written.set(bytes, value);
    return bytes;
  }

  /** Resolves when a commit below the prefix, by its revision, is shown; at once when it is, or when closed. */
  reached(revision: number): Promise<void> {
    return this.#until(() => this.#seen >= revision);
  }

  /**
   * Resolves when what made a guard fail is shown: the key is not at its revision here, or what stood there then was shown
   * already and is gone again. At once when that is so, or when closed. For keys below the prefix.
   */
  moved({ key, revision }: Guard, current?: Pick<Entry, 'revision'>): Promise<void> {
    return this.#until(
      () =>
        (this.#rows.get(key)?.revision ?? 0) !== revision ||
        (current !== undefined && this.#seen >= current.revision),
    );
  }

  #until(isDue: () => boolean): Promise<void> {
    if (this.#closed || isDue()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isDue, resolve }));
  }

  #apply(batch: ChangeBatch): void {
    if (batch.revision <= this.#seen) return;
    for (const change of batch.changes) {
      if (change.type === 'put') this.#put(change.entry);
      else this.#delete(change.key);
    }
    this.#seen = batch.revision;
    this.#options.onSeen?.(batch.revision);
    if (this.#waiting.length > 0) this.#wake();
  }

  #put({ key, value: bytes, revision }: Entry): void {
    const before = this.#rows.get(key)?.value;
    const own = this.#written.get(bytes);
    if (own !== undefined) this.#written.delete(bytes);
    const value = own ?? this.#options.decode(bytes);
    this.#rows.set(key, { value, revision });
    this.#options.onChange({ key, before, after: value });
  }

  #delete(key: string): void {
    const before = this.#rows.get(key);
    if (!before) return;
    this.#rows.delete(key);
    this.#options.onChange({ key, before: before.value, after: undefined });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.isDue()) one.resolve();
      else this.#waiting.push(one);
    }
  }
}
