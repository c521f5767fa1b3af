import { createServer } from 'node:http';
import type { FlagValues } from './read-flags.ts';

const defaultUrl = 'http://localhost:2379';

/** The API server keeps its own store: all that is asked of etcd is its health, at each address where clients would ask. */
export async function serveEtcdHealth(flags: FlagValues, stopped: Promise<void>): Promise<number> {
  const server = () =>
    createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"health":"true","reason":""}');
    });
  const urls = (flags.get('listen-client-urls')?.at(-1) ?? defaultUrl).split(',').map((url) => new URL(url));
  const servers = urls.map((url) => ({ url, server: server() }));
  await Promise.all(
    servers.map(
      ({ url, server }) =>
        new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(Number(url.port), url.hostname.replace(/^\[|\]$/g, ''), resolve);
        }),
    ),
  );
  await stopped;
  for (const { server } of servers) server.closeAllConnections();
  return 0;
}
