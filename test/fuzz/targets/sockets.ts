import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { connect } from 'node:tls';
import { startTestServer } from '../../apiserver/harness.ts';
import { bastionId, hubId, tcpTarget, testbed } from '../../gateway/support.ts';
import { frame, frames, preface, smallRequest } from '../../http/frames.ts';
import { bytesForm } from '../inputs/bytes.ts';
import type { Target } from '../target.ts';
import { asked, Errors, lazily, sentBy } from './servers.ts';

const errors = new Errors();
/** Of a stream that goes on, such as a watch, the beginning is enough. */
const chunksHeard = 50;

/** What a TLS socket is answered until its end, which is ours after the last byte. */
function exchanged(port: number, bytes: Uint8Array, protocol = 'http/1.1'): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [protocol] });
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on('secureConnect', () => socket.end(bytes));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunks.length > chunksHeard) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

const wire = lazily(async () => {
  const server = await startTestServer({ log: errors });
  const { url } = await server.listen();
  return { server, port: Number(new URL(url).port) };
});

const head = 'host: a\r\nauthorization: Bearer admin-token\r\n';

/** The server lives, says nothing of errors of its own, and answers an honest request. */
async function answersOn(bytes: Uint8Array, protocol: string): Promise<void> {
  const { port } = await wire.get();
  const text = await exchanged(port, bytes, protocol);
  assert.ok(!text.includes('unexpected failure'), `${text.slice(0, 500)} ${JSON.stringify(errors.last)}`);
  const honest = `GET /healthz HTTP/1.1\r\n${head}connection: close\r\n\r\n`;
  assert.match(await exchanged(port, Buffer.from(honest)), /^HTTP\/1\.1 200 /);
}

function requestTexts(): Uint8Array[] {
  return asked()
    .slice(0, 60)
    .flatMap((input) => {
      const sent = sentBy(input);
      if (!sent) return [];
      const lines = Object.entries(sent.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const begin = `${sent.method} ${sent.target} HTTP/1.1\r\n${head}connection: close\r\n${lines.join('')}\r\n`;
      return [Buffer.concat([Buffer.from(begin), sent.body])];
    });
}

const maskedFrames = Buffer.from([0x82, 0x83, 1, 2, 3, 4, 0x61, 0x62, 0x63, 0x88, 0x80, 0, 0, 0, 0]);
const webSocket = (path: string) =>
  `GET ${path} HTTP/1.1\r\n${head}connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;

/** Bytes of requests: each is answered or its connection ends, and an honest request is answered after it. */
export const wireRequests: Target<Uint8Array> = {
  name: 'wire',
  form: bytesForm,
  uncounted: true,
  shortInputs: 40,
  corpus: () => [
    ...requestTexts(),
    Buffer.from(
      `GET /api HTTP/1.1\r\n${head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    ),
    Buffer.from(preface),
    Buffer.from(
      `GET /api/v1/namespaces/default/pods/p/exec?command=a HTTP/1.1\r\n${head}connection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: v4.channel.k8s.io\r\n\r\n`,
    ),
    Buffer.concat([
      Buffer.from(
        `${webSocket('/api/v1/namespaces?watch=1')}sec-websocket-protocol: v4.channel.k8s.io\r\n\r\n`,
      ),
      maskedFrames,
    ]),
  ],
  run: (bytes) => answersOn(bytes, 'http/1.1'),
  close: async () => (await wire.taken())?.server.close(),
};

/** Frames of HTTP/2 (RFC 9113). */
export const http2Frames: Target<Uint8Array> = {
  name: 'http2-frames',
  form: bytesForm,
  uncounted: true,
  shortInputs: 40,
  corpus: () => {
    const settings = frame(frames.settings, 0);
    const request = frame(frames.headers, 5, { stream: 1, payload: smallRequest });
    const body = frame(frames.data, 1, { stream: 1, payload: Buffer.from('x') });
    const kinds = Object.values(frames).map((type) =>
      frame(type, 4, { stream: 1, payload: Buffer.alloc(8, 1) }),
    );
    return [
      [settings, request],
      [settings, frame(frames.headers, 4, { stream: 1, payload: smallRequest }), body],
      [settings, ...kinds],
    ].map((sent) => Buffer.concat([Buffer.from(preface), ...sent]));
  },
  run: (bytes) => answersOn(bytes, 'h2'),
};

const endings: (() => unknown)[] = [];
const bastion = lazily(async () => {
  // Of a test's surroundings these take what is to be done at its end.
  const t = { after: (end: () => unknown) => endings.push(end) } as unknown as TestContext;
  const { dial } = await tcpTarget(t, (socket) => socket.pipe(socket));
  return testbed(t, { dial });
});

/** A session's token, as an honest client gets it. */
async function sessionToken(port: number): Promise<string> {
  const form = new URLSearchParams({
    resourceId: hubId,
    protocol: 'tcptunnel',
    workloadHostPort: '443',
    aztoken: 'good',
  }).toString();
  const text = await exchanged(
    port,
    Buffer.from(
      `POST /bastion/b1/api/tokens HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${form.length}\r\nconnection: close\r\n\r\n${form}`,
    ),
  );
  const token = /"websocketToken":"([^"]+)"/.exec(text)?.[1];
  assert.ok(token, text.slice(0, 300));
  return token;
}

/** What a client of the Bastion sends: requests for tokens, and frames of an open tunnel. The next client gets its token. */
export const tunnelFrames: Target<Uint8Array> = {
  name: 'tunnel-frames',
  form: bytesForm,
  uncounted: true,
  shortInputs: 40,
  corpus: () => [
    maskedFrames,
    Buffer.from([0x02, 0x80, 1, 2, 3, 4, 0x80, 0x80, 1, 2, 3, 4, 0x89, 0x80, 1, 2, 3, 4]),
    Buffer.concat([Buffer.from([0x82, 0xfe, 0x01, 0x00, 1, 2, 3, 4]), Buffer.alloc(256)]),
    Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5]),
    Buffer.from(
      `POST /bastion/b1/api/tokens HTTP/1.1\r\nhost: a\r\ncontent-length: 40\r\n\r\nresourceId=${bastionId}&protocol=tcptunnel`,
    ),
  ],
  async run(bytes) {
    const { port } = await bastion.get();
    const token = encodeURIComponent(await sessionToken(port));
    const upgrade = webSocket(`/bastion/b1/webtunnelv2/${token}?X-Node-Id=x`);
    const opened = await exchanged(port, Buffer.concat([Buffer.from(`${upgrade}\r\n`), bytes]));
    assert.doesNotMatch(opened, /^HTTP\/1\.1 500/);
    await exchanged(port, bytes);
    await sessionToken(port);
  },
  async close() {
    await bastion.taken();
    for (const end of endings.reverse()) await end();
  },
};
