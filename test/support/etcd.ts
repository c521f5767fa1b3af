import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { held, temporaryFolder } from './belongings.ts';

/** An etcd on loopback with data of its own, which never outlives this process. */
export interface TestEtcd {
  /** `127.0.0.1:PORT`, the same after a restart. */
  readonly endpoint: string;
  readonly pid: number;
  /** As the machine does when it loses power: without a word. */
  kill(): Promise<void>;
  /** On the same data and port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The program, or the sentence that says what is missing. */
export function missingEtcd(): string | undefined {
  const { status } = spawnSync('etcd', ['--version'], { stdio: 'ignore' });
  return status === 0
    ? undefined
    : "there is no program 'etcd' on the PATH (Debian: apt-get install etcd-server)";
}

export async function startEtcd(): Promise<TestEtcd> {
  const missing = missingEtcd();
  if (missing) throw new Error(missing);
  const [client, peer] = [await freePort(), await freePort()];
  const folder = temporaryFolder('etcd');
  const words = [
    ['--data-dir', folder],
    ['--listen-client-urls', `http://127.0.0.1:${client}`],
    ['--advertise-client-urls', `http://127.0.0.1:${client}`],
    ['--listen-peer-urls', `http://127.0.0.1:${peer}`],
    ['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    ['--initial-cluster', `default=http://127.0.0.1:${peer}`],
    ['--logger', 'zap'],
    ['--log-level', 'error'],
  ].flat();
  const run = () => held(spawn('etcd', words, { stdio: 'ignore' }));
  let child = run();
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  await healthy(client);
  return {
    endpoint: `127.0.0.1:${client}`,
    get pid() {
      return child.pid ?? 0;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      child = run();
      await healthy(client);
    },
  };
}

/** Asks until it says that it has a leader; the test's own limit ends one that never does. */
async function healthy(port: number): Promise<void> {
  for (let asked = 0; asked < 600; asked++) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error('etcd did not become healthy');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
