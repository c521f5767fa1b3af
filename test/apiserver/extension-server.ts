import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority, issueServerCertificate } from '../../src/http/index.ts';

/** One request as the extension server got it. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** Lines of a header as they came. */
  lines(name: string): string[];
  /** The common name of a client certificate that the front proxy's authority signed; undefined for any other. */
  readonly proxy: string | undefined;
}

type Answer = (received: Received, request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTPS server that plays an extension API server: by path, and only for who shows the front proxy's certificate. */
export interface ExtensionServer {
  readonly port: number;
  /** Base64 of its authority. */
  readonly caBundle: string;
  readonly received: Received[];
  on(path: string, answer: Answer): void;
  /** Whoever asks for another protocol. */
  onUpgrade(take: (received: Received, socket: Duplex, head: Buffer) => void): void;
  close(): Promise<void>;
}

/** `trusted` is what stands in the ConfigMap about the front proxy. */
export async function startExtensionServer(
  trusted: string,
  hostNames: readonly string[] = ['backend.default.svc'],
): Promise<ExtensionServer> {
  const surroundings = { clock: systemClock, random: systemRandom };
  const authority = createAuthority({ commonName: 'extension', ...surroundings });
  const issued = issueServerCertificate(authority, { hostNames, ipAddresses: [], ...surroundings });
  const answers = new Map<string, Answer>();
  const received: Received[] = [];
  let upgrade: (received: Received, socket: Duplex, head: Buffer) => void = (_, socket) => socket.destroy();
  const tls = {
    ...{ cert: issued.certificatePem, key: issued.privateKeyPem, ca: trusted },
    ...{ requestCert: true, rejectUnauthorized: false },
  };
  const note = (request: IncomingMessage): Received => {
    // An https server hands out TLS sockets.
    const socket = request.socket as TLSSocket;
    const one = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      lines: (name: string) =>
        request.rawHeaders.filter(
          (_, at) => at % 2 === 1 && request.rawHeaders[at - 1]?.toLowerCase() === name,
        ),
      proxy: socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined,
    };
    received.push(one);
    return one;
  };
  const server = createServer(tls, (request, response) => {
    const one = note(request);
    const answer = answers.get(one.url.split('?')[0] ?? '');
    if (!answer) response.writeHead(404).end('nothing here');
    else answer(one, request, response);
  });
  server.on('upgrade', (request, socket, head) => upgrade(note(request), socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    caBundle: Buffer.from(authority.certificatePem).toString('base64'),
    received,
    on: (path, answer) => answers.set(path, answer),
    onUpgrade: (take) => {
      upgrade = take;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer of JSON. */
export function json(value: unknown, status = 200): Answer {
  return (_, __, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
}
