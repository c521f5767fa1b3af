import { ClusterError, type KubeObject } from '../apimachinery/client.ts';
import { isConflict } from '../apimachinery/kinds.ts';
import { type Clock, errorMessage, type Logger, type Random } from '../base/index.ts';
import type { Informer } from './informer.ts';
import { WorkQueue, type WorkQueueLimits } from './work-queue.ts';

/** Turns the changes of one kind into keys of a controller. Made by `watchKeys`. */
export interface KeySource {
  readonly synced: Promise<void>;
  start(enqueue: (key: string) => void): () => void;
}

export type ChangeType = 'added' | 'updated' | 'deleted';

/**
 * Watches a kind and names the keys that a change concerns. `keys` is called for the new object and, on an update,
 * also decides with the previous one at hand (a generation that did not change, an owner that did).
 */
export function watchKeys<T extends KubeObject>(
  informer: Informer<T>,
  keys: (object: T, previous: T | undefined, type: ChangeType) => Iterable<string> | string | undefined,
): KeySource {
  return {
    synced: informer.synced,
    start(enqueue) {
      const note = (object: T, previous: T | undefined, type: ChangeType) => {
        const named = keys(object, previous, type);
        if (typeof named === 'string') enqueue(named);
        else if (named) for (const key of named) enqueue(key);
      };
      return informer.subscribe({
        added: (object) => note(object, undefined, 'added'),
        updated: (object, previous) => note(object, previous, 'updated'),
        deleted: (object) => note(object, undefined, 'deleted'),
      });
    },
  };
}

/** What a pass asks for: nothing, or to be called again after a while. */
export interface Reconciled {
  readonly againAfterMs: number;
}

export interface ControllerOptions {
  readonly name: string;
  readonly watches: readonly KeySource[];
  /**
   * Brings the world one step nearer to what the object of `key` asks for. Called for one key at a time. A thrown
   * error means: try again later.
   */
  reconcile(key: string, signal: AbortSignal): Promise<Reconciled | undefined>;
  /** Keys worked on at the same time. */
  readonly concurrency?: number;
  /** How long a change waits for further ones, so that a burst makes one pass; default 0. */
  readonly settleMs?: number;
  readonly limits?: Partial<WorkQueueLimits>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface Controller {
  /** Asks for a pass over `key`, from outside the watches. */
  enqueue(key: string, delayMs?: number): void;
  /** Resolves when all workers have stopped, after `signal` aborted. */
  readonly stopped: Promise<void>;
}

/** Runs one controller: watches make keys, workers reconcile them, failures come back with back-off. */
export function runController(options: ControllerOptions): Controller {
  const queue = new WorkQueue(options);
  const enqueue = (key: string) => queue.addAfter(key, options.settleMs ?? 0);
  const unsubscribe = options.watches.map((watch) => watch.start(enqueue));
  const workers = new Workers(options, queue);
  const stop = () => {
    for (const end of unsubscribe) end();
    queue.close();
    workers.stop();
  };
  if (options.signal.aborted) stop();
  else options.signal.addEventListener('abort', stop, { once: true });
  return { enqueue: (key, delayMs = 0) => queue.addAfter(key, delayMs), stopped: workers.stopped };
}

/** Passes that run side by side. There is one only while there is work: an idle controller costs nothing. */
class Workers {
  readonly stopped: Promise<void>;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  #running = 0;
  #isStarted = false;
  #isScheduled = false;
  #isStopped = false;
  #resolveStopped: () => void = () => {};

  constructor(options: ControllerOptions, queue: WorkQueue) {
    this.#options = options;
    this.#queue = queue;
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
    queue.onReady(() => this.#schedule());
    // What a pass reads must be complete before the first one.
    void Promise.all(options.watches.map((watch) => watch.synced)).then(() => {
      this.#isStarted = true;
      this.#schedule();
    });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#running === 0) this.#resolveStopped();
  }

  /** Passes begin in a turn of their own, not inside the store's announcement of a change. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    const limit = this.#options.concurrency ?? 1;
    while (this.#isStarted && !this.#isStopped && this.#running < limit) {
      const key = this.#queue.take();
      if (key === undefined) return;
      this.#running++;
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    await workOn(key, this.#options, this.#queue);
    this.#running--;
    this.#queue.done(key);
    if (this.#isStopped && this.#running === 0) this.#resolveStopped();
    else this.#start();
  }
}

async function workOn(key: string, options: ControllerOptions, queue: WorkQueue): Promise<void> {
  try {
    const result = await options.reconcile(key, options.signal);
    queue.forget(key);
    if (result) queue.addAfter(key, result.againAfterMs);
  } catch (thrown) {
    if (options.signal.aborted) return;
    const delayMs = Math.round(queue.addBackedOff(key));
    const fields = { controller: options.name, key, error: errorMessage(thrown), retryInMs: delayMs };
    if (isExpected(thrown)) options.log.debug('reconcile again', fields);
    else options.log.warn('reconcile failed', fields);
  }
}

/** Losing a race is part of the design; anything else deserves a look. */
function isExpected(thrown: unknown): boolean {
  return (
    isConflict(thrown) || (thrown instanceof ClusterError && [404, 409, 429, 503].includes(thrown.status))
  );
}
