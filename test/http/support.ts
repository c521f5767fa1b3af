import { connect as connectHttp2 } from 'node:http2';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { TestContext } from 'node:test';
import { type Clock, type Logger, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import {
  createAuthority,
  createListener,
  type Handler,
  issueServerCertificate,
  type Listener,
  type ListenerLimits,
  type TlsIdentity,
  type Traffic,
  type UpgradeHandler,
} from '../../src/http/index.ts';

export const issuing = { clock: systemClock, random: systemRandom };
export const authority = createAuthority({ commonName: 'Test CA', ...issuing });
export const ca = authority.certificatePem;

export function identityFor(...hostNames: string[]): TlsIdentity {
  const issued = issueServerCertificate(authority, {
    hostNames,
    ipAddresses: ['127.0.0.1', '::1'],
    ...issuing,
  });
  return { cert: issued.certificatePem, key: issued.privateKeyPem };
}

export const localhost = identityFor('localhost');

export interface Serving {
  readonly listener: Listener;
  readonly port: number;
  readonly logged: string[];
}

/** A listener on 127.0.0.1 that ends with the test. */
export async function serve(
  t: TestContext,
  handler: Handler,
  more: {
    upgrade?: UpgradeHandler;
    limits?: Partial<ListenerLimits>;
    traffic?: Traffic;
    clock?: Clock;
    contextFor?: (n?: string) => TlsIdentity | undefined;
  } = {},
): Promise<Serving> {
  const logged: string[] = [];
  const { contextFor = () => localhost, ...rest } = more;
  const log: Logger = {
    ...silentLogger,
    error: (message, fields) => logged.push(JSON.stringify([message, fields])),
  };
  const listener = createListener({
    handler,
    clock: systemClock,
    log,
    tls: { contextFor, requestClientCertificate: true },
    ...rest,
  });
  const port = await listener.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => listener.close());
  return { listener, port, logged };
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** One HTTP/1.1 request on a connection of its own. */
export function fetch1(
  port: number,
  options: RequestOptions & { body?: Uint8Array | string } = {},
): Promise<Received> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = requestHttps({
      host: '127.0.0.1',
      port,
      ca,
      servername: 'localhost',
      agent: false,
      ...rest,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}

/** An HTTP/2 session that ends with the test. */
export function session2(t: TestContext, port: number) {
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    ca,
    servername: 'localhost',
    maxSessionMemory: 256,
  });
  session.on('error', () => {});
  t.after(() => session.destroy());
  return session;
}

/** One HTTP/2 request. */
export function fetch2(
  session: ReturnType<typeof session2>,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<Received> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':method': method, ...headers });
    let received: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (responseHeaders) => {
      received = responseHeaders;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      resolve({ status: Number(received[':status']), headers: received, body: Buffer.concat(chunks) });
    });
    stream.end(body);
  });
}

/** A promise with its resolver. */
export function deferred<T = void>() {
  return Promise.withResolvers<T>();
}

/** Waits, turn by turn of the event loop, for what no event announces. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setImmediate(next));
}
