import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Clock, systemClock, systemRandom } from '../../../src/base/index.ts';
import { type AzContext, runAz, writeSignedInProfile } from '../../../src/cli/az/index.ts';
import { temporaryFolder } from '../../support/belongings.ts';
import { localhostCertificate } from './certificates.ts';

export const tenantId = '11111111-1111-1111-1111-111111111111';
export const subscriptionId = '22222222-2222-2222-2222-222222222222';
export const userName = 'admin@drydock.local';

export interface SeenRequest {
  readonly method: string;
  /** Path with query, decoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What a script answers: an object is sent as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
}

export type Script = (request: SeenRequest, origin: string) => Answer | undefined;

export interface AzResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AzOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Answers to prompts; none: no terminal. */
  readonly answers?: string[];
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
  readonly openBrowser?: (url: string) => Promise<boolean>;
  /** Sees what is printed on stderr as it is printed. */
  readonly onStderr?: (text: string) => void;
  /** Pauses between polls are cut to this; default: none is waited for. */
  readonly longestPauseMs?: number;
}

/** A scripted HTTPS service and a signed-in profile folder: the wire as seen by the commands. */
export interface ScriptedEstate {
  readonly origin: string;
  readonly folder: string;
  readonly requests: SeenRequest[];
  /** Pauses the commands asked for, in milliseconds; none is really waited for. */
  readonly pauses: number[];
  az(...words: string[]): Promise<AzResult>;
  azWith(options: AzOptions, ...words: string[]): Promise<AzResult>;
  answer(script: Script): void;
  /** From then on nobody listens; the folder stays. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

const certificate = localhostCertificate();

/** Starts the service on a free port. Token requests are answered; `script` answers the rest. */
export async function startScriptedEstate(script: Script = () => undefined): Promise<ScriptedEstate> {
  const { authority, certificate: cert, key } = certificate;
  const folder = temporaryFolder('az');
  const requests: SeenRequest[] = [];
  let current = script;
  const server: Server = createServer({ cert, key }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request: SeenRequest = {
        method: incoming.method ?? '',
        url: decodeURIComponent((incoming.url ?? '').replaceAll('+', ' ')),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      const token = request.url.includes('/oauth2/v2.0/token');
      if (!token) requests.push(request);
      const found = current(request, origin);
      const scripted = token && !answersToken(found) ? undefined : found;
      const answer = scripted ?? (token ? tokenAnswer : notFound);
      const text = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
      outgoing.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      outgoing.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address object.
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority);
  signIn(folder, origin, caFile);
  const pauses: number[] = [];
  const estate: ScriptedEstate = {
    origin,
    folder,
    requests,
    pauses,
    answer(next) {
      current = next;
    },
    az: (...words) => estate.azWith({}, ...words),
    azWith: (options, ...words) => runCaptured(words, { folder, pauses, options }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async close() {
      await estate.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return estate;
}

function answersToken(answer: Answer | undefined): boolean {
  const { body } = answer ?? {};
  return typeof body === 'object' && body !== null && ('access_token' in body || 'error_description' in body);
}

const tokenAnswer: Answer = {
  body: { access_token: 'an-access-token', expires_in: 3600, token_type: 'Bearer' },
};
const notFound: Answer = {
  status: 404,
  body: { error: { code: 'ResourceNotFound', message: 'It is not there.' } },
};

function signIn(folder: string, origin: string, caFile: string): void {
  writeSignedInProfile({
    dir: join(folder, 'azure'),
    endpoints: { resourceManager: origin, login: origin, graph: `${origin}/graph` },
    caFile,
    account: {
      userName,
      tenantId,
      tenantDefaultDomain: 'drydock.local',
      tenantDisplayName: 'Drydock',
      subscriptions: [{ id: subscriptionId, name: 'Main' }],
    },
    tokens: { refreshToken: 'a-refresh-token' },
  });
}

interface Capture {
  readonly folder: string;
  readonly pauses: number[];
  readonly options: AzOptions;
}

/** Runs one command line in this process and captures what it prints. */
export async function runCaptured(words: string[], { folder, pauses, options }: Capture): Promise<AzResult> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const answers = [...(options.answers ?? [])];
  const clock: Clock = {
    ...systemClock,
    sleep: async (delayMs, signal) => {
      pauses.push(delayMs);
      const { longestPauseMs } = options;
      if (longestPauseMs !== undefined) await systemClock.sleep(Math.min(delayMs, longestPauseMs), signal);
    },
  };
  const isTTY = options.terminal === true;
  const context: AzContext = {
    env: { AZURE_CONFIG_DIR: join(folder, 'azure'), ...options.env },
    cwd: folder,
    homeDirectory: folder,
    stdout: { write: (text) => void stdout.push(text), isTTY },
    stderr: {
      write: (text) => {
        stderr.push(text);
        options.onStderr?.(text);
      },
      isTTY,
    },
    prompt: async (question) => {
      const answer = answers.shift();
      if (answer !== undefined) stderr.push(question);
      return answer;
    },
    readStdin: () => '',
    signal: options.signal ?? new AbortController().signal,
    clock,
    random: systemRandom,
    openBrowser: options.openBrowser ?? (async () => false),
  };
  const code = await runAz(words, context);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}
