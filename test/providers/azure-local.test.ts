import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import type { Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { caller, identities } from './support.ts';

/** What stands on an Azure Local instance: the instance itself and its logical networks. */
let estate: Estate;
let group: string;

before(async () => {
  ({ estate } = await everyType());
  group = await estate.group('local');
  for (const name of ['site', 'other']) {
    const hostResourceId = `${group}/providers/Microsoft.ResourceConnector/appliances/${name}`;
    const made = await caller(estate, '2021-08-15')('PUT', locationId(name), {
      body: { location: 'eastus', properties: { hostResourceId } },
    });
    assert.equal(made.status, 201, made.message);
  }
});
after(() => estate.close());

const locationId = (name: string) => `${group}/providers/Microsoft.ExtendedLocation/customLocations/${name}`;
const arm = () => caller(estate, '2024-01-01');

const pool = (start: string, end: string, more: JsonObject = {}) => ({ start, end, ...more });
const subnet = (more: JsonObject = {}) => ({
  name: 'default',
  properties: {
    addressPrefix: '10.0.0.0/24',
    ipAllocationMethod: 'Static',
    ipPools: [pool('10.0.0.10', '10.0.0.19')],
    ...more,
  },
});

function putNetwork(name: string, properties: JsonObject, site = 'site') {
  const path = `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/${name}`;
  return arm()('PUT', path, {
    body: {
      location: 'eastus',
      extendedLocation: { type: 'CustomLocation', name: locationId(site) },
      properties,
    },
  });
}

test('a logical network with a wrong type, an unknown member or pools that overlap is refused', async () => {
  const refused: readonly (readonly [JsonObject, string, RegExp])[] = [
    [{ subnets: {} }, 'InvalidRequestContent', /subnets/],
    [{ vmSwitchName: 1 }, 'InvalidRequestContent', /vmSwitchName/],
    [{ vmSwitch: 'a' }, 'InvalidRequestContent', /'vmSwitch'/],
    [{ subnets: [subnet({ vlan: '7' })] }, 'InvalidRequestContent', /vlan/],
    [{ subnets: [subnet({ vlan: 5000 })] }, 'InvalidParameter', /vlan/],
    [
      { subnets: [subnet({ ipPools: [pool('10.0.0.10', '10.0.0.19'), pool('10.0.0.19', '10.0.0.30')] })] },
      'InvalidParameter',
      /10\.0\.0\.10-10\.0\.0\.19 and 10\.0\.0\.19-10\.0\.0\.30 overlap/,
    ],
    [
      { subnets: [subnet({ ipPools: [pool('10.0.0.12', '10.0.0.13'), pool('10.0.0.9', '10.0.0.30')] })] },
      'InvalidParameter',
      /overlap/,
    ],
  ];
  for (const [properties, code, message] of refused) {
    const reply = await putNetwork('wrong', properties);
    assert.deepEqual(
      [reply.status, reply.code],
      [400, code],
      `${JSON.stringify(properties)}: ${reply.message}`,
    );
    assert.match(reply.message, message);
  }
  const apart = [pool('10.0.0.20', '10.0.0.30', { ipPoolType: 'vippool' }), pool('10.0.0.10', '10.0.0.19')];
  assert.equal((await putNetwork('right', { subnets: [subnet({ ipPools: apart })] })).status, 201);
});

test('a logical network is sent again as it was answered, takes other DNS servers, and nothing else changes', async () => {
  const properties = {
    vmSwitchName: 'switch',
    subnets: [subnet()],
    dhcpOptions: { dnsServers: ['10.0.0.2'] },
  };
  const made = await putNetwork('fixed', properties);
  assert.equal(made.status, 201, made.message);
  assert.ok(isObject(made.body['properties']));
  const again = await putNetwork('fixed', made.body['properties']);
  assert.equal(again.status, 200, again.message);
  const servers = await putNetwork('fixed', { dhcpOptions: { dnsServers: ['10.0.0.3'] } });
  assert.equal(servers.status, 200, servers.message);
  const shown = servers.body['properties'];
  assert.ok(isObject(shown));
  assert.deepEqual(shown['dhcpOptions'], { dnsServers: ['10.0.0.3'] });
  assert.deepEqual(shown['subnets'], made.body['properties']['subnets'], 'what is left out stays');
  assert.equal(shown['vmSwitchName'], 'switch');
  const changes: readonly (readonly [JsonObject, string])[] = [
    [{ ...properties, vmSwitchName: 'other' }, 'properties.vmSwitchName'],
    [{ ...properties, subnets: [subnet({ vlan: 7 })] }, 'properties.subnets'],
    [
      { ...properties, subnets: [subnet({ ipPools: [pool('10.0.0.10', '10.0.0.29')] })] },
      'properties.subnets',
    ],
    [{ ...properties, subnets: [] }, 'properties.subnets'],
  ];
  for (const [change, target] of changes) {
    const reply = await putNetwork('fixed', change);
    assert.deepEqual([reply.status, reply.code], [400, 'PropertyChangeNotAllowed'], JSON.stringify(change));
    assert.match(reply.message, new RegExp(`'${target}'`));
  }
  const guarded = await caller(estate, '2026-04-01-preview')('PUT', String(made.body['id']), {
    body: {
      location: 'eastus',
      extendedLocation: { type: 'CustomLocation', name: locationId('site') },
      properties: { ...properties, subnets: [subnet({ networkSecurityGroup: { id: locationId('nsg') } })] },
    },
  });
  assert.equal(guarded.status, 200, guarded.message);
  const moved = await putNetwork('fixed', properties, 'other');
  assert.deepEqual([moved.status, moved.code], [400, 'PropertyChangeNotAllowed'], moved.message);
});

test('an Azure Local instance answers a PUT as its clients take it, and reads its body strictly', async () => {
  const path = `${group}/providers/Microsoft.AzureStackHCI/clusters/machines`;
  const put = (properties: JsonObject) => arm()('PUT', path, { body: { location: 'eastus', properties } });
  const wrong = await put({ aadClientId: 7 });
  assert.deepEqual([wrong.status, wrong.code], [400, 'InvalidRequestContent'], wrong.message);
  const unknown = await put({ colour: 'red' });
  assert.deepEqual([unknown.status, unknown.code], [400, 'InvalidRequestContent'], unknown.message);
  const made = await put({ desiredProperties: { diagnosticLevel: 'Basic' } });
  assert.equal(made.status, 200, made.message);
  assert.equal((await put({ desiredProperties: { diagnosticLevel: 'Off' } })).status, 200);
  const { body } = await arm()('GET', path);
  assert.ok(isObject(body['properties']));
  assert.deepEqual(body['properties']['desiredProperties'], { diagnosticLevel: 'Off' });
});

test('what is system-assigned has its principal from the first answer on, keeps it, and loses it with the identity or with itself', async () => {
  const bodies: readonly (readonly [string, string, JsonObject])[] = [
    [
      locationId('known'),
      '2021-08-15',
      { hostResourceId: `${group}/providers/Microsoft.ResourceConnector/appliances/k` },
    ],
    [`${group}/providers/Microsoft.AzureStackHCI/clusters/known`, '2024-01-01', {}],
    [`${group}/providers/Microsoft.ResourceConnector/appliances/known`, '2022-10-27', {}],
  ];
  for (const [path, version, properties] of bodies) {
    const put = async (type: string) => {
      const body = { location: 'eastus', identity: { type }, properties };
      const reply = await caller(estate, version)('PUT', path, { body });
      assert.ok(reply.status < 300, reply.message);
      const { identity } = reply.body;
      assert.ok(isObject(identity), path);
      return identity['principalId'];
    };
    const holders = () => [...identities.living].filter(([, id]) => id.toLowerCase() === path.toLowerCase());
    const first = await put('SystemAssigned');
    assert.equal(typeof first, 'string', path);
    assert.deepEqual(
      holders().map(([objectId]) => objectId),
      [first],
    );
    assert.equal(await put('SystemAssigned'), first);
    assert.equal(await put('None'), undefined);
    assert.deepEqual(holders(), []);
    assert.equal(typeof (await put('SystemAssigned')), 'string');
    const gone = await caller(estate, version)('DELETE', path);
    assert.ok(gone.status < 300, gone.message);
    assert.deepEqual(holders(), [], path);
  }
});
