/** How much the past counts in what is said of the demand, each time it is looked at. */
const smoothing = 0.977;

/** How many seats a priority level could have used, over the time since it was last looked at. */
export class Demand {
  #value = 0;
  #sinceMs: number;
  #most = 0;
  #elapsedMs = 0;
  #sum = 0;
  #squares = 0;
  highWatermark = 0;
  average = 0;
  deviation = 0;
  smoothed = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  get now(): number {
    return this.#value;
  }

  set(value: number, nowMs: number): void {
    this.#count(nowMs);
    this.#value = value;
    if (value > this.#most) this.#most = value;
  }

  /** Looks at what was since the last time, and begins anew. */
  look(nowMs: number): void {
    this.#count(nowMs);
    this.highWatermark = this.#most;
    this.#most = this.#value;
    if (this.#elapsedMs <= 0) return;
    const average = this.#sum / this.#elapsedMs;
    const variance = this.#squares / this.#elapsedMs - average * average;
    this.average = average;
    this.deviation = Math.sqrt(Math.max(0, variance));
    const envelope = this.average + this.deviation;
    this.smoothed = Math.max(envelope, smoothing * this.smoothed + (1 - smoothing) * envelope);
    this.#elapsedMs = 0;
    this.#sum = 0;
    this.#squares = 0;
  }

  #count(nowMs: number): void {
    const elapsedMs = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#elapsedMs += elapsedMs;
    this.#sum += elapsedMs * this.#value;
    this.#squares += elapsedMs * this.#value * this.#value;
  }
}
