import { type ClientHttp2Session, connect } from 'node:http2';

/** A plain HTTP/2 client: one session, no parsing that a measurement does not need. */
export class BenchClient {
  readonly #session: ClientHttp2Session;
  readonly #token: string;

  constructor(target: Target) {
    this.#session = connect(target.url, {
      ca: target.authority,
      rejectUnauthorized: target.authority !== undefined,
    });
    this.#session.setMaxListeners(0);
    this.#token = target.token;
  }

  request(call: { method: string; path: string; body?: string; contentType?: string }): Promise<Answer> {
    const stream = this.#session.request({
      ':method': call.method,
      ':path': call.path,
      authorization: `Bearer ${this.#token}`,
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    });
    return new Promise((resolve, reject) => {
      let status = 0;
      let bytes = 0;
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on('end', () => resolve({ status, bytes }));
      stream.on('error', reject);
      stream.end(call.body);
    });
  }

  /** Calls `onLine` with every line of a watch; resolves once the response has begun. */
  watch(path: string, onLine: (line: string) => void): Promise<() => void> {
    const stream = this.#session.request({ ':path': path, authorization: `Bearer ${this.#token}` });
    stream.setEncoding('utf8');
    let rest = '';
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
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

export interface Answer {
  readonly status: number;
  readonly bytes: number;
}

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly authority: string | undefined;
  /** For resident memory; absent when the server is not ours to look at. */
  readonly pid?: number;
}
