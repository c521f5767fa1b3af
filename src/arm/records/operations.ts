import { type Clock, decodeJson, encodeJson, type Random } from '../../base/index.ts';
import type { Entry, Store, Write } from '../../store/contract.ts';
import { inTransactions } from '../../store/index.ts';
import type { OperationOutcome } from '../contract.ts';
import { operationKey, operationPrefix } from './keys.ts';
import type { BegunOperation, Operation } from './operation.ts';
import { type LinkPath, SealedOperations, type SealedVerb } from './sealed-operations.ts';

export const operationLimits = {
  /** Finished operations stay readable this long. */
  retentionMs: 7 * 24 * 3600 * 1000,
  /** Of more finished ones the oldest go earlier. */
  finishedKept: 10_000,
  sweepIntervalMs: 3600 * 1000,
  /** A sweep comes early once so many have ended; this is looked at every `checkIntervalMs`. */
  endedBeforeSweep: 1_000,
  checkIntervalMs: 60_000,
  readPerPage: 1_000,
  /** A question about a running operation is held this long for the answer: clients ask again only after seconds. */
  statusWaitMs: 800,
} as const;

/** Operations in the store: made and ended as part of the commits of their resources. */
export class Operations {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #statusWaitMs: number;
  readonly #sealed: SealedOperations;
  #ended = 0;
  #sweptAtMs: number;

  constructor(options: { store: Store; clock: Clock; random: Random; statusWaitMs?: number | undefined }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#statusWaitMs = options.statusWaitMs ?? operationLimits.statusWaitMs;
    this.#sealed = new SealedOperations(options);
    this.#sweptAtMs = options.clock.monotonic();
  }

  /** To be called before any other. */
  start(): Promise<void> {
    return this.#sealed.start();
  }

  /** A new running operation, not yet stored. */
  begin(about: BegunOperation): Operation {
    return { ...about, id: this.#random.uuid(), status: 'InProgress', startedAtMs: this.#clock.now() };
  }

  /** An operation that ends with its request: its link says so, and nothing is stored. */
  done(about: BegunOperation & { readonly verb: SealedVerb }): Operation {
    const nowMs = this.#clock.now();
    const id = this.#random.uuid();
    const status = 'Succeeded';
    const operation = { ...about, id, status, startedAtMs: nowMs, endedAtMs: nowMs } as const;
    return { ...operation, seal: this.#sealed.seal(operation) };
  }

  /** The operation with its outcome; the one that already ended stays as it is. */
  end(operation: Operation, outcome: OperationOutcome): Operation {
    if (operation.status !== 'InProgress') return operation;
    this.#ended++;
    const ended: Operation = { ...operation, status: outcome.status, endedAtMs: this.#clock.now() };
    if (outcome.status !== 'Succeeded') return { ...ended, error: outcome.error };
    return outcome.result === undefined ? ended : { ...ended, result: outcome.result };
  }

  write(operation: Operation): Write {
    return { put: operationKey(operation.id), value: encodeJson(operation) };
  }

  /** Keeps an operation that no record carries. */
  async store(operation: Operation): Promise<void> {
    await this.#store.commit({ writes: [this.write(operation)] });
  }

  /** What a link says of an operation that ended with its request, as long as ended ones are readable. */
  unsealed(path: LinkPath, seal: string): Operation | undefined {
    const operation = this.#sealed.open(path, seal);
    if (!operation?.endedAtMs || operation.endedAtMs < this.#clock.now() - operationLimits.retentionMs)
      return undefined;
    return operation;
  }

  async get(id: string): Promise<Operation | undefined> {
    const entry = await this.#store.get(operationKey(id));
    return entry && decodeOperation(entry);
  }

  /** The operation once it has ended, or as it is when the time to wait is over. */
  async settled(id: string): Promise<Operation | undefined> {
    const key = operationKey(id);
    const revision = this.#store.revision();
    const entry = await this.#store.get(key);
    const operation = entry && decodeOperation(entry);
    if (operation?.status !== 'InProgress' || this.#statusWaitMs === 0) return operation;
    const changed = Promise.withResolvers<void>();
    const timer = this.#clock.after(this.#statusWaitMs, changed.resolve);
    const watch = await this.#store.watch(key, () => changed.resolve(), revision);
    await changed.promise;
    timer.cancel();
    watch.close();
    return this.get(id);
  }

  /** Sweeps when it is time to, or when many have ended since the last time. `commit` as of `sweep`. */
  async sweepWhenDue(commit?: Store['commit']): Promise<void> {
    const { sweepIntervalMs, endedBeforeSweep } = operationLimits;
    const isTime = this.#clock.monotonic() - this.#sweptAtMs >= sweepIntervalMs;
    if (isTime || this.#ended >= endedBeforeSweep) await this.sweep(commit);
  }

  /** Deletes finished operations older than the retention, and the oldest of more than are kept; by a leader's `commit`, where one leads. */
  async sweep(commit: Store['commit'] = (transaction) => this.#store.commit(transaction)): Promise<void> {
    const endedBefore = this.#ended;
    const before = this.#clock.now() - operationLimits.retentionMs;
    const finished: { readonly id: string; readonly endedAtMs: number }[] = [];
    for await (const { id, endedAtMs } of this.all())
      if (endedAtMs !== undefined) finished.push({ id, endedAtMs });
    finished.sort((a, b) => b.endedAtMs - a.endedAtMs);
    const gone = finished.filter(
      ({ endedAtMs }, place) => endedAtMs < before || place >= operationLimits.finishedKept,
    );
    const deletes = gone.map(({ id }) => ({ delete: operationKey(id) }));
    for (const writes of inTransactions(deletes, this.#store.limits)) await commit({ writes });
    // What failed is still due.
    this.#sweptAtMs = this.#clock.monotonic();
    this.#ended -= endedBefore;
  }

  /** All that are stored, in no particular order. */
  async *all(): AsyncGenerator<Operation> {
    let afterKey: string | undefined;
    for (;;) {
      const page = await this.#store.range({
        prefix: operationPrefix,
        limit: operationLimits.readPerPage,
        ...(afterKey !== undefined && { afterKey }),
      });
      yield* page.entries.map(decodeOperation);
      afterKey = page.entries.at(-1)?.key;
      if (!page.more || afterKey === undefined) return;
    }
  }
}

export function decodeOperation(entry: Entry): Operation {
  // Only this file writes below its prefix.
  return decodeJson(entry.value) as unknown as Operation;
}
