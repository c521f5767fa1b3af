import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AzError } from '../errors.ts';

/** Waits on a loopback address for the browser to bring the authorization code. */
export interface Loopback {
  readonly redirectUri: string;
  /** Rejects when the sign-in page reports an error or the run is interrupted. */
  readonly code: Promise<string>;
  close(): void;
}

const formLimitBytes = 64 * 1024;

/** Listens on a free port. Only an answer that carries `state` counts. */
export async function listenForAnswer(state: string, signal: AbortSignal): Promise<Loopback> {
  const { promise: code, resolve, reject } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    readAnswer(request)
      .then((answer) => {
        if (answer.get('state') !== state)
          return page(response, 400, 'This is not the answer that was asked for.');
        const received = answer.get('code');
        if (received) {
          page(response, 200, 'You are signed in. You can close this window.');
          return resolve(received);
        }
        const reason = answer.get('error_description') ?? answer.get('error') ?? 'no code';
        page(response, 400, 'The sign-in did not succeed. You can close this window.');
        reject(new AzError(reason));
      })
      .catch(() => page(response, 400, 'The answer could not be read.'));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const stop = () => reject(new AzError('Sign-in cancelled.'));
  signal.addEventListener('abort', stop, { once: true });
  // Nobody may be waiting yet when it fails.
  code.catch(() => {});
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    redirectUri: `http://localhost:${port}`,
    code,
    close() {
      signal.removeEventListener('abort', stop);
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readAnswer(request: IncomingMessage): Promise<URLSearchParams> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  if (request.method !== 'POST') return query;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > formLimitBytes) throw new Error('the form is too large');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function page(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', connection: 'close' });
  response.end(`<!doctype html><title>Drydock</title><p>${sentence}</p>`);
}
