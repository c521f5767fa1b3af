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

  test('a cluster has a hundred agent pools and no more', async () => {
    const pools = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ ...pool, name: `p${n}` })) satisfies JsonObject[];
    const refused = await cluster('wide', { agentPoolProfiles: pools(101) });
    assert.equal(refused.status, 400);
    assert.match(refused.message, /agentPoolProfiles.*at most 100 agent pools/);
    const made = await cluster('wide', { agentPoolProfiles: pools(100) });
    assert.equal(made.status, 201, made.message);
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
    assert.ok(['PropertyChangeNotAllowed', 'OperationNotAllowed'].includes(moved.code), moved.message);
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

  test('a cluster is read strictly: wrong types and unknown members are refused where they stand', async () => {
    const wrong: readonly (readonly [JsonObject, string])[] = [
      [
        { addonProfiles: 5 },
        'cannot unmarshal number into Go struct field Properties.properties.addonProfiles of type map',
      ],
      [
        { storageProfile: 'x' },
        'cannot unmarshal string into Go struct field Properties.properties.storageProfile of type object',
      ],
      [
        { networkProfile: { serviceCidr: 7 } },
        'cannot unmarshal number into Go struct field Properties.properties.networkProfile.serviceCidr of type string',
      ],
      [
        { agentPoolProfiles: [{ ...pool, enableAutoScaling: 'maybe' }] },
        'cannot unmarshal string into Go struct field Properties.properties.agentPoolProfiles[0].enableAutoScaling of type bool',
      ],
      [
        { agentPoolProfiles: {} },
        'cannot unmarshal object into Go struct field Properties.properties.agentPoolProfiles of type slice',
      ],
      [
        { agentPoolProfiles: [{ ...pool, count: 1.5 }] },
        'cannot unmarshal number 1.5 into Go struct field Properties.properties.agentPoolProfiles[0].count of type int32',
      ],
      [{ bogus: true }, 'unknown field "bogus"'],
      [{ constructor: true }, 'unknown field "constructor"'],
      [{ agentPoolProfiles: [{ ...pool, colour: 'red' }] }, 'unknown field "colour"'],
    ];
    for (const [properties, message] of wrong) {
      const reply = await cluster('strict', properties);
      assert.deepEqual([reply.status, reply.code], [400, 'UnmarshalError'], reply.message);
      assert.equal(reply.message, `UnmarshalEntity encountered error: json: ${message}.`);
    }
    const preview = await estate.call(
      'PUT',
      `${mine}/providers/Microsoft.ContainerService/managedClusters/pre?api-version=2025-05-02-preview`,
      {
        body: { location: 'eastus', properties: { agentPoolProfiles: [pool], bogus: true } },
      },
    );
    assert.equal(preview.status, 201, preview.message);
  });

  test('member names are read in any case, and no id hides in one', async () => {
    const reply = await estate.call('PUT', at(mine, 'managedClusters/shouted'), {
      body: {
        LOCATION: 'East US',
        Tags: { ['__proto__']: 'own', constructor: 'y' },
        PROPERTIES: {
          DNSPREFIX: 'loud',
          AgentPoolProfiles: [{ ...pool, OSSKU: 'AzureLinux', count: null, Count: 3 }],
        },
      },
    });
    assert.equal(reply.status, 201, reply.message);
    assert.deepEqual(Object.entries(reply.body.tags as JsonObject), [
      ['__proto__', 'own'],
      ['constructor', 'y'],
    ]);
    const { dnsPrefix, agentPoolProfiles } = reply.body.properties as JsonObject;
    const [first] = agentPoolProfiles as JsonObject[];
    assert.deepEqual([dnsPrefix, first?.osSKU, first?.count], ['loud', 'AzureLinux', 3]);
    const hidden = await cluster('hidden', {
      agentPoolProfiles: [
        { ...pool, VNETSUBNETID: `${mine}/providers/Microsoft.Network/virtualNetworks/v/subnets/s` },
      ],
    });
    assert.equal(hidden.code, 'SubnetNotFound');
  });

  test('what a caller says of the network is kept, and nothing is filled in against it', async () => {
    const networkOf = async (name: string, networkProfile: JsonObject) => {
      const reply = await cluster(name, { networkProfile });
      assert.equal(reply.status, 201, reply.message);
      return (reply.body.properties as { networkProfile: JsonObject }).networkProfile;
    };
    const plain = await networkOf('plain', { networkPlugin: 'azure', serviceCidr: '10.2.0.0/16' });
    assert.deepEqual(
      [plain.networkPluginMode, plain.podCidr, plain.serviceCidrs, plain.dnsServiceIP],
      [undefined, undefined, ['10.2.0.0/16'], '10.2.0.10'],
    );
    const overlay = await networkOf('overlay', { podCidr: '10.9.0.0/16' });
    assert.deepEqual([overlay.networkPluginMode, overlay.podCidrs], ['overlay', ['10.9.0.0/16']]);
  });

  test('secrets are not answered, and the type is printed as the service prints it', async () => {
    const reply = await cluster('secretive', {
      servicePrincipalProfile: { clientId: 'c', secret: 'hush' },
      windowsProfile: { adminUsername: 'a', adminPassword: 'hush' },
    });
    assert.equal(reply.status, 201, reply.message);
    assert.ok(!JSON.stringify(reply.body).includes('hush'));
    assert.equal(reply.body.type, 'Microsoft.ContainerService/ManagedClusters');
  });

  test('a pool is added and changed by itself, and not by its cluster', async () => {
    const settle = (id: string) =>
      estate.manager.records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }));
    const made = await cluster('pools');
    const id = String(made.body.id);
    const put = (name: string, properties: JsonObject) =>
      estate.call('PUT', at(mine, `managedClusters/pools/agentPools/${name}`), { body: { properties } });
    assert.equal((await put('more', { vmSize: 'Standard_D2s_v3' })).code, 'OperationNotAllowed');
    await settle(id);
    const more = await put('more', { vmSize: 'Standard_D2s_v3', count: 2, osSKU: 'AzureLinux' });
    assert.equal(more.status, 201, more.message);
    assert.ok(more.headers['azure-asyncoperation']);
    const shown = await estate.call('GET', at(mine, 'managedClusters/pools'));
    const { agentPoolProfiles, provisioningState } = shown.body.properties as JsonObject;
    assert.deepEqual(
      (agentPoolProfiles as JsonObject[]).map((one) => [one.name, one.count]),
      [
        ['nodes', 1],
        ['more', 2],
      ],
    );
    assert.equal(provisioningState, 'Updating');
    await settle(id);
    await settle(`${id}/agentPools/more`);
    const moved = await put('more', { vmSize: 'Standard_D4s_v3' });
    assert.deepEqual([moved.status, moved.code], [400, 'PropertyChangeNotAllowed']);
    const both = await cluster('pools', { agentPoolProfiles: [pool, { ...pool, name: 'third' }] });
    assert.deepEqual([both.status, both.code], [400, 'BadRequest']);
    assert.match(
      both.message,
      /^A new agent pool was introduced\. Adding agent pools to an existing cluster is not allowed/,
    );
    const last = await estate.call('DELETE', at(mine, 'managedClusters/pools/agentPools/nodes'));
    assert.deepEqual([last.status, last.code], [400, 'InvalidParameter'], last.message);
    const gone = await estate.call('DELETE', at(mine, 'managedClusters/pools/agentPools/more'));
    assert.equal(gone.status, 202);
    const none = await estate.call('DELETE', at(mine, 'managedClusters/pools/agentPools/never'));
    assert.equal(none.status, 204);
  });

  test('a control plane skips no minor version, goes to no older one, and not too far ahead of its pools', async () => {
    const nodes = { ...pool, orchestratorVersion: '1.31.8' };
    const to = async (kubernetesVersion: string) => {
      const put = await cluster('climbing', { kubernetesVersion, agentPoolProfiles: [nodes] });
      if (put.status < 300) {
        const id = String(put.body.id);
        await estate.manager.records.update(id, (record) => ({
          ...record,
          properties: { ...record.properties, currentKubernetesVersion: kubernetesVersion },
          provisioningState: 'Succeeded',
        }));
      }
      return [put.status, put.code, put.message] as const;
    };
    const statuses: number[] = [];
    for (const version of ['1.31.9', '1.32.5', '1.33.2']) statuses.push((await to(version))[0]);
    assert.deepEqual(statuses, [201, 200, 200]);
    assert.deepEqual(await to('1.35.0'), [
      400,
      'OperationNotAllowed',
      'Upgrading Kubernetes version 1.33.2 to 1.35.0 is not allowed. Available upgrades: [1.33.4 1.34.0 1.34.1 1.34.2]. ' +
        'Please see https://aka.ms/aks-supported-k8s-ver for version details.',
    ]);
    const [, code, message] = await to('1.33.1');
    assert.equal(code, 'OperationNotAllowed');
    assert.match(
      message,
      /^Downgrading Kubernetes version 1\.33\.2 to 1\.33\.1 is not allowed\. Available upgrades: \[1/,
    );
    assert.match(
      (await to('1.30'))[2],
      /^Managed cluster climbing is on version 1\.30 which is not supported in this region\./,
    );
    assert.equal((await to('1.34.2'))[0], 200);
    assert.deepEqual(await to('1.35.1'), [
      400,
      'NodePoolMcVersionIncompatible',
      'Node pool version 1.31.8 and control plane version 1.35.1 are incompatible. Minor version of node pool cannot be more ' +
        "than 3 versions less than control plane's version. Minor version of node pool is 31 and control plane is 35. " +
        'For more information, please check https://aka.ms/aks/UpgradeVersionRules',
    ]);
  });

  test('of pools that are written at the same moment one is, and its cluster waits', async () => {
    const made = await cluster('crowded');
    const id = String(made.body.id);
    await estate.manager.records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }));
    const path = (name: string) => at(mine, `managedClusters/crowded/agentPools/${name}`);
    const body = { properties: { vmSize: 'Standard_D2s_v3' } };
    const replies = await Promise.all(
      ['a', 'b', 'c'].map((name) => estate.call('PUT', path(name), { body })),
    );
    const codes = replies.map(({ status, code }) => code || String(status)).sort();
    assert.deepEqual(codes, ['201', 'OperationNotAllowed', 'OperationNotAllowed']);
    const meanwhile = await cluster('crowded');
    assert.equal(meanwhile.status, 409, meanwhile.message);
    await estate.manager.records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }));
    assert.equal((await cluster('crowded')).code, 'OperationNotAllowed');
    assert.equal((await estate.call('DELETE', path('nodes'))).code, 'OperationNotAllowed');
  });

  test('a cluster that is sent without its pools keeps them', async () => {
    const sent = await estate.call('PUT', at(mine, 'managedClusters/first'), {
      body: { location: 'eastus', properties: {} },
    });
    assert.notEqual(sent.code, 'InvalidParameter', sent.message);
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

  test('members show the labels of the service, the last operation, and are filtered by group', async () => {
    const list = (filter: string) =>
      estate.call('GET', `${at(mine, 'fleets/labelled/members')}&$filter=${encodeURIComponent(filter)}`);
    await cluster('labelled');
    await estate.call('PUT', at(mine, 'fleets/labelled'), { body: { location: 'eastus' } });
    const clusterResourceId = `${mine}/providers/Microsoft.ContainerService/managedClusters/labelled`;
    const target = `${mine}/providers/Microsoft.ContainerService/fleets/labelled/members/m`;
    const labels = { mine: 'x', 'fleet.azure.com/location': 'nowhere' };
    const made = await estate.call('PUT', `${target}?api-version=2025-08-01-preview`, {
      body: { properties: { clusterResourceId, group: 'prod', labels } },
    });
    assert.equal(made.status, 201, made.message);
    const shown = made.body.properties as JsonObject;
    assert.deepEqual(shown.labels, {
      mine: 'x',
      'fleet.azure.com/cluster-name': 'labelled',
      'fleet.azure.com/location': 'eastus',
      'fleet.azure.com/member-name': 'm',
      'fleet.azure.com/resource-group': 'mine',
      'fleet.azure.com/subscription-id': estate.subscription.split('/').at(-1),
    });
    const error = { code: 'Why', message: 'because' };
    await estate.manager.records.update(target, (record) => ({ ...record, provisioningState: 'Failed' }), {
      status: 'Failed',
      error,
    });
    const failed = await estate.call('GET', `${target}?api-version=2025-03-01`);
    assert.deepEqual((failed.body.properties as JsonObject).status, {
      ...(shown.status as JsonObject),
      lastOperationError: error,
    });
    assert.equal((failed.body.properties as JsonObject).labels, undefined);
    assert.equal((await list("group eq 'PROD'")).body.value?.toString(), '[object Object]');
    assert.deepEqual((await list("group eq 'dev'")).body.value, []);
    assert.equal((await list("name eq 'm'")).code, 'InvalidFilterInQueryString');
    const gone = await estate.call('DELETE', `${target}?api-version=2025-03-01`);
    assert.deepEqual([gone.status, gone.body.name], [202, 'm']);
  });
});
