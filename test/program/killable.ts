import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import { isObject, type Random, systemClock, systemRandom } from '../../src/base/index.ts';
import { type Entry, openSqliteStore } from '../../src/store/index.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { runProgram } from '../walkthrough/estate.ts';

const main = resolve(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Call {
  readonly body?: unknown;
  readonly contentType?: string;
  /** Name of the API server to speak to; default Resource Manager. */
  readonly serverName?: string;
  /** Application id of whom the token is for; default Resource Manager. */
  readonly audience?: string;
}

/** A server in a child process that can be killed at any moment, also before it answers, and started again. */
export class KillableServer implements AsyncDisposable {
  readonly home: string;
  #child: ChildProcess | undefined;
  #resourceManager = '';
  readonly #tokens = new Map<string, string>();

  private constructor(home: string) {
    this.home = home;
  }

  static async create(): Promise<KillableServer> {
    const server = new KillableServer(temporaryFolder('killed'));
    await server.start();
    return server;
  }

  /** Starts a process; resolves as soon as there is one, which is before it answers. */
  launch(): { readonly ready: Promise<void> } {
    const port = this.#resourceManager === '' ? ['--port', '0'] : [];
    const words = ['--disable-warning=ExperimentalWarning', main, 'up', '--home', this.home, ...port];
    const child = held(spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] }));
    this.#child = child;
    const complaints: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk));
    const ready = new Promise<void>((done, failed) => {
      child.once('error', failed);
      child.once('exit', () => failed(new Error(`the server ended: ${Buffer.concat(complaints)}`)));
      child.on('message', (message) => {
        const running = isObject(message) ? message['running'] : undefined;
        if (!isObject(running))
          return failed(new Error(`the server did not start: ${JSON.stringify(message)}`));
        this.#resourceManager = String(running['resourceManager']);
        done();
      });
    });
    ready.catch(() => undefined);
    return { ready };
  }

  async start(): Promise<void> {
    await this.launch().ready;
  }

  /** Kills the process as it starts, so many times, sometimes before it answers; then it starts for good. */
  async startUnderFire(kills: number, random: Random): Promise<void> {
    for (let left = kills; left > 0; left--) {
      const { ready } = this.launch();
      if (random.integer(2) === 0) await ready;
      await new Promise((next) => setTimeout(next, random.integer(900)));
      await this.kill();
      await ready.catch(() => undefined);
    }
    await this.start();
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const token = await this.#token(call.audience ?? '');
    const outgoing = request(new URL(path, this.#resourceManager), {
      method,
      agent: false,
      ca: await readFile(join(this.home, 'ca.pem')),
      ...(call.serverName === undefined ? {} : { servername: call.serverName }),
      headers: { authorization: `Bearer ${token}`, 'content-type': call.contentType ?? 'application/json' },
    });
    outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
    const [incoming] = await once(outgoing, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    return { status: incoming.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  }

  /** The object id of the signed-in user. */
  async objectId(): Promise<string> {
    const [, claims = ''] = (await this.#token('')).split('.');
    return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')).oid;
  }

  /** Everything that the store holds. The server must be stopped. */
  async entries(): Promise<readonly Entry[]> {
    const file = join(this.home, 'drydock.db');
    const store = openSqliteStore({ file, clock: systemClock, random: systemRandom });
    try {
      return (await store.range({ prefix: '/' })).entries;
    } finally {
      await store.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.home, { recursive: true, force: true });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Tokens live for an hour and count after a restart. */
  async #token(audience: string): Promise<string> {
    const known = this.#tokens.get(audience);
    if (known !== undefined) return known;
    const words = ['az', 'account', 'get-access-token', '--query', 'accessToken', '-o', 'tsv'];
    const asked = audience === '' ? words : [...words, '--resource', audience];
    const finished = await runProgram(process.execPath, [main, 'exec', '--home', this.home, '--', ...asked]);
    if (finished.code !== 0) throw new Error(`no token: ${finished.stderr}`);
    const token = finished.stdout.trim();
    this.#tokens.set(audience, token);
    return token;
  }
}
