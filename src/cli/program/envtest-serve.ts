import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, errorMessage, systemRandom } from '../../base/index.ts';
import { answerControl, type ControlAnswer, controlBodyBytes, refusal } from '../../library/control.ts';
import { Environments } from '../../library/environments.ts';
import { sameSecret } from '../../server/secrets.ts';
import { writePrivately } from '../private-file.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { parsePort } from './listen-choice.ts';

const tokenBytes = 32;
const shortestToken = 16;
const host = '127.0.0.1';

/** Serves environments to programs in other languages until it is stopped, and stops them with it. */
export async function serve(call: VerbCall): Promise<number> {
  const token = chosenToken();
  const environments = new Environments();
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const server = createServer((request, response) => {
    answer(request, { token, environments }).then(
      (given) => send(response, given),
      (thrown) => send(response, refusal(thrown)),
    );
  });
  const asked = parsePort(call.options['port']) ?? 0;
  const folder = newFolder();
  try {
    const port = await listen(server, asked);
    const file = join(folder, 'control.json');
    const url = `http://${host}:${port}`;
    writePrivately(file, `${JSON.stringify({ url, token })}\n`);
    process.stdout.write(`Ready at ${url}\nexport DRYDOCK_ENVTEST=${file}\n`);
    await stopped;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.close();
    await environments.close();
    server.closeAllConnections();
  }
  return 0;
}

/** For what others read of it. Throws CodedError `unavailable`. */
function newFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'drydock-envtest-'));
  } catch (thrown) {
    throw new CodedError('unavailable', errorMessage(thrown));
  }
}

function listen(server: Server, asked: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new CodedError('unavailable', error.message)));
    server.listen(asked, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** Chosen by whoever starts it, so that others need no file; else new each time. */
function chosenToken(): string {
  const chosen = process.env['DRYDOCK_ENVTEST_TOKEN'];
  if (chosen === undefined || chosen === '')
    return Buffer.from(systemRandom.bytes(tokenBytes)).toString('base64url');
  if (/^[\w.~+/=-]+$/.test(chosen) && chosen.length >= shortestToken) return chosen;
  throw new UsageError(
    `DRYDOCK_ENVTEST_TOKEN takes ${shortestToken} characters or more, letters, digits and . _ ~ + / = - alone.`,
  );
}

async function answer(
  request: IncomingMessage,
  parts: { readonly token: string; readonly environments: Environments },
): Promise<ControlAnswer> {
  if (!sameSecret(request.headers.authorization ?? '', `Bearer ${parts.token}`)) {
    request.resume();
    return refusal(new CodedError('unauthenticated', 'The bearer token is missing or wrong.'));
  }
  const body = await bodyOf(request);
  const [path = ''] = (request.url ?? '').split('?');
  return answerControl({ method: request.method ?? '', path, body }, parts.environments);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // Read to its end, so that the caller hears the answer.
    bytes += chunk.length;
    if (bytes <= controlBodyBytes) chunks.push(chunk);
  }
  if (bytes > controlBodyBytes)
    throw new CodedError('too-large', `A body has at most ${controlBodyBytes} bytes.`);
  return Buffer.concat(chunks);
}

/** Whoever went away before the answer never hears the id of what was started: it would run for nobody. */
async function send(
  response: ServerResponse,
  { status, body, headers, takeBack }: ControlAnswer,
): Promise<void> {
  // What was started in one turn has not let the end of the connection be read: the one after the next turn's reads has.
  for (let turn = 0; takeBack && turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (response.closed || response.req.readableAborted || response.socket?.readableEnded) {
    await takeBack?.().catch(() => {}); // It is stopped already.
    return;
  }
  response.once('close', () => {
    if (!response.writableFinished) takeBack?.().catch(() => {});
  });
  response.writeHead(status, { ...headers, ...(body && { 'content-type': 'application/json' }) });
  response.end(body && JSON.stringify(body));
}
