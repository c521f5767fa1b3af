import type { ServerHttp2Session } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { type Clock, CodedError, errorMessage, type Logger } from '../../base/index.ts';
import type { Handler, UpgradeHandler } from '../contract.ts';
import { type Answer, createAnswer } from './answer.ts';
import { Http1Server } from './http1.ts';
import { serveHttp2 } from './http2.ts';
import { type ListenerLimits, listenerLimits } from './limits.ts';
import type { ConnectionFacts } from './message.ts';

/** Certificate and key of a server name, PEM. The same object each time: the TLS context made of it is kept with it. */
export interface TlsIdentity {
  /** The certificate, then those that lead to the CA. */
  readonly cert: string;
  readonly key: string;
  /** CAs named to clients when they are asked for a certificate. */
  readonly ca?: string;
}

export interface ListenerOptions {
  readonly handler: Handler;
  readonly upgrade?: UpgradeHandler;
  readonly limits?: Partial<ListenerLimits>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface TlsListenerOptions extends ListenerOptions {
  readonly tls: {
    /** Undefined refuses the handshake. `serverName` is lower case, undefined for clients that send none. */
    contextFor(serverName: string | undefined): TlsIdentity | undefined;
    /** Asks for a client certificate; it is neither required nor verified here. */
    readonly requestClientCertificate: boolean;
  };
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
  return new NodeListener(options, options.tls);
}

/** HTTP/1.1 without TLS. */
export function createPlainListener(options: ListenerOptions): Listener {
  return new NodeListener(options, undefined);
}

class NodeListener implements Listener {
  readonly #limits: ListenerLimits;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #tls: TlsListenerOptions['tls'] | undefined;
  readonly #answer: Answer;
  readonly #http1: Http1Server;
  readonly #contexts = new WeakMap<TlsIdentity, SecureContext>();
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Duplex>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closed = false;
  #onLastClosed = () => {};

  constructor(options: ListenerOptions, tls: TlsListenerOptions['tls'] | undefined) {
    this.#limits = { ...listenerLimits, ...options.limits };
    this.#clock = options.clock;
    this.#log = options.log;
    this.#tls = tls;
    this.#answer = createAnswer(options.handler, options.log);
    this.#http1 = new Http1Server({
      answer: this.#answer,
      upgrade: options.upgrade,
      limits: this.#limits,
      log: options.log,
    });
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
    for (const connection of this.#connections) connection.destroy();
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
    if (this.#closed || this.#connections.size >= this.#limits.connections) {
      stream.destroy();
      return;
    }
    this.#connections.add(stream);
    stream.once('close', () => {
      this.#connections.delete(stream);
      if (this.#connections.size === 0) this.#onLastClosed();
    });
    const remoteAddress = isSocket(stream) ? (stream.remoteAddress ?? '') : '';
    const facts = { serverName: undefined, remoteAddress, clientCertificate: undefined, tag };
    if (this.#tls) this.#secure(stream, facts, this.#tls);
    else this.#http1.serve(stream, facts);
  }

  #secure(stream: Duplex, facts: ConnectionFacts, tls: TlsListenerOptions['tls']): void {
    const fallback = this.#contextFor(undefined);
    const socket = new TLSSocket(stream, {
      isServer: true,
      requestCert: tls.requestClientCertificate,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(fallback ? { secureContext: fallback } : {}),
      SNICallback: (serverName, done) => {
        const context = this.#contextFor(serverName.toLowerCase());
        if (context) done(null, context);
        else done(new Error(`no certificate for ${serverName}`));
      },
    });
    // An end before the handshake is done comes without a reason worth a line in the log.
    socket.on('error', ignore);
    socket.once('close', () => stream.destroy());
    const timer = this.#clock.after(this.#limits.handshakeMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.once('secure', () => {
      timer.cancel();
      this.#serveSecured(socket, facts);
    });
  }

  #serveSecured(socket: TLSSocket, { remoteAddress, tag }: ConnectionFacts): void {
    const serverName = typeof socket.servername === 'string' ? socket.servername.toLowerCase() : undefined;
    const clientCertificate = this.#tls?.requestClientCertificate
      ? socket.getPeerX509Certificate()?.raw
      : undefined;
    const facts = { serverName, remoteAddress, clientCertificate, tag };
    if (socket.alpnProtocol !== 'h2') {
      this.#http1.serve(socket, facts);
      return;
    }
    const session = serveHttp2(socket, facts, { answer: this.#answer, limits: this.#limits });
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    if (this.#closed) session.close();
  }

  #contextFor(serverName: string | undefined): SecureContext | undefined {
    const identity = this.#tls?.contextFor(serverName);
    if (!identity) return undefined;
    const known = this.#contexts.get(identity);
    if (known) return known;
    const { cert, key, ca } = identity;
    const context = createSecureContext({
      cert,
      key,
      ...(ca === undefined ? {} : { ca }),
      minVersion: 'TLSv1.2',
      // Without it OpenSSL refuses to resume sessions once client certificates are asked for.
      sessionIdContext: 'drydock',
    });
    this.#contexts.set(identity, context);
    return context;
  }
}

function isSocket(stream: Duplex): stream is Socket {
  return 'remoteAddress' in stream;
}

function addressError(host: string, port: number, error: Error): CodedError {
  const inUse = 'code' in error && error.code === 'EADDRINUSE';
  const reason = inUse ? 'is already in use' : `cannot be listened on (${error.message})`;
  return new CodedError('unavailable', `Port ${port} on ${host} ${reason}.`, error);
}

function ignore(): void {}
