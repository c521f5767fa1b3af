import type { Clock } from '../../base/index.ts';
import type { ClusterStorage } from './cluster-storage.ts';
import type { ServedResource } from './served-resource.ts';

export const eventLimits = {
  /** How long events are kept. */
  keepMs: 60 * 60 * 1000,
  /** Events of one stretch of time share a lease. */
  shareMs: 5 * 60 * 1000,
} as const;

/** Store leases for objects that expire: events. */
export class EventLeases {
  readonly #storage: ClusterStorage;
  readonly #clock: Clock;
  #current: { readonly lease: Promise<string>; readonly untilMs: number } | undefined;

  constructor(storage: ClusterStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Undefined for what is kept for ever, which most writes are about. */
  leaseFor({ definition }: ServedResource): Promise<string> | undefined {
    if (!definition.quirks.expires) return undefined;
    const nowMs = this.#clock.monotonic();
    if (!this.#current || this.#current.untilMs <= nowMs) {
      const lease = this.#storage.grantLease(eventLimits.keepMs + eventLimits.shareMs);
      this.#current = { lease, untilMs: nowMs + eventLimits.shareMs };
      lease.catch(() => {
        this.#current = undefined;
      });
    }
    return this.#current.lease;
  }
}
