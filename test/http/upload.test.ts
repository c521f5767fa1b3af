import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as requestHttps } from 'node:https';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { Handler } from '../../src/http/index.ts';
import { ca, serve } from './support.ts';

const echo: Handler = async (request) => ({ status: 200, body: await request.body(8 * 1024 * 1024) });

test('a body that arrives while an earlier answer of its connection drains is taken whole', async (t) => {
  const answerBytes = 30_000_000;
  const sizes: number[] = [];
  const { port } = await serve(t, async (request) => {
    sizes.push((await request.body(8 * 1024 * 1024)).length);
    return { status: 200, body: Buffer.alloc(answerBytes, 'a') };
  });
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'readable');
  // Nothing is read now: the answer, larger than the buffers of both sockets, waits in the server.
  const body = Buffer.alloc(200_000, 'b');
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n');
  await new Promise<unknown>((sent) => socket.write(body, sent));
  let received = 0;
  for await (const chunk of socket) received += chunk.length;
  assert.deepEqual(sizes, [0, body.length]);
  assert.ok(received > 2 * answerBytes, `${received} bytes came`);
});

test('300 uploads of 60 kB to 5 MB on kept-alive connections, answered with as much, all arrive', async (t) => {
  const { port } = await serve(t, echo);
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca, servername: 'localhost' });
  t.after(() => agent.destroy());
  const upload = (bytes: number) =>
    new Promise<number>((resolve, reject) => {
      const request = requestHttps({ host: '127.0.0.1', port, method: 'PUT', agent });
      request.on('error', reject);
      request.on('response', (response) => {
        let received = 0;
        response.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        response.on('error', reject);
        response.on('end', () => resolve(received));
      });
      request.end(Buffer.alloc(bytes, 'u'));
    });
  const sizes = Array.from({ length: 300 }, (_, i) => (i % 15 === 0 ? 5_000_000 : 60_000 + i * 500));
  assert.deepEqual(await Promise.all(sizes.map(upload)), sizes);
});
