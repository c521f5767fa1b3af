import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { CodedError, silentLogger, systemClock, systemRandom, utf8 } from '../../src/base/index.ts';
import {
  createArcProxy,
  createArcRelay,
  createRelayTokens,
  type RelayCredential,
} from '../../src/gateway/index.ts';
import {
  type ByteSink,
  createAuthority,
  createDuplexPair,
  createListener,
  type Handler,
  issueServerCertificate,
  type UpgradeHandler,
} from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ca, identityFor, until } from './support.ts';

const connectionName = 'microsoft.kubernetes/connectedclusters/abc/123';
const clusterPath = createHash('sha256').update('/subscriptions/s/cluster').digest('hex');
const grant = (hybridConnectionName: string, lifeMs: number) => ({
  hybridConnectionName,
  holderId: 'ann',
  lifeMs,
});
const issuing = { clock: systemClock, random: systemRandom };

const echo: Handler = async (request) => {
  const body = await request.body(32_000_000);
  const headers = {
    'x-path': `${request.method} ${request.path}?${request.rawQuery}`,
    'x-authorization': request.header('authorization') ?? '',
    'x-host': request.connection.host,
    'x-tag': request.connection.tag ?? '',
  };
  return { status: 200, headers, body };
};

/** A cluster behind a relay behind a proxy, all over real sockets but the last step. */
async function landscape(
  t: TestContext,
  options: {
    handler?: Handler;
    upgrade?: UpgradeHandler;
    credential?: () => Promise<RelayCredential>;
    clock?: ManualClock;
    /** Called when a connection was admitted and its cluster is being dialed. */
    whileDialing?: () => void;
  },
) {
  const clusterCa = createAuthority({ commonName: 'Cluster CA', ...issuing });
  const issued = issueServerCertificate(clusterCa, {
    hostNames: ['kubernetes'],
    ipAddresses: [],
    ...issuing,
  });
  const clusterIdentity = { cert: issued.certificatePem, key: issued.privateKeyPem };
  const common = { clock: systemClock, log: silentLogger, limits: { closeGraceMs: 20 } };
  const cluster = createListener({
    handler: options.handler ?? echo,
    ...(options.upgrade ? { upgrade: options.upgrade } : {}),
    ...common,
    tls: { contextFor: () => clusterIdentity, requestClientCertificate: false },
  });
  /** Holders whose right is gone. */
  const refused = new Set<string>();
  let tell = () => {};
  const tokens = createRelayTokens({ key: Buffer.from('secret'), clock: options.clock ?? systemClock });
  const relay = createArcRelay({
    verify: tokens.verify,
    admit: async (_name, holderId) => {
      if (refused.has(holderId)) throw new CodedError('forbidden', 'You have no role on the cluster.');
    },
    dial: async (name) => {
      if (name !== connectionName) throw new CodedError('not-found', 'No such cluster is connected.');
      options.whileDialing?.();
      const [near, far] = createDuplexPair();
      cluster.accept(far, 'arc');
      return near;
    },
    clock: systemClock,
    log: silentLogger,
  });
  relay.follow((onChange) => {
    tell = onChange;
    return { close() {} };
  });
  const serverIdentity = identityFor('localhost');
  const server = createListener({
    handler: () => ({ status: 404 }),
    upgrade: relay.upgrade,
    ...common,
    tls: { contextFor: () => serverIdentity, requestClientCertificate: false },
  });
  const relayPort = await server.listen({ host: '127.0.0.1', port: 0 });
  const errors: Error[] = [];
  const proxy = await createArcProxy({
    port: 0,
    clusterPath,
    relay: {
      url: `wss://localhost:${relayPort}/arc/relay`,
      ca,
      credential:
        options.credential ??
        (async () => ({
          hybridConnectionName: connectionName,
          ...tokens.mint(grant(connectionName, 3_600_000)),
        })),
    },
    cluster: { serverName: 'kubernetes', ca: clusterCa.certificatePem },
    identity: identityFor('localhost'),
    clock: options.clock ?? systemClock,
    onError: (error) => errors.push(error),
  });
  t.after(async () => {
    await proxy.close();
    relay.close();
    await server.close();
    await cluster.close();
  });
  return { server, proxy, relay, tokens, errors, relayPort, cluster, refused, tell: () => tell() };
}

function ask(port: number, path: string, options: RequestOptions & { body?: Uint8Array } = {}) {
  const { body, ...rest } = options;
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const request = requestHttps({ host: '127.0.0.1', port, path, ca, agent: false, ...rest });
      request.on('error', reject);
      request.on('response', async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
      request.end(body);
    },
  );
}

test('requests go through the proxy into the cluster with their own Authorization', async (t) => {
  const { proxy, relay, errors } = await landscape(t, {});
  const body = randomBytes(5_000_000);
  const answer = await ask(proxy.port, `/${clusterPath}/api/v1/nodes?limit=500`, {
    method: 'POST',
    headers: { authorization: 'Bearer abc', 'content-length': body.length },
    body,
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-path'], 'POST /api/v1/nodes?limit=500');
  assert.equal(answer.headers['x-authorization'], 'Bearer abc');
  assert.equal(answer.headers['x-host'], 'kubernetes');
  assert.equal(answer.headers['x-tag'], 'arc');
  assert.ok(answer.body.equals(body));
  const chunked = await ask(proxy.port, `/${clusterPath}`, { method: 'PUT', body: utf8('hello') });
  assert.deepEqual([chunked.headers['x-path'], chunked.body.toString()], ['PUT /?', 'hello']);
  assert.equal(relay.connections(), 1, 'one connection serves requests that follow each other');
  await Promise.all(Array.from({ length: 30 }, () => ask(proxy.port, `/${clusterPath}/api`)));
  assert.deepEqual(errors, []);
});

test('other paths are not found, with a message that says which URL to use', async (t) => {
  const { proxy } = await landscape(t, {});
  for (const path of ['/', '/api', `/${clusterPath}x/api`]) {
    const { status, body } = await ask(proxy.port, path);
    assert.deepEqual([status, JSON.parse(body.toString()).kind], [404, 'Status']);
    assert.match(JSON.parse(body.toString()).message, new RegExp(clusterPath));
  }
});

test('a watch flows through event by event and ends in the cluster when its reader leaves', async (t) => {
  const started = Promise.withResolvers<ByteSink>();
  const { proxy } = await landscape(t, {
    handler: () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { start: started.resolve },
    }),
  });
  const request = requestHttps({
    host: '127.0.0.1',
    port: proxy.port,
    path: `/${clusterPath}/watch`,
    ca,
    agent: false,
  });
  request.end();
  const [response] = await once(request, 'response');
  const sink = await started.promise;
  const closed = new Promise<void>((resolve) => sink.onClose(resolve));
  for (const event of ['one', 'two', 'three']) {
    sink.write(utf8(event));
    assert.equal(String((await once(response, 'data'))[0]), event);
  }
  response.on('error', () => {});
  request.on('error', () => {});
  request.destroy();
  await closed;
});

test('an upgrade to WebSocket goes through, and a refused one is answered', async (t) => {
  const { proxy, relay } = await landscape(t, {
    upgrade: async ({ path }) => {
      if (path !== '/exec') throw new CodedError('forbidden', 'Not here.');
      return {
        accept: (socket) => socket.onMessage((message) => socket.send(message)),
        subprotocol: 'v5.channel.k8s.io',
      };
    },
  });
  const open = (path: string) =>
    new WebSocket(`wss://127.0.0.1:${proxy.port}/${clusterPath}${path}`, ['v5.channel.k8s.io'], { ca });
  const socket = open('/exec');
  await once(socket, 'open');
  assert.equal(socket.protocol, 'v5.channel.k8s.io');
  const payload = randomBytes(300_000);
  socket.send(payload);
  assert.ok(payload.equals((await once(socket, 'message'))[0]));
  socket.close(1000);
  assert.equal((await once(socket, 'close'))[0], 1000);
  await until(() => relay.connections() === 0);
  const refused = open('/other');
  refused.on('error', () => {});
  const [, response] = await once(refused, 'unexpected-response');
  response.resume();
  assert.equal(response.statusCode, 403);
});

test('credentials are kept until shortly before their end, and renewed when they are refused', async (t) => {
  const clock = new ManualClock();
  const tokens = createRelayTokens({ key: Buffer.from('secret'), clock });
  const strangers = createRelayTokens({ key: Buffer.from('other'), clock });
  let asked = 0;
  let from = tokens;
  const { proxy, relay } = await landscape(t, {
    clock,
    credential: async () => {
      asked++;
      return { hybridConnectionName: connectionName, ...from.mint(grant(connectionName, 3_600_000)) };
    },
  });
  const dialAfresh = async () => {
    relay.endConnectionsTo(connectionName.toUpperCase(), 'The cluster was deleted.');
    await until(() => relay.connections() === 0);
    return (await ask(proxy.port, `/${clusterPath}/api`)).status;
  };
  assert.equal(await dialAfresh(), 200);
  assert.equal(await dialAfresh(), 200);
  assert.equal(asked, 1);
  clock.advance(3_600_000 - 300_000);
  assert.equal(await dialAfresh(), 200);
  assert.equal(asked, 2, 'five minutes before the end');
  from = strangers;
  clock.advance(3_600_000);
  assert.equal(await dialAfresh(), 503);
  assert.equal(asked, 4, 'asked for once more after the refusal');
  from = tokens;
  assert.equal(await dialAfresh(), 200);
});

test('a cluster that is away is answered in words, and nothing stays open', async (t) => {
  const tokens = createRelayTokens({ key: Buffer.from('secret'), clock: systemClock });
  const other = 'microsoft.kubernetes/connectedclusters/gone/1';
  const { proxy, errors, relay } = await landscape(t, {
    credential: async () => ({ hybridConnectionName: other, ...tokens.mint(grant(other, 60_000)) }),
  });
  const { status, body } = await ask(proxy.port, `/${clusterPath}/api`);
  assert.equal(status, 503);
  assert.match(JSON.parse(body.toString()).message, /No such cluster is connected/);
  assert.equal(errors.length, 1);
  assert.equal(relay.connections(), 0);
});

test('relay tokens are bound to their connection, their time and our key', () => {
  const clock = new ManualClock();
  const tokens = createRelayTokens({ key: Buffer.from('secret'), clock });
  const { token, expiresAt } = tokens.mint(grant(connectionName, 60_000));
  assert.equal(expiresAt, Math.floor(clock.now() / 1000) + 60);
  assert.match(token, /^SharedAccessSignature sr=http%3A%2F%2F.*&sig=.*&se=\d+&skn=/);
  tokens.verify(token, connectionName);
  tokens.verify(token, connectionName.toUpperCase());
  const reason = (text: string, name = connectionName) => {
    try {
      tokens.verify(text, name);
      return '';
    } catch (thrown) {
      assert.ok(thrown instanceof CodedError && thrown.code === 'unauthenticated');
      return thrown.message;
    }
  };
  assert.match(reason(token, 'another'), /another connection/);
  assert.match(reason(token.replace(`se=${expiresAt}`, `se=${expiresAt + 1}`)), /not signed by us/);
  assert.match(reason('Bearer x'), /not a shared access signature/);
  assert.match(reason(''), /not a shared access signature/);
  clock.advance(60_000);
  assert.match(reason(token), /expired/);
});

test('an open connection ends with the reason when the right of its holder is taken, and no token opens another', async (t) => {
  const started = Promise.withResolvers<void>();
  const watch: Handler = () => ({
    status: 200,
    body: {
      start(sink: ByteSink) {
        sink.write(utf8('event\n'));
        started.resolve();
      },
    },
  });
  const { proxy, relay, refused, tell, errors } = await landscape(t, { handler: watch });
  const watching = requestHttps({
    host: '127.0.0.1',
    port: proxy.port,
    path: `/${clusterPath}/w`,
    ca,
    agent: false,
  });
  watching.end();
  const [response] = await once(watching, 'response');
  response.on('error', () => {}).resume();
  await started.promise;
  refused.add('ann');
  tell();
  await new Promise((closed) => response.once('close', closed));
  await until(() => relay.connections() === 0 && errors.length > 0);
  assert.match(errors[0]?.message ?? '', /connection was closed: You have no role on the cluster/);
  const answer = await ask(proxy.port, `/${clusterPath}/api`);
  assert.equal(answer.status, 503);
  assert.match(String(answer.body), /You have no role on the cluster/);
});

test('a right that is taken while the cluster is dialed opens nothing', async (t) => {
  const bed = await landscape(t, {
    whileDialing: () => {
      bed.refused.add('ann');
      bed.tell();
    },
  });
  const answer = await ask(bed.proxy.port, `/${clusterPath}/api`);
  assert.equal(answer.status, 503);
  assert.match(String(answer.body), /You have no role on the cluster/);
  await until(() => bed.relay.connections() === 0);
});

test('a proxy outlives a relay that breaks off', async (t) => {
  const { proxy, server } = await landscape(t, {});
  assert.equal((await ask(proxy.port, `/${clusterPath}/api`)).status, 200);
  await server.close();
  assert.equal((await ask(proxy.port, `/${clusterPath}/api`)).status, 503);
});

test('the holder that a relay token names cannot be changed', () => {
  const tokens = createRelayTokens({ key: Buffer.from('secret'), clock: systemClock });
  const { token } = tokens.mint(grant(connectionName, 60_000));
  assert.equal(tokens.verify(token, connectionName), 'ann');
  assert.throws(() => tokens.verify(token.replace('oid=ann', 'oid=eve'), connectionName), /not signed by us/);
});
