import { isFinalState, type RecordStore, type ResourceRecord } from '../arm/index.ts';
import { type Clock, errorMessage, type Logger, type Random } from '../base/index.ts';
import { type KeySource, type Reconciled, runController, type WorkQueueLimits } from '../reconcile/index.ts';
import { CannotConverge, endingLimits, RetryLater, reasonOf, settle } from './endings.ts';

export { CannotConverge, RetryLater, settle } from './endings.ts';

/** What every loop over records needs. */
export interface LoopParts {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface RecordLoopOptions extends LoopParts {
  /** Full type, e.g. `Microsoft.ContainerService/fleets`. */
  readonly type: string;
  /**
   * Brings the world one step nearer to what the record asks for. Called for one id at a time, also after the record
   * has gone. A thrown error means: again later, with back-off, until the operation of the record has had its time
   * (`endingLimits`) and fails with that error as its reason; `CannotConverge` fails it at once. `{ againAfterMs }`: again
   * without an error.
   */
  reconcile(id: string, signal: AbortSignal): Promise<Reconciled | undefined> | Promise<void>;
  /** Other types whose records the work depends on: a change of one brings a pass over `idFor` of it. */
  readonly follows?: readonly {
    readonly type: string;
    idFor(id: string): string | Promise<readonly string[]>;
  }[];
  /** The loop ends operations that cannot succeed by itself. */
  readonly endsByItself?: boolean;
  /** The record of an operation that was ended as failed, without what was half done for it; default: as it is. */
  leaves?(record: ResourceRecord): ResourceRecord;
  /** Ids worked on at the same time; default 8. */
  readonly concurrency?: number;
  readonly limits?: Partial<WorkQueueLimits>;
}

/** A running loop. */
export interface RecordLoop {
  /** Asks for a pass over `id`, e.g. because something it depends on changed. */
  enqueue(id: string, delayMs?: number): void;
  /** Resolves when no pass runs any more. */
  stop(): Promise<void>;
}

const recordLoopLimits = {
  concurrentIds: 8,
  /** The longest pause between two tries. */
  longestRetryMs: 5_000,
  firstRetryMs: 20,
} as const;

/** Runs `reconcile` for every record of a type: at the start, after each change, and again after failures. */
export function runRecordLoop(options: RecordLoopOptions): RecordLoop {
  const { records, type, clock, random, log } = options;
  const stopping = new AbortController();
  const patience = new Patience(options);
  const passes = new Passes(records);
  const { longestRetryMs, firstRetryMs } = recordLoopLimits;
  /** Of ids whose last pass asked to be repeated. */
  const pauseMs = new Map<string, number>();
  const controller = runController({
    name: type,
    watches: [
      recordKeys(records, type, (id) => {
        void passes.stopIfReplaced(id);
        return id;
      }),
      ...(options.follows ?? []).map((followed) =>
        recordKeys(records, followed.type, (id) =>
          insistently(() => followed.idFor(id), options, stopping.signal),
        ),
      ),
    ],
    async reconcile(id, ending) {
      const { operation, signal, end } = await passes.begin(id, ending);
      try {
        const again = (await options.reconcile(id, signal)) ?? undefined;
        pauseMs.delete(id);
        await patience.worked(id);
        return again;
      } catch (thrown) {
        // What took its place is next in the queue.
        if (signal.aborted && !ending.aborted) return undefined;
        if (!signal.aborted && (await patience.isOver(id, operation, thrown))) {
          pauseMs.delete(id);
          return undefined;
        }
        if (!(thrown instanceof RetryLater)) throw thrown;
        log.debug('loop waits', { type, id, reason: thrown.message });
        const againAfterMs = Math.min((pauseMs.get(id) ?? firstRetryMs / 2) * 2, longestRetryMs);
        pauseMs.set(id, againAfterMs);
        return { againAfterMs };
      } finally {
        end();
      }
    },
    concurrency: options.concurrency ?? recordLoopLimits.concurrentIds,
    limits: { firstRetryMs, longestRetryMs, ...options.limits },
    clock,
    random,
    log,
    signal: stopping.signal,
  });
  return {
    enqueue: (id, delayMs) => controller.enqueue(id, delayMs),
    async stop() {
      stopping.abort();
      await controller.stopped;
    },
  };
}

/** Ends operations that a loop has tried for long enough, or that cannot succeed. */
class Patience {
  readonly #options: RecordLoopOptions;
  /** Operations under way: since when this process works on each, by the id of its record. */
  readonly #since = new Map<string, { readonly operation: string; readonly atMs: number }>();

  constructor(options: RecordLoopOptions) {
    this.#options = options;
  }

  /** A pass went well; the operation may go on, and what fails of it later has its whole time from here. */
  async worked(id: string): Promise<void> {
    const record = await this.#options.records.get(id);
    this.#since.delete(id);
    if (record) this.#sinceOf(record);
  }

  /** A pass over an operation failed: true when that ended it, or when another has taken its place and is next. */
  async isOver(id: string, operation: string | undefined, thrown: unknown): Promise<boolean> {
    const { records, clock, log, type, endsByItself, leaves } = this.#options;
    const record = await records.get(id);
    if (!record || endsByItself) return false;
    if (record.operation !== operation && operation !== undefined) return record.operation !== undefined;
    const sinceMs = this.#sinceOf(record);
    const isFinal = thrown instanceof CannotConverge;
    // What had come to its end before stays as it is; only a request can change it.
    if (sinceMs === undefined) return isFinal;
    const limitMs = isLeaving(record) ? endingLimits.deletionMs : endingLimits.buildMs;
    if (!isFinal && clock.monotonic() - sinceMs < limitMs) return false;
    const failed = reasonOf(thrown, limitMs);
    log.warn('an operation failed', { type, id, ...failed });
    await settle(records, record, { failed, leaves });
    this.#since.delete(id);
    return true;
  }

  /** Undefined when nothing is under way. */
  #sinceOf(record: ResourceRecord): number | undefined {
    // What the estate itself changes has no operation, and ends all the same.
    const { id, operation = '', provisioningState } = record;
    if (isFinalState(provisioningState)) {
      this.#since.delete(id);
      return undefined;
    }
    const known = this.#since.get(id);
    if (known?.operation === operation) return known.atMs;
    const atMs = this.#options.clock.monotonic();
    this.#since.set(id, { operation, atMs });
    return atMs;
  }
}

/** Passes under way: one whose operation a deletion has taken the place of is told to stop waiting. */
class Passes {
  readonly #records: RecordStore;
  readonly #running = new Map<
    string,
    { readonly operation: string | undefined; readonly stop: AbortController }
  >();

  constructor(records: RecordStore) {
    this.#records = records;
  }

  async begin(
    id: string,
    ending: AbortSignal,
  ): Promise<{ readonly operation: string | undefined; readonly signal: AbortSignal; end(): void }> {
    const stop = new AbortController();
    const operation = (await this.#records.get(id))?.operation;
    this.#running.set(id, { operation, stop });
    return {
      operation,
      signal: AbortSignal.any([ending, stop.signal]),
      end: () => void this.#running.delete(id),
    };
  }

  async stopIfReplaced(id: string): Promise<void> {
    const pass = this.#running.get(id);
    if (!pass) return;
    const record = await this.#records.get(id);
    if (record && isLeaving(record) && record.operation !== pass.operation) pass.stop.abort();
  }
}

/** Types have names of their own for it (`Deleting`, `Leaving`). */
function isLeaving({ provisioningState }: ResourceRecord): boolean {
  return provisioningState === 'Deleting' || provisioningState === 'Leaving';
}

/** Asks until there is an answer: a change whose ids nobody learned would never be looked at. */
function insistently(
  ask: () => string | Promise<readonly string[]>,
  { clock, log, type }: RecordLoopOptions,
  signal: AbortSignal,
): string | Promise<readonly string[]> {
  const first = ask();
  if (typeof first === 'string') return first;
  const later = async (thrown: unknown): Promise<readonly string[]> => {
    log.warn('what a change concerns could not be found out yet', { type, error: errorMessage(thrown) });
    await clock.sleep(recordLoopLimits.longestRetryMs, signal);
    if (signal.aborted) return [];
    const again = ask();
    return typeof again === 'string' ? [again] : again.catch(later);
  };
  return first.catch(later);
}

/** Ids of all records of a type now and of each one that changes or goes, or what `idFor` makes of them. */
function recordKeys(
  records: RecordStore,
  type: string,
  idFor: (id: string) => string | Promise<readonly string[]> = (id) => id,
): KeySource {
  const synced = Promise.withResolvers<void>();
  return {
    synced: synced.promise,
    start(enqueue) {
      const watching = records.watch(type, (id) => {
        const ids = idFor(id);
        if (typeof ids === 'string') enqueue(ids);
        else ids.then((found) => found.forEach(enqueue), synced.reject);
      });
      watching.then(() => synced.resolve(), synced.reject);
      return () => {
        watching.then(
          (watch) => watch.close(),
          () => undefined,
        );
      };
    },
  };
}
