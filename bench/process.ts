import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '..');
export const launcher = join(repository, 'bin', 'drydock');
/** Built or downloaded things that outlive a run. */
export const cacheFolder = join(repository, 'node_modules', '.cache');

/** Resident memory of a process in MiB, as Linux tells it. */
export function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
  return kib / 1024;
}

/** Of several processes together. */
export function residentMibOf(pids: readonly number[]): number {
  return pids.length === 0 ? Number.NaN : pids.reduce((sum, pid) => sum + residentMib(pid), 0);
}

/** Time that a process has spent on processors, as Linux tells it: in hundredths of a second. */
export function processorMs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const numbers = fields.split(' ');
  return (Number(numbers[11]) + Number(numbers[12])) * 10;
}

/** Open files and sockets of a process. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** A folder of its own below the machine's temporary one, gone at the end of the process at the latest. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
  folders.add(folder);
  return folder;
}

const folders = new Set<string>();
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** A child that ends with this process at the latest. */
export function start(command: string, words: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** Runs a program to its end. Throws unless it ends with 0, or `mayFail`. */
export function runToEnd(
  command: string,
  words: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly mayFail?: boolean } = {},
): Promise<Finished> {
  const startedMs = performance.now();
  const child = start(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const finished = {
        code: code ?? 128,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
        elapsedMs: performance.now() - startedMs,
      };
      if (finished.code === 0 || options.mayFail) resolve(finished);
      else reject(new Error(`${command} ${words.join(' ')} ended with ${finished.code}\n${finished.stderr}`));
    });
  });
}

/** The program's file on PATH. */
export async function findProgram(name: string): Promise<string | undefined> {
  const found = await runToEnd('/bin/sh', ['-c', `command -v ${name}`], { mayFail: true });
  return found.stdout.trim() || undefined;
}

const pollMs = 5;
const readyWithinMs = 60_000;

/** Asks `url` until it answers 200; answers how long that took. */
export async function untilAnswered(url: string, headers: Record<string, string> = {}): Promise<number> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < readyWithinMs) {
    if ((await statusOf(url, headers)) === 200) return performance.now() - startedMs;
    await sleep(pollMs);
  }
  throw new Error(`${url} did not answer within ${readyWithinMs / 1000} s`);
}

function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(url, { headers, rejectUnauthorized: false, agent: false }, (incoming) => {
      incoming.resume();
      incoming.once('end', () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.once('error', () => resolve(0));
    outgoing.end();
  });
}

/** One line on what the figures were measured on. */
export function machine(): string {
  const [first] = cpus();
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}: ${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}, ${memoryGib} GiB, Linux ${release()}, Node ${process.version}, load ${loadAverage()}`;
}

function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '';
}
