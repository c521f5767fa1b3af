import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as requestHttps } from 'node:https';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { ca, connectLocal, hubId, readAll, tcpTarget, testbed, tunnelTo, until } from './support.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('bytes go through the tunnel and back, and each direction ends by itself', async (t) => {
  const target = await tcpTarget(t, async (socket) => {
    const question = await readAll(socket);
    socket.end(`you said ${question}`);
  });
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel, errors } = await tunnelTo(t, bed.endpoint, { resourceId: `${hubId}$` });
  const socket = connectLocal(tunnel.port);
  socket.end('hello');
  assert.equal((await readAll(socket)).toString(), 'you said hello');
  await until(
    () => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0 && tunnel.connections() === 0,
  );
  assert.deepEqual(errors, []);
});

test('two hundred connections at once share one local port and stay apart', async (t) => {
  const target = await tcpTarget(t, (socket) => socket.pipe(socket));
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel, errors } = await tunnelTo(t, bed.endpoint);
  let most = 0;
  const talk = async (i: number) => {
    const socket = connectLocal(tunnel.port);
    const message = Buffer.alloc(3000 + i * 100, i);
    socket.write(message);
    let received = 0;
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      assert.ok(chunk.every((byte: number) => byte === i % 256));
      received += chunk.length;
      if (received === message.length) break;
    }
    most = Math.max(most, bed.gateway.sessions());
    socket.end();
    socket.resume();
    await once(socket, 'close');
  };
  await Promise.all(Array.from({ length: 200 }, (_, i) => talk(i)));
  assert.ok(most > 10, `${most} at once`);
  assert.deepEqual(errors, []);
  await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
  assert.equal(target.sockets.size, 0);
});

test('large bodies arrive whole in both directions at once', async (t) => {
  const down = randomBytes(24_000_000);
  const up = randomBytes(24_000_000);
  let arrived = '';
  const target = await tcpTarget(t, async (socket) => {
    socket.write(down);
    arrived = sha256(await readAll(socket));
    socket.end();
  });
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel } = await tunnelTo(t, bed.endpoint);
  const socket = connectLocal(tunnel.port);
  socket.end(up);
  assert.equal(sha256(await readAll(socket)), sha256(down));
  assert.equal(arrived, sha256(up));
});

test('a slow reader holds its source back, whichever side it is on', async (t) => {
  const total = 200_000_000;
  const block = Buffer.alloc(1_000_000, 'x');
  const pump = async (socket: ReturnType<typeof connectLocal>, sent: { bytes: number }) => {
    while (sent.bytes < total && !socket.destroyed) {
      sent.bytes += block.length;
      if (!socket.write(block)) await new Promise<void>((go) => socket.once('drain', go).once('close', go));
    }
  };
  const fromTarget = { bytes: 0 };
  const target = await tcpTarget(t, (socket) => {
    socket.pause();
    void pump(socket, fromTarget);
  });
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel } = await tunnelTo(t, bed.endpoint);
  const socket = connectLocal(tunnel.port);
  socket.pause();
  const fromClient = { bytes: 0 };
  void pump(socket, fromClient);
  // Both sources run until nothing moves any more: what is under way fits buffers and windows of sockets.
  let before = -1;
  let still = 0;
  while (still < 200) {
    const now = fromClient.bytes + fromTarget.bytes;
    still = now === before && now > 2 * block.length ? still + 1 : 0;
    before = now;
    await new Promise((next) => setImmediate(next));
  }
  assert.ok(fromTarget.bytes < total / 4, `${fromTarget.bytes} bytes left the target`);
  assert.ok(fromClient.bytes < total / 4, `${fromClient.bytes} bytes left the client`);
  const moved = once(socket, 'data');
  socket.resume();
  await moved;
  socket.destroy();
  await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
});

test('an end that breaks off takes the other one along', async (t) => {
  const target = await tcpTarget(t, (socket) => socket.write('welcome'));
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel } = await tunnelTo(t, bed.endpoint);
  const first = connectLocal(tunnel.port);
  await once(first, 'data');
  for (const socket of target.sockets) socket.resetAndDestroy();
  first.resume();
  first.on('end', () => first.end());
  await once(first, 'close');

  const second = connectLocal(tunnel.port);
  await once(second, 'data');
  second.resetAndDestroy();
  await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
  for (const socket of target.sockets) socket.end();
  await until(() => target.sockets.size === 0);
});

test('a refusal closes the local connection and is reported in its own words', async (t) => {
  const target = await tcpTarget(t, () => {});
  const bed = await testbed(t, { dial: target.dial });
  if (bed.world.bastion) bed.world.bastion = { ...bed.world.bastion, sku: 'Basic' };
  const { tunnel, failed } = await tunnelTo(t, bed.endpoint);
  const socket = connectLocal(tunnel.port);
  socket.on('end', () => socket.end()).resume();
  await once(socket, 'close');
  assert.match((await failed).message, /SKU of the Bastion host is Basic/);
  const nowhere = await tunnelTo(t, 'localhost:1/bastion/b1');
  connectLocal(nowhere.tunnel.port).resume();
  assert.match((await nowhere.failed).message, /localhost:1 cannot be reached/);
});

/** What the unmodified az does: no subprotocol, binary messages, closing is the only end. */
async function azSocket(port: number): Promise<WebSocket> {
  const form = { resourceId: hubId, protocol: 'tcptunnel', workloadHostPort: '443', aztoken: 'good' };
  const text = await new Promise<string>((resolve, reject) => {
    const request = requestHttps({
      host: 'localhost',
      family: 4,
      port,
      method: 'POST',
      path: '/bastion/b1/api/tokens',
      ca,
    });
    request.on('error', reject);
    request.on('response', async (response) => {
      let all = '';
      for await (const chunk of response) all += chunk;
      resolve(all);
    });
    request.end(new URLSearchParams(form).toString());
  });
  const { websocketToken, nodeId } = JSON.parse(text);
  const url = `wss://localhost:${port}/bastion/b1/webtunnelv2/${websocketToken}?X-Node-Id=${nodeId}`;
  const socket = new WebSocket(url, { ca, family: 4, origin: `https://localhost:${port}` });
  await once(socket, 'open');
  return socket;
}

test('clients of Azure get binary messages, never empty and never above 16 KiB, and an end by closing', async (t) => {
  const large = randomBytes(1_000_000);
  const target = await tcpTarget(t, (socket) => {
    socket.once('data', () => socket.end(large));
  });
  const bed = await testbed(t, { dial: target.dial });
  const socket = await azSocket(bed.port);
  assert.equal(socket.protocol, '');
  const chunks: Buffer[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    assert.ok(isBinary && data.length > 0 && data.length <= 16 * 1024);
    chunks.push(data);
  });
  socket.send(Buffer.from('go'));
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
  assert.ok(Buffer.concat(chunks).equals(large));
  await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
});

test('what a client of Azure sent before it closed reaches the target', async (t) => {
  const received = Promise.withResolvers<Buffer>();
  const target = await tcpTarget(t, async (socket) => {
    received.resolve(await readAll(socket));
    socket.end();
  });
  const bed = await testbed(t, { dial: target.dial });
  const socket = await azSocket(bed.port);
  const message = randomBytes(3_000_000);
  for (let at = 0; at < message.length; at += 4096) socket.send(message.subarray(at, at + 4096));
  socket.close(1000);
  assert.ok((await received.promise).equals(message));
  await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
});

test('nothing is left after two thousand dials', async (t) => {
  const target = await tcpTarget(t, (socket) => socket.pipe(socket));
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel, errors } = await tunnelTo(t, bed.endpoint);
  let left = 2000;
  const dialer = async () => {
    while (left-- > 0) {
      const socket = connectLocal(tunnel.port);
      socket.write('x');
      await once(socket, 'data');
      // Every other connection breaks off instead of ending.
      if (left % 2) socket.destroy();
      else socket.end();
      socket.resume();
      if (!socket.destroyed) await once(socket, 'close');
    }
  };
  await Promise.all(Array.from({ length: 16 }, dialer));
  await until(
    () => tunnel.connections() === 0 && bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0,
  );
  await until(() => target.sockets.size === 0);
  assert.deepEqual(errors, []);
});
