import type { UserInfo } from '../../apimachinery/contract.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { FlowFigures } from './flow-figures.ts';
import { seatsOf, type Work } from './work.ts';

/** How long a request takes until that is known, in seconds. */
export const expectedSeconds = 0.003;

/** What is known of a request when it comes. */
export type TicketRequest = Pick<
  Ticket,
  'figures' | 'schema' | 'distinguisher' | 'info' | 'user' | 'path' | 'work'
>;

/** One request in a queue set: it waits, is at work, or lingers until those who watch have heard of it. */
export class Ticket {
  /** Of its schema in its level. */
  readonly figures: FlowFigures;
  readonly schema: string;
  /** What tells its flow from others of the schema. */
  readonly distinguisher: string;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly path: string;
  readonly work: Work;
  /** That it takes of its level. */
  readonly seats: number;
  /** In seat-seconds, as expected. */
  readonly wholeWork: number;
  /** Milliseconds that only grow. */
  cameMs = 0;
  startedMs: number | undefined;
  /** In the time of its queue set. */
  arrived = 0;
  /** Undefined in a level without queues. */
  queue: Queue | undefined;
  /** Told once, of one that waits, whether its turn has come; false: it has to go. */
  decide: ((itsTurn: boolean) => void) | undefined;
  /** Among those at work. */
  place = -1;

  constructor(asked: TicketRequest) {
    const { figures, schema, distinguisher, info, user, path, work } = asked;
    this.figures = figures;
    this.schema = schema;
    this.distinguisher = distinguisher;
    this.info = info;
    this.user = user;
    this.path = path;
    this.work = work;
    this.seats = seatsOf(work);
    this.wholeWork = work.seats * expectedSeconds + (work.finalSeats * work.finalMs) / 1000;
  }
}

/** Requests of one or more flows, in the order in which they came, and when it is their turn. */
export class Queue {
  readonly index: number;
  /** In the time of its `QueueSet`: when its next request would begin if every queue had the same share. */
  nextStart: number;
  executing = 0;
  seatsInUse = 0;
  seatsWaiting = 0;
  /** Seats without those that are taken after the work. */
  firstSeatsWaiting = 0;
  /** In seat-seconds. */
  workWaiting = 0;
  /** From the oldest; made for the first that waits. */
  #waiting: Set<Ticket> | undefined;

  constructor(index: number, nextStart: number) {
    this.index = index;
    this.nextStart = nextStart;
  }

  get waiting(): number {
    return this.#waiting?.size ?? 0;
  }

  get isEmpty(): boolean {
    return this.executing === 0 && this.waiting === 0;
  }

  get oldest(): Ticket | undefined {
    if (this.waiting === 0) return undefined;
    for (const ticket of this.all()) return ticket;
    return undefined;
  }

  all(): Iterable<Ticket> {
    return this.#waiting ?? [];
  }

  add(ticket: Ticket): void {
    this.#waiting ??= new Set();
    this.#waiting.add(ticket);
    this.#count(ticket, 1);
    this.catchUp();
  }

  /** False when it does not wait here. */
  remove(ticket: Ticket): boolean {
    if (!this.#waiting?.delete(ticket)) return false;
    this.#count(ticket, -1);
    this.catchUp();
    return true;
  }

  /** What was not asked for is not saved up: nothing begins before it came. */
  catchUp(): void {
    const oldest = this.oldest;
    if (oldest && this.nextStart < oldest.arrived) this.nextStart = oldest.arrived;
  }

  #count({ seats, work, wholeWork }: Ticket, by: 1 | -1): void {
    this.seatsWaiting += by * seats;
    this.firstSeatsWaiting += by * work.seats;
    // Nothing waits, nothing is left: sums of fractions would keep crumbs.
    this.workWaiting = this.waiting === 0 ? 0 : this.workWaiting + by * wholeWork;
  }
}
