import type { ServerHttp2Session } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Clock, CodedError, errorMessage, type Logger } from '../../base/index.ts';
import type { Handler, UpgradeHandler } from '../contract.ts';
import { type Answer, createAnswer } from './answer.ts';
import { type Connection, Connections } from './connections.ts';
import { Deadlines } from './deadlines.ts';
import { Http1Server, type Served } from './http1.ts';
import { serveHttp2 } from './http2.ts';
import { type ListenerLimits, listenerLimits } from './limits.ts';
import type { ConnectionFacts } from './message.ts';
import { TlsFront, type TlsSettings } from './tls-front.ts';
import { Traffic } from './traffic.ts';

export interface ListenerOptions {
  readonly handler: Handler;
  readonly upgrade?: UpgradeHandler;
  readonly limits?: Partial<ListenerLimits>;
  /** Shared by the listeners of a process; of its own by default. */
  readonly traffic?: Traffic;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface TlsListenerOptions extends ListenerOptions {
  readonly tls: TlsSettings;
}

/** Serves HTTP on any number of addresses and handed-in byte streams. */
export interface Listener {
  /** Returns the port, which matters when it was 0. Throws `unavailable` when the address cannot be had. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Serves a byte stream as if it were an accepted connection; requests carry `tag`. */
  accept(stream: Duplex, tag: string): void;
  /** Connections that are open, handshakes included. */
  connections(): number;
  /** Stops listening, lets responses end for a moment, then cuts what is left. */
  close(): Promise<void>;
}

/** HTTP/1.1 and HTTP/2 over TLS on one port, chosen by ALPN; WebSocket upgrades over HTTP/1.1. */
export function createListener(options: TlsListenerOptions): Listener {
  return new NodeListener(options);
}

class NodeListener implements Listener {
  readonly #limits: ListenerLimits;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #tls: TlsFront;
  readonly #answer: Answer;
  readonly #traffic: Traffic;
  readonly #bodies: Deadlines;
  readonly #http1: Http1Server;
  readonly #servers: Server[] = [];
  readonly #connections: Connections;
  readonly #streams = new Map<Duplex, Connection>();
  /** By the addresses of both ends: Node does not say which stream a finished handshake belongs to. */
  readonly #byEnds = new Map<string, Connection>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closed = false;
  #onLastClosed = () => {};

  constructor(options: TlsListenerOptions) {
    this.#limits = { ...listenerLimits, ...options.limits };
    this.#connections = new Connections(this.#limits);
    this.#clock = options.clock;
    this.#bodies = new Deadlines(options.clock, this.#limits.bodyMs);
    this.#log = options.log;
    this.#traffic = options.traffic ?? new Traffic(options.clock);
    this.#answer = createAnswer(options.handler, options.log);
    this.#http1 = new Http1Server({
      answer: this.#answer,
      handler: options.handler,
      upgrade: options.upgrade,
      limits: this.#limits,
      clock: options.clock,
      log: options.log,
    });
    this.#tls = new TlsFront(options.tls, this.#limits, (socket, tag) => this.#serveSecured(socket, tag));
  }

  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<number> {
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) =>
      this.#take(socket, undefined),
    );
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(addressError(host, port, error)));
      server.listen({ host, port, backlog: 1024 }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.#log.error('listening failed', { error: errorMessage(error) }));
        this.#servers.push(server);
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  accept(stream: Duplex, tag: string): void {
    this.#take(stream, tag);
  }

  connections(): number {
    return this.#connections.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const server of this.#servers) server.close();
    for (const session of this.#sessions) session.close();
    this.#http1.closeIdle();
    await this.#waitForConnections(this.#limits.closeGraceMs);
    this.#http1.close();
    for (const session of this.#sessions) session.destroy();
    for (const stream of this.#streams.keys()) stream.destroy();
  }

  #waitForConnections(graceMs: number): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.after(graceMs, resolve);
      this.#onLastClosed = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #take(stream: Duplex, tag: string | undefined): void {
    stream.on('error', ignore);
    const source = addressOf(stream);
    const connection = this.#closed ? undefined : this.#connections.open(source, () => stream.destroy());
    if (!connection) {
      stream.destroy();
      return;
    }
    this.#streams.set(stream, connection);
    const ends = endsOf(stream);
    if (ends !== undefined) this.#byEnds.set(ends, connection);
    // A stream inside this process is never the one to make room.
    else connection.serving++;
    stream.once('close', () => {
      this.#streams.delete(stream);
      if (ends !== undefined) this.#byEnds.delete(ends);
      this.#connections.close(connection);
      if (this.#connections.size === 0) this.#onLastClosed();
    });
    this.#tls.take(stream, tag);
  }

  #served(facts: ConnectionFacts, connection: Connection): Served {
    const serving = {
      ...{ limits: this.#limits, traffic: this.#traffic, clock: this.#clock },
      ...{ connection, bodies: this.#bodies },
    };
    return { facts, serving, onAnswered: () => this.#connections.alive(connection) };
  }

  #serveSecured(socket: TLSSocket, tag: string | undefined): void {
    socket.on('error', ignore);
    const connection = this.#byEnds.get(endsOf(socket) ?? '') ?? unlimited();
    const facts = {
      serverName: typeof socket.servername === 'string' ? socket.servername.toLowerCase() : undefined,
      remoteAddress: addressOf(socket),
      clientCertificate: socket.getPeerX509Certificate()?.raw,
      tag,
    };
    const served = this.#served(facts, connection);
    if (socket.alpnProtocol !== 'h2') {
      this.#http1.serve(socket, served);
      return;
    }
    const { serving, onAnswered } = served;
    const session = serveHttp2(socket, facts, { ...serving, answer: this.#answer, onAnswered });
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    if (this.#closed) session.close();
  }
}

/** The record of a stream inside this process: whoever handed it in limits their number. */
function unlimited(): Connection {
  return { source: '', serving: 0, receiving: 0, cut: ignore };
}

/** Both addresses of a socket; undefined for a stream inside this process. */
function endsOf(stream: Duplex | Socket): string | undefined {
  if (!('remotePort' in stream) || stream.remotePort === undefined) return undefined;
  return `${stream.remoteAddress} ${stream.remotePort} ${stream.localAddress} ${stream.localPort}`;
}

/** Empty for a stream inside this process. */
function addressOf(stream: Duplex | Socket): string {
  return 'remoteAddress' in stream ? (stream.remoteAddress ?? '') : '';
}

function addressError(host: string, port: number, error: Error): CodedError {
  const inUse = 'code' in error && error.code === 'EADDRINUSE';
  const reason = inUse ? 'is already in use' : `cannot be listened on (${error.message})`;
  return new CodedError('unavailable', `Port ${port} on ${host} ${reason}.`, error);
}

function ignore(): void {}
