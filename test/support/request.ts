import type { HttpRequest } from '../../src/http/contract.ts';

/** A request as the handler of a surface gets it: what a socket would bring, without the socket. */
export function plainRequest(given: {
  readonly method?: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly host?: string;
  /** The caller's address. */
  readonly source?: string;
  readonly body?: Uint8Array | string;
}): HttpRequest {
  const { method = 'GET', target, headers = {}, host = 'localhost', source = '127.0.0.1', body = '' } = given;
  const [path = '', rawQuery = ''] = target.split('?', 2);
  const lines = Object.entries(headers).map(([name, value]) => ({ name: name.toLowerCase(), value }));
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    method,
    path,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    header: (name) => lines.find((line) => line.name === name)?.value,
    headerLines: (prefix) => lines.filter(({ name }) => name.startsWith(prefix)),
    connection: {
      serverName: undefined,
      host,
      remoteAddress: source,
      clientCertificate: undefined,
      tag: undefined,
    },
    signal: new AbortController().signal,
    body: async () => bytes,
  };
}
