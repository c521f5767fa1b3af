import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import type { CallOptions, Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';

describe('Microsoft.ContainerService', () => {
  let estate: Estate;
  let mine: string;

  before(async () => {
    ({ estate } = await everyType());
    mine = await estate.group('mine');
  });
  after(() => estate.close());

  const pool = { name: 'nodes', count: 1, vmSize: 'Standard_D4s_v3', mode: 'System', osType: 'Linux' };
  const at = (group: string, rest: string) =>
    `${group}/providers/Microsoft.ContainerService/${rest}?api-version=2025-03-01`;
  const cluster = (
    name: string,
    properties: JsonObject = {},
    { group = mine, ...options }: CallOptions & { group?: string; body?: JsonObject } = {},
  ) =>
    estate.call('PUT', at(group, `managedClusters/${name}`), {
      ...options,
      body: {
        location: 'eastus',
        properties: { agentPoolProfiles: [pool], ...properties },
        ...options.body,
      },
    });
  const fleet = (group: string, name: string) =>
    estate.call('PUT', at(group, `fleets/${name}`), {
      body: { location: 'East US', properties: { hubProfile: {} } },
    });
  const groupOf = (name: string) => estate.call('GET', `${estate.subscription}/resourceGroups/${name}`);

  test('a node resource group is made with its cluster', async () => {
    const made = await cluster('first');
    assert.equal(made.status, 201, made.message);
    assert.ok(isObject(made.body.properties));
    assert.equal(made.body.properties.nodeResourceGroup, 'MC_mine_first_eastus');
    const group = await groupOf('MC_mine_first_eastus');
    assert.deepEqual([group.status, group.body.managedBy], [200, made.body.id]);
  });

  test('a group that exists is never taken over, however its name is spelled', async () => {
    const victim = `${estate.subscription}/resourceGroups/victim`;
    await estate.call('PUT', victim, { body: { location: 'westus', tags: { keep: 'me' } } });
    for (const nodeResourceGroup of ['victim', 'VICTIM', 'MC_mine_first_eastus']) {
      const reply = await cluster('thief', { nodeResourceGroup });
      assert.deepEqual([reply.status, reply.code], [400, 'NodeResourceGroupAlreadyExists']);
      assert.match(
        reply.message,
        new RegExp(
          `^Node resource group '${nodeResourceGroup}' under subscription '[^']+' already exists, please provide a new one\\.$`,
        ),
      );
    }
    const own = await cluster('thief', { nodeResourceGroup: 'Mine' });
    assert.equal(own.code, 'NodeResourceGroupSameAsResourceGroup');
    for (const nodeResourceGroup of ['victim/providers', 'a/../victim', 'victim.', 'a b', '..']) {
      const reply = await cluster('thief', { nodeResourceGroup });
      assert.deepEqual([reply.status, reply.code], [400, 'InvalidParameter'], nodeResourceGroup);
    }
    const kept = await groupOf('victim');
    assert.deepEqual([kept.body.tags, kept.body.location], [{ keep: 'me' }, 'westus']);
    assert.equal(kept.body.managedBy, undefined);
    const moved = await cluster('first', { nodeResourceGroup: 'elsewhere' });
    assert.ok(['PropertyChangeNotAllowed', 'Conflict'].includes(moved.code), moved.message);
  });

  test('of clusters that claim one group at the same moment, and of a person, one gets it', async () => {
    for (let round = 0; round < 6; round++) {
      const nodeResourceGroup = `claimed${round}`;
      const replies = await Promise.all([
        ...['a', 'b', 'c', 'd'].map((name) => cluster(`${name}${round}`, { nodeResourceGroup })),
        estate.call('PUT', `${estate.subscription}/resourceGroups/${nodeResourceGroup}`, {
          body: { location: 'eastus' },
        }),
      ]);
      const clusters = replies.slice(0, 4);
      const made = clusters.filter(({ status }) => status === 201);
      assert.ok(made.length <= 1);
      for (const reply of clusters) {
        if (reply.status !== 201) assert.equal(reply.code, 'NodeResourceGroupAlreadyExists');
      }
      const group = await groupOf(nodeResourceGroup);
      const byPerson = replies[4]?.status === 201;
      assert.equal(group.body.managedBy, byPerson ? undefined : made[0]?.body.id);
      assert.equal(made.length, byPerson ? 0 : 1);
    }
  });

  test('names that would have to be cut are refused, so that no two become one', async () => {
    const long = await estate.group('g'.repeat(60));
    const tooLong = await cluster('a'.repeat(20), {}, { group: long });
    assert.deepEqual([tooLong.status, tooLong.code], [400, 'InvalidParameter']);
    assert.equal(
      tooLong.message,
      'The length of the node resource group name is too long. The maximum length is 80 and the length of the value provided is 91. ' +
        'Please see https://aka.ms/aks-naming-rules for more details.',
    );
    assert.equal((await cluster('ok', { nodeResourceGroup: 'n'.repeat(80) }, { group: long })).status, 201);
    const hubs = await estate.group('h'.repeat(88));
    assert.equal((await fleet(hubs, 'one')).code, 'InvalidParameter');
    assert.equal((await fleet(hubs, 'two')).code, 'InvalidParameter');
  });

  test('names that meet by their separators are refused for the second', async () => {
    const a = await estate.group('a');
    const ab = await estate.group('a_b');
    assert.equal((await cluster('c', {}, { group: ab })).status, 201);
    assert.equal((await cluster('b_c', {}, { group: a })).code, 'NodeResourceGroupAlreadyExists');
  });

  test('the groups of a hub are made with its fleet, and a group of that name is not taken', async () => {
    const made = await fleet(mine, 'harbour');
    assert.equal(made.status, 201, made.message);
    for (const name of ['FL_mine_harbour_eastus', 'MC_FL_mine_harbour_eastus']) {
      assert.equal((await groupOf(name)).status, 200, name);
    }
    await estate.group('FL_mine_taken_eastus');
    assert.equal((await fleet(mine, 'taken')).code, 'NodeResourceGroupAlreadyExists');
    assert.equal((await estate.call('GET', at(mine, 'fleets/taken'))).status, 404);
    assert.equal((await groupOf('MC_FL_mine_taken_eastus')).status, 404);
  });

  test('who manages a group is said once, and only by whom may write the manager', async () => {
    const managedBy = `${mine}/providers/Microsoft.ContainerService/managedClusters/first`;
    const id = `${estate.subscription}/resourceGroups/managed`;
    const put = (body: JsonObject) => estate.call('PUT', id, { body: { location: 'eastus', ...body } });
    assert.equal((await put({ managedBy: 'me' })).code, 'LinkedInvalidPropertyId');
    assert.equal((await put({ managedBy })).status, 201);
    assert.equal((await put({})).body.managedBy, managedBy);
    assert.equal((await put({ managedBy: `${managedBy}x` })).code, 'PropertyChangeNotAllowed');
  });

  test('subnets that do not exist are refused in the words of AKS', async () => {
    const subnet = `${mine}/providers/Microsoft.Network/virtualNetworks/net/subnets/none`;
    for (const properties of [
      { agentPoolProfiles: [{ ...pool, vnetSubnetID: subnet }] },
      { agentPoolProfiles: [{ ...pool, podSubnetID: subnet }] },
      { apiServerAccessProfile: { subnetId: subnet } },
    ]) {
      const reply = await cluster('nowhere', properties);
      assert.deepEqual([reply.status, reply.code], [400, 'SubnetNotFound'], JSON.stringify(properties));
      assert.match(
        reply.message,
        /^Could not find subnet none in vnet net from resource group mine of subscription [0-9a-f-]+\.$/,
      );
    }
    const odd = await cluster('nowhere', { agentPoolProfiles: [{ ...pool, vnetSubnetID: '' }] });
    assert.equal(odd.code, 'LinkedInvalidPropertyId');
    assert.match(odd.message, /at path 'properties\.agentPoolProfiles\[0\]\.vnetSubnetID' is invalid/);
  });

  test('words that AKS does not know are refused', async () => {
    const wrong: readonly (readonly [JsonObject, JsonObject])[] = [
      [{}, { sku: { name: 'Base', tier: 'Gold' } }],
      [{}, { sku: { name: 'Luxury' } }],
      [{ agentPoolProfiles: [{ ...pool, osType: 'BeOS' }] }, {}],
      [{ agentPoolProfiles: [{ ...pool, minCount: 5, maxCount: 1, enableAutoScaling: true }] }, {}],
      [{ agentPoolProfiles: [{ ...pool, mode: 'Idle' }] }, {}],
      [{ dnsPrefix: 'a.b' }, {}],
      [{ dnsPrefix: '-a' }, {}],
    ];
    for (const [properties, body] of wrong) {
      const reply = await cluster('odd', properties, { body });
      assert.deepEqual(
        [reply.status, reply.code],
        [400, 'InvalidParameter'],
        JSON.stringify([properties, body]),
      );
    }
  });

  test('a cluster that is being deleted joins no fleet', async () => {
    const made = await cluster('going');
    await estate.manager.records.update(String(made.body.id), (record) => ({
      ...record,
      provisioningState: 'Deleting',
    }));
    await estate.call('PUT', at(mine, 'fleets/late'), { body: { location: 'eastus' } });
    const reply = await estate.call('PUT', at(mine, 'fleets/late/members/going'), {
      body: { properties: { clusterResourceId: String(made.body.id) } },
    });
    assert.deepEqual([reply.status, reply.code], [409, 'ReferencedResourceNotProvisioned'], reply.message);
  });

  test('of fleets that take one cluster at the same moment, one does', async () => {
    const names = ['north', 'south', 'east', 'west'];
    const id = `${mine}/providers/Microsoft.ContainerService/managedClusters/first`;
    for (const name of names) {
      await estate.call('PUT', at(mine, `fleets/${name}`), { body: { location: 'eastus' } });
      await estate.manager.records.update(at(mine, `fleets/${name}`).split('?')[0] ?? '', (record) => ({
        ...record,
        provisioningState: 'Succeeded',
      }));
    }
    const replies = await Promise.all(
      names.map((name, index) =>
        estate.call('PUT', at(mine, `fleets/${name}/members/first`), {
          body: { properties: { clusterResourceId: index % 2 ? id : id.toUpperCase() } },
        }),
      ),
    );
    const codes = replies.map(({ status, code }) => code || String(status)).sort();
    assert.deepEqual(codes, ['201', ...Array(3).fill('ClusterAlreadyJoinedAnotherFleet')]);
  });
});
