import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import type { Estate } from '../arm/estate.ts';
import { caller, openProviders } from './support.ts';

describe('an answer of Azure’s sent back as a body', () => {
  let estate: Estate;
  let net: string;
  let call: ReturnType<typeof caller>;

  before(async () => {
    estate = await openProviders();
    net = `${await estate.group('printed')}/providers/Microsoft.Network`;
    call = caller(estate, '2025-07-01');
  });
  after(() => estate.close());

  const put = (path: string, body: JsonObject) => call('PUT', `${net}/${path}`, { body });
  const properties = (body: JsonObject): JsonObject => (isObject(body.properties) ? body.properties : {});
  const link = (type: string) => [
    {
      id: `${net}/x/y`,
      name: 'y',
      properties: { linkedResourceType: type, allowDelete: true, locations: [] },
    },
  ];
  const subnetPrints = () => ({
    privateEndpoints: [{ id: `${net}/privateEndpoints/none`, properties: { any: [1] } }],
    ipConfigurationProfiles: [{ name: 'p', properties: { subnet: { id: 'x' } } }],
    resourceNavigationLinks: link('Microsoft.Cache/Redis'),
    serviceAssociationLinks: link('Microsoft.App/environments'),
  });
  /** Sends the resource with what Azure prints beside, and asserts that the second answer says as little of it as the first. */
  const echoed = async (path: string, made: JsonObject, printed: JsonObject) => {
    assert.equal((await put(path, made)).status, 201, path);
    const shown = (await call('GET', `${net}/${path}`)).body;
    const body = { ...shown, properties: { ...properties(shown), ...printed } };
    const again = await put(path, body);
    assert.equal(again.status, 200, `${path}: ${again.message}`);
    const { provisioningState: _, ...after } = properties((await call('GET', `${net}/${path}`)).body);
    const { provisioningState: __, ...before } = properties(shown);
    assert.deepEqual(after, before, path);
  };

  test('is taken with the members that only services write, and none of those is kept', async () => {
    await echoed(
      'networkSecurityGroups/group',
      { location: 'eastus' },
      {
        flowLogs: [{ id: `${net}/networkWatchers/w/flowLogs/f` }],
        networkInterfaces: [{ id: `${net}/networkInterfaces/n`, properties: {} }],
      },
    );
    const subnets = [{ name: 'one', properties: { addressPrefix: '10.0.0.0/24' } }];
    await echoed(
      'virtualNetworks/network',
      { location: 'eastus', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets } },
      { flowLogs: [{ id: `${net}/networkWatchers/w/flowLogs/f` }] },
    );
    await echoed(
      'virtualNetworks/network/subnets/two',
      { properties: { addressPrefix: '10.0.1.0/24' } },
      subnetPrints(),
    );
  });

  test('is taken with them in the subnets inside a network', async () => {
    const path = 'virtualNetworks/inner';
    const inner = { addressPrefix: '10.1.0.0/24', ...subnetPrints() };
    const made = await put(path, {
      location: 'eastus',
      properties: {
        addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        subnets: [{ name: 'one', properties: inner }],
      },
    });
    assert.equal(made.status, 201, made.message);
    const shown = properties((await call('GET', `${net}/${path}/subnets/one`)).body);
    for (const member of Object.keys(subnetPrints())) assert.equal(shown[member], undefined, member);
  });

  test('keeps the address that a public address names, which must be there and be one', async () => {
    const address = (name: string, more: JsonObject = {}) =>
      put(`publicIPAddresses/${name}`, {
        location: 'eastus',
        sku: { name: 'Standard' },
        properties: { publicIPAllocationMethod: 'Static', ...more },
      });
    await address('one');
    const named = { id: `${net}/publicIPAddresses/one` };
    for (const member of ['servicePublicIPAddress', 'linkedPublicIPAddress']) {
      assert.equal((await address(member, { [member]: named })).status, 201, member);
      const shown = (await call('GET', `${net}/publicIPAddresses/${member}`)).body;
      assert.deepEqual(properties(shown)[member], named);
      const missing = await address(member, { [member]: { id: `${net}/publicIPAddresses/none` } });
      assert.deepEqual([missing.status, missing.code], [400, 'InvalidResourceReference'], member);
      const other = await address(member, { [member.toUpperCase()]: { ID: `${net}/virtualNetworks/none` } });
      assert.deepEqual([other.status, other.code], [400, 'LinkedInvalidPropertyId'], member);
    }
  });
});
