import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { AzError } from '../errors.ts';
import { errorCodeOf } from '../parse/files.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Reason phrase, e.g. `Not Found`. */
  readonly reason: string;
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** The body as UTF-8 text. */
  readonly text: string;
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends HTTPS requests that trust only the estate's CA (and `NODE_EXTRA_CA_CERTS`). */
export interface Transport {
  /** Certificates that are trusted, PEM. Undefined: those of the machine. */
  readonly ca: readonly string[] | undefined;
  /** Resolves with any answer, whatever its status. Throws AzError when there is none. */
  send(call: HttpCall): Promise<HttpAnswer>;
  close(): void;
}

interface TransportOptions {
  readonly caFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told of every request once it is answered: no headers, no bodies, no secrets. */
  readonly trace?: (line: string) => void;
}

const longestAnswerMs = 300_000;

/** A transport with kept connections. Certificates are read once. */
export function createTransport(options: TransportOptions): Transport {
  const ca = readCertificates(options);
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ...(ca ? { ca: [...ca] } : {}) });
  return {
    ca,
    async send(call) {
      const answer = await send(call, agent, options.signal);
      options.trace?.(traceLine(call, answer));
      return answer;
    },
    close: () => agent.destroy(),
  };
}

/** `https://host "GET /path?api-version=…" 200 31`. Other query parameters may be credentials and stay out. */
function traceLine({ method, url }: HttpCall, { status, body }: HttpAnswer): string {
  const { origin, pathname, searchParams } = new URL(url);
  const version = searchParams.get('api-version');
  const query = version === null ? '' : `?api-version=${version}`;
  return `${origin} "${method} ${pathname}${query}" ${status} ${body.byteLength}`;
}

function readCertificates({ caFile, env }: TransportOptions): readonly string[] | undefined {
  if (!caFile) return undefined;
  const certificates = [readPem(caFile)];
  const extra = env['NODE_EXTRA_CA_CERTS'];
  if (extra && extra !== caFile) certificates.push(readPem(extra));
  return certificates;
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new AzError(`The certificate file '${path}' cannot be read.`, {
      advice: ["'drydock status' names the certificate file of the running estate."],
    });
  }
}

function send(call: HttpCall, agent: Agent, signal: AbortSignal): Promise<HttpAnswer> {
  const url = parseUrl(call.url);
  const length = call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) };
  const options: RequestOptions = {
    agent,
    method: call.method,
    headers: { ...call.headers, ...length },
    signal,
    timeout: longestAnswerMs,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', (error) => reject(unreachable(error, url)));
      incoming.once('end', () => {
        const body = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 0,
          reason: incoming.statusMessage ?? '',
          header: (name) => {
            const value = incoming.headers[name.toLowerCase()];
            return Array.isArray(value) ? value.join(', ') : value;
          },
          body,
          get text() {
            return body.toString('utf8');
          },
        });
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.once('error', (error) => reject(unreachable(error, url)));
    outgoing.end(call.body);
  });
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new AzError(`Invalid URL '${text}'.`);
  }
  if (url.protocol !== 'https:') {
    throw new AzError('Bearer token authentication is not permitted for non-TLS protected (non-https) URLs.');
  }
  return url;
}

/** No answer came. `retryable` tells whether the connection itself failed. */
export class ConnectionError extends AzError {
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, advice: readonly string[]) {
    super(message, { advice });
    this.retryable = retryable;
  }
}

/** Ctrl+C while a request was under way. */
export class Interrupted extends AzError {
  constructor() {
    super('Interrupted.');
  }
}

const certificateCodes = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function unreachable(error: Error, url: URL): AzError {
  const code = errorCodeOf(error) ?? error.message;
  if (error.name === 'AbortError') return new Interrupted();
  if (certificateCodes.has(code)) {
    return new ConnectionError(`The certificate of ${url.origin} is not trusted: ${error.message}`, false, [
      "The estate's certificate may have changed; 'drydock status' names its certificate file.",
    ]);
  }
  return new ConnectionError(`Cannot reach ${url.origin}: ${error.message || code}`, true, [
    "Is the estate running? 'drydock status' tells, 'drydock up' starts it.",
  ]);
}
