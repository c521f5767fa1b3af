import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import type { Clock, Logger } from '../../base/index.ts';
import type { HttpRequest, HttpResponse, UpgradeHandler, WebSocketAccept } from '../contract.ts';
import { errorResponse } from '../errors.ts';
import { logFailure } from '../filters.ts';
import type { Answer } from './answer.ts';
import type { ListenerLimits } from './limits.ts';
import { type ConnectionFacts, NodeRequest } from './message.ts';
import { StreamSink, totalBytes, writeBody } from './outgoing.ts';
import type { Traffic } from './traffic.ts';
import { WebSocketAcceptor } from './web-socket.ts';

/** Serves HTTP/1.1, and upgrades to WebSocket, on connections that are handed in. */
export class Http1Server {
  readonly #server: Server;
  readonly #facts = new WeakMap<Duplex, ConnectionFacts>();
  readonly #answer: Answer;
  readonly #log: Logger;
  readonly #traffic: Traffic;
  readonly #webSockets: WebSocketAcceptor;

  constructor(use: {
    readonly answer: Answer;
    readonly upgrade: UpgradeHandler | undefined;
    readonly limits: ListenerLimits;
    readonly traffic: Traffic;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    const { answer, upgrade, limits, clock, log } = use;
    this.#answer = answer;
    this.#traffic = use.traffic;
    this.#log = log;
    this.#webSockets = new WebSocketAcceptor(limits, clock);
    this.#server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveMs,
      shouldUpgradeCallback: (message) => upgrade !== undefined && asksForWebSocket(message),
    });
    this.#server.on('request', (message, response) => this.#serve(message, response));
    this.#server.on('clientError', (_error, socket) => endBroken(socket));
    if (upgrade) {
      this.#server.on('upgrade', (message, socket, head) => {
        void this.#upgrade(upgrade, { message, socket, head });
      });
    }
    // The sweep for slow headers starts with this event, which a server without a socket of its own never gets.
    this.#server.emit('listening');
  }

  serve(socket: Duplex, facts: ConnectionFacts): void {
    this.#facts.set(socket, facts);
    this.#server.emit('connection', socket);
    readThroughStream(socket);
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  close(): void {
    this.#server.close();
    this.#webSockets.close();
  }

  #serve(message: IncomingMessage, response: ServerResponse): void {
    response.on('error', ignore);
    const request = new Http1Request(message, response, this.#factsOf(message));
    this.#answer(request, (answer) => respond({ message, response, traffic: this.#traffic }, answer));
  }

  async #upgrade(handler: UpgradeHandler, from: Upgrading): Promise<void> {
    const { message, socket, head } = from;
    socket.on('error', ignore);
    const request = new Http1Request(message, socket, this.#factsOf(message));
    const result = await this.#judge(handler, request);
    if ('accept' in result) {
      if (socket.destroyed) result.abandon?.();
      else this.#webSockets.accept({ message, socket, head }, result);
    } else if (!socket.destroyed) {
      refuse(from, result, this.#traffic);
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

  #factsOf(message: IncomingMessage): ConnectionFacts {
    return this.#facts.get(message.socket) ?? noFacts;
  }
}

const noFacts: ConnectionFacts = {
  serverName: undefined,
  remoteAddress: '',
  clientCertificate: undefined,
  tag: undefined,
};

/** An HTTP/1.1 request that asks to change the protocol. */
export interface Upgrading {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

class Http1Request extends NodeRequest {
  readonly #message: IncomingMessage;
  readonly #response: Writable;

  constructor(message: IncomingMessage, response: Writable, facts: ConnectionFacts) {
    super(message.method ?? '', originForm(message.url ?? ''), { facts, source: message });
    this.#message = message;
    this.#response = response;
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
  readonly traffic: Traffic;
}

function respond({ message, response, traffic }: Exchange, answer: HttpResponse): void {
  if (response.destroyed) return;
  const cut = () => message.socket.destroy();
  for (const name in answer.headers) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  // A body that nobody read to its end, e.g. because it is over a limit: the connection cannot be used again.
  if (!message.complete && !message.readableEnded && hasBody(message))
    response.setHeader('connection', 'close');
  response.statusCode = answer.status;
  const { body } = answer;
  if (body !== undefined && 'start' in body) {
    if (message.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    body.start(new StreamSink(response, { traffic, cut }));
    return;
  }
  const size = body === undefined ? 0 : body instanceof Uint8Array ? body.length : totalBytes(body);
  const bodiless = answer.status === 204 || answer.status === 304;
  if (!bodiless && !response.hasHeader('content-length')) response.setHeader('content-length', size);
  if (message.method === 'HEAD' || bodiless || body === undefined || size === 0) response.end();
  else writeBody(response, body, { traffic, cut });
}

function hasBody(message: IncomingMessage): boolean {
  return (
    message.headers['transfer-encoding'] !== undefined || Number(message.headers['content-length'] ?? 0) > 0
  );
}

/** Answers a refused upgrade as an ordinary response and ends the connection. */
function refuse({ message, socket }: Upgrading, answer: HttpResponse, traffic: Traffic): void {
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  // The type asks for a net.Socket; Node takes the Duplex that it hands out itself.
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.on('finish', () => socket.end());
  respond({ message, response, traffic }, answer);
}

function asksForWebSocket(message: IncomingMessage): boolean {
  return message.headers.upgrade?.toLowerCase() === 'websocket';
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

function endBroken(socket: Duplex): void {
  if (socket.writable)
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  else socket.destroy();
}

function ignore(): void {}
