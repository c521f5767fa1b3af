import { createServer } from 'node:http';
import { systemClock } from '../../base/index.ts';
import { plugInLines, plugInSwitches } from './admission-plug-ins.ts';
import { UsageError, type VerbCall } from './declaration.ts';

const parentCheckMs = 1_000;

/** One stand-in process, started by envtest with the flags of the program it stands in for. */
export async function run(call: VerbCall): Promise<number> {
  const [program, ...flags] = call.words;
  // envtest looks for two flags in the help texts; that neither appears is the answer it needs.
  if (flags.includes('--help') || flags.includes('-h')) return 0;
  const values = readFlags(flags);
  const stopped = untilStopped();
  if (program === 'etcd') return serveEtcdHealth(values, stopped);
  if (program === 'kube-apiserver') return serveApi(values, stopped);
  throw new UsageError(`there is no stand-in for '${program}'.`);
}

function readFlags(flags: readonly string[]): Map<string, string> {
  return new Map(
    flags.map((flag) => {
      const [name = '', ...value] = flag.replace(/^--/, '').split('=');
      return [name, value.join('=')];
    }),
  );
}

/** A killed test binary leaves its children behind; a stand-in ends when it has become an orphan. */
function untilStopped(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    const look = () => {
      if (process.ppid !== parent) resolve();
      else systemClock.after(parentCheckMs, look);
    };
    systemClock.after(parentCheckMs, look);
  });
}

/** The API server keeps its own store: all that is asked of etcd is its health. */
async function serveEtcdHealth(flags: Map<string, string>, stopped: Promise<void>): Promise<number> {
  const url = new URL(flags.get('listen-client-urls') ?? 'http://127.0.0.1:2379');
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"health":"true","reason":""}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(url.port), url.hostname, resolve);
  });
  await stopped;
  server.closeAllConnections();
  return 0;
}

async function serveApi(flags: Map<string, string>, stopped: Promise<void>): Promise<number> {
  const { startEnvtestServer } = await import('../../server/bare.ts');
  const server = await startEnvtestServer({
    host: flags.get('bind-address') ?? '127.0.0.1',
    port: Number(flags.get('secure-port') ?? '6443'),
    certificateFolder: flags.get('cert-dir') ?? '.',
    clientAuthorityFile: flags.get('client-ca-file'),
    serviceAccountIssuer: flags.get('service-account-issuer'),
    serviceAccountSigningKeyFile: flags.get('service-account-signing-key-file'),
    admissionPlugIns: plugInSwitches(
      flags.get('enable-admission-plugins'),
      flags.get('disable-admission-plugins'),
    ),
  });
  process.stderr.write(plugInLines(server.admissionPlugIns));
  await stopped;
  await server.close();
  return 0;
}
