import { type Clock, CodedError, decodeJson, errorMessage, isObject, type Logger } from '../../base/index.ts';
import type { Store } from '../../store/contract.ts';
import type { OperationOutcome } from '../contract.ts';
import { operationKey, recordKey, runningKey } from './keys.ts';
import type { Operation } from './operation.ts';
import { decodeOperation, type Operations } from './operations.ts';

export const runningActionLimits = {
  /** How long after its last sign of life a process counts as working on its actions. */
  leaseMs: 15_000,
  renewEveryMs: 5_000,
  /** Between two tries to write an outcome down. */
  retryMs: 1_000,
} as const;

export interface RunningActionsOptions {
  readonly store: Store;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly log: Logger;
  /** Other processes may work on the same store. */
  readonly othersRun: boolean;
}

const empty = new Uint8Array();

/**
 * POST actions that the process which was asked runs by itself, without a record or loop that would go on with them. Each
 * has a key on a lease for as long as somebody works on it; what has none any more was interrupted.
 */
export class RunningActions {
  readonly #options: RunningActionsOptions;
  readonly #own = new Set<string>();
  readonly #closing = new AbortController();

  constructor(options: RunningActionsOptions) {
    this.#options = options;
  }

  /** Resolves once the operation is stored; `work` goes on and must not throw. */
  async run(operation: Operation, work: () => Promise<OperationOutcome>): Promise<void> {
    const { store, operations } = this.#options;
    const lease = await store.grantLease(runningActionLimits.leaseMs);
    this.#own.add(operation.id);
    try {
      await store.commit({
        writes: [operations.write(operation), { put: runningKey(operation.id), value: empty, lease }],
      });
    } catch (thrown) {
      this.#own.delete(operation.id);
      throw thrown;
    }
    void this.#follow({ id: operation.id, lease }, work);
  }

  /** Fails the actions of processes that have ended, by a leader's `commit`, where one leads. What a record carries is its loop's to end. */
  async failInterrupted(commit?: Store['commit']): Promise<void> {
    const { operations, othersRun, store } = this.#options;
    for await (const operation of operations.all()) {
      const { id, verb, status } = operation;
      if (verb !== 'post' || status !== 'InProgress' || this.#own.has(id)) continue;
      if ((othersRun && (await store.get(runningKey(id)))) || (await this.#isCarried(operation))) continue;
      const message = 'The service stopped while the action ran. Please send the request again.';
      await this.#finish(id, { status: 'Failed', error: { code: 'OperationInterrupted', message } }, commit);
    }
  }

  /** What still runs is interrupted. */
  close(): void {
    this.#closing.abort();
  }

  async #follow(
    { id, lease }: { readonly id: string; readonly lease: string },
    work: () => Promise<OperationOutcome>,
  ): Promise<void> {
    const { store, clock, log } = this.#options;
    const over = new AbortController();
    const ending = AbortSignal.any([over.signal, this.#closing.signal]);
    const renewing = this.#renew(lease, ending);
    const outcome = await work();
    while (!this.#closing.signal.aborted) {
      try {
        await this.#finish(id, outcome);
        break;
      } catch (thrown) {
        log.warn('an action is not ended yet', { operation: id, error: errorMessage(thrown) });
        await clock.sleep(runningActionLimits.retryMs, this.#closing.signal);
      }
    }
    over.abort();
    await renewing;
    this.#own.delete(id);
    // Nothing is left on it; what fails here ends by itself.
    if (!this.#closing.signal.aborted) await store.revokeLease(lease).catch(() => undefined);
  }

  async #renew(lease: string, ending: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#options;
    for (;;) {
      await clock.sleep(runningActionLimits.renewEveryMs, ending);
      if (ending.aborted) return;
      try {
        await store.keepLeaseAlive(lease);
      } catch (thrown) {
        log.debug('the lease of an action is not renewed', { error: errorMessage(thrown) });
        if (thrown instanceof CodedError && thrown.code === 'not-found') return;
      }
    }
  }

  /** What has ended already stays as it is. */
  async #finish(id: string, outcome: OperationOutcome, commit?: Store['commit']): Promise<void> {
    const { store, operations } = this.#options;
    const write: Store['commit'] = commit ?? ((transaction) => store.commit(transaction));
    for (;;) {
      const entry = await store.get(operationKey(id));
      if (!entry) return;
      const ended = operations.end(decodeOperation(entry), outcome);
      const done = await write({
        guards: [{ key: entry.key, revision: entry.revision }],
        writes: [operations.write(ended), { delete: runningKey(id) }],
      });
      if (done.ok) return;
    }
  }

  /** Asked of the store: what is shown here may be behind what another process has written. */
  async #isCarried({ id, resourceId }: Operation): Promise<boolean> {
    const entry = await this.#options.store.get(recordKey(resourceId));
    const record = entry && decodeJson(entry.value);
    return isObject(record) && record['operation'] === id;
  }
}
