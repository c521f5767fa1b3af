import { type ClientHttp2Session, connect } from 'node:http2';

const streamWindowBytes = 4 * 1024 * 1024;
const newline = 0x0a;
const sessionWindowBytes = 64 * 1024 * 1024;

/** A plain HTTP/2 client: one session, no parsing that a measurement does not need; windows like those of Go's client. */
export class BenchClient {
  readonly #session: ClientHttp2Session;
  readonly #token: string | undefined;

  constructor(target: Target) {
    this.#session = connect(target.url, {
      ca: target.authority,
      rejectUnauthorized: target.authority !== undefined,
      ...(target.serverName === undefined ? {} : { servername: target.serverName }),
      settings: { initialWindowSize: streamWindowBytes, enablePush: false },
    });
    this.#session.once('connect', (session: ClientHttp2Session) =>
      session.setLocalWindowSize(sessionWindowBytes),
    );
    this.#session.on('error', () => {});
    this.#session.setMaxListeners(0);
    this.#token = target.token;
  }

  request(call: ClientCall): Promise<Answer> {
    const stream = this.#session.request({
      ':method': call.method,
      ':path': call.path,
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      accept: call.accept ?? 'application/json',
      ...(call.as === undefined ? {} : { 'impersonate-user': call.as }),
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    });
    return new Promise((resolve, reject) => {
      let status = 0;
      let bytes = 0;
      const kept: Buffer[] = [];
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (call.keep) kept.push(chunk);
      });
      stream.on('end', () => resolve({ status, bytes, text: Buffer.concat(kept).toString('utf8') }));
      stream.on('error', reject);
      stream.end(call.body);
    });
  }

  /** Calls `onLines` with whole lines of a watch, undecoded; resolves once the response has begun. */
  watch(path: string, onLines: (lines: Buffer) => void): Promise<() => void> {
    const stream = this.#session.request({
      ':path': path,
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
    });
    let rest: Buffer | undefined;
    stream.on('data', (chunk: Buffer) => {
      const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
      rest = bytes.at(-1) === newline ? undefined : bytes;
      if (!rest) onLines(bytes);
    });
    return new Promise((resolve, reject) => {
      stream.once('response', () => resolve(() => stream.close()));
      stream.once('error', reject);
    });
  }

  close(): void {
    this.#session.close();
  }
}

export interface ClientCall {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** The user to ask as. */
  readonly as?: string;
  /** Hand the body out as text. */
  readonly keep?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** Empty unless the call asked to keep it. */
  readonly text: string;
}

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly token: string | undefined;
  /** PEM; undefined trusts any certificate. */
  readonly authority: string | undefined;
  /** The name asked for in TLS, when it is not the host of the URL. */
  readonly serverName?: string;
}
