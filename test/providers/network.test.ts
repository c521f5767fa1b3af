import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { builtInRoleId } from '../../src/arm/index.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { parseAddressPrefix } from '../../src/providers/network/cidr.ts';
import { networksReach } from '../../src/providers/network/index.ts';
import { type Estate, people } from '../arm/estate.ts';
import { caller, openProviders } from './support.ts';

describe('Microsoft.Network', () => {
  let estate: Estate;
  let net: string;
  let call: ReturnType<typeof caller>;

  before(async () => {
    estate = await openProviders();
    net = `${await estate.group('Dock')}/providers/Microsoft.Network`;
    call = caller(estate, '2025-07-01');
  });
  after(() => estate.close());

  const put = (path: string, body: JsonObject) => call('PUT', `${net}/${path}`, { body });
  const vnet = (name: string, prefix: string, subnets?: JsonObject[]) =>
    put(`virtualNetworks/${name}`, {
      location: 'eastus',
      properties: { addressSpace: { addressPrefixes: [prefix] }, ...(subnets && { subnets }) },
    });
  const subnet = (path: string, addressPrefix: string) =>
    put(path.replace('/', '/subnets/').replace(/^/, 'virtualNetworks/'), { properties: { addressPrefix } });
  const properties = (body: JsonObject): JsonObject => (isObject(body.properties) ? body.properties : {});
  const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

  test('a network made with a subnet answers as Azure does', async () => {
    const made = await vnet('fleet-vnet', '10.1.0.0/16', [
      { name: 'agents', properties: { addressPrefix: '10.1.0.0/24' } },
    ]);
    assert.equal(made.status, 201);
    assert.equal(made.body.systemData, undefined);
    assert.match(String(made.body.etag), /^W\/"/);
    const shown = properties(made.body);
    assert.equal(shown.provisioningState, 'Creating');
    assert.match(String(made.headers['azure-asyncoperation']), /operationStatuses/);
    assert.equal(shown.enableDdosProtection, false);
    assert.deepEqual(shown.virtualNetworkPeerings, []);
    const [agents] = list(shown.subnets);
    assert.equal(agents?.id, `${net}/virtualNetworks/fleet-vnet/subnets/agents`);
    assert.deepEqual(properties(agents ?? {}), {
      provisioningState: 'Succeeded',
      addressPrefix: '10.1.0.0/24',
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
    });
    const added = await subnet('fleet-vnet/AzureBastionSubnet', '10.1.1.0/26');
    assert.equal(added.status, 201);
    const again = await call('GET', `${net}/virtualNetworks/fleet-vnet`);
    assert.equal(list(properties(again.body).subnets).length, 2);
    assert.equal(again.headers.etag, again.body.etag);
  });

  test('address plans are checked', async () => {
    await vnet('plan', '10.2.0.0/16', [{ name: 'a', properties: { addressPrefix: '10.2.0.0/24' } }]);
    assert.equal((await subnet('plan/b', '10.2.0.128/25')).code, 'NetcfgSubnetRangesOverlap');
    assert.equal((await subnet('plan/b', '10.3.0.0/24')).code, 'NetcfgSubnetRangeOutsideVnet');
    assert.equal((await subnet('plan/b', '10.2.1.1/24')).code, 'InvalidCIDRNotation');
    assert.equal((await put('virtualNetworks/plan/subnets/b', {})).code, 'MissingAddressPrefix');
    assert.equal((await vnet('plan', '10.9.0.0/16')).code, 'NetcfgSubnetRangeOutsideVnet');
    const kept = await vnet('plan', '10.2.0.0/15');
    assert.equal(list(properties(kept.body).subnets).length, 1, 'a PUT that names no subnets keeps them');
    const emptied = await vnet('plan', '10.2.0.0/15', []);
    assert.equal(list(properties(emptied.body).subnets).length, 0);
    assert.equal((await call('GET', `${net}/virtualNetworks/plan/subnets/a`)).status, 404);
  });

  test('two subnets at the same time never overlap', async () => {
    await vnet('race', '10.4.0.0/16');
    const both = await Promise.all([subnet('race/a', '10.4.0.0/24'), subnet('race/b', '10.4.0.0/24')]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 400]);
  });

  test('peerings connect when both sides exist, and fall apart with one', async () => {
    await vnet('east', '10.10.0.0/16');
    await vnet('west', '10.11.0.0/16');
    await vnet('clash', '10.10.8.0/24');
    const east = `${net}/virtualNetworks/east`;
    const west = `${net}/virtualNetworks/west`;
    const peer = (from: string, to: string) =>
      put(`virtualNetworks/${from}/virtualNetworkPeerings/to`, {
        properties: { remoteVirtualNetwork: { id: `${net}/virtualNetworks/${to}` } },
      });
    const state = async (of: string) =>
      properties((await call('GET', `${net}/virtualNetworks/${of}/virtualNetworkPeerings/to`)).body)
        .peeringState;
    const reach = () => networksReach(estate.manager.records, east, west);
    assert.equal((await peer('east', 'nowhere')).code, 'InvalidResourceReference');
    assert.equal((await peer('east', 'east')).status, 400);
    assert.equal((await peer('east', 'clash')).code, 'VnetAddressSpacesOverlap');
    const first = await peer('east', 'west');
    assert.equal(properties(first.body).peeringState, 'Initiated');
    assert.deepEqual(properties(first.body).remoteAddressSpace, { addressPrefixes: ['10.11.0.0/16'] });
    assert.equal(await reach(), false);
    await peer('west', 'east');
    assert.deepEqual([await state('east'), await state('west')], ['Connected', 'Connected']);
    assert.equal(await reach(), true);
    await call('DELETE', `${west}/virtualNetworkPeerings/to`);
    assert.equal(await state('east'), 'Disconnected');
    assert.equal(await reach(), false);
    assert.equal((await peer('west', 'east')).code, 'RemotePeeringIsDisconnected');
    await peer('east', 'west');
    await peer('west', 'east');
    assert.equal(await reach(), true);
    await call('DELETE', west);
    assert.equal(await state('east'), 'Disconnected');
  });

  test('a public address gets an IP and is not deleted while in use', async () => {
    const dynamic = await put('publicIPAddresses/p0', { location: 'eastus', sku: { name: 'Standard' } });
    assert.equal(dynamic.status, 400);
    const made = await put('publicIPAddresses/bastion-ip', {
      location: 'eastus',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', idleTimeoutInMinutes: 4 },
    });
    assert.equal(made.status, 201);
    assert.deepEqual(made.body.sku, { name: 'Standard', tier: 'Regional' });
    assert.match(String(properties(made.body).ipAddress), /^198\.1[89]\.\d+\.\d+$/);
    const again = await put('publicIPAddresses/bastion-ip', {
      location: 'eastus',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    assert.equal(properties(again.body).ipAddress, properties(made.body).ipAddress);
  });

  const bastion = (name: string, sku: string, more: JsonObject = {}, at: JsonObject = {}) =>
    put(`bastionHosts/${name}`, {
      location: 'eastus',
      sku: { name: sku },
      properties: {
        ...more,
        ipConfigurations: [
          {
            name: 'bastion_ip_config',
            properties: {
              subnet: { id: `${net}/virtualNetworks/fleet-vnet/subnets/AzureBastionSubnet` },
              publicIPAddress: { id: `${net}/publicIPAddresses/bastion-ip` },
              ...at,
            },
          },
        ],
      },
    });

  test('a Bastion host needs its subnet, its address and the sku of its features', async () => {
    const refused = async (reply: ReturnType<typeof bastion>, pattern: RegExp) => {
      const { status, message } = await reply;
      assert.equal(status, 400);
      assert.match(message, pattern);
    };
    await refused(
      bastion('b', 'Basic', { enableTunneling: true }),
      /'enableTunneling' can be true only with the Standard sku/,
    );
    await refused(bastion('b', 'Basic', { scaleUnits: 3 }), /exactly 2 scale units/);
    await refused(bastion('b', 'Gold'), /must be one of: Developer, Basic, Standard, Premium/);
    for (const [properties, status] of [
      [{}, 400],
      [{ virtualNetwork: { id: `${net}/virtualNetworks/none` } }, 400],
      [
        { virtualNetwork: { id: `${net}/virtualNetworks/fleet-vnet` }, ipConfigurations: [{ name: 'c' }] },
        400,
      ],
      [{ virtualNetwork: { id: `${net}/virtualNetworks/fleet-vnet` } }, 201],
    ] as const) {
      const developer = await call('PUT', `${net}/bastionHosts/developer`, {
        body: { location: 'eastus', sku: { name: 'Developer' }, properties },
      });
      assert.equal(developer.status, status, `${JSON.stringify(properties)}: ${developer.message}`);
    }
    const agents = { subnet: { id: `${net}/virtualNetworks/fleet-vnet/subnets/agents` } };
    await refused(bastion('b', 'Standard', {}, agents), /named AzureBastionSubnet, not 'agents'/);
    await refused(bastion('b', 'Standard', {}, { publicIPAddress: {} }), /needs a public IP address/);
    await refused(
      bastion('b', 'Standard', {}, { publicIPAddress: { id: `${net}/publicIPAddresses/none` } }),
      /none referenced by resource .*bastionHosts\/b was not found/,
    );
    await vnet('small', '10.5.0.0/16', [
      { name: 'AzureBastionSubnet', properties: { addressPrefix: '10.5.0.0/27' } },
    ]);
    const small = { subnet: { id: `${net}/virtualNetworks/small/subnets/AzureBastionSubnet` } };
    await refused(bastion('b', 'Standard', {}, small), /must be \/26 or larger/);
    const made = await bastion('bastion', 'Standard', { enableTunneling: true });
    assert.equal(made.status, 201);
    const shown = properties(made.body);
    assert.equal(shown.enableTunneling, true);
    assert.equal(shown.enableIpConnect, false);
    assert.equal(shown.scaleUnits, 2);
    assert.match(String(shown.dnsName), /^bst-\d+\.bastion\.test:8443$/);
    assert.deepEqual(made.body.sku, { name: 'Standard' });
    await refused(bastion('bastion', 'Basic'), /cannot be changed from Standard to Basic/);
    assert.equal((await bastion('bastion', 'Basic')).code, 'BastionUpdateNotSupported');
    await refused(bastion('other', 'Standard'), /already used by/);
  });

  test('what a Bastion host uses is not deleted before it', async () => {
    const subnetPath = `${net}/virtualNetworks/fleet-vnet/subnets/AzureBastionSubnet`;
    const configuration = `${net}/bastionHosts/bastion/bastionHostIpConfigurations/bastion_ip_config`;
    const kept = await call('DELETE', subnetPath);
    assert.deepEqual([kept.status, kept.code], [400, 'InUseSubnetCannotBeDeleted']);
    assert.equal(
      kept.message,
      `Subnet AzureBastionSubnet is in use by ${configuration} and cannot be deleted. In order to delete the subnet, delete all the ` +
        'resources within the subnet. See aka.ms/deletesubnet.',
    );
    assert.equal(
      (await call('DELETE', `${net}/virtualNetworks/fleet-vnet`)).code,
      'InUseSubnetCannotBeDeleted',
    );
    const address = await call('DELETE', `${net}/publicIPAddresses/bastion-ip`);
    assert.equal(address.code, 'PublicIPAddressCannotBeDeleted');
    const shown = await call('GET', subnetPath);
    assert.deepEqual(properties(shown.body).ipConfigurations, [{ id: configuration }]);
    assert.equal((await call('DELETE', `${net}/bastionHosts/bastion`)).status, 202);
    assert.equal((await call('DELETE', `${net}/publicIPAddresses/bastion-ip`)).status, 202);
    assert.equal((await call('DELETE', subnetPath)).status, 202);
  });

  test('joining a subnet of others needs their permission', async () => {
    const mine = await estate.group('Mine');
    await vnet('theirs', '10.6.0.0/16', [
      { name: 'AzureBastionSubnet', properties: { addressPrefix: '10.6.0.0/26' } },
    ]);
    await call(
      'PUT',
      `${mine}/providers/Microsoft.Authorization/roleAssignments/${estate.manager.context.random.uuid()}`,
      {
        body: {
          properties: { roleDefinitionId: builtInRoleId('Contributor'), principalId: people.reader.objectId },
        },
      },
    );
    const subnetId = `${net}/virtualNetworks/theirs/subnets/AzureBastionSubnet`;
    const reply = await call('PUT', `${mine}/providers/Microsoft.Network/bastionHosts/b`, {
      as: people.reader,
      body: {
        location: 'eastus',
        properties: { ipConfigurations: [{ name: 'c', properties: { subnet: { id: subnetId } } }] },
      },
    });
    assert.deepEqual([reply.status, reply.code], [403, 'LinkedAuthorizationFailed']);
    assert.match(
      reply.message,
      /perform action\(s\) 'Microsoft\.Network\/virtualNetworks\/subnets\/join\/action'/,
    );
  });

  test('a security group is kept while a subnet names it', async () => {
    const made = await put('networkSecurityGroups/nsg', { location: 'eastus' });
    const id = String(made.body.id);
    const named = { properties: { addressPrefix: '10.7.0.0/24', networkSecurityGroup: { id } } };
    await vnet('guarded', '10.7.0.0/16');
    const missing = { properties: { addressPrefix: '10.7.0.0/24', networkSecurityGroup: { id: `${id}x` } } };
    assert.equal((await put('virtualNetworks/guarded/subnets/s', missing)).code, 'InvalidResourceReference');
    assert.equal((await put('virtualNetworks/guarded/subnets/s', named)).status, 201);
    assert.equal((await call('DELETE', id)).code, 'InUseNetworkSecurityGroupCannotBeDeleted');
  });

  test('what is of another type is refused with its place, and texts that spell a value count', async () => {
    const send = (name: string, sent: JsonObject) => put(name, { location: 'eastus', properties: sent });
    const wrong: readonly (readonly [string, JsonObject, string])[] = [
      ['virtualNetworks/odd', { addressSpace: 'x' }, 'addressSpace'],
      [
        'virtualNetworks/odd',
        { addressSpace: { addressPrefixes: '10.0.0.0/16' } },
        'addressSpace.addressPrefixes',
      ],
      [
        'virtualNetworks/odd',
        { subnets: [{ name: 'a', properties: { defaultOutboundAccess: 'maybe' } }] },
        'subnets[0].properties.defaultOutboundAccess',
      ],
      ['bastionHosts/odd', { enableTunneling: 'maybe' }, 'enableTunneling'],
      ['bastionHosts/odd', { scaleUnits: 'two' }, 'scaleUnits'],
      ['publicIPAddresses/odd', { idleTimeoutInMinutes: [] }, 'idleTimeoutInMinutes'],
      ['networkSecurityGroups/odd', { securityRules: {} }, 'securityRules'],
    ];
    for (const [name, sent, path] of wrong) {
      const reply = await send(name, sent);
      assert.deepEqual([reply.status, reply.code], [400, 'InvalidRequestFormat'], reply.message);
      assert.ok(JSON.stringify(reply.body).includes(`Path 'properties.${path}'`), JSON.stringify(reply.body));
    }
    const spelled = await send('virtualNetworks/spelled', {
      ADDRESSSPACE: { addressprefixes: ['10.77.0.0/16'] },
      enableDdosProtection: 'False',
      FlowTimeoutInMinutes: '12',
    });
    assert.equal(spelled.status, 201, spelled.message);
    assert.equal(properties(spelled.body).flowTimeoutInMinutes, 12);
  });

  test('a network keeps more subnets than one request may make, and is sent back as it was shown', async () => {
    const named = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({
        name: `s${from + i}`,
        properties: { addressPrefix: `10.${80 + Math.floor((from + i) / 256)}.${(from + i) % 256}.0/24` },
      }));
    const tooMany = await vnet('many', '10.80.0.0/14', named(0, 130));
    assert.equal(tooMany.status, 413);
    assert.match(tooMany.message, /132 resources at once; 128 is the most/);
    assert.equal((await call('GET', `${net}/virtualNetworks/many`)).status, 404);
    for (const all of [100, 200, 300]) {
      const grown = await vnet('many', '10.80.0.0/14', named(0, all));
      assert.ok(grown.status === 201 || grown.status === 200, grown.message);
    }
    const shown = await call('GET', `${net}/virtualNetworks/many`);
    assert.equal(list(properties(shown.body).subnets).length, 300);
    const back = await put('virtualNetworks/many', { ...shown.body, tags: { again: 'yes' } });
    assert.equal(back.status, 200, back.message);
    assert.equal(list(properties(back.body).subnets).length, 300);
    assert.equal((await subnet('many/one-more', '10.82.0.0/24')).status, 201);
    const gone = await call('DELETE', `${net}/virtualNetworks/many`);
    assert.equal(gone.status, 202, gone.message);
    assert.equal((await call('GET', `${net}/virtualNetworks/many/subnets/s7`)).status, 404);
  });

  test('PATCH changes tags, and is refused when it says anything else', async () => {
    await vnet('patched', '10.8.0.0/16');
    const reply = await call('PATCH', `${net}/virtualNetworks/patched`, {
      body: { tags: { a: 'b' }, properties: { addressSpace: { addressPrefixes: [] } } },
    });
    assert.deepEqual(
      [reply.status, reply.code, reply.message],
      [
        400,
        'OnlyTagsSupportedForPatch',
        'PATCH request content includes properties property. Only tags property is currently supported.',
      ],
    );
    const tagged = await call('PATCH', `${net}/virtualNetworks/patched`, { body: { tags: { a: 'b' } } });
    assert.deepEqual([tagged.status, tagged.body.tags], [200, { a: 'b' }]);
    assert.deepEqual(properties(tagged.body).addressSpace, { addressPrefixes: ['10.8.0.0/16'] });
  });
});

test('an address prefix has no bits beyond its length', () => {
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.1/24',
    '10.0.0/24',
    '1::2::3/64',
    'x/8',
    '010.0.0.0/8',
  ]) {
    assert.equal(parseAddressPrefix(text), undefined, text);
  }
  assert.equal(parseAddressPrefix('fd00::/48')?.length, 48);
});
