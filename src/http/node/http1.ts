import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import type { Clock, Logger } from '../../base/index.ts';
import type { Handler, HttpRequest, HttpResponse, UpgradeHandler, WebSocketAccept } from '../contract.ts';
import { errorResponse } from '../errors.ts';
import { logFailure } from '../filters.ts';
import type { Answer } from './answer.ts';
import type { ListenerLimits } from './limits.ts';
import { type ConnectionFacts, discard, NodeRequest, type Serving } from './message.ts';
import { answeredInMessages } from './message-answer.ts';
import { abandon, StreamSink, wholeBody, writeBody } from './outgoing.ts';
import { type Reader, readerOf } from './traffic.ts';
import { WebSocketAcceptor } from './web-socket.ts';

/** Serves HTTP/1.1, and upgrades to WebSocket, on connections that are handed in. */
export class Http1Server {
  readonly #server: Server;
  readonly #served = new WeakMap<Duplex, Served>();
  readonly #answer: Answer;
  readonly #log: Logger;
  readonly #webSockets: WebSocketAcceptor;
  /** Of clients that only listen. */
  readonly #answeringWebSockets: WebSocketAcceptor;

  constructor(use: {
    readonly answer: Answer;
    readonly handler: Handler;
    /** Of requests for a WebSocket; other protocols are `handler`'s. */
    readonly upgrade: UpgradeHandler | undefined;
    readonly limits: ListenerLimits;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    const { answer, handler, upgrade, limits, clock, log } = use;
    this.#answer = answer;
    this.#log = log;
    this.#webSockets = new WebSocketAcceptor(limits, clock);
    const webSocketMessageBytes = limits.webSocketUnwantedBytes;
    this.#answeringWebSockets = new WebSocketAcceptor({ ...limits, webSocketMessageBytes }, clock);
    this.#server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: 0,
      connectionsCheckingInterval: limits.headersMs / 3,
      keepAliveTimeout: limits.keepAliveMs,
      shouldUpgradeCallback: (message) => upgrade !== undefined && protocolAskedFor(message) !== undefined,
    });
    this.#server.on('request', (message, response) => this.#serve(message, response, false));
    this.#server.on('checkContinue', (message, response) => this.#serve(message, response, true));
    this.#server.on('clientError', (error, socket) => endBroken(error, socket, { clock, limits }));
    if (upgrade) {
      this.#server.on('upgrade', (message, socket, head) => {
        const isWebSocket = protocolAskedFor(message)?.toLowerCase() === 'websocket';
        void this.#upgrade(isWebSocket ? upgrade : handler, { message, socket, head });
      });
    }
    // The sweep for slow headers starts with this event, which a server without a socket of its own never gets.
    this.#server.emit('listening');
  }

  serve(socket: Duplex, served: Served): void {
    this.#served.set(socket, served);
    this.#server.emit('connection', socket);
    readThroughStream(socket);
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  close(): void {
    this.#server.close();
    this.#webSockets.close();
    this.#answeringWebSockets.close();
  }

  #serve(message: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const of = this.#servedOf(message);
    if (!of) return;
    response.on('error', ignore);
    const { serving, onAnswered } = of;
    serving.connection.serving++;
    const reader = readerOf(() => message.socket.destroy());
    const done = () => serving.traffic.done(reader);
    // An answer closes late; what it wrote is gone when it has finished.
    response.once('finish', done);
    response.once('close', () => {
      done();
      serving.connection.serving--;
      onAnswered();
    });
    const request = new Http1Request(message, response, of);
    if (awaitsContinue) request.awaitContinue(response);
    this.#answer(request, (answer) =>
      respond({ message, response, serving, reader, awaitsContinue: request.awaitsContinue }, answer),
    );
  }

  async #upgrade(handler: UpgradeHandler, from: Upgrading): Promise<void> {
    const { message, socket, head } = from;
    socket.on('error', ignore);
    const of = this.#servedOf(message);
    if (!of) return;
    // From here on the connection is whoever upgrades it: it never makes room for others.
    of.serving.connection.serving++;
    const asksProtocol = protocolAskedFor(message);
    const request = new Http1Request(message, socket, { ...of, ...(asksProtocol && { asksProtocol }) });
    const result = await this.#judge(handler, request);
    if ('switched' in result && result.switched) {
      switchOver(from, { ...result, switched: result.switched });
      return;
    }
    const own = 'accept' in result ? result : result.webSocket;
    const taken = own ?? answeredInMessages(result, { socket, serving: of.serving });
    if (taken) {
      if (socket.destroyed) taken.abandon?.();
      else if (taken === own) this.#webSockets.accept({ message, socket, head }, taken);
      else this.#answeringWebSockets.accept({ message, socket, head }, taken);
    } else if (!('accept' in result)) {
      if (socket.destroyed) abandon(result);
      else refuse(from, result, of.serving);
    }
  }

  async #judge(handler: UpgradeHandler, request: HttpRequest): Promise<HttpResponse | WebSocketAccept> {
    try {
      return await handler(request);
    } catch (thrown) {
      const response = errorResponse(thrown);
      if (response.status >= 500) logFailure(this.#log, request, thrown);
      return response;
    }
  }

  #servedOf(message: IncomingMessage): Served | undefined {
    return this.#served.get(message.socket);
  }
}

/** A connection that was handed in. */
export interface Served {
  readonly facts: ConnectionFacts;
  readonly serving: Serving;
  /** Called when a request has been answered, or was lost. */
  readonly onAnswered: () => void;
}

/** An HTTP/1.1 request that asks to change the protocol. */
export interface Upgrading {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

class Http1Request extends NodeRequest {
  readonly #message: IncomingMessage;
  readonly #response: Writable;
  #continue: (() => void) | undefined;

  constructor(message: IncomingMessage, response: Writable, of: Served & { asksProtocol?: string }) {
    super(message.method ?? '', originForm(message.url ?? ''), { ...of, source: message });
    this.#message = message;
    this.#response = response;
  }

  /** The client sends its body once it is told to: which is when a handler wants it. */
  awaitContinue(response: ServerResponse): void {
    this.#continue = () => response.writeContinue();
  }

  /** True while the client has not been told to send its body. */
  get awaitsContinue(): boolean {
    return this.#continue !== undefined;
  }

  protected override beforeBody(): void {
    this.#continue?.();
    this.#continue = undefined;
  }

  header(name: string): string | undefined {
    const value = this.#message.headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }

  protected override rawHeaders(): readonly string[] {
    return this.#message.rawHeaders;
  }

  protected override host(): string {
    return this.#message.headers.host ?? '';
  }

  protected override response(): Writable {
    return this.#response;
  }

  protected override lost(): boolean {
    return !this.#response.writableFinished;
  }

  protected override bringsBody(): boolean {
    return hasBody(this.#message);
  }

  protected override brokenOff(): boolean {
    return !this.#message.complete;
  }
}

/** `https://host/path`, which proxies send, as `/path`. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const path = /^https?:\/\/[^/?]*(.*)$/i.exec(target)?.[1];
  return path === undefined ? target : path.startsWith('/') ? path : `/${path}`;
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly serving: Serving;
  readonly reader: Reader;
  /** The client waits to be told whether to send its body. */
  readonly awaitsContinue: boolean;
}

function respond(exchange: Exchange, answer: HttpResponse): void {
  const { message, response, serving, reader } = exchange;
  if (response.destroyed) {
    if (message.method !== 'HEAD') abandon(answer);
    return;
  }
  const recipient = { traffic: serving.traffic, reader };
  for (const name in answer.headers) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  if (!message.complete && !message.readableEnded && hasBody(message)) leaveBody(exchange, answer);
  response.statusCode = answer.status;
  const { body } = answer;
  if (body !== undefined && 'start' in body) {
    if (message.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    body.start(new StreamSink(response, recipient));
    return;
  }
  const whole = body && wholeBody(body);
  const bytes = whole?.bytes ?? 0;
  const bodiless = answer.status === 204 || answer.status === 304;
  if (!bodiless && !response.hasHeader('content-length')) response.setHeader('content-length', bytes);
  if (message.method === 'HEAD' || bodiless || !whole || bytes === 0) response.end();
  else writeBody(response, whole, recipient);
}

/**
 * A body that nobody read to its end, e.g. because it is over a limit. A connection that is closed while its client
 * still sends is reset, and takes the answer along: so the rest is taken, and the connection goes on.
 */
function leaveBody(
  { message, response, serving, reader, awaitsContinue }: Exchange,
  { status }: HttpResponse,
): void {
  if (awaitsContinue || status === tooSlowStatus) response.setHeader('connection', 'close');
  else discard(message, serving, reader.cut);
}

/** Whoever was too slow is not waited for again. */
const tooSlowStatus = 408;

function hasBody(message: IncomingMessage): boolean {
  return (
    message.headers['transfer-encoding'] !== undefined || Number(message.headers['content-length'] ?? 0) > 0
  );
}

/** Answers a refused upgrade as an ordinary response and ends the connection. */
function refuse({ message, socket }: Upgrading, answer: HttpResponse, serving: Serving): void {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  // The type asks for a net.Socket; Node takes the Duplex that it hands out itself.
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.on('finish', () => socket.end());
  const reader = readerOf(() => socket.destroy());
  response.once('finish', () => serving.traffic.done(reader));
  response.once('close', () => serving.traffic.done(reader));
  respond({ message, response, serving, reader, awaitsContinue: false }, answer);
}

/**
 * The protocol to switch to. A WebSocket handshake is a GET (RFC 6455, section 4.1); with another method the words mean
 * nothing. Neither do other versions of HTTP and of TLS, which are agreed on before, nor anything beside a body.
 */
function protocolAskedFor(message: IncomingMessage): string | undefined {
  const { method, headers } = message;
  const asked = headers.upgrade;
  if (asked === undefined || asked === '' || /^(?:h2c?|http|tls)\b/i.test(asked)) return undefined;
  if (asked.toLowerCase() === 'websocket') return method === 'GET' ? asked : undefined;
  return hasBody(message) ? undefined : asked;
}

/** Says that the protocol changes, and hands the connection over with what has come behind the request. */
function switchOver(
  { socket, head }: Upgrading,
  { headers = {}, switched }: HttpResponse & { readonly switched: NonNullable<HttpResponse['switched']> },
): void {
  if (socket.destroyed) {
    switched(undefined);
    return;
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => `${name}: ${each}\r\n`),
  );
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1');
  if (head.length > 0) socket.unshift(head);
  switched(socket);
}

/**
 * A listener for data, be it for a moment, makes Node parse what the stream gives instead of what the handle below it
 * reads. While an earlier answer drains Node stops both, but of a TLS connection the handle goes on with what is
 * decrypted already, and Node then answers its own HPE_PAUSED with 400: uploads behind a large answer were cut.
 */
function readThroughStream(socket: Duplex): void {
  socket.on('data', ignore);
  socket.off('data', ignore);
}

const brokenStatus: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** Says what is wrong, and takes what still comes for a while: closed at once, the connection would take the answer along. */
function endBroken(
  error: Error,
  socket: Duplex,
  { clock, limits }: { readonly clock: Clock; readonly limits: ListenerLimits },
): void {
  const code = 'code' in error ? String(error.code) : '';
  const status = Object.hasOwn(brokenStatus, code) ? brokenStatus[code] : '400 Bad Request';
  // What follows the first fault is refused by the same parser again.
  if (socket.writableEnded) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  let left = limits.unwantedBodyBytes;
  const timer = clock.after(limits.headersMs, () => socket.destroy());
  socket.once('close', () => timer.cancel());
  socket.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  });
  socket.resume();
}

function ignore(): void {}
