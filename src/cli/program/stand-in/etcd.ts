import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { whyNotListening } from './read-file.ts';
import { FlagRefusal, type FlagValues } from './read-flags.ts';

const defaultUrl = 'http://localhost:2379';

/** The API server keeps its own store: all that is asked of etcd is its health, at each address where clients would ask. */
export async function serveEtcdHealth(flags: FlagValues, stopped: Promise<void>): Promise<number> {
  const server = () =>
    createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"health":"true","reason":""}');
    });
  const given = (flags.get('listen-client-urls')?.at(-1) || defaultUrl).split(',');
  const servers = given.map((text) => ({ ...addressOf(text, given.join()), server: server() }));
  await Promise.all(
    servers.map(
      (each) =>
        new Promise<void>((resolve, reject) => {
          const { host, port } = each;
          each.server.once('error', (thrown) => reject(stopping(whyNotListening(thrown, host, port))));
          each.server.listen(port, host, resolve);
        }),
    ),
  ).catch((thrown: unknown) => {
    for (const each of servers) each.server.close();
    throw thrown;
  });
  await stopped;
  for (const { server } of servers) server.closeAllConnections();
  return 0;
}

function stopping(why: string): FlagRefusal {
  return new FlagRefusal(`etcdmain: ${why}`, 1);
}

const largestPort = 65_535;

/** Where one of the URLs of a flag says to listen. Throws FlagRefusal in etcd's words. */
function addressOf(text: string, whole: string): { readonly host: string; readonly port: number } {
  const wrong = (why: string) =>
    new FlagRefusal(`invalid value "${whole}" for flag -listen-client-urls: ${why}: ${text}`, 2);
  const parts = /^(\w+):\/\/(\[[^\]]*\]|[^/:]*)(?::(\d*))?(\/.*)?$/.exec(text);
  const [, scheme = '', host = '', port, path] = parts ?? [];
  if (!['http', 'https', 'unix', 'unixs'].includes(scheme))
    throw wrong('URL scheme must be http, https, unix, or unixs');
  if (scheme !== 'http') throw stopping(`addresses of ${scheme} are not built here (${text})`);
  if (port === undefined || port === '') throw wrong('URL address does not have the form "host:port"');
  if (path !== undefined) throw wrong('URL must not contain a path');
  if (Number(port) > largestPort) throw stopping(`listen tcp: address ${port}: invalid port`);
  const address = host.replace(/^\[|\]$/g, '');
  // Any name of this machine is as good as its address.
  if (address !== 'localhost' && !isIP(address)) {
    const why = `expected IP in URL for binding (${text}). See 'etcd --help'.`;
    throw stopping(`error verifying flags, ${why}`);
  }
  return { host: address, port: Number(port) };
}
