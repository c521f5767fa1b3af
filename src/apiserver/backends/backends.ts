import type { ClusterView } from '../../apimachinery/admission.ts';
import { maybeObjectAt, numberAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { AnswerTimeout, type HttpsAnswer, HttpsClient } from '../../http/node/client.ts';
import type { ExchangeCall, Exchanged } from '../../http/node/exchange.ts';
import { goErrorText } from './go-errors.ts';
import {
  addressOf,
  givenAddress,
  hostPort,
  resolveService,
  type ServiceAddress,
  ServiceUnreachable,
  type ServiceUrls,
} from './services.ts';

/** Who is asked: a `clientConfig` of a webhook. */
export interface Backend {
  readonly target:
    | { readonly url: URL }
    | { readonly namespace: string; readonly name: string; readonly port: number; readonly path: string };
  /** PEM of what is trusted; '': what Node trusts. */
  readonly ca: string;
  /** Whoever answers is taken for the one who was meant. */
  readonly trustsAnybody?: boolean;
  /** What is shown to him, PEM. */
  readonly identity?: ClientIdentity;
}

export interface ClientIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A request for one service, whose path stands as it is. */
export interface ServiceCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** By lower-case name, without `host`. */
  readonly headers: ExchangeCall['headers'];
}

/** There is no answer. The text is what the real server would say. */
export class BackendFailure extends Error {}

/** Nothing stands behind a Service; the text is what the real server would say. */
export class NothingBehind extends BackendFailure {}

const backendLimits = {
  /** Of one answer. */
  answerBytes: 16 * 1024 * 1024,
  /** To one backend at the same time; others wait their turn. */
  connections: 64,
  idleConnections: 4,
  /** Backends whose connections are kept. */
  kept: 64,
} as const;

/** Calls of Services and URLs outside, over kept connections. No redirect is followed. */
export class Backends {
  readonly #cluster: ClusterView;
  readonly #urls: ServiceUrls;
  #isClosed = false;
  readonly #clients = new Map<string, { readonly client: HttpsClient; waiting: number }>();

  constructor(cluster: ClusterView, urls: ServiceUrls) {
    this.#cluster = cluster;
    this.#urls = urls;
  }

  /** Posts JSON. Resolves with any answer, whatever its status; throws `BackendFailure` when there is none in time. */
  async post(
    backend: Backend,
    asked: { readonly body: string; readonly timeoutMs: number; readonly shownTimeoutSeconds: number },
  ): Promise<HttpsAnswer> {
    const query = `?timeout=${asked.shownTimeoutSeconds}s`;
    const shown = `${shownUrl(backend)}${query}`;
    let address: ServiceAddress | undefined;
    try {
      // Resolving counts too: a Service that cannot be found out about is not waited for.
      if (this.#isClosed) throw new Error('the server is stopping');
      const begun = this.#cluster.clock.now();
      address = await this.#address(backend);
      const leftMs = asked.timeoutMs - (this.#cluster.clock.now() - begun);
      if (leftMs <= 0) throw new AnswerTimeout();
      return await this.#send(backend, address, { ...asked, query, timeoutMs: leftMs });
    } catch (thrown) {
      throw new BackendFailure(`Post "${shown}": ${goErrorText(thrown, address)}`);
    }
  }

  /** Asks for something short. Throws `BackendFailure` when there is no answer in time. */
  async ask(backend: Backend, call: ServiceCall, timeoutMs: number): Promise<HttpsAnswer> {
    return this.#reach(backend, ({ address, client }) =>
      client.send({
        ...{ method: call.method, url: `https://${hostPort(address)}/`, path: address.path + call.path },
        headers: { ...oneLineEach(call.headers), host: hostPort(address) },
        timeoutMs,
        mayRepeat: true,
      }),
    );
  }

  /** Passes a request on as it comes; resolves with the head of its answer. Throws `BackendFailure` when there is none. */
  async exchange(
    backend: Backend,
    call: ServiceCall & Pick<ExchangeCall, 'chunks' | 'signal'>,
  ): Promise<Exchanged> {
    return this.#reach(backend, async ({ address, client, kept }) => {
      const exchanged = await client.exchange({
        ...call,
        url: `https://${hostPort(address)}/`,
        path: address.path + call.path,
        headers: { ...call.headers, host: hostPort(address) },
      });
      // Until all of it has gone through, the client is in use.
      kept.waiting++;
      exchanged.whenOver(() => {
        kept.waiting--;
      });
      return exchanged;
    });
  }

  /** What `resolve` and `send` throw becomes a `BackendFailure`, in the words of Go. */
  async #reach<T>(
    backend: Backend,
    send: (to: {
      readonly address: ServiceAddress;
      readonly client: HttpsClient;
      readonly kept: { waiting: number };
    }) => Promise<T>,
  ): Promise<T> {
    let address: ServiceAddress | undefined;
    try {
      if (this.#isClosed) throw new Error('the server is stopping');
      address = await this.#address(backend);
      const kept = this.#client(backend);
      kept.waiting++;
      try {
        return await send({ address, client: kept.client, kept });
      } finally {
        kept.waiting--;
      }
    } catch (thrown) {
      const text = goErrorText(thrown, address);
      throw thrown instanceof ServiceUnreachable ? new NothingBehind(text) : new BackendFailure(text);
    }
  }

  /** Whether somebody outside said where a Service is reached: then nothing of the cluster needs to say it. */
  isGiven(service: { readonly namespace: string; readonly name: string; readonly port: number }): boolean {
    return givenAddress(this.#urls, service) !== undefined;
  }

  /** The host and port that a Service is reached at, as messages show it. Throws `ServiceUnreachable`. */
  async shownAddress(backend: Backend): Promise<string> {
    return hostPort(await this.#address(backend));
  }

  /** What still waits for an answer fails, and so does what is asked afterwards. */
  close(): void {
    this.#isClosed = true;
    for (const { client } of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  async #address({ target }: Backend): Promise<ServiceAddress> {
    if (!('url' in target)) return resolveService(this.#cluster, this.#urls, target);
    return { ...addressOf(target.url), path: '' };
  }

  async #send(
    backend: Backend,
    address: ServiceAddress,
    { body, timeoutMs, query }: { readonly body: string; readonly timeoutMs: number; readonly query: string },
  ): Promise<HttpsAnswer> {
    const { target } = backend;
    const isUrl = 'url' in target;
    const path = cleanPath(isUrl ? target.url.pathname : target.path);
    const kept = this.#client(backend);
    kept.waiting++;
    try {
      return await kept.client.send({
        method: 'POST',
        url: `https://${hostPort(address)}/`,
        path: `${address.path}${path}${query}`,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, */*',
          'user-agent': 'kube-apiserver-admission',
          host: isUrl ? target.url.host : `${serverName(target)}:${target.port}`,
        },
        body,
        timeoutMs,
        mayRepeat: true,
      });
    } finally {
      kept.waiting--;
    }
  }

  #client(backend: Backend): { readonly client: HttpsClient; waiting: number } {
    const { target, ca, trustsAnybody = false, identity } = backend;
    const name = 'url' in target ? '' : serverName(target);
    const place = 'url' in target ? target.url.host : `${name}:${target.port}`;
    const key = [place, ca, trustsAnybody, identity?.certificate ?? ''].join(' ');
    const known = this.#clients.get(key);
    if (known) {
      // The one that was asked last stands last.
      this.#clients.delete(key);
      this.#clients.set(key, known);
      return known;
    }
    this.#makeRoom();
    const { answerBytes, connections, idleConnections } = backendLimits;
    const client = new HttpsClient({
      clock: this.#cluster.clock,
      ...(ca === '' ? {} : { ca, trustsAnyOfCa: true }),
      ...(name === '' ? {} : { serverName: name }),
      ...(trustsAnybody && { trustsAnybody }),
      ...(identity && { clientCertificate: identity }),
      answerBytes,
      connections,
      idleConnections,
    });
    const made = { client, waiting: 0 };
    this.#clients.set(key, made);
    return made;
  }

  #makeRoom(): void {
    for (const [key, { client, waiting }] of this.#clients) {
      if (this.#clients.size < backendLimits.kept) return;
      if (waiting > 0) continue;
      client.close();
      this.#clients.delete(key);
    }
  }
}

/** What a `clientConfig` says; undefined when its address cannot be read. */
export function backendOf(clientConfig: JsonObject): Backend | undefined {
  const ca = Buffer.from(textAt(clientConfig, 'caBundle'), 'base64').toString('utf8').trim();
  const service = maybeObjectAt(clientConfig, 'service');
  if (service) {
    const [namespace, name] = [textAt(service, 'namespace'), textAt(service, 'name')];
    const path = textAt(service, 'path');
    return { target: { namespace, name, port: numberAt(service, 'port') || 443, path }, ca };
  }
  const url = textAt(clientConfig, 'url');
  return URL.canParse(url) ? { target: { url: new URL(url) }, ca } : undefined;
}

/** The address as messages show it. */
function shownUrl({ target }: Backend): string {
  if (!('url' in target)) return `https://${serverName(target)}:${target.port}${cleanPath(target.path)}`;
  return `https://${target.url.host}${cleanPath(target.url.pathname)}`;
}

/** As Go's client joins it: each slash once, none at the end, and no way up. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** For those who keep an answer in one piece, and send nothing twice. */
function oneLineEach(headers: ExchangeCall['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(', '),
    ]),
  );
}

function serverName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${name}.${namespace}.svc`;
}
