import type { Clock } from '../../base/index.ts';

export const nodeHealthTimes = {
  /** How long a node may be silent before it counts as lost. */
  graceMs: 50_000,
} as const;

/** When each node was last heard of, by the time of this process: nobody's clock needs to agree with ours. */
export class NodeHealth {
  readonly #clock: Clock;
  readonly #heardMs = new Map<string, number>();
  readonly #lost = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a sign of life; true when the node was lost before. */
  renewed(node: string): boolean {
    this.#heardMs.set(node, this.#clock.monotonic());
    return this.#lost.delete(node);
  }

  /** How much longer the node counts as alive; 0 or less: it is lost. A node seen for the first time has all of it. */
  leftMs(node: string): number {
    const heard = this.#heardMs.get(node) ?? this.#clock.monotonic();
    this.#heardMs.set(node, heard);
    return heard + nodeHealthTimes.graceMs - this.#clock.monotonic();
  }

  markLost(node: string): void {
    this.#lost.add(node);
  }

  forget(node: string): void {
    this.#heardMs.delete(node);
    this.#lost.delete(node);
  }
}
