import type { ClusterView } from '../../apimachinery/admission.ts';
import { maybeObjectAt, numberAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { AnswerTimeout, type HttpsAnswer, HttpsClient } from '../../http/node/client.ts';
import { goErrorText } from './go-errors.ts';
import { addressOf, hostPort, resolveService, type ServiceAddress, type ServiceUrls } from './services.ts';

/** Who is asked: a `clientConfig` of a webhook. */
export interface Backend {
  readonly target:
    | { readonly url: URL }
    | { readonly namespace: string; readonly name: string; readonly port: number; readonly path: string };
  /** PEM of what is trusted; '': what Node trusts. */
  readonly ca: string;
}

/** There is no answer. The text is what the real server would say. */
export class BackendFailure extends Error {}

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
      });
    } finally {
      kept.waiting--;
    }
  }

  #client(backend: Backend): { readonly client: HttpsClient; waiting: number } {
    const { target, ca } = backend;
    const name = 'url' in target ? '' : serverName(target);
    const key = `${'url' in target ? target.url.host : `${name}:${target.port}`} ${ca}`;
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

function serverName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${name}.${namespace}.svc`;
}
