import type { Readable, Writable } from 'node:stream';
import { type Clock, CodedError } from '../../base/index.ts';
import type { BodyHolder, ConnectionInfo, HeaderLine } from '../contract.ts';
import type { Connection } from './connections.ts';
import type { Deadlines } from './deadlines.ts';
import type { ListenerLimits } from './limits.ts';
import type { Traffic } from './traffic.ts';

/** What is known of a connection, shared by its requests; the host is each request's own. */
export type ConnectionFacts = Omit<ConnectionInfo, 'host'>;

/** What serving takes besides the handler, the same for each request of a connection. */
export interface Serving {
  readonly limits: ListenerLimits;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly connection: Connection;
  /** Of bodies that are being read: `bodyMs`. */
  readonly bodies: Deadlines;
}

/** The parts of a request that HTTP/1.1 and HTTP/2 share. */
export abstract class NodeRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly asksWebSocket: boolean;
  readonly asksProtocol?: string;
  onCallerProven: ((name: string) => void) | undefined = undefined;
  readonly #facts: ConnectionFacts;
  readonly #source: Readable;
  readonly #serving: Serving;
  #connection: ConnectionInfo | undefined;
  #query: URLSearchParams | undefined;
  #body: Promise<Uint8Array> | undefined;
  #signal: AbortSignal | undefined;

  constructor(method: string, target: string, from: NodeRequestOrigin) {
    this.method = method;
    const mark = target.indexOf('?');
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.rawQuery = mark < 0 ? '' : target.slice(mark + 1);
    const { asksProtocol } = from;
    this.asksWebSocket = asksProtocol?.toLowerCase() === 'websocket';
    if (asksProtocol !== undefined) this.asksProtocol = asksProtocol;
    this.#facts = from.facts;
    this.#source = from.source;
    this.#serving = from.serving;
  }

  abstract header(name: string): string | undefined;
  /** Names and values in turn, as they were sent. */
  protected abstract rawHeaders(): readonly string[];
  protected abstract host(): string;
  /** The stream whose end is the end of the response. */
  protected abstract response(): Writable;
  /** True when the response, now closed, did not reach its end. */
  protected abstract lost(): boolean;
  protected abstract bringsBody(): boolean;
  /** True when the body came to an end because its sender went away, and not because it is whole. */
  protected abstract brokenOff(): boolean;
  protected beforeBody(): void {}

  headerLines(prefix: string): readonly HeaderLine[] {
    const raw = this.rawHeaders();
    const lines: HeaderLine[] = [];
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const name = raw[at] ?? '';
      if (name.length < prefix.length || name.slice(0, prefix.length).toLowerCase() !== prefix) continue;
      lines.push({ name: name.toLowerCase(), value: raw[at + 1] ?? '' });
    }
    return lines;
  }

  get connection(): ConnectionInfo {
    this.#connection ??= connectionInfo(this.#facts, this.host());
    return this.#connection;
  }

  get query(): URLSearchParams {
    this.#query ??= this.rawQuery === '' ? noParameters : new URLSearchParams(this.rawQuery);
    return this.#query;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#abortWhenLost();
    return this.#signal;
  }

  body(limitBytes: number, holder?: BodyHolder): Promise<Uint8Array> {
    this.#body ??= this.#readBody(limitBytes, holder);
    return this.#body;
  }

  chunks(): AsyncIterable<Uint8Array> | undefined {
    if (!this.bringsBody()) return undefined;
    this.beforeBody();
    const source = this.#source;
    const brokenOff = () => this.brokenOff();
    return {
      async *[Symbol.asyncIterator]() {
        // Left alone when nobody wants the rest: it is the connection too.
        for await (const chunk of source.iterator({ destroyOnReturn: false })) {
          // A stream of bytes gives Buffers.
          yield chunk as Buffer;
        }
        if (brokenOff()) throw clientGone();
      },
    };
  }

  #abortWhenLost(): AbortSignal {
    const controller = new AbortController();
    const response = this.response();
    const check = () => {
      if (this.lost()) controller.abort();
    };
    if (response.destroyed) check();
    else response.once('close', check);
    return controller.signal;
  }

  #readBody(askedBytes: number, holder: BodyHolder | undefined): Promise<Uint8Array> {
    const limitBytes = Math.min(askedBytes, this.#serving.limits.requestBodyBytes);
    const declaredBytes = Number(this.header('content-length') ?? 0);
    if (declaredBytes > limitBytes) return Promise.reject(bodyTooLarge(limitBytes));
    if (this.#source.readableEnded)
      return this.brokenOff() ? Promise.reject(clientGone()) : Promise.resolve(noBytes);
    // It says so once, and nobody listened then.
    if (this.#source.destroyed) return Promise.reject(clientGone());
    this.beforeBody();
    const brokenOff = () => this.brokenOff();
    return collect({ source: this.#source, limitBytes, brokenOff, holder }, this.#serving);
  }
}

export interface NodeRequestOrigin {
  readonly facts: ConnectionFacts;
  readonly source: Readable;
  readonly serving: Serving;
  readonly asksProtocol?: string;
}

/** Of the latest request of each connection: the next one is nearly always to the same host. */
const latestInfo = new WeakMap<ConnectionFacts, ConnectionInfo>();

function connectionInfo(facts: ConnectionFacts, host: string): ConnectionInfo {
  const latest = latestInfo.get(facts);
  if (latest?.host === host) return latest;
  const info = { ...facts, host };
  latestInfo.set(facts, info);
  return info;
}

const noBytes = new Uint8Array(0);
/** Nobody changes the parameters of a request. */
const noParameters = new URLSearchParams();

interface Coming {
  readonly source: Readable;
  readonly limitBytes: number;
  readonly brokenOff: () => boolean;
  readonly holder: BodyHolder | undefined;
}

function collect({ source, limitBytes, brokenOff, holder }: Coming, serving: Serving): Promise<Uint8Array> {
  const { traffic, limits, connection, bodies } = serving;
  const chunks: Buffer[] = [];
  let size = 0;
  connection.receiving++;
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const deadline = bodies.begin(() => over(() => reject(bodyTooSlow(limits.bodyMs))));
  let settled = false;
  /** Once: a body is whole, refused, or lost. */
  const over = (settle: () => void) => {
    if (settled) return;
    settled = true;
    bodies.end(deadline);
    connection.receiving--;
    if (holder) holder.onOver(() => traffic.received(size));
    else traffic.received(size);
    source.off('data', take);
    settle();
  };
  const take = (chunk: Buffer) => {
    if (size + chunk.length > limitBytes) {
      over(() => reject(bodyTooLarge(limitBytes)));
      return;
    }
    try {
      holder?.receive(chunk.length);
      traffic.receive(chunk.length);
    } catch (thrown) {
      over(() => reject(thrown));
      return;
    }
    size += chunk.length;
    chunks.push(chunk);
  };
  source.on('data', take);
  source.on('end', () => {
    const only = chunks.length === 1 ? chunks[0] : undefined;
    over(() => (brokenOff() ? reject(clientGone()) : resolve(only ?? Buffer.concat(chunks, size))));
  });
  source.on('close', () => over(() => reject(clientGone())));
  return promise;
}

/** Takes what comes of a body that nobody wants, for a while, so that its sender gets to read the answer. */
export function discard(source: Readable, { limits, clock }: Serving, cut: () => void): void {
  let left = limits.unwantedBodyBytes;
  const timer = clock.after(limits.bodyMs, cut);
  source.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  source.once('end', () => timer.cancel());
  source.once('close', () => timer.cancel());
}

function clientGone(): CodedError {
  return new CodedError('invalid', 'The client went away before the request was whole.');
}

function bodyTooSlow(limitMs: number): CodedError {
  return new CodedError(
    'request-timeout',
    `The request body did not arrive within ${limitMs / 1000} seconds.`,
  );
}

function bodyTooLarge(limitBytes: number): CodedError {
  return new CodedError('too-large', `The request body is larger than ${limitBytes} bytes.`);
}
