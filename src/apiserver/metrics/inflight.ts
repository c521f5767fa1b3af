import type { Gauge, Metrics } from '../../base/index.ts';
import { currentInflight } from './request-families.ts';

/** Requests of one kind at work, and how many there were at most during the last second. */
class Peak {
  running = 0;
  #second = 0;
  #peak = 0;
  #before = 0;

  begin(nowMs: number): void {
    this.running++;
    this.#turn(nowMs);
    if (this.running > this.#peak) this.#peak = this.running;
  }

  atMost(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#before, this.#peak);
  }

  #turn(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.#second) return;
    this.#before = second === this.#second + 1 ? this.#peak : this.running;
    this.#peak = this.running;
    this.#second = second;
  }
}

/** Counts requests at work, those that go on for long left out. */
export class Inflight {
  readonly reads = new Peak();
  readonly writes = new Peak();

  /** `now`: milliseconds that only grow. */
  constructor(metrics: Metrics, now: () => number) {
    const figures: readonly [Peak, Gauge][] = [
      [this.reads, metrics.gauge(currentInflight, 'readOnly')],
      [this.writes, metrics.gauge(currentInflight, 'mutating')],
    ];
    metrics.beforeReading(() => {
      for (const [peak, gauge] of figures) gauge.set(peak.atMost(now()));
    });
  }
}
