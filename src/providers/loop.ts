import type { RecordStore } from '../arm/index.ts';
import type { Clock, Logger, Random } from '../base/index.ts';
import { type KeySource, type Reconciled, runController, type WorkQueueLimits } from '../reconcile/index.ts';

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
   * has gone. A thrown error means: again later, with back-off. `{ againAfterMs }`: again without an error.
   */
  reconcile(id: string, signal: AbortSignal): Promise<Reconciled | undefined> | Promise<void>;
  /** Other types whose records the work depends on: a change of one brings a pass over `idFor` of it. */
  readonly follows?: readonly {
    readonly type: string;
    idFor(id: string): string | Promise<readonly string[]>;
  }[];
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

/** Says that a pass cannot go on yet; it is repeated with back-off and not logged as a fault. */
export class RetryLater extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RetryLater';
  }
}

export const recordLoopLimits = {
  concurrentIds: 8,
  /** The longest pause between two tries. */
  longestRetryMs: 5_000,
  firstRetryMs: 20,
} as const;

/** Runs `reconcile` for every record of a type: at the start, after each change, and again after failures. */
export function runRecordLoop(options: RecordLoopOptions): RecordLoop {
  const { records, type, clock, random, log } = options;
  const ending = new AbortController();
  const { longestRetryMs, firstRetryMs } = recordLoopLimits;
  /** Of ids whose last pass asked to be repeated. */
  const pauseMs = new Map<string, number>();
  const controller = runController({
    name: type,
    watches: [
      recordKeys(records, type),
      ...(options.follows ?? []).map((followed) => recordKeys(records, followed.type, followed.idFor)),
    ],
    async reconcile(id, signal) {
      try {
        const again = (await options.reconcile(id, signal)) ?? undefined;
        pauseMs.delete(id);
        return again;
      } catch (thrown) {
        if (!(thrown instanceof RetryLater)) throw thrown;
        log.debug('loop waits', { type, id, reason: thrown.message });
        const againAfterMs = Math.min((pauseMs.get(id) ?? firstRetryMs / 2) * 2, longestRetryMs);
        pauseMs.set(id, againAfterMs);
        return { againAfterMs };
      }
    },
    concurrency: options.concurrency ?? recordLoopLimits.concurrentIds,
    limits: { firstRetryMs, longestRetryMs, ...options.limits },
    clock,
    random,
    log,
    signal: ending.signal,
  });
  return {
    enqueue: (id, delayMs) => controller.enqueue(id, delayMs),
    async stop() {
      ending.abort();
      await controller.stopped;
    },
  };
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
