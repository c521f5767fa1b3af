import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  sensitiveHeaders,
} from 'node:http2';
import type { Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../../base/index.ts';
import type { HttpResponse } from '../contract.ts';
import type { Answer } from './answer.ts';
import {
  type ConnectionFacts,
  discard,
  NodeRequest,
  type NodeRequestOrigin,
  type Serving,
} from './message.ts';
import { abandon, type Recipient, StreamSink, wholeBody, writeBody } from './outgoing.ts';
import { readerOf } from './traffic.ts';

/** Serves HTTP/2 on a connection whose TLS handshake is done. */
export function serveHttp2(
  socket: TLSSocket,
  facts: ConnectionFacts,
  use: Serving & { readonly answer: Answer; readonly onAnswered: () => void },
): ServerHttp2Session {
  const { answer, limits, connection, traffic } = use;
  const session = performServerHandshake(socket, {
    maxSessionMemory: limits.http2SessionMemoryMiB,
    settings: {
      maxConcurrentStreams: limits.streamsPerConnection,
      initialWindowSize: limits.http2WindowBytes,
      maxHeaderListSize: limits.headerBytes,
    },
  });
  session.setLocalWindowSize(limits.http2WindowBytes * 16);
  session.on('error', () => socket.destroy());
  const goodbye = new Goodbye(use.clock, limits.http2IdleMs, () => session.close());
  session.once('close', () => goodbye.cancel());
  session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags, raw: string[]) => {
    // The peer's resets and broken connections; 'close' tells whoever needs to know.
    stream.on('error', ignore);
    connection.serving++;
    goodbye.wait();
    const reader = readerOf(() => stream.close(constants.NGHTTP2_CANCEL));
    stream.on('close', () => {
      traffic.done(reader);
      connection.serving--;
      goodbye.answered();
      use.onAnswered();
    });
    const request = new Http2Request(stream, { headers, raw }, { facts, serving: use, source: stream });
    answer(request, (response) =>
      respond(stream, response, {
        method: request.method,
        serving: use,
        reader,
        traffic,
        onOut: () => sayOver(stream),
      }),
    );
  });
  return session;
}

/** The headers of a request, by name and as they came. */
interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
}

class Http2Request extends NodeRequest {
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #raw: readonly string[];

  constructor(stream: ServerHttp2Stream, { headers, raw }: Sent, origin: NodeRequestOrigin) {
    super(headers[':method'] ?? '', headers[':path'] ?? '', origin);
    this.#stream = stream;
    this.#headers = headers;
    this.#raw = raw;
  }

  protected override rawHeaders(): readonly string[] {
    return this.#raw;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }

  protected override host(): string {
    return this.#headers[':authority'] ?? this.#headers.host ?? '';
  }

  protected override response(): Writable {
    return this.#stream;
  }

  protected override lost(): boolean {
    // A reset by the peer ends the writable side too, so that alone says nothing.
    return this.#stream.aborted || !this.#stream.writableFinished;
  }

  protected override bringsBody(): boolean {
    return !this.#stream.endAfterHeaders;
  }

  protected override brokenOff(): boolean {
    // Node ends what can be read of a stream that its peer reset, as if the peer had ended it.
    return this.#stream.closed || this.#stream.aborted;
  }

  protected override beforeBody(): void {
    if (this.#headers.expect === '100-continue') this.#stream.additionalHeaders({ ':status': 100 });
  }
}

/** Headers that say something else each time: kept in the table of a connection they would drive out all others. */
const neverTheSame = ['audit-id'];

function respond(
  stream: ServerHttp2Stream,
  response: HttpResponse,
  to: Recipient & { readonly method: string; readonly serving: Serving },
): void {
  if (stream.destroyed || stream.closed) {
    if (to.method !== 'HEAD') abandon(response);
    return;
  }
  const { body } = response;
  if (!stream.readableEnded) leaveRequestBody(stream, to.serving);
  if (body !== undefined && 'start' in body) {
    const noBody = to.method === 'HEAD';
    stream.respond(headerList(response), { endStream: noBody });
    if (!noBody) body.start(new StreamSink(stream, to));
    return;
  }
  const whole = body && wholeBody(body);
  const bytes = whole?.bytes ?? 0;
  const headers = headerList(response);
  if (
    response.status !== 204 &&
    response.status !== 304 &&
    response.headers?.['content-length'] === undefined
  )
    headers.push('content-length', String(bytes));
  if (!whole || bytes === 0 || to.method === 'HEAD') {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers);
  writeBody(stream, whole, to);
}

/** Names and values in turn: as an object Node would copy them into one of its own. */
function headerList({ status, headers }: HttpResponse): string[] {
  const list = [':status', String(status)];
  Reflect.set(list, sensitiveHeaders, neverTheSame);
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') list.push(name, value);
    else for (const line of value ?? []) list.push(name, line);
  }
  return list;
}

const over = new Error('The stream is over.');

/**
 * Node destroys the stream of a request whose body was read as soon as it has handed on the last bytes, and hears later
 * that they left. Then it makes an error, with its stack, for whoever waits for the end of a destroyed stream, unless
 * there is one: for each write of a lone caller that costs as much as routing it.
 */
function sayOver(stream: ServerHttp2Stream): void {
  if (!stream.destroyed) return;
  // No part of the contract of streams: a version of Node without it makes its errors again.
  const state: unknown = Reflect.get(stream, '_writableState');
  if (typeof state === 'object' && state !== null && Reflect.get(state, 'errored') === null)
    Reflect.set(state, 'errored', over);
}

/** The rest of a request body is not wanted: take what is on its way, and end the stream with the response. */
function leaveRequestBody(stream: ServerHttp2Stream, serving: Serving): void {
  if (stream.endAfterHeaders) return;
  discard(stream, serving, () => stream.close(constants.NGHTTP2_CANCEL));
  stream.once('finish', () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

/**
 * Says goodbye to a connection on which nothing was asked for a while; a request under way keeps it. One timer for the
 * connection, which looks when it is due how long nothing was asked: a request sets none of its own.
 */
class Goodbye {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #say: () => void;
  #requests = 0;
  #idleSinceMs: number;
  #timer: Timer;

  constructor(clock: Clock, idleMs: number, say: () => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#say = say;
    this.#idleSinceMs = clock.monotonic();
    this.#timer = this.#look(idleMs);
  }

  /** A request has come. */
  wait(): void {
    this.#requests++;
  }

  /** A request is over. */
  answered(): void {
    this.#requests--;
    if (this.#requests === 0) this.#idleSinceMs = this.#clock.monotonic();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #look(afterMs: number): Timer {
    return this.#clock.after(afterMs, () => {
      const leftMs =
        this.#requests > 0 ? this.#idleMs : this.#idleSinceMs + this.#idleMs - this.#clock.monotonic();
      if (leftMs <= 0) this.#say();
      else this.#timer = this.#look(leftMs);
    });
  }
}

function ignore(): void {}
