import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as requestHttps } from 'node:https';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import {
  bastionId,
  ca,
  connectLocal,
  hubId,
  networkId,
  tcpTarget,
  testbed,
  tunnelTo,
  until,
  type World,
} from './support.ts';

const changes: readonly { what: string; change: (world: World) => void; reason: RegExp }[] = [
  {
    what: 'native client is switched off',
    change: (world) => setBastion(world, { nativeClient: false }),
    reason: /Native client support \(enableTunneling\) is off/,
  },
  {
    what: 'the SKU goes below Standard',
    change: (world) => setBastion(world, { sku: 'Basic' }),
    reason: /SKU of the Bastion host is Basic/,
  },
  {
    what: 'the Bastion host is deleted',
    change: (world) => {
      world.bastion = undefined;
    },
    reason: /Bastion host was deleted/,
  },
  {
    what: 'the Bastion host is being deleted',
    change: (world) => setBastion(world, { deleting: true, provisioned: false }),
    reason: /Bastion host is being deleted/,
  },
  {
    what: 'the target is deleted',
    change: (world) => {
      world.target = undefined;
    },
    reason: /target was deleted/,
  },
  {
    what: 'the target moves to another network',
    change: (world) => {
      world.target = { id: hubId, networkId: `${networkId}-2`, ports: [443], deleting: false };
    },
    reason: /does not reach the target's network/,
  },
  {
    what: 'the networks are not peered any more',
    change: (world) => world.reachable.clear(),
    reason: /does not reach the target's network/,
  },
  ...[
    `Microsoft.Network/bastionHosts/read ${bastionId}`,
    `Microsoft.Network/virtualNetworks/read ${networkId}`,
    `Microsoft.ContainerService/managedClusters/read ${hubId}`,
  ].map((right) => ({
    what: `the right ${right.split(' ')[0]} is taken`,
    change: (world: World) => void world.denied.add(right),
    reason: new RegExp(`no longer have the right ${right.split(' ')[0]}`),
  })),
  {
    what: 'the account is disabled',
    change: (world) => void world.inactive.add('ann'),
    reason: /account was disabled or deleted/,
  },
];

function setBastion(world: World, change: Partial<NonNullable<World['bastion']>>): void {
  if (world.bastion) world.bastion = { ...world.bastion, ...change };
}

for (const { what, change, reason } of changes) {
  test(`an open tunnel ends with the reason when ${what}`, async (t) => {
    const target = await tcpTarget(t, (socket) => socket.write('welcome'));
    const bed = await testbed(t, { dial: target.dial });
    const { tunnel, errors, failed } = await tunnelTo(t, bed.endpoint);
    const sockets = [connectLocal(tunnel.port), connectLocal(tunnel.port)];
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    change(bed.world);
    bed.tell();
    for (const socket of sockets) socket.on('end', () => socket.end()).resume();
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    assert.match((await failed).message, reason);
    assert.equal(errors.length, 1, 'the reason is said once');
    await until(
      () => bed.gateway.tunnels() === 0 && bed.gateway.sessions() === 0 && tunnel.connections() === 0,
    );
    await until(() => bed.events.filter(({ event }) => event === 'tunnel-closed').length === 2);
    const closed = bed.events.find(({ event }) => event === 'tunnel-closed');
    assert.match(closed?.reason ?? '', reason);
    assert.equal(closed?.actor?.objectId, 'ann');
    assert.equal(closed?.details?.['bytesToClient'], 'welcome'.length);
  });
}

test('what changes without touching the admission leaves a tunnel alone', async (t) => {
  const target = await tcpTarget(t, (socket) => socket.pipe(socket));
  const bed = await testbed(t, { dial: target.dial });
  const { tunnel, errors } = await tunnelTo(t, bed.endpoint);
  const socket = connectLocal(tunnel.port);
  socket.write('one');
  await once(socket, 'data');
  // While a host is updated it gives no new tokens but keeps what it carries.
  setBastion(bed.world, { provisioned: false });
  const asked = Promise.withResolvers<void>();
  const has = bed.world.denied.has.bind(bed.world.denied);
  bed.world.denied.has = (right) => {
    if (right.startsWith('Microsoft.ContainerService')) setImmediate(asked.resolve);
    return has(right);
  };
  bed.tell();
  await asked.promise;
  socket.write('two');
  await once(socket, 'data');
  assert.deepEqual(errors, []);
  assert.equal(bed.gateway.tunnels(), 1);
  socket.end();
  await until(() => tunnel.connections() === 0);
});

test('a token issued before the change opens nothing, even before anybody tells of it', async (t) => {
  const target = await tcpTarget(t, () => {});
  const bed = await testbed(t, { dial: target.dial });
  const grant = await tokens(bed.port);
  bed.world.denied.add(`Microsoft.Network/bastionHosts/read ${bastionId}`);
  const socket = new WebSocket(
    `wss://localhost:${bed.port}/bastion/b1/webtunnelv2/${grant.websocketToken}?X-Node-Id=${grant.nodeId}`,
    { ca },
  );
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 403);
  let text = '';
  for await (const chunk of response) text += chunk;
  assert.match(text, /does not have authorization to perform action 'Microsoft.Network\/bastionHosts\/read'/);
  assert.equal(target.sockets.size, 0);
  assert.equal(bed.gateway.sessions(), 0);
  const refused = bed.events.at(-1);
  assert.deepEqual(
    [refused?.event, refused?.outcome, refused?.reason],
    ['tunnel-opened', 'refused', 'forbidden'],
  );
});

test('a client of Azure reads the reason in the close frame', async (t) => {
  const target = await tcpTarget(t, (socket) => socket.write('welcome'));
  const bed = await testbed(t, { dial: target.dial });
  const grant = await tokens(bed.port);
  const socket = new WebSocket(
    `wss://localhost:${bed.port}/bastion/b1/webtunnelv2/${grant.websocketToken}?X-Node-Id=${grant.nodeId}`,
    { ca },
  );
  await once(socket, 'message');
  setBastion(bed.world, { nativeClient: false });
  bed.tell();
  const [code, reason] = await once(socket, 'close');
  assert.deepEqual(
    [code, String(reason)],
    [1008, 'Native client support (enableTunneling) is off on this Bastion host.'],
  );
});

for (const [look, what] of ['is admitted', 'opens its tunnel'].entries()) {
  test(`a right that is taken while a session ${what}, after it was asked about, ends the session`, async (t) => {
    const target = await tcpTarget(t, () => {});
    const bed = await testbed(t, { dial: target.dial });
    const has = bed.world.reachable.has.bind(bed.world.reachable);
    let looks = 0;
    // The last question of each judgement: every right has been granted.
    bed.world.reachable.has = (pair) => {
      if (looks++ === look) {
        bed.world.denied.add(`Microsoft.Network/bastionHosts/read ${bastionId}`);
        bed.tell();
      }
      return has(pair);
    };
    const grant = await tokens(bed.port);
    const socket = new WebSocket(
      `wss://localhost:${bed.port}/bastion/b1/webtunnelv2/${grant.websocketToken}?X-Node-Id=${grant.nodeId}`,
      { ca },
    );
    socket.on('error', () => {});
    // Refused or ended: it is over.
    await new Promise((closed) => socket.once('close', closed));
    await until(() => bed.gateway.sessions() === 0 && bed.gateway.tunnels() === 0);
  });
}

test('a session that nobody uses ends too when a right is taken while it is admitted', async (t) => {
  const bed = await testbed(t, { dial: () => Promise.reject(new Error('nobody dials')) });
  const has = bed.world.reachable.has.bind(bed.world.reachable);
  bed.world.reachable.has = (pair) => {
    bed.world.inactive.add('ann');
    bed.tell();
    return has(pair);
  };
  await tokens(bed.port);
  await until(() => bed.gateway.sessions() === 0);
});

function tokens(port: number): Promise<{ websocketToken: string; nodeId: string }> {
  const form = new URLSearchParams({
    resourceId: hubId,
    protocol: 'tcptunnel',
    workloadHostPort: '443',
    aztoken: 'good',
  });
  return new Promise((resolve, reject) => {
    const request = requestHttps(`https://localhost:${port}/bastion/b1/api/tokens`, {
      method: 'POST',
      ca,
      agent: false,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    request.on('error', reject);
    request.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(JSON.parse(text));
    });
    request.end(form.toString());
  });
}
