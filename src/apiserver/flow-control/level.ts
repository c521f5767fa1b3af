import type { Clock } from '../../base/index.ts';
import { Arrivals } from './arrivals.ts';
import type { PriorityLevel } from './priority-level.ts';
import { QueueSet } from './queue-set.ts';
import { RetryAfter } from './retry-after.ts';

/** A request gets this part of its level's seats at most. */
const mostOfLevel = 0.15;

/** A priority level at work: what it was told, the seats that follow from it, and who has them. */
export class Level {
  settings: PriorityLevel;
  readonly queues: QueueSet;
  readonly retryAfter = new RetryAfter();
  readonly arrivals = new Arrivals();
  /** Its configuration is gone; it stays until nobody is in it. */
  isLeaving = false;
  /** Seats by its shares alone, and between what lending and borrowing may leave it. */
  nominal = 0;
  least = 0;
  most = 0;
  /** What it has now. */
  current: number | undefined;
  target = 0;

  constructor(settings: PriorityLevel, clock: Clock) {
    this.settings = settings;
    this.queues = new QueueSet(clock);
  }

  /** Of `seats` that are shared out, by shares of which there are `shareSum`. */
  share(seats: number, shareSum: number): void {
    const { shares, lendablePercent, borrowingLimitPercent } = this.settings;
    this.nominal = shareSum > 0 ? Math.ceil((seats * shares) / shareSum) : 0;
    const lendable = Math.round((this.nominal * lendablePercent) / 100);
    const borrowed =
      borrowingLimitPercent === undefined ? seats : Math.round((this.nominal * borrowingLimitPercent) / 100);
    this.least = this.nominal - lendable;
    this.most = this.nominal + borrowed;
    this.current ??= this.nominal - Math.floor(lendable / 2);
  }

  /** What it has from now on. */
  give(seats: number): void {
    this.current = seats;
    const { isExempt, queuing } = this.settings;
    this.queues.configure(isExempt ? 'exempt' : (queuing ?? 'none'), seats);
  }

  /** That one request may take; 0: the level does not say. */
  get mostSeats(): number {
    const { queuing } = this.settings;
    if (!queuing) return 0;
    const byHand = Math.floor(this.nominal / queuing.handSize);
    return Math.max(1, Math.min(Math.ceil(this.nominal * mostOfLevel), byHand));
  }
}
