import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { held, temporaryFolder, temporaryRoot } from '../support/belongings.ts';

/** What hangs is ended and fails with what it printed, before the limit of the test's runner, which shows nothing of it. */
const programLimitMs = 240_000;
const launcher = resolve(import.meta.dirname, '..', '..', 'bin', 'drydock');

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end and tells what it printed. What it started in the background and left, as a script does that
 * fails between its lines, ends with it; a server of `up --detach` has a session of its own and goes on.
 */
export function runProgram(
  command: string,
  words: readonly string[],
  environment: Record<string, string | undefined> = {},
): Promise<Finished> {
  const child = held(
    spawn(command, words, {
      env: { ...process.env, TMPDIR: temporaryRoot(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The leader of a process group, so that the group can be ended.
      detached: true,
    }),
  );
  child.once('exit', () => endGroup(child.pid));
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const printed = () => ({
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  });
  return new Promise((done, failed) => {
    const limit = setTimeout(() => {
      endGroup(child.pid);
      const { stdout: out, stderr: errors } = printed();
      failed(
        new Error(`did not end: ${command} ${words.join(' ')}\n--- stdout\n${out}\n--- stderr\n${errors}`),
      );
    }, programLimitMs);
    child.once('error', failed);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      done({ code: code ?? (signal ? 128 : 1), ...printed() });
    });
  });
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

export function drydock(...words: string[]): Promise<Finished> {
  return runProgram(launcher, words);
}

/** A running server on a home and a port of its own. */
export class TestEstate implements AsyncDisposable {
  readonly home: string;
  readonly status: Record<string, unknown>;
  #token: string | undefined;

  private constructor(home: string, status: Record<string, unknown>) {
    this.home = home;
    this.status = status;
  }

  /** `words` are more options of `up`. */
  static async start(...words: string[]): Promise<TestEstate> {
    const home = temporaryFolder('test');
    const up = await drydock('up', '--detach', '--home', home, '--port', '0', ...words);
    if (up.code !== 0) throw new Error(`the server did not start:\n${up.stdout}${up.stderr}`);
    const status = await drydock('status', '--json', '--home', home);
    return new TestEstate(home, JSON.parse(status.stdout));
  }

  /** Runs a bash script as a person in `drydock exec -- bash` would; ends at the first command that fails. */
  script(text: string, environment: Record<string, string> = {}): Promise<Finished> {
    const words = ['exec', '--home', this.home, '--', 'bash', '-euo', 'pipefail', '-c', text];
    return runProgram(launcher, words, environment).catch(async (hung: Error) => {
      const lines = (await readFile(join(this.home, 'logs', 'drydock.log'), 'utf8')).trimEnd().split('\n');
      throw new Error(`${hung.message}\n--- log of the server\n${lines.slice(-40).join('\n')}`);
    });
  }

  /** The same, and fails the test with what was printed when the script fails. */
  async succeeds(text: string, environment: Record<string, string> = {}): Promise<Finished> {
    const finished = await this.script(text, environment);
    if (finished.code === 0) return finished;
    throw new Error(
      `exit code ${finished.code}\n${text}\n--- stdout\n${finished.stdout}\n--- stderr\n${finished.stderr}`,
    );
  }

  /** What curl with a bearer token does: one request to Resource Manager as the signed-in user. */
  async request(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ status: number; text: string; headers: IncomingHttpHeaders }> {
    this.#token ??= (
      await this.succeeds('az account get-access-token --query accessToken -o tsv')
    ).stdout.trim();
    const url = new URL(path, String(this.status['resourceManager']));
    const outgoing = request(url, {
      method,
      ca: await readFile(String(this.status['caFile'])),
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
    });
    outgoing.end(body);
    const [incoming] = await once(outgoing, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    return { status: incoming.statusCode, text, headers: incoming.headers };
  }

  /** Ends the server between two instructions, as a machine that loses power does. */
  async kill(): Promise<void> {
    const status = JSON.parse((await drydock('status', '--json', '--home', this.home)).stdout);
    process.kill(Number(status.pid), 'SIGKILL');
  }

  async restart(): Promise<void> {
    await drydock('down', '--home', this.home);
    const up = await drydock('up', '--detach', '--home', this.home);
    if (up.code !== 0) throw new Error(`the server did not start again:\n${up.stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await drydock('down', '--home', this.home);
    await rm(this.home, { recursive: true, force: true });
  }
}

/** A port that nobody listens on right now. */
export function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((done, failed) => {
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}

/** The first of `count` ports in a row that nobody listens on right now, outside those that the kernel gives away. */
export async function freePortRange(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 12_000);
    const taken = await Promise.all(Array.from({ length: count }, (_, i) => isTaken(first + i)));
    if (!taken.includes(true)) return first;
  }
  throw new Error(`there are no ${count} free ports in a row`);
}

function isTaken(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((done) => {
    probe.once('error', () => done(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(false)));
  });
}

/**
 * Shell functions for scripts: `hold LOG TEXT CMD...` runs a command in the background and returns once it printed
 * TEXT; `release` ends it as Ctrl+C does and passes its exit code on.
 */
export const holdFunctions = `
hold() {
  local log=$1 text=$2; shift 2
  "$@" >"$log" 2>&1 & held=$!
  for _ in $(seq 3000); do
    grep -q "$text" "$log" && return 0
    kill -0 "$held" 2>/dev/null || { cat "$log" >&2; return 1; }
    sleep 0.05
  done
  cat "$log" >&2; return 1
}
release() { kill -INT "$held"; wait "$held"; }
`;
