import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent, type AgentOptions, request } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { ClusterError, type RawResponse } from '../apimachinery/client.ts';
import { type Clock, errorMessage, isIp } from '../base/index.ts';

export const httpClientLimits = {
  /** A whole request; watches have no limit. */
  requestMs: 60_000,
  responseBytes: 256 * 1024 * 1024,
  connections: 32,
  idleConnections: 8,
  keepAliveMs: 30_000,
} as const;

export interface HttpTransportOptions {
  /** `https://host:port`, or with a path below which the API server stands. */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate; default: the machine's own. */
  readonly certificateAuthority?: string;
  /** Name to ask for and to verify, when it is not the host of `server`. */
  readonly tlsServerName?: string;
  /** A token, or how to get one that is valid now. */
  readonly bearerToken?: string | (() => Promise<string>);
  /** PEM of a client certificate. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string };
  /** Opens a byte stream to the server's TLS listener; default: a TCP connection to `server`. */
  connect?(): Promise<Duplex>;
  readonly clock: Clock;
}

/** Callbacks of a response that arrives over time. Exactly one of `onRefused` and `onEnd` comes last. */
export interface StreamHandler {
  onRefused(response: RawResponse): void;
  onData(chunk: Uint8Array): void;
  onEnd(reason: string): void;
}

/** HTTPS with kept-alive connections; every failure to speak to the server is a ClusterError 503. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;
  readonly #base: URL;
  readonly #requests: Agent;
  readonly #watches: Agent;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#base = new URL(options.server);
    const tls: ConnectionOptions = {
      ...(options.certificateAuthority ? { ca: options.certificateAuthority } : {}),
      ...(options.clientCertificate
        ? { cert: options.clientCertificate.certificate, key: options.clientCertificate.privateKey }
        : {}),
      // An IP address cannot be asked for by SNI.
      servername: options.tlsServerName ?? (isIp(hostOf(this.#base)) ? '' : this.#base.hostname),
    };
    const make = (maxSockets: number) => {
      const pool = {
        keepAlive: true,
        keepAliveMsecs: httpClientLimits.keepAliveMs,
        maxFreeSockets: httpClientLimits.idleConnections,
        maxSockets,
      };
      return options.connect
        ? new TunnelAgent(pool, tls, options.connect)
        : new Agent({ ...pool, ...tls, path: undefined });
    };
    this.#requests = make(httpClientLimits.connections);
    this.#watches = make(Number.POSITIVE_INFINITY);
  }

  async send(
    method: string,
    path: string,
    body?: Uint8Array,
    contentType = 'application/json',
  ): Promise<RawResponse> {
    const headers = await this.#headers();
    if (body) {
      headers['content-type'] = contentType;
      headers['content-length'] = String(body.length);
    }
    return new Promise((resolve, reject) => {
      const call = request(this.#target(method, path, headers, this.#requests));
      const timer = this.#options.clock.after(httpClientLimits.requestMs, () =>
        call.destroy(new Error(`no answer within ${httpClientLimits.requestMs} ms`)),
      );
      const fail = (error: Error) => {
        timer.cancel();
        reject(unreachable(this.#options.server, error));
      };
      call.on('error', fail);
      call.on('response', (response) =>
        readAll(response).then((answer) => {
          timer.cancel();
          resolve(answer);
        }, fail),
      );
      call.end(body);
    });
  }

  /** Starts a GET whose answer is handed on as it arrives. */
  stream(path: string, handler: StreamHandler): { close(): void } {
    let closed = false;
    let stop = () => {};
    const end = (reason: string) => {
      if (closed) return;
      closed = true;
      handler.onEnd(reason);
    };
    const open = async () => {
      const headers = await this.#headers();
      if (closed) return;
      const call = request(this.#target('GET', path, headers, this.#watches));
      stop = () => call.destroy();
      call.on('error', (error) => end(error.message));
      call.on('response', (response) => {
        if (response.statusCode !== 200) {
          readAll(response).then(handler.onRefused, (error) => end(errorMessage(error)));
          return;
        }
        response.on('data', (chunk: Buffer) => {
          if (!closed) handler.onData(chunk);
        });
        response.on('error', (error) => end(error.message));
        response.on('close', () => end('the server closed the connection'));
      });
      call.end();
    };
    open().catch((error) => end(errorMessage(error)));
    return {
      close() {
        closed = true;
        stop();
      },
    };
  }

  close(): void {
    this.#requests.destroy();
    this.#watches.destroy();
  }

  async #headers(): Promise<Record<string, string>> {
    const { bearerToken } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (!bearerToken) return headers;
    const token = typeof bearerToken === 'string' ? bearerToken : await bearerToken();
    headers['authorization'] = `Bearer ${token}`;
    return headers;
  }

  #target(method: string, path: string, headers: Record<string, string>, agent: Agent): RequestOptions {
    const prefix = this.#base.pathname.replace(/\/$/, '');
    const port = this.#base.port || '443';
    return { method, host: hostOf(this.#base), port, path: prefix + path, headers, agent };
  }
}

/** TLS inside a byte stream that somebody else opened. */
class TunnelAgent extends Agent {
  readonly #tls: ConnectionOptions;
  readonly #connect: () => Promise<Duplex>;

  constructor(options: AgentOptions, tls: ConnectionOptions, connect: () => Promise<Duplex>) {
    super(options);
    this.#tls = tls;
    this.#connect = connect;
  }

  override createConnection(
    _options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#connect().then(
      (stream) => callback?.(null, connectTls({ ...this.#tls, socket: stream })),
      // Node's own type has no room for a failure without a stream, its implementation expects just that.
      (error: Error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  }
}

function readAll(response: IncomingMessage): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > httpClientLimits.responseBytes) response.destroy(new Error('the answer is too large'));
      chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
  });
}

function unreachable(server: string, error: Error): ClusterError {
  return new ClusterError(503, 'ServiceUnavailable', `${server} cannot be reached: ${error.message}`);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
