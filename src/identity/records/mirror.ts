import { CodedError } from '../../base/index.ts';
import type { CommitResult, Entry, Guard, Store, Transaction, Watch } from '../../store/contract.ts';
import { Table } from './table.ts';

const pageEntries = 1000;
const attempts = 8;

/** A table, whatever its records are. */
interface MirroredTable {
  readonly prefix: string;
  revision(id: string): number;
  apply(key: string, entry: Entry | undefined): void;
}

/** What a change wants to write, and what its caller gets once that is durable. */
export interface Plan<T> extends Transaction {
  readonly result: T;
}

/**
 * The room's part of the store in memory: reads cost nothing, and all changes, our own included, arrive by the one
 * watch, so several processes on one store agree.
 */
export class Mirror {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #tables: MirroredTable[] = [];
  #watch: Watch | undefined;
  #revision = 0;
  #waiting: { readonly revision: number; readonly resolve: () => void }[] = [];
  #nextBatch: (() => void)[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  table<T>(name: string): Table<T> {
    const table = new Table<T>(`${this.#prefix}${name}/`);
    this.#tables.push(table);
    return table;
  }

  /** Reads everything, then follows. */
  async open(): Promise<void> {
    let afterKey: string | undefined;
    let revision: number | undefined;
    for (;;) {
      const page = await this.#store.range({
        prefix: this.#prefix,
        limit: pageEntries,
        ...(afterKey === undefined ? {} : { afterKey }),
        ...(revision === undefined ? {} : { atRevision: revision }),
      });
      revision = page.revision;
      for (const entry of page.entries) this.#tableOf(entry.key)?.apply(entry.key, entry);
      afterKey = page.entries.at(-1)?.key;
      if (!page.more) break;
    }
    this.#revision = revision;
    this.#watch = await this.#store.watch(
      this.#prefix,
      (batch) => {
        for (const change of batch.changes) {
          if (change.type === 'put') this.#tableOf(change.entry.key)?.apply(change.entry.key, change.entry);
          else this.#tableOf(change.key)?.apply(change.key, undefined);
        }
        this.#arrived(batch.revision);
      },
      revision,
    );
  }

  /**
   * Commits one change after the other. `build` sees the state that its guards speak of; when another process was
   * faster it is asked again. Whatever it throws is thrown.
   */
  transact<T>(build: () => Plan<T> | Promise<Plan<T>>): Promise<T> {
    const run = this.#tail.then(() => this.#attempt(build));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #attempt<T>(build: () => Plan<T> | Promise<Plan<T>>): Promise<T> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const plan = await build();
      if (plan.writes.length === 0) return plan.result;
      const outcome = await this.commit(plan);
      if (outcome.ok) return plan.result;
      await this.#seen(outcome.failed, outcome.current?.revision ?? 0);
    }
    throw new CodedError('conflict', 'The directory is being changed by others. Try again.');
  }

  /**
   * Resolves when the change is durable and visible here. A delete must come with a guard, since a commit that
   * changes nothing would never be seen by the watch.
   */
  async commit(transaction: Transaction): Promise<CommitResult> {
    const outcome = await this.#store.commit(transaction);
    if (outcome.ok) await this.#reached(outcome.revision);
    return outcome;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    this.#watch?.close();
    for (const waiter of this.#waiting) waiter.resolve();
    this.#batchArrived();
  }

  #tableOf(key: string): MirroredTable | undefined {
    return this.#tables.find((table) => key.startsWith(table.prefix));
  }

  #arrived(revision: number): void {
    this.#revision = revision;
    const due = this.#waiting.filter((waiter) => waiter.revision <= revision);
    if (due.length > 0) this.#waiting = this.#waiting.filter((waiter) => waiter.revision > revision);
    for (const waiter of due) waiter.resolve();
    this.#batchArrived();
  }

  #batchArrived(): void {
    const waiting = this.#nextBatch;
    this.#nextBatch = [];
    for (const resolve of waiting) resolve();
  }

  #reached(revision: number): Promise<void> {
    if (this.#closed || this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ revision, resolve }));
  }

  /** Waits until this mirror shows what made a guard fail. */
  async #seen(failed: Guard, current: number): Promise<void> {
    const table = this.#tableOf(failed.key);
    const shown = () => table?.revision(failed.key.slice(table.prefix.length));
    while (!this.#closed && shown() === failed.revision && current !== failed.revision) {
      await new Promise<void>((resolve) => this.#nextBatch.push(resolve));
    }
  }
}
