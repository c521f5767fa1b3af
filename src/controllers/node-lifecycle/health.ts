import type { Clock } from '../../base/index.ts';
import type { Taint } from '../kinds/core.ts';

export const nodeHealthTimes = {
  /** How long a node may be silent before it counts as lost. */
  graceMs: 50_000,
} as const;

/** When each node was last heard of, by the time of this process: nobody's clock needs to agree with ours. */
export class NodeHealth {
  readonly #clock: Clock;
  readonly #heardMs = new Map<string, number>();
  readonly #lost = new Set<string>();
  /** When each taint was first seen that does not say since when it is there. */
  readonly #tainted = new Map<string, ReadonlyMap<string, number>>();

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

  /** Since when each taint is on the node, in the time of the world: what it says itself, else when it was seen first. */
  taintedSince(node: string, taints: readonly Taint[]): (taint: Taint) => number {
    const before = this.#tainted.get(node);
    const seen = new Map(
      taints.map((taint) => [
        nameOf(taint),
        Date.parse(taint.timeAdded ?? '') || (before?.get(nameOf(taint)) ?? this.#clock.now()),
      ]),
    );
    if (seen.size > 0) this.#tainted.set(node, seen);
    else this.#tainted.delete(node);
    return (taint) => seen.get(nameOf(taint)) ?? this.#clock.now();
  }

  forget(node: string): void {
    this.#tainted.delete(node);
    this.#heardMs.delete(node);
    this.#lost.delete(node);
  }
}

function nameOf({ key, value = '', effect }: Taint): string {
  return `${key}=${value}:${effect}`;
}
