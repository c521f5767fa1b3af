import type { ClusterClient, KubeObject } from '../apimachinery/client.ts';
import { defineKind, isNotFound, typedClient } from '../apimachinery/kinds.ts';
import { type Clock, errorMessage, type JsonObject, type Logger, rfc3339Micros } from '../base/index.ts';

export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

export interface LeaseSpec extends JsonObject {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export const leases = defineKind<Lease>('coordination.k8s.io/v1', 'Lease', 'leases');

/** The times of client-go's leader election. `leaseMs` > `renewDeadlineMs` > `retryMs`. */
export interface LeaderTimes {
  /** How long others wait after the last renewal that they saw before they take over. */
  readonly leaseMs: number;
  /** How long the holder goes on without a successful renewal before it steps down. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

export const defaultLeaderTimes: LeaderTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export interface LeaderOptions {
  readonly client: ClusterClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique among the candidates. */
  readonly identity: string;
  readonly times?: LeaderTimes;
  /** Called on each election; `term` aborts when leadership is lost. */
  lead(term: AbortSignal): void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Stands for election on a Lease until `signal` aborts; then gives the lease back, so that the next candidate need
 * not wait for it to expire. Clocks of the candidates need not agree: a lease counts as expired when it has not
 * changed for `leaseMs` of one's own time.
 */
export async function runForLeader(options: LeaderOptions): Promise<void> {
  const candidate = new Candidate(options);
  while (!options.signal.aborted) {
    if (await candidate.tryAcquire()) await candidate.serve();
    await options.clock.sleep((options.times ?? defaultLeaderTimes).retryMs, options.signal);
  }
}

class Candidate {
  readonly #options: LeaderOptions;
  readonly #times: LeaderTimes;
  #seenVersion = '';
  #seenAtMs = 0;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultLeaderTimes;
  }

  async tryAcquire(): Promise<boolean> {
    try {
      return await this.#acquireOrRenew();
    } catch (thrown) {
      this.#options.log.debug('lease not taken', {
        lease: this.#options.name,
        error: errorMessage(thrown),
      });
      return false;
    }
  }

  /** Leads and renews until the term ends. */
  async serve(): Promise<void> {
    const { clock, signal } = this.#options;
    const term = new AbortController();
    this.#options.lead(term.signal);
    let renewedAtMs = clock.monotonic();
    while (!signal.aborted && clock.monotonic() - renewedAtMs < this.#times.renewDeadlineMs) {
      await clock.sleep(this.#times.retryMs, signal);
      if (signal.aborted) break;
      if (await this.tryAcquire()) renewedAtMs = clock.monotonic();
    }
    term.abort();
    if (signal.aborted) await this.#release();
  }

  async #acquireOrRenew(): Promise<boolean> {
    const { identity, clock } = this.#options;
    const typed = typedClient(this.#options.client);
    const current = await typed.find(leases, this.#options);
    const now = rfc3339Micros(clock.now());
    const held = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#times.leaseMs / 1000),
      renewTime: now,
    };
    if (!current) {
      const spec = { ...held, acquireTime: now, leaseTransitions: 0 };
      await typed.create(leases, this.#lease({}, spec));
      return true;
    }
    this.#note(current);
    const previous = current.spec ?? {};
    const isMine = previous.holderIdentity === identity;
    const expired = clock.monotonic() - this.#seenAtMs >= this.#times.leaseMs;
    if (!isMine && previous.holderIdentity && !expired) return false;
    const spec = isMine
      ? { ...previous, ...held }
      : { ...held, acquireTime: now, leaseTransitions: (previous.leaseTransitions ?? 0) + 1 };
    this.#note(await typed.update(leases, this.#lease(current.metadata, spec)));
    return true;
  }

  async #release(): Promise<void> {
    try {
      const typed = typedClient(this.#options.client);
      const current = await typed.get(leases, this.#options);
      if (current.spec?.holderIdentity !== this.#options.identity) return;
      const spec = { ...current.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      await typed.update(leases, this.#lease(current.metadata, spec));
    } catch (thrown) {
      if (!isNotFound(thrown)) {
        this.#options.log.debug('lease not given back', { error: errorMessage(thrown) });
      }
    }
  }

  #note(lease: Lease): void {
    const version = lease.metadata.resourceVersion ?? '';
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#seenAtMs = this.#options.clock.monotonic();
  }

  #lease(metadata: KubeObject['metadata'], spec: LeaseSpec): Lease {
    const { namespace, name } = this.#options;
    return {
      apiVersion: leases.apiVersion,
      kind: leases.kind,
      metadata: { ...metadata, namespace, name },
      spec,
    };
  }
}
