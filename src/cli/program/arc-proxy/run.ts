import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { CodedError, systemClock, systemRandom, withoutTrailingSlashes } from '../../../base/index.ts';
import { createProxyServer } from '../../../gateway/index.ts';
import { createLocalIdentity } from '../../az/tunnels/local-identity.ts';
import { demandRunning } from '../control.ts';
import { UsageError, type VerbCall } from '../declaration.ts';
import { homeFiles } from '../home.ts';
import { Answer, answer } from './answer.ts';
import { type ArcProxyConfig, readConfig } from './config.ts';
import { createProofKey } from './proof-key.ts';
import { Registrations } from './registrations.ts';

const host = '127.0.0.1';
/** Application of Arc's API servers, for which az asks its token. */
const arcServerId = '6256c85f-0aad-4d50-b960-e6e9b21efe35';
const parentLookMs = 1_000;

/**
 * What the connectedk8s extension of the unmodified az starts to reach a cluster, in place of the program that it would
 * download: az posts its token and the right to the relay over HTTP on this machine, and kubectl comes over HTTPS.
 * Source: https://github.com/Azure/azure-cli-extensions/tree/main/src/connectedk8s/azext_connectedk8s/clientproxyhelper
 */
export async function run(call: VerbCall): Promise<number> {
  const file = call.options['config'];
  if (typeof file !== 'string') throw new UsageError('--config is required.');
  const config = readConfig(file);
  demandOwn(config, demandRunning(call.home).resourceManager);
  const stopped = untilStopped();
  const close = await open(config, call.home);
  await stopped;
  await close();
  return 0;
}

async function open(config: ArcProxyConfig, home: string): Promise<() => Promise<void>> {
  const identity = createLocalIdentity({ clock: systemClock, random: systemRandom });
  const key = createProofKey(arcServerId);
  let server = '';
  const registrations = new Registrations({
    server: () => server,
    authority: identity.authority,
    resourceManager: () => demandRunning(home).resourceManager,
    trusted: readFileSync(homeFiles(home).authority, 'utf8'),
    clock: systemClock,
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
  const front = await createProxyServer({
    port: config.httpsPort,
    identity,
    clusterOf: (message) => registrations.clusterOf(message),
    otherwise: (message, response) => {
      void answer(message, response, (body) => {
        const call = `${message.method} ${message.url?.split('?')[0]}`;
        if (call === 'GET /identity/poppublickey') return { publicKey: key.publicKey };
        if (call !== 'POST /identity/at') throw new Answer(404, 'no cluster is registered there');
        key.take(body, config.tenantId);
        return {};
      });
    },
  });
  server = `https://${host}:${front.port}`;
  const registering = createServer((message, response) => {
    void answer(message, response, (body) => {
      if (message.method !== 'POST') throw new Answer(405, 'clusters are registered by POST');
      return registrations.register(message.url ?? '', body);
    });
  });
  try {
    const port = await listen(registering, config.httpPort);
    process.stdout.write(`Clusters are registered at http://${host}:${port} and reached at ${server}\n`);
  } catch (thrown) {
    await front.close();
    throw thrown;
  }
  return async () => {
    registering.close();
    registering.closeAllConnections();
    const closed = front.close();
    registrations.close();
    await closed;
  };
}

/** A proxy of this home reaches its clusters alone. */
function demandOwn({ resourceManager }: ArcProxyConfig, own: string): void {
  if (resourceManager === undefined || withoutTrailingSlashes(resourceManager) === own) return;
  throw new UsageError(`clusters of ${resourceManager} are not reached from here, only those of ${own}.`, 1);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new CodedError('unavailable', `Port ${port} cannot be listened on: ${error.message}.`, error)),
    );
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** By a signal, or because the az that started it is there no more, however it ended. */
async function untilStopped(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const parent = process.ppid;
  while (!stop.signal.aborted && process.ppid === parent) {
    await systemClock.sleep(parentLookMs, stop.signal).catch(() => undefined);
  }
}
