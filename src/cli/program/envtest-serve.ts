import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, systemRandom } from '../../base/index.ts';
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
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (error) => reject(new CodedError('unavailable', error.message)));
    server.listen(parsePort(call.options['port']) ?? 0, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'drydock-envtest-'));
  try {
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

function send(response: ServerResponse, { status, body, headers }: ControlAnswer): void {
  response.writeHead(status, { ...headers, ...(body && { 'content-type': 'application/json' }) });
  response.end(body && JSON.stringify(body));
}
