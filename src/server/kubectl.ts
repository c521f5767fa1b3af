import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, promises } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Clock, CodedError } from '../base/index.ts';
import type { ClusterHandle, ClusterHost } from '../clusters/index.ts';
import type { CommandOrder, CommandSupply } from '../providers/cluster-supply.ts';
import { type KubeconfigUser, kubeconfigYaml } from '../providers/kubeconfig.ts';

const kubectlLimits = {
  /** All lines of a command together. */
  timeMs: 300_000,
  /** As AKS: what is printed beyond is dropped. */
  outputBytes: 512 * 1024,
  atOnce: 4,
  waiting: 16,
} as const;

const { mkdir, mkdtemp, rm, writeFile } = promises;

/** Ends a command when its line is over or its time is up. */
interface Run {
  readonly kubectl: string;
  readonly folder: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/**
 * kubectl as it is on this machine, let at one cluster: in a folder of its own, without the environment of this process,
 * through a port of loopback that leads to the cluster's own listener and that nothing else is behind.
 */
export function commandSupply(
  host: Pick<ClusterHost, 'get'>,
  clock: Clock,
  limits: { readonly timeMs: number; readonly outputBytes: number } = kubectlLimits,
): CommandSupply {
  const turns = new Turns();
  return {
    async run(order) {
      const release = await turns.take();
      const over = new AbortController();
      const timer = clock.after(limits.timeMs, () => over.abort());
      try {
        return await runLines(order, { host, signal: over.signal, limits });
      } finally {
        timer.cancel();
        release();
      }
    },
  };
}

async function runLines(
  order: CommandOrder,
  {
    host,
    signal,
    limits,
  }: {
    host: Pick<ClusterHost, 'get'>;
    signal: AbortSignal;
    limits: { readonly timeMs: number; readonly outputBytes: number };
  },
): Promise<{ exitCode: number; logs: string }> {
  const cluster = host.get(order.clusterId);
  if (!cluster) throw new CodedError('unavailable', 'The cluster does not run any more.');
  const kubectl = findKubectl();
  const folder = await mkdtemp(join(tmpdir(), 'drydock-command-'));
  const door = await openDoor(cluster);
  try {
    await furnish(folder, order, { cluster, port: door.port });
    const output = new Output(limits.outputBytes);
    let exitCode = 0;
    for (const { words, afterSuccess } of order.lines) {
      // As in a shell: what follows a failed `&&` and what is joined to it by another one is left out.
      if (afterSuccess && exitCode !== 0) continue;
      exitCode = await runOne(words, { kubectl, folder, output, signal });
      if (signal.aborted) {
        throw new CodedError('timeout', `The command did not end within ${limits.timeMs / 1000} seconds.`);
      }
    }
    return { exitCode, logs: output.text() };
  } finally {
    door.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function findKubectl(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, 'kubectl');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The next folder may have it.
    }
  }
  throw new CodedError('unavailable', 'kubectl is not installed on the machine that Drydock runs on.');
}

async function furnish(
  folder: string,
  { files, token }: CommandOrder,
  { cluster, port }: { readonly cluster: ClusterHandle; readonly port: number },
): Promise<void> {
  const user: KubeconfigUser = token === undefined ? await cluster.adminCredential() : { token };
  const kubeconfig = kubeconfigYaml({
    context: cluster.spec.name,
    userName: 'command',
    server: `https://127.0.0.1:${port}`,
    tlsServerName: cluster.hostName,
    certificateAuthority: cluster.certificateAuthority,
    user,
  });
  await mkdir(join(folder, 'home'));
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
  for (const [path, content] of files) {
    const file = join(folder, 'files', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** A port that leads to the cluster alone, whoever it is that connects: TLS and the cluster's own checks come behind it. */
async function openDoor(cluster: ClusterHandle): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    cluster.dial().then(
      (far) => {
        far.on('error', () => socket.destroy());
        far.once('close', () => socket.destroy());
        socket.once('close', () => far.destroy());
        socket.pipe(far).pipe(socket);
      },
      () => socket.destroy(),
    );
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function runOne(words: readonly string[], { kubectl, folder, output, signal }: Run): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const child: ChildProcess = spawn(kubectl, [...words], {
    cwd: join(folder, 'files'),
    // No program is found by name, and no setting of this process is seen.
    env: {
      HOME: join(folder, 'home'),
      KUBECONFIG: join(folder, 'kubeconfig'),
      KUBERC: 'off',
      PATH: join(folder, 'home'),
      TMPDIR: join(folder, 'home'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  // Whatever ends this process ends it too.
  process.once('exit', kill);
  child.stdout?.on('data', (chunk: Buffer) => output.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.add(chunk));
  child.once('error', (thrown) =>
    ended.reject(new CodedError('unavailable', `kubectl did not start: ${thrown.message}.`)),
  );
  child.once('close', (code) => ended.resolve(code ?? 137));
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener('abort', kill);
    process.removeListener('exit', kill);
  }
}

/** What was printed, in the order in which it came. */
class Output {
  readonly #limitBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(chunk: Buffer): void {
    const left = this.#limitBytes - this.#bytes;
    if (chunk.length > left) this.#isCut = true;
    const kept = chunk.subarray(0, left);
    this.#chunks.push(kept);
    this.#bytes += kept.length;
  }

  text(): string {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    return this.#isCut ? `${text}\n[what was printed beyond ${this.#limitBytes} bytes is left out]\n` : text;
  }
}

/** So many commands run at the same time; the others wait in line, up to a bound. */
class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<() => void> {
    if (this.#running >= kubectlLimits.atOnce) {
      if (this.#waiting.length >= kubectlLimits.waiting) {
        throw new CodedError('too-many', 'Too many commands run at the moment. Please try again later.');
      }
      const turn = Promise.withResolvers<void>();
      this.#waiting.push(turn.resolve);
      await turn.promise;
    } else this.#running++;
    return () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    };
  }
}
