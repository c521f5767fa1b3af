import { StatusError } from '../../apimachinery/status.ts';
import { type Clock, goDuration, type Metrics } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { RequestInfo, ResourceRequest } from '../request/request-info.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import { Classification } from './classification.ts';
import { Configuration } from './configuration.ts';
import { dump } from './dump.ts';
import type { Flow } from './flow.ts';
import type { Rejection } from './flow-figures.ts';
import { type Asked, type Entry, type FlowGate, isStream, refusedWith, tooManyRequests } from './gate.ts';
import { Levels } from './levels.ts';
import { Ticket } from './queue.ts';
import { Watchers } from './watchers.ts';
import { estimate, isEstimated, one, type Stock, type Work } from './work.ts';

const flowControlLimits = {
  /** How often seats are lent anew. */
  adjustEveryMs: 10_000,
  /** How long a request waits at most that says nothing about it; of others a quarter of what they say. */
  waitMs: 15_000,
  longestWaitMs: 60_000,
} as const;

/** A request in the level where it was put. */
class Place implements Entry {
  readonly flow: Flow;
  readonly ticket: Ticket;
  readonly refusal = undefined;
  readonly #left: (place: Place, answer: HttpResponse) => HttpResponse;

  constructor(flow: Flow, ticket: Ticket, left: (place: Place, answer: HttpResponse) => HttpResponse) {
    this.flow = flow;
    this.ticket = ticket;
    this.#left = left;
  }

  get waitedMs(): number {
    const { cameMs, startedMs = cameMs } = this.ticket;
    return startedMs - cameMs;
  }

  leave(answer: HttpResponse): HttpResponse {
    return this.#left(this, answer);
  }
}

interface Parts {
  readonly storage: ClusterStorage;
  readonly resources: ResourceRegistry;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/**
 * API Priority and Fairness of one cluster: each request is of the flow that FlowSchemas say, and gets a seat of its priority level, or
 * waits for one, or is refused. Seats that are free are given out again when the event loop comes round: a level never has more
 * requests at work in one turn of it than seats, and whoever came meanwhile is heard.
 */
export class FlowControl implements FlowGate {
  readonly #parts: Parts;
  readonly #levels: Levels;
  readonly #watchers = new Watchers();
  #configuration: Configuration | undefined;
  #classification: Classification | undefined;
  #isAdjusting = false;
  #isClosed = false;
  /** Answered in this turn of the event loop. */
  #answered: Place[] = [];

  /** `seats`: of the whole server; at least 1. */
  constructor(parts: Parts, seats: number) {
    this.#parts = parts;
    this.#levels = new Levels(seats, parts);
  }

  /** Until then the mandatory levels alone are known. */
  async start(): Promise<void> {
    this.#configuration = await Configuration.follow(this.#parts, () => this.#changed());
    this.#changed();
  }

  /** Whoever waits is told that his turn does not come. */
  close(): void {
    this.#isClosed = true;
    for (const { queues } of this.#levels.all.values()) queues.cancelAll();
  }

  enter(request: HttpRequest, asked: Asked): Entry | Promise<Entry> | undefined {
    const { info, user, body } = asked;
    if (isStream(info)) return undefined;
    const flow = this.#current.of(info, user);
    if (!body || flow.level.settings.isExempt) return this.#ask(flow, request, asked);
    const arrival = flow.level.arrivals.begin(user.username, body);
    if (arrival === 'too many') return this.#turnAway(flow, request, asked);
    if (!arrival) return this.#ask(flow, request, asked);
    // What it meets when its body is whole may be configured otherwise.
    const ask = () => this.#ask(this.#current.of(info, user), request, asked);
    return arrival.whole.then(ask).finally(() => arrival.over());
  }

  #ask(flow: Flow, request: HttpRequest, asked: Asked): Entry | Promise<Entry> {
    const place = this.#placeIn(flow, request, asked);
    const { ticket } = place;
    flow.figures.estimated(ticket.seats);
    if (!this.#isAdjusting) this.#adjustLater();
    const verdict = flow.level.queues.ask(ticket, flow.handOf(ticket.distinguisher));
    if (verdict === 'at work') return place;
    if (verdict !== 'waits') return this.#refused(place, verdict);
    return this.#wait(place, request);
  }

  #turnAway(flow: Flow, request: HttpRequest, asked: Asked): Entry {
    const place = this.#placeIn(flow, request, asked);
    flow.level.queues.refuse(place.ticket);
    return this.#refused(place, 'queue-full');
  }

  #placeIn(flow: Flow, request: HttpRequest, { info, user }: Asked): Place {
    const work = isEstimated(info) ? this.#estimate(request, info, flow.level.mostSeats) : one;
    const { figures, schema } = flow;
    const distinguisher = flow.distinguisher(info, user);
    const { path } = request;
    const ticket = new Ticket({ figures, schema: schema.name, distinguisher, info, user, path, work });
    return new Place(flow, ticket, this.#left);
  }

  /** The text of a path below `/debug/api_priority_and_fairness/`; undefined: there is no such path. */
  dump(path: string, query: URLSearchParams): string | undefined {
    this.#current;
    return dump(this.#levels.all, { path, query, clock: this.#parts.clock });
  }

  #refused({ flow, ticket: { cameMs } }: Place, reason: Rejection): Entry {
    const { clock } = this.#parts;
    const { retryAfter } = flow.level;
    flow.figures.rejected(reason, (clock.monotonic() - cameMs) / 1000);
    retryAfter.note(Math.floor(clock.now() / 1000));
    return refusedWith(tooManyRequests(retryAfter.seconds), flow);
  }

  async #wait(place: Place, request: HttpRequest): Promise<Entry> {
    const { ticket } = place;
    const { signal } = request;
    const { queues } = place.flow.level;
    const itsTurn = await new Promise<boolean>((resolve) => {
      const goAway = () => {
        queues.cancel(ticket);
      };
      const timer = this.#parts.clock.after(waitMsOf(request, ticket.info), goAway);
      signal.addEventListener('abort', goAway, { once: true });
      ticket.decide = (decided) => {
        timer.cancel();
        signal.removeEventListener('abort', goAway);
        resolve(decided);
      };
      if (signal.aborted || this.#isClosed) goAway();
    });
    if (itsTurn) return place;
    this.#reap(place);
    if (this.#isClosed) throw new StatusError(503, 'ServiceUnavailable', 'apiserver is shutting down');
    return this.#refused(place, 'time-out');
  }

  readonly #left = (place: Place, answer: HttpResponse): HttpResponse => {
    const { flow, ticket } = place;
    if (flow.level.settings.isExempt) this.#finish(place);
    else {
      this.#answered.push(place);
      if (this.#answered.length === 1) setImmediate(this.#endTurn);
    }
    const { info } = ticket;
    return info.kind === 'resource' && info.verb === 'watch' ? this.#watched(info, answer) : answer;
  };

  readonly #endTurn = (): void => {
    const answered = this.#answered;
    this.#answered = [];
    for (const place of answered) this.#finish(place);
  };

  #finish(place: Place): void {
    place.flow.level.queues.finish(place.ticket);
    this.#reap(place);
  }

  /** The last one in a level that is gone takes it along. */
  #reap({ flow: { level } }: Place): void {
    if (level.isLeaving && level.queues.isIdle) this.#changed();
  }

  /** Writes pay for the watch while it goes on. */
  #watched(info: ResourceRequest, answer: HttpResponse): HttpResponse {
    const { body } = answer;
    if (body === undefined || !('start' in body)) return answer;
    return {
      ...answer,
      body: {
        ...body,
        start: (sink) => {
          sink.onClose(this.#watchers.add(info));
          body.start(sink);
        },
      },
    };
  }

  #estimate(request: HttpRequest, info: ResourceRequest, mostSeats: number): Work {
    return estimate(info, () => request.query, {
      mostSeats,
      stock: (of) => this.#stock(of),
      watchers: (of) => this.#watchers.concerned(of),
    });
  }

  #stock({ group, version, resource }: ResourceRequest): Stock | undefined {
    const served = this.#parts.resources.find(group, version, resource);
    const collection = served && this.#parts.storage.loaded(served);
    return collection && { objects: collection.size, bytes: collection.bytes };
  }

  get #current(): Classification {
    return (this.#classification ??= this.#configure());
  }

  #configure(): Classification {
    const configuration = this.#configuration;
    const flows = this.#levels.configure(configuration?.levels ?? [], configuration?.schemas ?? []);
    return new Classification(flows);
  }

  /** The next request meets what is configured now; those who wait need not wait for it. */
  #changed(): void {
    if (!this.#classification) return;
    this.#classification = undefined;
    setImmediate(() => {
      if (!this.#isClosed) this.#current;
    });
  }

  #adjustLater(): void {
    this.#isAdjusting = true;
    this.#parts.clock.after(flowControlLimits.adjustEveryMs, () => {
      this.#isAdjusting = false;
      if (this.#isClosed) return;
      this.#levels.adjust();
      if (!this.#levels.isQuiet) this.#adjustLater();
    });
  }
}

function waitMsOf(request: HttpRequest, { verb }: RequestInfo): number {
  const asked = verb === 'watch' || request.rawQuery === '' ? undefined : request.query.get('timeout');
  const timeout = asked == null ? undefined : goDuration(asked);
  if (!timeout || 'problem' in timeout || timeout.nanoseconds <= 0) return flowControlLimits.waitMs;
  return Math.min(timeout.nanoseconds / 1e6 / 4, flowControlLimits.longestWaitMs);
}
