import type { Duplex } from 'node:stream';
import { ClusterError, type RawResponse } from '../apimachinery/client.ts';
import { type Clock, errorMessage } from '../base/index.ts';
import { type AnswerStream, HttpsClient } from '../http/index.ts';

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

/** HTTPS to one API server; every failure to speak to it is a ClusterError 503. */
export class HttpTransport {
  readonly #options: HttpTransportOptions;
  readonly #base: URL;
  readonly #client: HttpsClient;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#base = new URL(options.server);
    const { clock, certificateAuthority, tlsServerName, clientCertificate, connect } = options;
    this.#client = new HttpsClient({
      clock,
      answerBytes: httpClientLimits.responseBytes,
      connections: httpClientLimits.connections,
      idleConnections: httpClientLimits.idleConnections,
      keepAliveMs: httpClientLimits.keepAliveMs,
      ...(certificateAuthority ? { ca: certificateAuthority } : {}),
      ...(tlsServerName ? { serverName: tlsServerName } : {}),
      ...(clientCertificate ? { clientCertificate } : {}),
      ...(connect ? { connect } : {}),
    });
  }

  async send(
    method: string,
    path: string,
    body?: Uint8Array,
    contentType = 'application/json',
  ): Promise<RawResponse> {
    const headers = await this.#headers();
    if (body) headers['content-type'] = contentType;
    const call = { ...this.#target(path), method, headers, ...(body ? { body } : {}) };
    try {
      return await this.#client.send({ ...call, timeoutMs: httpClientLimits.requestMs });
    } catch (thrown) {
      const { server } = this.#options;
      const message = `${server} cannot be reached: ${errorMessage(thrown)}`;
      throw new ClusterError(503, 'ServiceUnavailable', message);
    }
  }

  /** Starts a GET whose answer is handed on as it arrives. */
  stream(path: string, handler: AnswerStream): { close(): void } {
    let stop = () => {};
    let closed = false;
    const open = async () => {
      const headers = await this.#headers();
      if (closed) return;
      const opened = this.#client.stream({ ...this.#target(path), method: 'GET', headers }, handler);
      stop = () => opened.close();
    };
    open().catch((error) => {
      if (!closed) handler.onEnd(errorMessage(error));
    });
    return {
      close() {
        closed = true;
        stop();
      },
    };
  }

  close(): void {
    this.#client.close();
  }

  async #headers(): Promise<Record<string, string>> {
    const { bearerToken } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (!bearerToken) return headers;
    const token = typeof bearerToken === 'string' ? bearerToken : await bearerToken();
    headers['authorization'] = `Bearer ${token}`;
    return headers;
  }

  #target(path: string): { url: URL; path: string } {
    return { url: this.#base, path: this.#base.pathname.replace(/\/$/, '') + path };
  }
}
