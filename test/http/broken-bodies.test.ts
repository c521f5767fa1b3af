import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type Handler, Traffic } from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { frame, frames, preface, secured } from './frames.ts';
import { deferred, serve, until } from './support.ts';

const start = {
  'http/1.1': Buffer.from(
    'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n6\r\na: 1\r\n\r\n',
  ),
  h2: Buffer.concat([
    ...[Buffer.from(preface), frame(frames.settings, 0)],
    frame(frames.headers, 0x4, {
      stream: 1,
      // `:method: POST`, `:scheme: https`, `:path: /` and an authority.
      payload: Buffer.concat([Buffer.from([0x83, 0x87, 0x84, 0x41, 0x09]), Buffer.from('localhost')]),
    }),
    frame(frames.data, 0, { stream: 1, payload: Buffer.from('a: 1\n') }),
  ]),
} as const;

function reset(code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(frames.reset, 0, { stream: 1, payload });
}

const destroyed = (socket: TLSSocket) => socket.destroy();
const ended = (socket: TLSSocket) => socket.end();
const said = (piece: Buffer) => (socket: TLSSocket) => socket.write(piece);

/** How a client that has begun to send a body may break it off. */
const breaks = [
  ['http/1.1', 'the connection is cut', destroyed],
  ['http/1.1', 'the connection is ended', ended],
  ['h2', 'the connection is cut', destroyed],
  ['h2', 'the connection is ended', ended],
  ['h2', 'the stream is reset without an error', said(reset(constants.NGHTTP2_NO_ERROR))],
  ['h2', 'the stream is cancelled', said(reset(constants.NGHTTP2_CANCEL))],
  ['h2', 'the stream is refused', said(reset(constants.NGHTTP2_REFUSED_STREAM))],
  [
    'h2',
    'the client says goodbye',
    (socket: TLSSocket) => {
      socket.end(frame(frames.goaway, 0, { payload: Buffer.alloc(8) }));
    },
  ],
] as const;

/** What a handler is told that asks for the body before or after it is broken off. */
async function outcome(t: TestContext, [protocol, , breakOff]: (typeof breaks)[number], asksFirst: boolean) {
  const [came, gone, told] = [deferred(), deferred(), deferred<string>()];
  const clock = new ManualClock();
  const traffic = new Traffic(clock);
  const handler: Handler = async (request) => {
    request.signal.addEventListener('abort', () => gone.resolve());
    const before = asksFirst ? request.body(1_000) : undefined;
    came.resolve();
    if (!asksFirst) await gone.promise;
    const body = before ?? request.body(1_000);
    body.then(
      (bytes) => told.resolve(`whole: ${bytes.length}`),
      (thrown) => told.resolve(String(thrown)),
    );
    await told.promise;
    return { status: 200 };
  };
  const { listener, port } = await serve(t, handler, { clock, traffic });
  const socket = await secured(t, port, protocol);
  socket.resume();
  socket.write(start[protocol]);
  await came.promise;
  breakOff(socket);
  const text = await told.promise;
  socket.destroy();
  await until(() => listener.connections() === 0);
  assert.equal(traffic.requestBytes, 0);
  return text;
}

for (const way of breaks) {
  const [protocol, name] = way;
  test(`a body is no whole body when ${name}, be it asked for before or after: ${protocol}`, async (t) => {
    for (const asksFirst of [true, false])
      assert.match(await outcome(t, way, asksFirst), /The client went away/, `asked first: ${asksFirst}`);
  });
}
