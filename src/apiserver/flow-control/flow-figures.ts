import type { Counter, Gauge, Histogram, Metrics } from '../../base/index.ts';
import {
  dispatchedRequests,
  estimatedSeats,
  executingRequests,
  executingSeats,
  executionSeconds,
  inqueueRequests,
  inqueueSeats,
  noAccommodation,
  queueLengths,
  rejectedRequests,
  waitSeconds,
  watchCounts,
} from './families.ts';

/** Why a request got no turn, as it is reported. */
export type Rejection = 'concurrency-limit' | 'queue-full' | 'time-out';

/** What is measured of the requests of one schema in one priority level. */
export class FlowFigures {
  readonly #metrics: Metrics;
  readonly #labels: readonly [level: string, schema: string];
  readonly #dispatched: Counter;
  readonly #executing: Gauge;
  readonly #seats: Gauge;
  readonly #estimated: Histogram;
  readonly #regular: Histogram;
  readonly #inqueue: Gauge;
  readonly #inqueueSeats: Gauge;
  #lengths: Histogram | undefined;
  #waited: Histogram | undefined;
  #watches: Histogram | undefined;

  constructor(metrics: Metrics, level: string, schema: string) {
    this.#metrics = metrics;
    this.#labels = [level, schema];
    this.#dispatched = metrics.counter(dispatchedRequests, level, schema);
    this.#executing = metrics.gauge(executingRequests, level, schema);
    this.#seats = metrics.gauge(executingSeats, level, schema);
    this.#estimated = metrics.histogram(estimatedSeats, level, schema);
    this.#regular = metrics.histogram(executionSeconds, level, schema, 'regular');
    this.#inqueue = metrics.gauge(inqueueRequests, level, schema);
    this.#inqueueSeats = metrics.gauge(inqueueSeats, level, schema);
  }

  estimated(seats: number): void {
    this.#estimated.observe(seats);
  }

  watched(watches: number): void {
    this.#watches ??= this.#metrics.histogram(watchCounts, ...this.#labels);
    this.#watches.observe(watches);
  }

  /** `length`: of its queue, with it. */
  queued(seats: number, length: number): void {
    this.#inqueue.inc();
    this.#inqueueSeats.inc(seats);
    this.#lengths ??= this.#metrics.histogram(queueLengths, ...this.#labels);
    this.#lengths.observe(length);
  }

  unqueued(seats: number): void {
    this.#inqueue.dec();
    this.#inqueueSeats.dec(seats);
  }

  didNotFit(): void {
    this.#metrics.counter(noAccommodation, ...this.#labels).inc();
  }

  begun(seats: number): void {
    this.#dispatched.inc();
    this.#executing.inc();
    this.#seats.inc(seats);
  }

  /** It was answered; its seats may be free later. */
  ended(seconds: number, isWatch: boolean): void {
    this.#executing.dec();
    const figure = isWatch
      ? this.#metrics.histogram(executionSeconds, ...this.#labels, 'watch')
      : this.#regular;
    figure.observe(seconds);
  }

  seatsFreed(seats: number): void {
    this.#seats.dec(seats);
  }

  /** Where requests may have to wait, all that were let through are told. */
  waited(seconds: number): void {
    this.#waited ??= this.#metrics.histogram(waitSeconds, ...this.#labels, 'true');
    this.#waited.observe(seconds);
  }

  rejected(reason: Rejection, waitedSeconds: number): void {
    this.#metrics.counter(rejectedRequests, ...this.#labels, reason).inc();
    this.#metrics.histogram(waitSeconds, ...this.#labels, 'false').observe(waitedSeconds);
  }
}
