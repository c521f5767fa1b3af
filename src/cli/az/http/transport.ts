import { readFileSync } from 'node:fs';
import { systemClock } from '../../../base/index.ts';
import { type HttpsAnswer, HttpsClient } from '../../../http/index.ts';
import { AzError } from '../errors.ts';
import { errorCodeOf } from '../parse/files.ts';

export interface HttpAnswer extends HttpsAnswer {
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

const limits = { answerMs: 300_000, answerBytes: 1024 * 1024 * 1024, connections: 16 } as const;

/** A transport with kept connections. Certificates are read once. */
export function createTransport(options: TransportOptions): Transport {
  const ca = readCertificates(options);
  const { answerBytes, connections } = limits;
  const client = new HttpsClient({ clock: systemClock, answerBytes, connections, ...(ca ? { ca } : {}) });
  return {
    ca,
    async send(call) {
      const answer = await send(call, client, options.signal);
      options.trace?.(traceLine(call, answer));
      return answer;
    },
    close: () => client.close(),
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

async function send(call: HttpCall, client: HttpsClient, signal: AbortSignal): Promise<HttpAnswer> {
  const url = parseUrl(call.url);
  try {
    const answer = await client.send({ ...call, url, signal, timeoutMs: limits.answerMs });
    return {
      ...answer,
      get text() {
        return answer.body.toString('utf8');
      },
    };
  } catch (thrown) {
    throw unreachable(thrown instanceof Error ? thrown : new Error(String(thrown)), url);
  }
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
