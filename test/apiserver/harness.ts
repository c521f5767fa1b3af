import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClusterClient } from '../../src/apimachinery/client.ts';
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
  tokenAuthenticator,
  type UserInfo,
} from '../../src/apiserver/index.ts';
import {
  type Clock,
  isObject,
  type JsonObject,
  silentLogger,
  systemClock,
  systemRandom,
} from '../../src/base/index.ts';
import {
  type CertificateAndKey,
  createAuthority,
  createListener,
  issueServerCertificate,
} from '../../src/http/index.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { plainRequest } from '../support/request.ts';

export const administrator: UserInfo = {
  username: 'admin',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
};

/** Tokens that every test server knows: `admin-token`, and `user-token` of somebody without rights. */
export const users: ReadonlyMap<string, UserInfo> = new Map([
  ['admin-token', administrator],
  ['user-token', { username: 'jane', uid: 'u-1', groups: ['developers'], extra: {} }],
]);

/** An API server in this process on a memory store, with the real filters in front of it. */
export interface TestServer {
  readonly server: ApiServer;
  readonly store: Store;
  /** As a member of `system:masters`. */
  readonly client: ClusterClient;
  clientAs(user: UserInfo): ClusterClient;
  /** A request with the administrator's token unless headers say otherwise; not for streams. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Opens an https listener on a free port, once, and writes a kubeconfig with the administrator's token. */
  listen(): Promise<TestEndpoint>;
  close(): Promise<void>;
}

export interface TestEndpoint {
  readonly url: string;
  readonly caPem: string;
  readonly kubeconfig: string;
  /** Opens a watch through the socket and gives its events one by one; `close` breaks the connection off. */
  watch(path: string, headers?: Record<string, string>): Promise<EventStream>;
  /** Runs the real kubectl; rejects with its stderr when it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** The same with text on its standard input, exit code and both outputs. */
  run(args: readonly string[], input?: string): Promise<{ code: number; stdout: string; stderr: string }>;
}

export interface EventStream {
  readonly status: number;
  /** The next line; undefined when the stream has ended. */
  next(): Promise<JsonObject | undefined>;
  close(): void;
}

export type TestServerOptions = Partial<ApiServerOptions>;

/** Starts a bare API server on its own memory store. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clock: Clock = options.clock ?? systemClock;
  const store = options.store ?? createMemoryStore({ clock, random: systemRandom, log: silentLogger });
  const server = createApiServer({
    store,
    keyPrefix: '/kube/test',
    clock,
    random: systemRandom,
    log: options.log ?? silentLogger,
    version: { display: '1.34.4' },
    authenticators: [tokenAuthenticator(users)],
    authorizers: [],
    // Nobody makes accounts here.
    admissionPlugIns: { disable: ['ServiceAccount'] },
    ...options,
  });
  await server.start();
  let endpoint: Promise<OpenEndpoint> | undefined;
  return {
    server,
    store,
    client: server.client(administrator),
    clientAs: (user) => server.client(user),
    fetch: (path, init = {}) => request(server, path, init),
    listen: () => (endpoint ??= openEndpoint(server)),
    async close() {
      if (endpoint) await (await endpoint).close();
      await server.close();
      if (!options.store) await store.close();
    },
  };
}

interface OpenEndpoint extends TestEndpoint {
  close(): Promise<void>;
}

let authority: CertificateAndKey | undefined;

async function openEndpoint(server: ApiServer): Promise<OpenEndpoint> {
  authority ??= createAuthority({ commonName: 'test', clock: systemClock, random: systemRandom });
  const issued = issueServerCertificate(authority, {
    hostNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    clock: systemClock,
    random: systemRandom,
  });
  const identity = { cert: issued.certificatePem, key: issued.privateKeyPem };
  const listener = createListener({
    handler: server.handler,
    upgrade: server.handler,
    clock: systemClock,
    log: silentLogger,
    tls: { contextFor: () => identity, requestClientCertificate: true },
  });
  const port = await listener.listen({ host: '127.0.0.1', port: 0 });
  const url = `https://127.0.0.1:${port}`;
  const folder = temporaryFolder('kube-test');
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(url, authority.certificatePem)));
  return {
    url,
    caPem: authority.certificatePem,
    kubeconfig,
    watch: (path, headers = {}) => openWatch(url + path, authority?.certificatePem ?? '', headers),
    run: (args, input = '') => runKubectl(folder, kubeconfig, args, input),
    async kubectl(...args) {
      const { code, stdout, stderr } = await runKubectl(folder, kubeconfig, args, '');
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    async close() {
      await listener.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function openWatch(url: string, ca: string, headers: Record<string, string>): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const options = { ca, headers: { authorization: 'Bearer admin-token', ...headers } };
    const sent = httpsRequest(url, options, (response) => {
      const lines = createInterface({ input: response })[Symbol.asyncIterator]();
      // Breaking the connection off is how a watch ends here, not a failure of the test.
      response.on('error', () => {});
      resolve({
        status: response.statusCode ?? 0,
        async next() {
          const { value, done } = await lines.next();
          if (done) return undefined;
          const event: unknown = JSON.parse(value);
          return isObject(event) ? event : undefined;
        },
        close: () => sent.destroy(),
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

function kubeconfigOf(url: string, caPem: string): JsonObject {
  const ca = Buffer.from(caPem).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': ca } }],
    users: [{ name: 'admin', user: { token: 'admin-token' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
  };
}

function runKubectl(
  folder: string,
  kubeconfig: string,
  args: readonly string[],
  input: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder, KUBECACHEDIR: join(folder, 'cache') };
    const child = execFile('kubectl', args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** A request straight to the handler: what a socket would bring, without the socket. */
async function request(server: ApiServer, path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!headers.has('authorization')) headers.set('authorization', 'Bearer admin-token');
  const body = typeof init.body === 'string' ? Buffer.from(init.body) : asBytes(init.body);
  headers.set('content-length', String(body.length));
  const answer = await server.handler(
    plainRequest({ method: init.method ?? 'GET', target: path, headers: Object.fromEntries(headers), body }),
  );
  const answered = new Headers();
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    for (const each of typeof value === 'string' ? [value] : value) answered.append(name, each);
  }
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers: answered });
  if ('start' in answer.body)
    throw new Error('streams are read through the socket: use kubectl or an https client');
  const bytes = answer.body instanceof Uint8Array ? answer.body : Buffer.concat(answer.body);
  return new Response(new Uint8Array(bytes), { status: answer.status, headers: answered });
}

function asBytes(body: RequestInit['body']): Buffer {
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0);
}
