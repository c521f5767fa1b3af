import type { Handler, HttpRequest, HttpResponse } from '../http/contract.ts';

/** Where the pages reach a cluster: `/portal/clusters/<name of its API server>/<path of its API>`. */
const clusterPrefix = '/portal/clusters/';

/** What the path needs to know of a cluster. */
export interface NamedCluster {
  readonly publicEndpoint: boolean;
  readonly isKnown: boolean;
}

/** The headers of a request that go on; none that names another user, another host or a cookie. */
const requestHeaders = new Set([
  'accept',
  'accept-encoding',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'if-none-match',
  'transfer-encoding',
  'user-agent',
]);

/** The headers of an answer that come back: what a pod answers through a proxy sets no cookie on this origin. */
const answerHeaders = new Set([
  'audit-id',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'etag',
  'retry-after',
  'vary',
  'warning',
  'www-authenticate',
]);

/** An answer is data for the page, never a page of its own, whatever a pod behind a proxy says. */
const never = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * `front`, and below `/portal/clusters/` the same as if the cluster had been asked by its own name: its authentication, its
 * authorization, its limits. Only bearer tokens are taken there: no certificate, and nothing that a browser adds by itself. What
 * only tunnels reach is not reached this way either.
 */
export function withClusterPaths(front: Handler, find: (hostName: string) => NamedCluster): Handler {
  return async (request) => {
    if (!request.path.startsWith(clusterPrefix)) return front(request);
    const [, hostName = '', path = ''] =
      /^\/portal\/clusters\/([a-z0-9.-]{1,253})(\/.*)$/s.exec(request.path) ?? [];
    if (hostName === '')
      return refusal(404, 'NotFound', 'A cluster is asked at /portal/clusters/<name of its API server>/.');
    if (leadsElsewhere(path))
      return refusal(400, 'BadRequest', 'The path has a segment that leads elsewhere.');
    if (!/^Bearer +\S/i.test(request.header('authorization') ?? ''))
      return refusal(401, 'Unauthorized', 'Unauthorized');
    const cluster = find(hostName);
    if (!cluster.isKnown) return refusal(404, 'NotFound', `No cluster is called ${hostName}.`);
    if (!cluster.publicEndpoint) return refusal(403, 'Forbidden', privateSentence);
    return plain(await front(new ClusterRequest(request, hostName, path)));
  };
}

const privateSentence =
  'The API server of this cluster is private: pages do not reach it. Open a tunnel with az network bastion tunnel, ' +
  'or az connectedk8s proxy for a cluster of Arc, and use kubectl through it.';

/** Dots between slashes, in any escape, and what is no letter of an address. */
function leadsElsewhere(path: string): boolean {
  let text = path;
  try {
    text = decodeURIComponent(path);
  } catch {
    return true;
  }
  return /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/.test(text) || /[\0\r\n]/.test(text);
}

/** A request for a cluster by its own name, made of one for the pages. Its body and its end are those of the other. */
class ClusterRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly connection: HttpRequest['connection'];
  readonly #request: HttpRequest;

  constructor(request: HttpRequest, hostName: string, path: string) {
    this.#request = request;
    this.method = request.method;
    this.path = path;
    this.rawQuery = request.rawQuery;
    const { remoteAddress } = request.connection;
    this.connection = {
      serverName: hostName,
      host: hostName,
      remoteAddress,
      clientCertificate: undefined,
      tag: undefined,
    };
  }

  get query(): URLSearchParams {
    return this.#request.query;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get onCallerProven(): HttpRequest['onCallerProven'] {
    return this.#request.onCallerProven;
  }

  set onCallerProven(run: HttpRequest['onCallerProven']) {
    this.#request.onCallerProven = run;
  }

  header(name: string): string | undefined {
    return requestHeaders.has(name) ? this.#request.header(name) : undefined;
  }

  headerLines(prefix: string) {
    return this.#request.headerLines(prefix).filter(({ name }) => requestHeaders.has(name));
  }

  body(...asked: Parameters<HttpRequest['body']>): Promise<Uint8Array> {
    return this.#request.body(...asked);
  }

  chunks(): AsyncIterable<Uint8Array> | undefined {
    return this.#request.chunks?.();
  }
}

function plain({ status, headers = {}, body }: HttpResponse): HttpResponse {
  const kept = Object.entries(headers).filter(([name]) => answerHeaders.has(name.toLowerCase()));
  return { status, headers: { ...Object.fromEntries(kept), ...never }, ...(body && { body }) };
}

function refusal(code: number, reason: string, message: string): HttpResponse {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', ...never };
  return { status: code, headers, body: Buffer.from(`${JSON.stringify(status)}\n`) };
}
