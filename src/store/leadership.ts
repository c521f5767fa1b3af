import { type Clock, CodedError, errorMessage, type Logger } from '../base/index.ts';
import type { Entry, Guard, Store, Watch } from './contract.ts';

const prefix = '/leadership/';

const leadershipLimits = {
  /** How long others stay out after the last renewal. */
  leaseMs: 15_000,
  renewEveryMs: 5_000,
} as const;

export interface LeadershipOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is led. Each has one leader at most, in whatever process. */
  readonly name: string;
  /** Tells this candidate from all others. */
  readonly identity: string;
  /**
   * No other process can have this store open (its file is locked): a predecessor that was killed is not waited for.
   */
  readonly alone: boolean;
}

/**
 * Leadership on a lease of the store: one key that its holder keeps alive. What the leader writes carries the key as a
 * guard, so one that was replaced without noticing (a process that stood still) writes nothing any more.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #key: string;
  #held: { readonly guard: Guard; readonly lease: string } | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#key = prefix + options.name;
  }

  /** The guard for a write of the leader, from its election until what it started has ended. Throws `unavailable`. */
  fence(): Guard {
    if (!this.#held) throw notLeading();
    return this.#held.guard;
  }

  /**
   * Stands for election until `signal` aborts. `lead` is called once elected and resolves when all that it started
   * has ended, which it begins when `term` aborts: leadership was lost, or `signal` aborted. Only then is it given back,
   * so what ends may still write.
   */
  async run(lead: (term: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, log, name, alone } = this.#options;
    let endsPredecessor = alone;
    while (!signal.aborted) {
      try {
        const asOf = this.#options.store.revision();
        const standing = await this.#options.store.get(this.#key);
        if (standing && !endsPredecessor) await this.#gone(asOf, signal);
        else if (await this.#elect(standing)) {
          log.debug('leading', { leadership: name });
          await this.#serve(lead, signal);
        }
        endsPredecessor = false;
      } catch (thrown) {
        log.warn('leadership not taken', { leadership: name, error: errorMessage(thrown) });
        await clock.sleep(leadershipLimits.renewEveryMs, signal);
      }
    }
  }

  async #elect(standing: Entry | undefined): Promise<boolean> {
    const { store, identity } = this.#options;
    if (standing?.lease !== undefined) await store.revokeLease(standing.lease);
    const lease = await store.grantLease(leadershipLimits.leaseMs);
    const value = new TextEncoder().encode(identity);
    const elected = await store.commit({
      guards: [{ key: this.#key, revision: 0 }],
      writes: [{ put: this.#key, value, lease }],
    });
    if (!elected.ok) {
      await store.revokeLease(lease);
      return false;
    }
    this.#held = { guard: { key: this.#key, revision: elected.revision }, lease };
    return true;
  }

  async #serve(lead: (term: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { store, log, name } = this.#options;
    const held = this.#held;
    if (!held) return;
    const term = new AbortController();
    const end = () => term.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const renewing = this.#renew(held.lease, term);
    let watch: Watch | undefined;
    try {
      watch = await store.watch(this.#key, end, held.guard.revision);
      await lead(term.signal);
    } finally {
      end();
      watch?.close();
      signal.removeEventListener('abort', end);
      await renewing;
      this.#held = undefined;
      if (!signal.aborted) log.warn('leadership lost', { leadership: name });
      await store.revokeLease(held.lease);
    }
  }

  /** Ends the term when the lease has ended, or may have: nobody said otherwise for two thirds of its time. */
  async #renew(lease: string, term: AbortController): Promise<void> {
    const { store, clock } = this.#options;
    const { leaseMs, renewEveryMs } = leadershipLimits;
    let renewedMs = clock.monotonic();
    while (!term.signal.aborted) {
      await clock.sleep(renewEveryMs, term.signal);
      if (term.signal.aborted) return;
      const askedMs = clock.monotonic();
      try {
        await store.keepLeaseAlive(lease);
        renewedMs = askedMs;
      } catch (thrown) {
        const isOver = thrown instanceof CodedError && thrown.code === 'not-found';
        if (isOver || clock.monotonic() - renewedMs >= (leaseMs * 2) / 3) term.abort();
      }
    }
  }

  /** Resolves when the key of another has changed or gone since a revision: not its own, which may be compacted. */
  async #gone(asOf: number, signal: AbortSignal): Promise<void> {
    const changed = Promise.withResolvers<void>();
    const stop = () => changed.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const watch = await this.#options.store.watch(this.#key, stop, asOf);
      if (!signal.aborted) await changed.promise;
      watch.close();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

/** The commits of a leader: each fails with `unavailable` unless `fence` holds, and then nothing is written. */
export function fencedCommits(store: Pick<Store, 'commit'>, fence: () => Guard): Store['commit'] {
  return async ({ guards = [], writes }) => {
    const guard = fence();
    const result = await store.commit({ guards: [guard, ...guards], writes });
    if (!result.ok && result.failed.key === guard.key) throw notLeading();
    return result;
  };
}

function notLeading(): CodedError {
  return new CodedError('unavailable', 'This process does not lead any more.');
}
