import { Bag, type Clock } from '../../base/index.ts';
import { Demand } from './demand.ts';
import type { Queuing } from './priority-level.ts';
import { expectedSeconds, Queue, type Ticket } from './queue.ts';

/** Empty queues that stay for those who come next. */
const keptQueues = 1_024;

const nothingWaits = {
  least: Number.POSITIVE_INFINITY,
  most: 0,
  leastDiscounted: Number.POSITIVE_INFINITY,
  mostDiscounted: 0,
} as const;

/** Refused at once: no seat and no queue, or no room in the flow's queues. */
export type Verdict = 'at work' | 'waits' | 'concurrency-limit' | 'queue-full';

/**
 * The seats of one priority level and the queues before them. Whose turn it is follows the real server's fair queuing: each queue has
 * its own account of the seat-seconds that it was given, in a time that runs as fast as each queue gets on; the one whose
 * oldest request would be done first goes next. Of many queues only those with something in them take memory.
 */
export class QueueSet {
  readonly #clock: Clock;
  readonly demand: Demand;
  readonly executing = new Bag<Ticket>();
  #queuing: Queuing | 'none' | 'exempt' = 'none';
  #limit = 0;
  readonly #queues = new Map<number, Queue>();
  /** Of those, with something in them. */
  #active = 0;
  /** Its own time, in seconds of seats for each queue. */
  #time = 0;
  #countedMs: number;
  #queuedSeatsInUse = 0;
  #turn = 0;
  #came = 0;
  #seatsInUse = 0;
  #seatsWaiting = 0;
  #waiting = 0;
  dispatched = 0;
  rejected = 0;
  cancelled = 0;
  /** Of what began last, and of what waited then: when they start in the time of this set. */
  latest = { time: 0, start: 0, least: 0, most: 0, leastDiscounted: 0, mostDiscounted: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedMs = clock.monotonic();
    this.demand = new Demand(this.#countedMs);
  }

  get waiting(): number {
    return this.#waiting;
  }

  get seatsInUse(): number {
    return this.#seatsInUse;
  }

  get isIdle(): boolean {
    return this.#waiting === 0 && this.executing.size === 0;
  }

  get time(): number {
    return this.#time;
  }

  /** By their index; those that are not there are empty. */
  get queues(): ReadonlyMap<number, Queue> {
    return this.#queues;
  }

  /** Other seats or queues from now on; whoever waits in a queue that is gone keeps his turn there. */
  configure(queuing: Queuing | 'none' | 'exempt', seats: number): void {
    const nowMs = this.#run();
    this.#queuing = queuing;
    this.#limit = seats;
    this.#begin(nowMs);
  }

  /** `hand`: the queues that its flow may use. */
  ask(ticket: Ticket, hand: readonly number[]): Verdict {
    const nowMs = this.#run();
    ticket.cameMs = nowMs;
    const queuing = this.#queuing;
    if (queuing === 'none' || queuing === 'exempt') {
      if (!this.#fits(ticket.seats)) {
        this.rejected++;
        return 'concurrency-limit';
      }
      this.#start(ticket, nowMs);
      return 'at work';
    }
    const index = this.#shortest(hand);
    const queue = this.#queueAt(index);
    if (this.#seatsInUse >= this.#limit && queue.waiting >= queuing.queueLengthLimit) {
      this.rejected++;
      return 'queue-full';
    }
    ticket.queue = queue;
    if (queue.isEmpty) this.#active++;
    ticket.arrived = this.#time;
    if (this.#waiting === 0 && this.#seatsInUse < this.#limit && this.#fits(ticket.seats)) {
      if (queue.nextStart < ticket.arrived) queue.nextStart = ticket.arrived;
      this.#startFrom(queue, ticket, nowMs);
      return 'at work';
    }
    this.#enqueue(queue, ticket, nowMs);
    this.#begin(nowMs);
    return ticket.startedMs === undefined ? 'waits' : 'at work';
  }

  /** It is not let to the queues. */
  refuse(ticket: Ticket): void {
    ticket.cameMs = this.#run();
    this.rejected++;
  }

  /** A request that waits is not waited for any more. False when it does not wait. */
  cancel(ticket: Ticket): boolean {
    const { queue } = ticket;
    const nowMs = this.#run();
    if (!queue?.remove(ticket)) return false;
    this.#leaveQueue(queue, ticket);
    this.rejected++;
    this.cancelled++;
    this.#noteDemand(nowMs);
    ticket.decide?.(false);
    this.#begin(nowMs);
    return true;
  }

  /** Nobody's turn comes any more. */
  cancelAll(): void {
    for (const queue of [...this.#queues.values()])
      for (const ticket of [...queue.all()]) this.cancel(ticket);
  }

  /** A request was answered: its seats are free, some of them a little later. */
  finish(ticket: Ticket): void {
    const nowMs = this.#run();
    const { queue, work, figures, info } = ticket;
    const tookSeconds = (nowMs - (ticket.startedMs ?? nowMs)) / 1000;
    figures.ended(tookSeconds, info.verb === 'watch');
    this.executing.delete(ticket);
    if (queue) {
      queue.executing--;
      queue.nextStart -= work.seats * (expectedSeconds - tookSeconds);
      queue.catchUp();
      this.#noteEmpty(queue);
    }
    // Nobody waits for the seats of those who never wait.
    if (work.finalMs > 0 && this.#queuing !== 'exempt')
      this.#clock.after(work.finalMs, () => this.#release(ticket, this.#run()));
    else this.#release(ticket, nowMs);
  }

  #release({ figures, queue, seats }: Ticket, nowMs: number): void {
    this.#seatsInUse -= seats;
    figures.seatsFreed(seats);
    if (queue) {
      queue.seatsInUse -= seats;
      this.#queuedSeatsInUse -= seats;
    }
    this.#noteDemand(nowMs);
    this.#begin(nowMs);
  }

  /** Lets its own time go on to now. */
  #run(): number {
    const nowMs = this.#clock.monotonic();
    const active = this.#active;
    if (active > 0) {
      const seats = Math.min(this.#queuedSeatsInUse + this.#seatsWaiting, this.#limit);
      this.#time += ((nowMs - this.#countedMs) / 1000) * (seats / active);
    }
    this.#countedMs = nowMs;
    return nowMs;
  }

  /** A request that asks for more seats than there are is at work alone. */
  #fits(seats: number): boolean {
    if (this.#queuing === 'exempt') return true;
    if (seats > this.#limit) return this.executing.size === 0;
    return this.#seatsInUse + seats <= this.#limit;
  }

  /** Among its flow's queues the one with the least work before it, another one first each time. */
  #shortest(hand: readonly number[]): number {
    const first = this.#came++;
    let shortest = hand[first % hand.length] ?? 0;
    if (this.#waiting === 0) return shortest;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < hand.length; at++) {
      const index = hand[(first + at) % hand.length] ?? 0;
      const work = this.#queues.get(index)?.workWaiting ?? 0;
      if (work >= least) continue;
      least = work;
      shortest = index;
    }
    return shortest;
  }

  #enqueue(queue: Queue, ticket: Ticket, nowMs: number): void {
    queue.add(ticket);
    this.#waiting++;
    this.#seatsWaiting += ticket.seats;
    ticket.figures.queued(ticket.seats, queue.waiting);
    this.#noteDemand(nowMs);
  }

  #leaveQueue(queue: Queue, { figures, seats }: Ticket): void {
    this.#waiting--;
    this.#seatsWaiting -= seats;
    figures.unqueued(seats);
    this.#noteEmpty(queue);
  }

  /** A queue that is empty has saved nothing up. */
  #queueAt(index: number): Queue {
    const known = this.#queues.get(index);
    if (!known) {
      const made = new Queue(index, this.#time);
      this.#queues.set(index, made);
      return made;
    }
    if (known.isEmpty) known.nextStart = this.#time;
    return known;
  }

  #noteEmpty(queue: Queue): void {
    if (!queue.isEmpty) return;
    this.#active--;
    if (this.#queues.size > keptQueues) this.#queues.delete(queue.index);
  }

  /** As many as there are seats for. */
  #begin(nowMs: number): void {
    while (this.#waiting > 0 && this.#seatsInUse < this.#limit) {
      const next = this.#next();
      if (!next) return;
      const { queue, ticket } = next;
      queue.remove(ticket);
      this.#startFrom(queue, ticket, nowMs);
      this.#leaveQueue(queue, ticket);
      ticket.decide?.(true);
    }
  }

  /** Whose turn it is; undefined while there is no room for it, for nobody overtakes. */
  #next(): { readonly queue: Queue; readonly ticket: Ticket } | undefined {
    const found = this.#firstDone();
    if (!found) return undefined;
    if (!this.#fits(found.ticket.seats)) {
      found.ticket.figures.didNotFit();
      return undefined;
    }
    this.#turn = found.queue.index;
    return found;
  }

  #firstDone(): { readonly queue: Queue; readonly ticket: Ticket } | undefined {
    let first: { queue: Queue; ticket: Ticket; done: number } | undefined;
    const bounds: { -readonly [name in keyof typeof nothingWaits]: number } = { ...nothingWaits };
    for (const queue of this.#queues.values()) {
      const ticket = queue.oldest;
      if (!ticket) continue;
      const discounted = queue.nextStart - queue.seatsInUse * expectedSeconds;
      bounds.least = Math.min(bounds.least, queue.nextStart);
      bounds.most = Math.max(bounds.most, queue.nextStart);
      bounds.leastDiscounted = Math.min(bounds.leastDiscounted, discounted);
      bounds.mostDiscounted = Math.max(bounds.mostDiscounted, discounted);
      const done = queue.nextStart + ticket.wholeWork;
      if (first && (done > first.done || (done === first.done && !this.#comesBefore(queue, first.queue))))
        continue;
      first = { queue, ticket, done };
    }
    if (first) this.latest = { time: this.#time, start: first.queue.nextStart, ...bounds };
    return first;
  }

  /** Of two that are even the one whose turn is longer ago. */
  #comesBefore(one: Queue, other: Queue): boolean {
    const oneIsAhead = one.index > this.#turn;
    return oneIsAhead === other.index > this.#turn ? one.index < other.index : oneIsAhead;
  }

  #startFrom(queue: Queue, ticket: Ticket, nowMs: number): void {
    queue.nextStart += ticket.wholeWork;
    queue.executing++;
    queue.seatsInUse += ticket.seats;
    this.#queuedSeatsInUse += ticket.seats;
    this.#start(ticket, nowMs);
  }

  #start(ticket: Ticket, nowMs: number): void {
    ticket.startedMs = nowMs;
    this.executing.add(ticket);
    this.#seatsInUse += ticket.seats;
    this.dispatched++;
    const { figures } = ticket;
    figures.begun(ticket.seats);
    if (this.#queuing !== 'exempt') figures.waited((nowMs - ticket.cameMs) / 1000);
    this.#noteDemand(nowMs);
  }

  #noteDemand(nowMs: number): void {
    this.demand.set(this.#seatsInUse + this.#seatsWaiting, nowMs);
  }
}
