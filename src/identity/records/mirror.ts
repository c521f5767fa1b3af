import { CodedError } from '../../base/index.ts';
import {
  fencedCommits,
  type Guard,
  Mirror,
  type Mirrored,
  type Store,
  type Transaction,
} from '../../store/index.ts';
import { Table } from './table.ts';

const attempts = 8;

/** What a change wants to write, and what its caller gets once that is durable. */
export interface Plan<T> extends Transaction {
  readonly result: T;
}

/**
 * The room's part of the store: tables on one mirror, so reads cost nothing and several processes on one store agree,
 * and changes that are committed one after the other.
 */
export class MirroredTables {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #mirror: Mirror<object>;
  readonly #tables = new Map<string, Pick<Table<object>, 'changed'>>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
    this.#mirror = new Mirror({
      store,
      prefix,
      decode: decodeRecord,
      onChange: ({ key, before, after }) => {
        const name = key.slice(prefix.length, key.indexOf('/', prefix.length));
        this.#tables.get(name)?.changed(key, before, after);
      },
    });
  }

  table<T extends object>(name: string): Table<T> {
    // Below its prefix stands only what the table itself encoded.
    const stored = (key: string) => this.#mirror.get(key) as Mirrored<T> | undefined;
    const table = new Table<T>(`${this.#prefix}${name}/`, stored);
    this.#tables.set(name, table as unknown as Table<object>);
    return table;
  }

  /** Reads everything, then follows. */
  open(): Promise<void> {
    return this.#mirror.start();
  }

  /**
   * Commits one change after the other. `build` sees the state that its guards speak of; when another process was
   * faster it is asked again. Whatever it throws is thrown. A delete must come with a guard: one that changes nothing would
   * never be shown. With `fence` nothing is written unless that holds: `unavailable`.
   */
  transact<T>(build: () => Plan<T> | Promise<Plan<T>>, fence?: () => Guard): Promise<T> {
    const run = this.#tail.then(() => this.#attempt(build, fence));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #attempt<T>(build: () => Plan<T> | Promise<Plan<T>>, fence?: () => Guard): Promise<T> {
    const store = fence ? { commit: fencedCommits(this.#store, fence) } : this.#store;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { result, ...transaction } = await build();
      if (transaction.writes.length === 0) return result;
      const outcome = await store.commit(transaction);
      if (outcome.ok) {
        await this.#mirror.reached(outcome.revision);
        return result;
      }
      await this.#mirror.moved(outcome.failed, outcome.current);
    }
    throw new CodedError('conflict', 'The directory is being changed by others. Try again.');
  }

  async close(): Promise<void> {
    await this.#tail;
    this.#mirror.close();
  }
}

const decoder = new TextDecoder();

/** Only this room writes below its prefix, so the bytes are what a table encoded. */
function decodeRecord(bytes: Uint8Array): object {
  return JSON.parse(decoder.decode(bytes)) as object;
}
