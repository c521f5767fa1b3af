import type { Duplex } from 'node:stream';
import { type Clock, CodedError } from '../base/index.ts';
import { Callers } from './callers.ts';
import type { Handler, HttpRequest, HttpResponse, WebSocketAccept } from './contract.ts';

/** Requests at work at the same time, in the whole process; reads and writes as kube-apiserver has them. */
export interface InFlightLimits {
  readonly reads: number;
  readonly writes: number;
  /** Streams that stay open, such as watches. */
  readonly longRunning: number;
  readonly longRunningPerCaller: number;
  /** Requests that wait for their turn, of everybody in one class. */
  readonly waiting: number;
  /** Requests of one caller that wait for their turn; what comes on top is refused. */
  readonly waitingPerCaller: number;
  /** How long a request waits for its turn before it is refused. */
  readonly waitMs: number;
}

export const inFlightLimits: InFlightLimits = {
  reads: 400,
  writes: 200,
  longRunning: 20_000,
  longRunningPerCaller: 5_000,
  waiting: 5_000,
  waitingPerCaller: 500,
  waitMs: 15_000,
};

/** A caller may have this many requests at work for each place that is free: alone he never takes them all. */
const perFreePlace = 3;

export type RequestClass = 'reads' | 'writes' | 'longRunning';

interface Caller {
  running: number;
  readonly waiting: (() => void)[];
}

/** The places of one class of requests, shared out so that a caller with many never shuts the others out. */
class Places {
  readonly #maximum: number;
  readonly #limits: InFlightLimits;
  readonly #clock: Clock;
  /** In the order in which they get their next turn. */
  readonly #callers = new Map<string, Caller>();
  running = 0;
  waiting = 0;
  refused = 0;

  constructor(maximum: number, limits: InFlightLimits, clock: Clock) {
    this.#maximum = maximum;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** True when a place is taken, a promise of that when it must wait, false when there is none. */
  take(name: string, mayWait: boolean): boolean | Promise<boolean> {
    const known = this.#callers.get(name);
    const caller = known ?? { running: 0, waiting: [] };
    if (!known) this.#callers.set(name, caller);
    if (caller.waiting.length === 0 && this.#fits(caller)) return this.#start(caller);
    if (mayWait && this.#mayWait(caller)) return this.#wait(name, caller);
    this.#forget(name, caller);
    this.refused++;
    return false;
  }

  runningOf(name: string): number {
    return this.#callers.get(name)?.running ?? 0;
  }

  leave(name: string): void {
    const caller = this.#callers.get(name);
    if (!caller) return;
    this.running--;
    caller.running--;
    this.#forget(name, caller);
    this.#next();
  }

  /** A request turned out to be another caller's, who may have so many at most. False: refuse it; its place is given back. */
  pass(from: string, to: string, most: number): boolean {
    const owner = this.#callers.get(to) ?? { running: 0, waiting: [] };
    if (owner.running >= most) {
      this.refused++;
      return false;
    }
    this.#callers.set(to, owner);
    // Entered first: what the other leaves goes to whoever waits.
    this.#start(owner);
    this.leave(from);
    return true;
  }

  #mayWait({ waiting }: Caller): boolean {
    return waiting.length < this.#limits.waitingPerCaller && this.waiting < this.#limits.waiting;
  }

  #fits({ running }: Caller): boolean {
    return running < perFreePlace * (this.#maximum - this.running);
  }

  #start(caller: Caller): true {
    this.running++;
    caller.running++;
    return true;
  }

  #wait(name: string, caller: Caller): Promise<boolean> {
    this.waiting++;
    return new Promise((resolve) => {
      const go = () => {
        timer.cancel();
        this.waiting--;
        resolve(this.#start(caller));
      };
      const timer = this.#clock.after(this.#limits.waitMs, () => {
        caller.waiting.splice(caller.waiting.indexOf(go), 1);
        this.waiting--;
        this.#forget(name, caller);
        this.refused++;
        resolve(false);
      });
      caller.waiting.push(go);
    });
  }

  /** Callers take turns: whoever got one goes to the end of the line. */
  #next(): void {
    for (const [name, caller] of this.#callers) {
      if (caller.waiting.length === 0 || !this.#fits(caller)) continue;
      this.#callers.delete(name);
      this.#callers.set(name, caller);
      caller.waiting.shift()?.();
      return;
    }
  }

  #forget(name: string, caller: Caller): void {
    if (caller.running === 0 && caller.waiting.length === 0) this.#callers.delete(name);
  }
}

/** Counts requests at work and gives places out; one for a process. */
export class RequestsInFlight {
  readonly #places: Readonly<Record<RequestClass, Places>>;
  readonly #callers = new Callers();
  readonly #longRunningPerCaller: number;

  constructor(clock: Clock, limits: Partial<InFlightLimits> = {}) {
    const all = { ...inFlightLimits, ...limits };
    this.#longRunningPerCaller = all.longRunningPerCaller;
    this.#places = {
      reads: new Places(all.reads, all, clock),
      writes: new Places(all.writes, all, clock),
      longRunning: new Places(all.longRunning, all, clock),
    };
  }

  /** Requests at work, those that wait for a place, and those refused since the start. */
  figures(of: RequestClass): {
    readonly running: number;
    readonly waiting: number;
    readonly refused: number;
  } {
    const { running, waiting, refused } = this.#places[of];
    return { running, waiting, refused };
  }

  /**
   * The handler behind the limits; `refuse` words the 429. A place is held until the answer begins, of a stream until its
   * end. Whoever verifies the caller says so with `callerProven`, which throws `too-many` when he has all the streams
   * that he may have. Of whoever counts the others himself, streams alone are counted here.
   */
  limit(
    handler: Handler,
    refuse: (request: HttpRequest) => HttpResponse,
    streamsAlone: (request: HttpRequest) => boolean = () => false,
  ): Handler {
    return (request) => {
      if (isExempt(request.path)) return handler(request);
      const kind = classOf(request);
      if (kind !== 'longRunning' && streamsAlone(request)) return handler(request);
      const caller = this.#callers.of(request);
      const place = { kind, name: caller.name, claim: caller.claim };
      if (kind === 'longRunning' && this.#hasAllStreams(caller.name)) return refuse(request);
      const taken = this.#places[kind].take(caller.name, kind !== 'longRunning');
      if (taken === false) return refuse(request);
      if (taken === true) return this.#run(handler, request, place);
      return taken.then((may) =>
        may ? this.#afterWaiting(handler, request, { place, refuse }) : refuse(request),
      );
    };
  }

  /** Meanwhile the claim may have turned out to be somebody's: then it is his turn that counts. */
  async #afterWaiting(
    handler: Handler,
    request: HttpRequest,
    { place, refuse }: { readonly place: Place; readonly refuse: (request: HttpRequest) => HttpResponse },
  ): Promise<HttpResponse> {
    const { name } = this.#callers.of(request);
    if (name !== place.name) {
      const places = this.#places[place.kind];
      places.leave(place.name);
      if (!(await places.take(name, true))) return refuse(request);
      place.name = name;
    }
    return this.#run(handler, request, place);
  }

  async #run(handler: Handler, request: HttpRequest, place: Place): Promise<HttpResponse> {
    const leave = () => this.#places[place.kind].leave(place.name);
    this.#callers.whenProven(request, place.claim, (name) => this.#pass(place, name));
    let answer: HttpResponse | undefined;
    try {
      answer = await handler(request);
    } finally {
      if (!lasts(answer)) leave();
    }
    if (answer.status === 401) this.#callers.doubt(place.claim);
    return lasts(answer) ? held(answer, request, leave) : answer;
  }

  /** From the address that a claim came from to who it turned out to be. */
  #pass(place: Place, name: string): void {
    if (place.name === name) return;
    const most = place.kind === 'longRunning' ? this.#longRunningPerCaller : Number.POSITIVE_INFINITY;
    if (!this.#places[place.kind].pass(place.name, name, most))
      throw new CodedError('too-many', 'Too many open streams of one caller; end some, or try again later.');
    place.name = name;
  }

  #hasAllStreams(name: string): boolean {
    return this.#places.longRunning.runningOf(name) >= this.#longRunningPerCaller;
  }
}

/** What a request holds. */
interface Place {
  readonly kind: RequestClass;
  readonly claim: string | undefined;
  name: string;
}

/** True for streams, and for connections that change their protocol. */
function lasts(answer: HttpResponse | undefined): boolean {
  if (answer?.webSocket !== undefined) return true;
  return answer?.switched !== undefined || (answer?.body !== undefined && 'start' in answer.body);
}

/** The place of a stream is given back when the stream is over, which it is at once when nobody is there to read it. */
function held(answer: HttpResponse, { method }: HttpRequest, leave: () => void): HttpResponse {
  const { body, switched, webSocket } = answer;
  let left = false;
  const once = () => {
    if (!left) leave();
    left = true;
  };
  if (switched) return { ...answer, switched: (connection) => heldOpen(connection, switched, once) };
  if (webSocket) return { ...answer, webSocket: heldWebSocket(webSocket, once) };
  if (body === undefined || !('start' in body)) return answer;
  if (method === 'HEAD') {
    leave();
    return answer;
  }
  return {
    ...answer,
    body: {
      ...body,
      start(sink) {
        sink.onClose(once);
        body.start(sink);
      },
    },
  };
}

function heldOpen(
  connection: Duplex | undefined,
  switched: NonNullable<HttpResponse['switched']>,
  leave: () => void,
): void {
  if (connection) connection.once('close', leave);
  else leave();
  switched(connection);
}

function heldWebSocket(taken: WebSocketAccept, leave: () => void): WebSocketAccept {
  return {
    ...taken,
    accept(socket) {
      socket.onClose(leave);
      taken.accept(socket);
    },
    abandon() {
      leave();
      taken.abandon?.();
    },
  };
}

/** Who must be able to look when nothing else gets through. */
function isExempt(path: string): boolean {
  return /^\/(?:healthz|livez|readyz|metrics)(?:\/|$)/.test(path);
}

function classOf({ method, path, rawQuery }: HttpRequest): RequestClass {
  // Such a path means a watch by other methods too.
  if (isWatchPath(path)) return 'longRunning';
  if (method === 'GET' && /(?:^|&)(?:watch|follow)=(?:true|1)(?:&|$)/.test(rawQuery)) return 'longRunning';
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? 'reads' : 'writes';
}

function isWatchPath(asked: string): boolean {
  if (!asked.includes('watch') && !asked.includes('%')) return false;
  const path = asked.includes('%')
    ? asked.replace(/%([2-7][0-9a-f])/gi, (_all, hex) => character(hex))
    : asked;
  return /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/watch\//.test(path);
}

/** Only what letters and slashes may be written as matters here. */
function character(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
