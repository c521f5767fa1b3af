import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority, HttpsClient, issueServerCertificate } from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

const surroundings = { clock: systemClock, random: systemRandom };
const authority = createAuthority({ commonName: 'Test CA', ...surroundings });
const ca = authority.certificatePem;
let server: Server;
let port = 0;
/** Server names that clients asked for. */
/** Connections over which something was answered. */
const answered = new WeakSet<object>();
const asked: (string | false | undefined)[] = [];

before(async () => {
  const names = { hostNames: ['localhost', 'inner.test'], ipAddresses: ['127.0.0.1'] };
  const identity = issueServerCertificate(authority, { ...names, ...surroundings });
  server = createServer(
    { cert: identity.certificatePem, key: identity.privateKeyPem },
    (request, response) => {
      if ('servername' in request.socket) asked.push(request.socket.servername as string | false);
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/never') return;
        if (request.url === '/once') {
          // Answers the first request of a connection alone.
          if (answered.has(request.socket)) return request.socket.destroy();
          answered.add(request.socket);
        }
        if (request.url === '/closed') return request.socket.destroy();
        if (request.url === '/large') return response.end('x'.repeat(2000));
        if (request.url === '/gone') {
          response.writeHead(410, 'Long Gone', { 'X-Twice': ['a', 'b'] });
          return response.end('no');
        }
        response.write(`${request.method} ${request.url} `);
        response.end(Buffer.concat(chunks));
      });
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const client = (options: Partial<ConstructorParameters<typeof HttpsClient>[0]> = {}) =>
  new HttpsClient({ clock: systemClock, ca, answerBytes: 1000, ...options });

test('what may be repeated is sent once more when a kept connection is closed, and at no other time', async () => {
  const one = client({ idleConnections: 1 });
  const post = (path: string, mayRepeat: boolean) =>
    one.send({ method: 'POST', url: `https://localhost:${port}${path}`, body: 'b', mayRepeat });
  try {
    for (let at = 0; at < 4; at++) assert.equal((await post('/once', true)).body.toString(), 'POST /once b');
    await assert.rejects(post('/once', false), { code: 'ECONNRESET' });
    await assert.rejects(post('/closed', true), { code: 'ECONNRESET' });
  } finally {
    one.close();
  }
});

test('a request is answered over a connection that is kept, whatever the status', async () => {
  const one = client();
  try {
    const url = `https://localhost:${port}/a?b`;
    const posted = await one.send({ method: 'POST', url, body: 'häuser' });
    assert.deepEqual([posted.status, posted.body.toString()], [200, 'POST /a?b häuser']);
    const gone = await one.send({ method: 'GET', url: `https://localhost:${port}/gone` });
    assert.deepEqual([gone.status, gone.reason, gone.header('x-TWICE')], [410, 'Long Gone', 'a, b']);
    const raw = await one.send({ method: 'GET', url, path: '/x/../y' });
    assert.equal(raw.body.toString(), 'GET /x/../y ');
  } finally {
    one.close();
  }
});

test('a server name is asked for and verified, and an address is none', async () => {
  asked.length = 0;
  const named = client({ serverName: 'inner.test' });
  const byAddress = client();
  const wrong = client({ serverName: 'other.test' });
  try {
    const url = `https://127.0.0.1:${port}/`;
    await named.send({ method: 'GET', url });
    await byAddress.send({ method: 'GET', url });
    assert.deepEqual(asked, ['inner.test', false]);
    await assert.rejects(wrong.send({ method: 'GET', url }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  } finally {
    for (const each of [named, byAddress, wrong]) each.close();
  }
});

test('a stream that somebody else opened carries TLS with the same checks', async () => {
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const carried = client({ connect: open, serverName: 'inner.test' });
  const wrong = client({ connect: open });
  const failing = client({ connect: () => Promise.reject(new Error('no way there')) });
  try {
    const url = 'https://hub.invalid/z';
    assert.equal((await carried.send({ method: 'GET', url })).body.toString(), 'GET /z ');
    await assert.rejects(wrong.send({ method: 'GET', url }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await assert.rejects(failing.send({ method: 'GET', url }), /no way there/);
  } finally {
    for (const each of [carried, wrong, failing]) each.close();
  }
});

test('an answer that is late, too long or no longer wanted ends the request', async () => {
  const clock = new ManualClock();
  const one = client({ clock });
  try {
    const url = `https://localhost:${port}`;
    const late = one.send({ method: 'GET', url: `${url}/never`, timeoutMs: 5000 });
    clock.advance(5000);
    await assert.rejects(late, /no answer within 5000 ms/);
    await assert.rejects(one.send({ method: 'GET', url: `${url}/large` }), /the answer is too large/);
    const stop = new AbortController();
    const unwanted = one.send({ method: 'GET', url: `${url}/never`, signal: stop.signal });
    stop.abort();
    await assert.rejects(unwanted, { name: 'AbortError' });
    const stranger = client({ ca: createAuthority({ commonName: 'Other', ...surroundings }).certificatePem });
    await assert.rejects(stranger.send({ method: 'GET', url }), /certificate/);
    stranger.close();
  } finally {
    one.close();
  }
});

test('an answer over time is handed on as it comes, a refusal as a whole', async () => {
  const one = client();
  const read = (path: string) =>
    new Promise<string>((resolve) => {
      let text = '';
      one.stream(
        { method: 'GET', url: `https://localhost:${port}${path}` },
        {
          onData: (chunk) => {
            text += Buffer.from(chunk).toString();
          },
          onRefused: ({ status, body }) => resolve(`${status} ${body}`),
          onEnd: (reason) => resolve(`${text}| ${reason}`),
        },
      );
    });
  try {
    assert.equal(await read('/s'), 'GET /s | the server closed the connection');
    assert.equal(await read('/gone'), '410 no');
  } finally {
    one.close();
  }
});
