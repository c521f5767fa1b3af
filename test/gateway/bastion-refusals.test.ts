import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as requestHttps } from 'node:https';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { CodedError } from '../../src/base/index.ts';
import { gatewayLimits } from '../../src/gateway/index.ts';
import { createDuplexPair } from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { plainRequest } from '../support/request.ts';
import { bastionId, ca, hubId, networkId, type Testbed, testbed, until } from './support.ts';

interface Answer {
  readonly status: number;
  readonly json: Record<string, string>;
}

function call(port: number, method: string, path: string, form?: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const request = requestHttps({ host: 'localhost', family: 4, port, method, path, ca, headers });
    request.on('error', reject);
    request.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, json: text === '' ? {} : JSON.parse(text) });
    });
    request.end(form && new URLSearchParams(form).toString());
  });
}

const good = { resourceId: hubId, protocol: 'tcptunnel', workloadHostPort: '443', aztoken: 'good' };

const requestToken = ({ port }: Testbed, form: Record<string, string> = good) =>
  call(port, 'POST', '/bastion/b1/api/tokens', form);

function openSocket(port: number, token: string, endpointId = 'b1'): WebSocket {
  const socket = new WebSocket(
    `wss://localhost:${port}/bastion/${endpointId}/webtunnelv2/${token}?X-Node-Id=n`,
    {
      ca,
      family: 4,
    },
  );
  socket.on('error', () => {});
  return socket;
}

async function refusalOf(socket: WebSocket): Promise<Answer> {
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, json: JSON.parse(text) };
}

const silentTarget = async () => createDuplexPair()[0];

test('each refusal is JSON whose message names the reason', async (t) => {
  const bed = await testbed(t, { dial: silentTarget });
  const { world } = bed;
  const { bastion, target } = world;
  assert.ok(bastion && target);
  const refuses = async (status: number, message: RegExp, change: () => void, form = good) => {
    change();
    const answer = await requestToken(bed, form);
    assert.equal(answer.status, status, JSON.stringify(answer.json));
    assert.match(answer.json['message'] ?? '', message);
    Object.assign(world, { bastion, target });
    world.denied.clear();
  };
  const nothing = () => {};
  const host = (change: object) => () => Object.assign(world, { bastion: { ...bastion, ...change } });
  const goal = (change: object) => () => Object.assign(world, { target: { ...target, ...change } });
  const deny = (action: string, scope: string) => () => world.denied.add(`${action} ${scope}`);

  await refuses(401, /access token/, nothing, { ...good, aztoken: 'bad' });
  await refuses(401, /aztoken/, nothing, { ...good, aztoken: '' });
  await refuses(
    403,
    /Microsoft.Network\/bastionHosts\/read/,
    deny('Microsoft.Network/bastionHosts/read', bastionId),
  );
  await refuses(403, /virtualNetworks\/read/, deny('Microsoft.Network/virtualNetworks/read', networkId));
  await refuses(
    403,
    /managedClusters\/read.*managedClusters\/hub/,
    deny('Microsoft.ContainerService/managedClusters/read', hubId),
  );
  await refuses(400, /SKU .* is Basic.*Standard or Premium/, host({ sku: 'Basic' }));
  await refuses(400, /SKU .* is Developer/, host({ sku: 'Developer' }));
  await refuses(400, /Native client support \(enableTunneling\) is off/, host({ nativeClient: false }));
  await refuses(409, /not provisioned/, host({ provisioned: false }));
  await refuses(403, /does not reach.*Peer the two/, goal({ networkId: `${networkId}-2` }));
  await refuses(403, /no endpoint in a virtual network/, goal({ networkId: undefined }));
  await refuses(404, /does not exist/, () => Object.assign(world, { target: undefined }));
  await refuses(404, /no Bastion host/, () => Object.assign(world, { bastion: undefined }));
  await refuses(400, /does not serve port 22\. Ports that it serves: 443/, nothing, {
    ...good,
    workloadHostPort: '22',
  });
  await refuses(400, /port number/, nothing, { ...good, workloadHostPort: 'x' });
  await refuses(400, /tcptunnel/, nothing, { ...good, protocol: 'rdp' });
  await refuses(400, /not a resource id/, nothing, { ...good, resourceId: 'hub' });
  await refuses(400, /not a resource id/, nothing, { ...good, resourceId: `${hubId}/agentPools` });
  const byAddress = `${networkId.replace(/virtualNetworks.*/, '')}bh-hostConnect/10.0.0.4`;
  await refuses(501, /IP address/, nothing, { ...good, resourceId: byAddress });
  assert.equal((await call(bed.port, 'GET', '/bastion/b1/api/tokens')).status, 405);
  assert.equal((await call(bed.port, 'POST', '/bastion/b2/api/tokens', good)).status, 404);
  assert.equal(bed.gateway.sessions(), 0);

  world.target = { ...target, networkId: `${networkId}-2` };
  world.reachable.add(`${networkId} > ${networkId}-2`);
  assert.equal((await requestToken(bed)).status, 200, 'a peered network is reached');
});

test('a stray dollar behind the resource id is taken off', async (t) => {
  const bed = await testbed(t, { dial: silentTarget });
  const { status, json } = await requestToken(bed, { ...good, resourceId: `${hubId}$` });
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(json).sort(), ['authToken', 'nodeId', 'websocketToken']);
});

test('a websocket token works once, at its own endpoint, and only for a short time', async (t) => {
  const clock = new ManualClock();
  const bed = await testbed(t, { dial: silentTarget, clock });
  const first = (await requestToken(bed)).json['websocketToken'] ?? '';
  assert.equal((await refusalOf(openSocket(bed.port, first, 'b2'))).status, 401);
  const socket = openSocket(bed.port, first);
  await once(socket, 'open');
  const again = await refusalOf(openSocket(bed.port, first));
  assert.deepEqual(
    [again.status, again.json['message']],
    [401, 'The websocket token is unknown, expired or already used.'],
  );
  assert.equal((await refusalOf(openSocket(bed.port, 'no-such'))).status, 401);

  const late = (await requestToken(bed)).json['websocketToken'] ?? '';
  assert.equal(bed.gateway.sessions(), 2);
  clock.advance(gatewayLimits.webSocketTokenMs);
  assert.equal(bed.gateway.sessions(), 1, 'the session that nobody used is gone');
  assert.equal((await refusalOf(openSocket(bed.port, late))).status, 401);
  socket.close();
  await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
});

test('a session can be deleted once: before, during and after its tunnel', async (t) => {
  const clock = new ManualClock();
  const bed = await testbed(t, { dial: silentTarget, clock });
  const remove = async (authToken = '') =>
    (await call(bed.port, 'DELETE', `/bastion/b1/api/tokens/${authToken}`)).status;

  const unused = (await requestToken(bed)).json;
  assert.deepEqual([await remove(unused['authToken']), await remove(unused['authToken'])], [204, 404]);
  assert.equal((await refusalOf(openSocket(bed.port, unused['websocketToken'] ?? ''))).status, 401);

  const used = (await requestToken(bed)).json;
  const socket = openSocket(bed.port, used['websocketToken'] ?? '');
  await once(socket, 'open');
  const closed = once(socket, 'close');
  assert.equal(await remove(used['authToken']), 204);
  await closed;

  for (const [passedMs, status] of [
    [0, 204],
    [gatewayLimits.endedSessionMs, 404],
  ] as const) {
    const ended = (await requestToken(bed)).json;
    const tunnel = openSocket(bed.port, ended['websocketToken'] ?? '');
    await once(tunnel, 'open');
    tunnel.close();
    await until(() => bed.gateway.sessions() === 0);
    clock.advance(passedMs);
    assert.equal(await remove(ended['authToken']), status);
  }
  assert.equal(bed.gateway.tunnels(), 0);
});

test('a target that does not answer is refused before the websocket opens', async (t) => {
  const bed = await testbed(t, {
    dial: async () => {
      throw new CodedError('unavailable', 'The hub is starting.');
    },
  });
  const socket = openSocket(bed.port, (await requestToken(bed)).json['websocketToken'] ?? '');
  const { status, json } = await refusalOf(socket);
  assert.deepEqual([status, json['message']], [503, 'The hub is starting.']);
  assert.equal(bed.gateway.sessions(), 0);
});

test('deleting the host or the target ends what goes through it', async (t) => {
  const bed = await testbed(t, { dial: silentTarget });
  for (const id of [bastionId.toUpperCase(), hubId]) {
    const socket = openSocket(bed.port, (await requestToken(bed)).json['websocketToken'] ?? '');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    bed.gateway.endSessionsOf('/subscriptions/s/other', 'Gone.');
    assert.equal(bed.gateway.sessions(), 1);
    bed.gateway.endSessionsOf(id, 'Gone.');
    await closed;
    assert.equal(bed.gateway.sessions(), 0);
  }
});

test('one caller has a limit of sessions, which is named', async (t: TestContext) => {
  const bed = await testbed(t, { dial: silentTarget });
  const request = plainRequest({
    method: 'POST',
    target: '/bastion/b1/api/tokens',
    body: new URLSearchParams(good).toString(),
  });
  for (let i = 0; i < gatewayLimits.sessionsPerCaller; i++) {
    assert.equal((await bed.gateway.handler(request)).status, 200);
  }
  const refused = await requestToken(bed);
  assert.deepEqual([refused.status, refused.json['code']], [429, 'too-many']);
  assert.match(refused.json['message'] ?? '', /2000 sessions/);
  bed.gateway.close();
  assert.equal(bed.gateway.sessions(), 0);
  assert.equal((await requestToken(bed)).status, 503);
});
