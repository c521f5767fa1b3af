import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, type RequestOptions, request } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, createSecureContext } from 'node:tls';
import { type Clock, errorMessage } from '../../base/index.ts';
import { type ExchangeCall, type Exchanged, exchange } from './exchange.ts';

export interface HttpsClientOptions {
  readonly clock: Clock;
  /** PEM of what is trusted; absent: what Node trusts. */
  readonly ca?: string | readonly string[];
  /** What is in `ca` counts as it stands, also when its own issuer is not there: as Go takes it. */
  readonly trustsAnyOfCa?: boolean;
  /** Whoever answers is taken for the one who was meant. */
  readonly trustsAnybody?: boolean;
  /** Name to ask for and to verify, when it is not the host of the URL. */
  readonly serverName?: string;
  /** PEM of a client certificate. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string };
  /** Opens a byte stream to the server's TLS listener; absent: a TCP connection to the host of the URL. */
  connect?(): Promise<Duplex>;
  /** An answer that is longer is refused. */
  readonly answerBytes: number;
  /** Of requests at the same time; what is streamed has no limit. Absent: none. */
  readonly connections?: number;
  readonly idleConnections?: number;
  readonly keepAliveMs?: number;
}

export interface HttpsCall {
  readonly method: string;
  readonly url: string | URL;
  /** Sent as it stands, instead of the path and query of `url`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /**
   * Whoever is asked may be asked twice: sent once more when a kept connection turns out to be closed by the other side, which
   * may happen at the very moment of the call.
   */
  readonly mayRepeat?: boolean;
}

export interface HttpsAnswer {
  readonly status: number;
  /** Reason phrase, e.g. `Not Found`. */
  readonly reason: string;
  readonly body: Buffer;
  /** A header by its name in any case; several of one name are joined. */
  header(name: string): string | undefined;
}

/** Callbacks of an answer that arrives over time. Exactly one of `onRefused` and `onEnd` comes last. */
export interface AnswerStream {
  /** The status is not 200. */
  onRefused(answer: HttpsAnswer): void;
  onData(chunk: Uint8Array): void;
  onEnd(reason: string): void;
}

/** There was no whole answer within the time that the caller gave. */
export class AnswerTimeout extends Error {}

/** The answer is longer than the caller takes. */
export class AnswerTooLarge extends Error {}

/** HTTPS with kept connections. Resolves with any answer, whatever its status; rejects with Node's error when there is none. */
export class HttpsClient {
  readonly #options: HttpsClientOptions;
  #tls: ConnectionOptions | undefined;
  #requests: Agent | undefined;
  #streams: Agent | undefined;

  constructor(options: HttpsClientOptions) {
    this.#options = options;
  }

  /** For WebSockets to the same servers: they share what is kept of TLS. Throws when a PEM cannot be read. */
  get agent(): Agent {
    this.#requests ??= this.#agentFor(this.#options.connections);
    return this.#requests;
  }

  /** Rejects with an AbortError when `signal` aborts, and when the whole answer is not there within `timeoutMs`. */
  send(call: HttpsCall & { readonly timeoutMs?: number }): Promise<HttpsAnswer> {
    const { answerBytes, clock } = this.#options;
    const { timeoutMs } = call;
    return new Promise((resolve, reject) => {
      let outgoing: ClientRequest | undefined;
      const late = () => outgoing?.destroy(new AnswerTimeout(`no answer within ${timeoutMs} ms`));
      const timer = timeoutMs === undefined ? undefined : clock.after(timeoutMs, late);
      const fail = (error: Error) => {
        timer?.cancel();
        reject(error);
      };
      const send = (mayRepeat: boolean) => {
        const sent = open(call, this.agent);
        outgoing = sent;
        let isAnswered = false;
        sent.on('error', (error) => {
          if (mayRepeat && !isAnswered && isLostConnection(sent, error)) send(false);
          else fail(error);
        });
        sent.on('response', (response) => {
          isAnswered = true;
          readAnswer(response, answerBytes).then((answer) => {
            timer?.cancel();
            resolve(answer);
          }, fail);
        });
        sent.end(call.body);
      };
      send(call.mayRepeat === true);
    });
  }

  /** Hands an answer of status 200 on as it arrives. */
  stream(call: HttpsCall, handler: AnswerStream): { close(): void } {
    let closed = false;
    const end = (reason: string) => {
      if (closed) return;
      closed = true;
      handler.onEnd(reason);
    };
    this.#streams ??= this.#agentFor(undefined);
    const outgoing = open(call, this.#streams);
    outgoing.on('error', (error) => end(error.message));
    outgoing.on('response', (response) => {
      if (response.statusCode !== 200) {
        readAnswer(response, this.#options.answerBytes).then(
          (answer) => {
            if (closed) return;
            closed = true;
            handler.onRefused(answer);
          },
          (error) => end(errorMessage(error)),
        );
        return;
      }
      response.on('data', (chunk: Buffer) => {
        if (!closed) handler.onData(chunk);
      });
      response.on('error', (error) => end(error.message));
      response.on('close', () => end('the server closed the connection'));
    });
    outgoing.end(call.body);
    return {
      close() {
        closed = true;
        outgoing.destroy();
      },
    };
  }

  /** Passes a request on; resolves once the head of its answer is there. */
  exchange(call: ExchangeCall): Promise<Exchanged> {
    this.#streams ??= this.#agentFor(undefined);
    return exchange(call, this.#streams);
  }

  /** Ends every connection; what still waits for an answer fails. */
  close(): void {
    this.#requests?.destroy();
    this.#streams?.destroy();
  }

  #agentFor(connections: number | undefined): Agent {
    const { idleConnections, keepAliveMs, connect } = this.#options;
    const pool: AgentOptions = {
      keepAlive: true,
      ...(keepAliveMs === undefined ? {} : { keepAliveMsecs: keepAliveMs }),
      ...(idleConnections === undefined ? {} : { maxFreeSockets: idleConnections }),
      ...(connections === undefined ? {} : { maxSockets: connections }),
    };
    this.#tls ??= tlsOf(this.#options);
    return connect ? new StreamAgent(pool, this.#tls, connect) : new Agent({ ...pool, ...this.#tls });
  }
}

/** A kept connection was closed by the other side: what was asked on it nobody answers. */
function isLostConnection({ reusedSocket }: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function tlsOf({
  ca,
  clientCertificate,
  serverName,
  trustsAnyOfCa = false,
  trustsAnybody = false,
}: HttpsClientOptions): ConnectionOptions {
  const identity = clientCertificate
    ? { cert: clientCertificate.certificate, key: clientCertificate.privateKey }
    : {};
  const name = {
    ...(serverName !== undefined && { servername: serverName }),
    ...(trustsAnybody && { rejectUnauthorized: false }),
  };
  if (ca === undefined && !clientCertificate) return name;
  const trusted = ca === undefined || typeof ca === 'string' ? ca : [...ca];
  // Made once: reading the certificates for each connection costs more than its handshake.
  return {
    secureContext: createSecureContext({
      ...(trusted !== undefined && { ca: trusted, allowPartialTrustChain: trustsAnyOfCa }),
      ...identity,
      minVersion: 'TLSv1.2',
    }),
    ...name,
  };
}

function open({ method, url, path, headers, body, signal }: HttpsCall, agent: Agent): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return request(url, {
    agent,
    method,
    headers: { ...headers, ...length },
    ...(path === undefined ? {} : { path }),
    ...(signal ? { signal } : {}),
  });
}

function readAnswer(response: IncomingMessage, answerBytes: number): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > answerBytes) response.destroy(new AnswerTooLarge('the answer is too large'));
      else chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        reason: response.statusMessage ?? '',
        body: Buffer.concat(chunks),
        header(name) {
          const value = response.headers[name.toLowerCase()];
          return Array.isArray(value) ? value.join(', ') : value;
        },
      }),
    );
  });
}

/** TLS inside a byte stream that somebody else opened. */
class StreamAgent extends Agent {
  readonly #tls: ConnectionOptions;
  readonly #connect: () => Promise<Duplex>;

  constructor(options: AgentOptions, tls: ConnectionOptions, connect: () => Promise<Duplex>) {
    super(options);
    this.#tls = tls;
    this.#connect = connect;
  }

  override createConnection(
    { host, servername = '' }: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const tls = { servername, ...this.#tls, ...(host ? { host } : {}) };
    this.#connect().then(
      (stream) => callback?.(null, connectTls({ ...tls, socket: stream })),
      // Node's own type has no room for a failure without a stream, its implementation expects just that.
      (error: Error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  }
}
