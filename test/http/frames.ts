import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ca } from './support.ts';

/** A connection of one protocol on which the test speaks for itself. */
export async function secured(t: TestContext, port: number, protocol: string): Promise<TLSSocket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ca,
    servername: 'localhost',
    ALPNProtocols: [protocol],
  });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** One frame of HTTP/2 (RFC 9113, section 4.1). */
export function frame(type: number, flags: number, { stream = 0, payload = Buffer.alloc(0) } = {}): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const frames = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  continuation: 9,
} as const;
/** `:method: GET`, `:scheme: https`, `:path: /` out of HPACK's table, and an authority. */
export const smallRequest = Buffer.concat([
  Buffer.from([0x82, 0x87, 0x84, 0x41, 0x09]),
  Buffer.from('localhost'),
]);
