import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import type { Estate } from '../arm/estate.ts';
import { caller, openProviders } from './support.ts';

const properties = (body: JsonObject | undefined): JsonObject =>
  isObject(body?.properties) ? body.properties : {};
const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

describe('children in the body of a network resource, and several at the same moment', () => {
  let estate: Estate;
  let net: string;
  let call: ReturnType<typeof caller>;

  before(async () => {
    estate = await openProviders();
    net = `${await estate.group('Dock')}/providers/Microsoft.Network`;
    call = caller(estate, '2025-07-01');
  });
  after(() => estate.close());

  /** Begins some steps of other work later: the same in each run, another one in each round. */
  const later = async <T>(steps: number, work: () => Promise<T>, wholeTurn = false): Promise<T> => {
    if (wholeTurn) await new Promise((resolve) => setImmediate(resolve));
    for (let step = 0; step < steps; step++) await null;
    return work();
  };
  const put = (path: string, body: JsonObject) => call('PUT', `${net}/${path}`, { body });
  const vnet = (name: string, prefix: string, more: JsonObject = {}) =>
    put(`virtualNetworks/${name}`, {
      location: 'eastus',
      properties: { addressSpace: { addressPrefixes: [prefix] }, ...more },
    });
  const peering = (name: string, remote: string) => ({
    name,
    properties: { remoteVirtualNetwork: { id: `${net}/virtualNetworks/${remote}` } },
  });
  const states = (body: JsonObject) =>
    list(properties(body).virtualNetworkPeerings).map(
      (one) => `${String(one.name)} ${String(properties(one).peeringState)}`,
    );

  test('peerings in the body of a network are made, kept as answered, and taken away when left out', async () => {
    await vnet('hub', '10.1.0.0/16');
    await vnet('far', '10.2.0.0/16');
    const made = await vnet('spoke', '10.3.0.0/16', {
      virtualNetworkPeerings: [peering('to-hub', 'hub'), peering('to-far', 'far')],
    });
    assert.equal(made.status, 201, made.message);
    assert.deepEqual(states(made.body), ['to-hub Initiated', 'to-far Initiated']);
    const alone = await call('GET', `${net}/virtualNetworks/spoke/virtualNetworkPeerings/to-hub`);
    assert.equal(alone.status, 200);
    const back = await vnet('hub', '10.1.0.0/16', { virtualNetworkPeerings: [peering('back', 'spoke')] });
    assert.deepEqual(states(back.body), ['back Connected'], back.message);
    const seen = await call('GET', `${net}/virtualNetworks/spoke`);
    assert.deepEqual(states(seen.body), ['to-hub Connected', 'to-far Initiated']);
    const again = await call('PUT', `${net}/virtualNetworks/spoke`, { body: seen.body });
    assert.equal(again.status, 200, again.message);
    assert.deepEqual(states(again.body), ['to-hub Connected', 'to-far Initiated']);
    const silent = await vnet('spoke', '10.3.0.0/16');
    assert.equal(states(silent.body).length, 2, 'a body that does not speak of peerings leaves them');
    const fewer = await vnet('spoke', '10.3.0.0/16', { virtualNetworkPeerings: [peering('to-hub', 'hub')] });
    assert.deepEqual(states(fewer.body), ['to-hub Connected']);
  });

  test('a peering that cannot be made refuses its network, which stays as it was', async () => {
    await vnet('near', '10.10.0.0/16');
    const wrong: readonly (readonly [unknown, string])[] = [
      [[peering('p', 'nowhere')], 'InvalidResourceReference'],
      [[{ name: 'p' }], 'LinkedInvalidPropertyId'],
      [[peering('p', 'odd')], 'InvalidResourceReference'],
      [[peering('', 'near')], 'InvalidRequestFormat'],
      [[peering('p', 'near'), peering('P', 'hub')], 'InvalidRequestFormat'],
      [[peering('p', 'near'), peering('q', 'near')], 'InvalidRequestFormat'],
      [['near'], 'InvalidRequestFormat'],
      ['near', 'InvalidRequestFormat'],
    ];
    for (const [virtualNetworkPeerings, code] of wrong) {
      const reply = await put('virtualNetworks/odd', {
        location: 'eastus',
        properties: {
          addressSpace: { addressPrefixes: ['10.11.0.0/16'] },
          virtualNetworkPeerings,
        } as JsonObject,
      });
      assert.deepEqual([reply.status, reply.code], [400, code], JSON.stringify(virtualNetworkPeerings));
    }
    const overlapping = await vnet('odd', '10.10.0.0/17', { virtualNetworkPeerings: [peering('p', 'near')] });
    assert.equal(overlapping.code, 'VnetAddressSpacesOverlap');
    assert.equal((await call('GET', `${net}/virtualNetworks/odd`)).status, 404);
  });

  test('what is no subnet or delegation is refused, not left out', async () => {
    for (const subnets of [
      ['s'],
      's',
      [5],
      [{ name: 's', properties: { addressPrefix: '10.12.0.0/24', delegations: [1] } }],
    ]) {
      const reply = await vnet('odd', '10.12.0.0/16', { subnets } as JsonObject);
      assert.deepEqual([reply.status, reply.code], [400, 'InvalidRequestFormat'], JSON.stringify(subnets));
    }
  });

  test('rules in the body of a security group are kept or refused', async () => {
    const rule = (name: unknown, more: JsonObject = {}) =>
      ({
        name,
        properties: {
          priority: 100,
          protocol: 'tcp',
          access: 'Allow',
          direction: 'Inbound',
          sourceAddressPrefix: '*',
          ...more,
        },
      }) as JsonObject;
    const group = (securityRules: unknown) =>
      put('networkSecurityGroups/rules', { location: 'eastus', properties: { securityRules } as JsonObject });
    const wrong: readonly (readonly [unknown, string])[] = [
      ['all', 'InvalidRequestFormat'],
      [['all'], 'InvalidRequestFormat'],
      [[rule(undefined)], 'InvalidRequestFormat'],
      [[rule('a'), rule('A', { priority: 101 })], 'InvalidRequestFormat'],
      [[rule('a', { priority: 99 })], 'SecurityRuleInvalidPriority'],
      [[rule('a', { priority: 'first' })], 'InvalidRequestFormat'],
      [[rule('a', { access: 'Maybe' })], 'InvalidRequestFormat'],
      [[rule('a', { direction: null })], 'InvalidRequestFormat'],
      [[rule('a'), rule('b')], 'SecurityRuleConflict'],
    ];
    for (const [rules, code] of wrong) {
      const reply = await group(rules);
      assert.deepEqual([reply.status, reply.code], [400, code], JSON.stringify(rules));
    }
    const made = await group([rule('a'), rule('b', { direction: 'outbound' })]);
    assert.equal(made.status, 201, made.message);
    const shown = list(properties(made.body).securityRules);
    assert.deepEqual(
      shown.map((one) => [one.name, properties(one).protocol, properties(one).direction]),
      [
        ['a', 'Tcp', 'Inbound'],
        ['b', 'Tcp', 'Outbound'],
      ],
    );
    const again = await call('PUT', `${net}/networkSecurityGroups/rules`, { body: made.body });
    assert.equal(again.status, 200, again.message);
  });

  test('a rule of a security group is a resource of its own, and stands in its group', async () => {
    const rule = (priority: number, more: JsonObject = {}) => ({
      properties: { priority, protocol: 'Tcp', access: 'Allow', direction: 'Inbound', ...more },
    });
    const group = 'networkSecurityGroups/own';
    const orphan = await put(`${group}/securityRules/a`, rule(100));
    assert.deepEqual([orphan.status, orphan.code], [404, 'ParentResourceNotFound']);
    await put(group, { location: 'eastus', properties: { securityRules: [{ name: 'a', ...rule(100) }] } });
    const names = async () =>
      list(properties((await call('GET', `${net}/${group}`)).body).securityRules).map(({ name }) => name);
    const made = await put(`${group}/securityRules/b`, rule(200, { description: 'second' }));
    assert.equal(made.status, 201, made.message);
    assert.deepEqual(await names(), ['a', 'b']);
    const again = await put(`${group}/securityRules/b`, rule(201, { description: 'moved' }));
    assert.deepEqual([again.status, properties(again.body).priority], [200, 201], again.message);
    const alone = await call('GET', `${net}/${group}/securityRules/b`);
    assert.equal(properties(alone.body).description, 'moved');
    const taken = await put(`${group}/securityRules/c`, rule(100));
    assert.deepEqual([taken.status, taken.code], [400, 'SecurityRuleConflict']);
    const replies = await Promise.all(
      ['x', 'y'].map((name) => put(`${group}/securityRules/${name}`, rule(300))),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 400], 'two at once share no priority');
    const whole = await put(group, {
      location: 'eastus',
      properties: { securityRules: [{ name: 'b', ...rule(201) }] },
    });
    assert.equal(whole.status, 200, whole.message);
    assert.deepEqual(await names(), ['b'], 'a group is written with all its rules');
    const { body: all } = await call('GET', `${net}/${group}/securityRules`);
    assert.deepEqual(
      list(all.value).map(({ name }) => name),
      ['b'],
    );
    assert.equal((await call('DELETE', `${net}/${group}/securityRules/b`)).status, 202);
    assert.equal((await call('DELETE', `${net}/${group}/securityRules/b`)).status, 204);
    await put(`${group}/securityRules/left`, rule(400));
    await call('DELETE', `${net}/${group}`);
    await put(group, { location: 'eastus', properties: {} });
    assert.deepEqual(await names(), [], 'rules go with their group');
  });

  test('both sides of a peering, written at the same moment, connect', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, two] = [`one${round}`, `two${round}`];
      await vnet(one, `10.${20 + round}.0.0/16`);
      await vnet(two, `10.${40 + round}.0.0/16`);
      const side = (from: string, to: string) =>
        put(`virtualNetworks/${from}/virtualNetworkPeerings/p`, {
          properties: { remoteVirtualNetwork: { id: `${net}/virtualNetworks/${to}` } },
        });
      const replies = await Promise.all([side(one, two), side(two, one)]);
      assert.deepEqual(
        replies.map(({ status }) => status),
        [201, 201],
      );
      for (const name of [one, two]) {
        const seen = await call('GET', `${net}/virtualNetworks/${name}`);
        assert.deepEqual(states(seen.body), ['p Connected'], `round ${round}`);
      }
    }
  });

  test('of subnets that overlap, peerings to one network and hosts at one address, one is made', async () => {
    await vnet('busy', '10.60.0.0/16', {
      subnets: [{ name: 'AzureBastionSubnet', properties: { addressPrefix: '10.60.255.0/26' } }],
    });
    const subnets = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name, index) =>
        put(`virtualNetworks/busy/subnets/${name}`, {
          properties: { addressPrefix: index % 2 ? '10.60.0.0/24' : '10.60.0.0/23' },
        }),
      ),
    );
    assert.equal(subnets.filter(({ status }) => status === 201).length, 1);
    await vnet('wanted', '10.61.0.0/16');
    const peerings = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        put(`virtualNetworks/busy/virtualNetworkPeerings/${name}`, {
          properties: peering(name, 'wanted').properties,
        }),
      ),
    );
    assert.equal(peerings.filter(({ status }) => status === 201).length, 1);
    const address = await put('publicIPAddresses/ip', {
      location: 'eastus',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    const host = (name: string, ip: unknown) =>
      put(`bastionHosts/${name}`, {
        location: 'eastus',
        properties: {
          ipConfigurations: [
            {
              name: 'c',
              properties: {
                subnet: { id: `${net}/virtualNetworks/busy/subnets/AzureBastionSubnet` },
                publicIPAddress: { id: ip },
              },
            },
          ],
        } as JsonObject,
      });
    const hosts = await Promise.all(['a', 'b', 'c'].map((name) => host(name, address.body.id)));
    assert.equal(hosts.filter(({ status }) => status === 201).length, 1);
    const labels = await Promise.all(
      ['l1', 'l2', 'l3'].map((name) =>
        put(`publicIPAddresses/${name}`, {
          location: 'eastus',
          properties: { dnsSettings: { domainNameLabel: 'same-label' } },
        }),
      ),
    );
    assert.deepEqual(labels.map(({ code }) => code).sort(), ['', 'DnsRecordInUse', 'DnsRecordInUse']);
  });

  test('a subnet with a host in it neither moves nor goes, alone and in the body of its network; without it it may', async () => {
    const subnets = (prefix: string) => ({
      subnets: [{ name: 'AzureBastionSubnet', properties: { addressPrefix: prefix } }],
    });
    await vnet('lived-in', '10.65.0.0/16', subnets('10.65.255.0/26'));
    const subnet = `${net}/virtualNetworks/lived-in/subnets/AzureBastionSubnet`;
    const address = await put('publicIPAddresses/lived-in', {
      location: 'eastus',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    const made = await put('bastionHosts/lives-there', {
      location: 'eastus',
      properties: {
        ipConfigurations: [
          {
            name: 'c',
            properties: { subnet: { id: subnet }, publicIPAddress: { id: address.body.id ?? '' } },
          },
        ],
      },
    });
    assert.equal(made.status, 201, made.message);
    const move = (prefix: string) =>
      put('virtualNetworks/lived-in/subnets/AzureBastionSubnet', { properties: { addressPrefix: prefix } });
    for (const refused of [
      await move('10.65.254.0/26'),
      await vnet('lived-in', '10.65.0.0/16', subnets('10.65.254.0/26')),
    ]) {
      assert.deepEqual([refused.status, refused.code], [400, 'InUsePrefixCannotBeDeleted'], refused.message);
      assert.match(refused.message, /cannot be changed because it is in use by .*lives-there/);
    }
    for (const refused of [
      await call('DELETE', subnet),
      await vnet('lived-in', '10.65.0.0/16', { subnets: [] }),
      await call('DELETE', `${net}/virtualNetworks/lived-in`),
    ]) {
      assert.deepEqual([refused.status, refused.code], [400, 'InUseSubnetCannotBeDeleted'], refused.message);
    }
    const stands = await call('GET', subnet);
    assert.equal(properties(stands.body).addressPrefix, '10.65.255.0/26');
    assert.equal((await move('10.65.255.0/26')).status, 200);
    await call('DELETE', `${net}/bastionHosts/lives-there`);
    assert.equal((await move('10.65.254.0/26')).status, 200);
  });

  test('a subnet that goes while a host comes to stand in it either stays or refuses the host', async () => {
    for (let round = 0; round < 60; round++) {
      const name = `leaving${round}`;
      await vnet(name, '10.70.0.0/16', {
        subnets: [{ name: 'AzureBastionSubnet', properties: { addressPrefix: '10.70.0.0/26' } }],
      });
      const subnet = `${net}/virtualNetworks/${name}/subnets/AzureBastionSubnet`;
      const ip = await put(`publicIPAddresses/${name}`, {
        location: 'eastus',
        sku: { name: 'Standard' },
        properties: { publicIPAllocationMethod: 'Static' },
      });
      const ends = round % 2 ? subnet : `${net}/virtualNetworks/${name}`;
      // In turn, one of the two begins first: by steps of one turn of the event loop, or by a whole one.
      const first = round % 4 < 2;
      const [host, gone] = await Promise.all([
        later(
          first ? 0 : 1 + round / 4,
          () =>
            put(`bastionHosts/${name}`, {
              location: 'eastus',
              properties: {
                ipConfigurations: [
                  {
                    name: 'c',
                    properties: { subnet: { id: subnet }, publicIPAddress: { id: ip.body.id ?? '' } },
                  },
                ],
              },
            }),
          !first,
        ),
        later(first ? round : 0, () => call('DELETE', ends)),
      ]);
      const stands = (await call('GET', subnet)).status === 200;
      assert.equal(host.status === 201, stands, `round ${round}: host ${host.code}, delete ${gone.code}`);
    }
  });

  test('what is done to a resource nearby shows in the very next answer, alone and in lists', async () => {
    const path = (rest: string) => `${net}/${rest}`;
    const get = async (rest: string) => properties((await call('GET', path(rest))).body);
    const inList = async (rest: string) => {
      const [type = '', name] = rest.split('/');
      const all = list((await call('GET', path(type))).body.value);
      return properties(all.find((one) => one.name === name));
    };
    const both = async (rest: string, member: string) => {
      const count = (of: JsonObject) => list(of[member]).length + (isObject(of[member]) ? 1 : 0);
      return [count(await get(rest)), count(await inList(rest))];
    };
    const network = 'virtualNetworks/near';
    const group = 'networkSecurityGroups/near-group';
    const address = 'publicIPAddresses/near-ip';
    await vnet('near', '10.90.0.0/16');
    await put(group, { location: 'eastus' });
    const standard = { sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } };
    await put(address, { location: 'eastus', ...standard });
    assert.deepEqual(await both(network, 'subnets'), [0, 0]);
    assert.deepEqual(await both(group, 'subnets'), [0, 0]);
    assert.deepEqual(await both(address, 'ipConfiguration'), [0, 0]);

    const subnet = `${network}/subnets/AzureBastionSubnet`;
    await put(subnet, { properties: { addressPrefix: '10.90.0.0/26' } });
    const guarded = { networkSecurityGroup: { id: path(group) } };
    await put(`${network}/subnets/guarded`, { properties: { addressPrefix: '10.90.1.0/26', ...guarded } });
    assert.deepEqual(await both(network, 'subnets'), [2, 2]);
    assert.deepEqual(await both(group, 'subnets'), [1, 1]);
    assert.equal(list((await get(subnet)).ipConfigurations).length, 0);

    const at = { subnet: { id: path(subnet) }, publicIPAddress: { id: path(address) } };
    const host = await put('bastionHosts/near', {
      ...{ location: 'eastus', sku: { name: 'Standard' } },
      properties: { ipConfigurations: [{ name: 'c', properties: at }] },
    });
    assert.equal(host.status, 201, host.message);
    assert.equal(list((await get(subnet)).ipConfigurations).length, 1);
    assert.deepEqual(await both(address, 'ipConfiguration'), [1, 1]);
    const standing = async () => {
      const [first] = list((await get(network)).subnets);
      return list(properties(first).ipConfigurations).length;
    };
    assert.equal(await standing(), 1, 'two levels down');

    await call('DELETE', path('bastionHosts/near'));
    assert.equal(await standing(), 0);
    assert.deepEqual(await both(address, 'ipConfiguration'), [0, 0]);
    await call('DELETE', path(`${network}/subnets/guarded`));
    assert.deepEqual(await both(network, 'subnets'), [1, 1]);
    assert.deepEqual(await both(group, 'subnets'), [0, 0]);
  });
});
