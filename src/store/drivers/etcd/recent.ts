import type { ChangeBatch } from '../../contract.ts';

/** What this process has seen happen, from a first revision on, for watches that begin in the past. */
export class Recent {
  #batches: ChangeBatch[] = [];
  #first: number;
  #revision: number;
  #waiting: { readonly revision: number; readonly resolve: () => void }[] = [];

  constructor(revision: number) {
    this.#first = revision;
    this.#revision = revision;
  }

  /** All after this revision is here. */
  get first(): number {
    return this.#first;
  }

  revision(): number {
    return this.#revision;
  }

  add(batch: ChangeBatch): void {
    this.#batches.push(batch);
    this.#revision = batch.revision;
  }

  /** All of a revision has been told. */
  reach(revision: number): void {
    this.#revision = revision;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.revision <= revision) one.resolve();
      else this.#waiting.push(one);
    }
  }

  /** Resolves when all up to a revision has been told here, or nothing will be any more. */
  reached(revision: number): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ revision, resolve }));
  }

  /** Older batches, up to the first revision, or somewhat later when more came between. */
  prepend(first: number, batches: readonly ChangeBatch[]): void {
    if (first >= this.#first) return;
    this.#batches = [...batches.filter(({ revision }) => revision <= this.#first), ...this.#batches];
    this.#first = first;
  }

  /** Forgets what a compaction to `revision` drops. */
  drop(revision: number): void {
    if (revision <= this.#first) return;
    this.#batches.splice(0, this.#after(revision));
    this.#first = revision;
  }

  *history(prefix: string, afterRevision: number): Iterable<ChangeBatch> {
    for (const batch of this.#batches.slice(this.#after(afterRevision))) {
      const changes = batch.changes.filter((change) =>
        (change.type === 'put' ? change.entry.key : change.key).startsWith(prefix),
      );
      if (changes.length === batch.changes.length) yield batch;
      else if (changes.length > 0) yield { revision: batch.revision, changes };
    }
  }

  close(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** The place of the first batch after a revision. */
  #after(revision: number): number {
    let [low, high] = [0, this.#batches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#batches[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
