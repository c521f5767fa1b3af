import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { networkOrder } from '../../src/providers/hybrid-container-service/provisioned-cluster-instances/addresses.ts';
import { demandAddresses } from '../../src/providers/hybrid-container-service/provisioned-cluster-instances/enough-addresses.ts';
import { arcRoutes } from '../../src/providers/kubernetes/index.ts';
import type { Estate, Reply } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { caller } from './support.ts';

const ed25519 = `ssh-ed25519 ${sshBlob('ssh-ed25519')} somebody`;

function sshBlob(type: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.alloc(36, 7)]).toString('base64');
}

let estate: Estate;
let group: string;
let location: string;
let otherLocation: string;
let network: string;

const arc = () => caller(estate, '2024-01-01');

before(async () => {
  ({ estate } = await everyType({ routes: arcRoutes }));
  group = await estate.group('edge');
  location = await customLocation('site');
  otherLocation = await customLocation('elsewhere');
  network = await logicalNetwork('lnet', location, [
    { start: '10.1.0.10', end: '10.1.0.19', ipPoolType: 'vm' },
    { start: '10.1.0.50', end: '10.1.0.59', ipPoolType: 'vippool' },
  ]);
});
after(() => estate.close());

async function customLocation(name: string): Promise<string> {
  const id = `${group}/providers/Microsoft.ExtendedLocation/customLocations/${name}`;
  const hostResourceId = `${group}/providers/Microsoft.ResourceConnector/appliances/${name}`;
  const body = { location: 'eastus', properties: { hostResourceId } };
  assert.equal((await caller(estate, '2021-08-15')('PUT', id, { body })).status, 201);
  return id;
}

async function logicalNetwork(
  name: string,
  place: string,
  ipPools: readonly JsonObject[],
  more: JsonObject = {},
) {
  const id = `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/${name}`;
  const body = {
    location: 'eastus',
    extendedLocation: { type: 'CustomLocation', name: place },
    properties: {
      vmSwitchName: 'switch',
      dhcpOptions: { dnsServers: ['10.1.0.2'] },
      subnets: [
        {
          name: 'default',
          properties: {
            addressPrefix: '10.1.0.0/24',
            ipAllocationMethod: 'Static',
            ipPools,
            routeTable: {
              properties: {
                routes: [
                  {
                    name: 'default',
                    properties: { addressPrefix: '0.0.0.0/0', nextHopIpAddress: '10.1.0.1' },
                  },
                ],
              },
            },
            ...more,
          },
        },
      ],
    },
  };
  const made = await arc()('PUT', id, { body });
  assert.equal(made.status, 201, made.message);
  await settled(id);
  return id;
}

/** No loop runs: what one would have brought about by now. */
function settled(id: string) {
  return estate.manager.records.update(id, (record) => ({
    ...record,
    properties: running(record.properties),
    provisioningState: 'Succeeded',
  }));
}

function running(properties: JsonObject): JsonObject {
  const { kubernetesVersion, agentPoolProfiles } = properties;
  if (!('currentKubernetesVersion' in properties)) return properties;
  const runs = { currentOrchestratorVersion: kubernetesVersion };
  const pools = Array.isArray(agentPoolProfiles) ? agentPoolProfiles.filter(isObject) : [];
  return {
    ...properties,
    currentKubernetesVersion: kubernetesVersion,
    agentPoolProfiles: pools.map((pool) => ({ ...pool, ...runs })),
  };
}

const connectedId = (name: string) => `${group}/providers/Microsoft.Kubernetes/connectedClusters/${name}`;
const instanceId = (name: string) =>
  `${connectedId(name)}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;

async function connected(name: string, more: JsonObject = {}): Promise<Reply> {
  const body = {
    location: 'eastus',
    kind: 'ProvisionedCluster',
    identity: { type: 'SystemAssigned' },
    properties: { agentPublicKeyCertificate: '' },
    ...more,
  };
  const made = await arc()('PUT', connectedId(name), { body });
  if (made.status < 300) await settled(connectedId(name));
  return made;
}

const place = () => ({ type: 'CustomLocation', name: location });
const infra = (...ids: string[]) => ({ infraNetworkProfile: { vnetSubnetIds: ids } });
const ssh = (...keys: string[]) => ({ ssh: { publicKeys: keys.map((keyData) => ({ keyData })) } });

function putInstance(name: string, properties: JsonObject = {}, extendedLocation: JsonObject = place()) {
  const least = { linuxProfile: ssh(ed25519), cloudProviderProfile: infra(network) };
  return arc()('PUT', instanceId(name), {
    body: { extendedLocation, properties: { ...least, ...properties } },
  });
}

function propertiesOf(reply: Reply): JsonObject {
  const { properties } = reply.body;
  assert.ok(isObject(properties), reply.message);
  return properties;
}

describe('clusters on Azure Local', () => {
  test('an instance that cannot be is refused, by what is wrong with it', async () => {
    await connected('refused');
    const refused: readonly (readonly [JsonObject, string, RegExp])[] = [
      [
        { kubernetesVersion: '1.27.1' },
        'UnsupportedKubernetesVersion',
        /'1\.27\.1' is not supported\. Supported versions: 1\.24\.11, .*, 1\.32\.6\.$/,
      ],
      [{ controlPlane: { count: 2 } }, 'InvalidParameter', /must be odd \(1, 3 or 5\), not 2/],
      [{ controlPlane: { count: 6 } }, 'InvalidParameter', /count/],
      [{ controlPlane: { vmSize: 'Standard_A2_v2' } }, 'InvalidVmSize', /'properties\.controlPlane\.vmSize'/],
      [{ agentPoolProfiles: [{ vmSize: 'Huge' }] }, 'InvalidVmSize', /'Huge' .*Standard_D32s_v3\.$/],
      [{ agentPoolProfiles: [{ name: 'a' }, { name: 'a' }] }, 'InvalidParameter', /'a' is used twice/],
      [{ agentPoolProfiles: Array(17).fill({}) }, 'InvalidParameter', /at most 16 node pools/],
      [{ agentPoolProfiles: [{ count: 201 }] }, 'InvalidParameter', /count/],
      [{ agentPoolProfiles: [{ maxPods: 251 }] }, 'InvalidParameter', /maxPods/],
      [{ agentPoolProfiles: [{ osType: 'Plan9' }] }, 'InvalidParameter', /osType/],
      [{ linuxProfile: ssh() }, 'InvalidParameter', /an SSH public key is required/],
      [{ linuxProfile: ssh(ed25519, ed25519) }, 'InvalidParameter', /at most one SSH public key/],
      [{ linuxProfile: ssh('ssh-rsa AAAA') }, 'InvalidSshPublicKey', /in OpenSSH format/],
      [{ linuxProfile: ssh(`ssh-rsa ${sshBlob('ssh-dss')}`) }, 'InvalidSshPublicKey', /keyData/],
      [{ linuxProfile: ssh('ssh-rsa AAA=') }, 'InvalidSshPublicKey', /keyData/],
      [{ cloudProviderProfile: infra() }, 'InvalidParameter', /exactly one logical network is required/],
      [{ cloudProviderProfile: infra(network, network) }, 'InvalidParameter', /exactly one logical network/],
      [
        { cloudProviderProfile: infra(location) },
        'LinkedInvalidPropertyId',
        /vnetSubnetIds\[0\]' is invalid/,
      ],
      [
        { cloudProviderProfile: infra(`${network}2`) },
        'InvalidResourceReference',
        /lnet2 referenced by resource .*default was not found/,
      ],
      [{ networkProfile: { networkPolicy: 'none' } }, 'InvalidParameter', /networkPolicy/],
      [{ networkProfile: { loadBalancerProfile: { count: 4 } } }, 'InvalidParameter', /count/],
      [{ licenseProfile: { azureHybridBenefit: 'Maybe' } }, 'InvalidParameter', /azureHybridBenefit/],
      [
        { controlPlane: { controlPlaneEndpoint: { hostIP: '10.0.0.256' } } },
        'InvalidParameter',
        /'10\.0\.0\.256' is not an IPv4 address/,
      ],
      [
        { controlPlane: { controlPlaneEndpoint: { hostIP: 'fd00::1' } } },
        'InvalidParameter',
        /properties\.controlPlane\.controlPlaneEndpoint\.hostIP is invalid/,
      ],
      [{ networkProfile: { podCidr: '10.244.0.0' } }, 'InvalidParameter', /not an IPv4 range/],
      [
        { networkProfile: { podCidr: 'fd00::/48' } },
        'InvalidParameter',
        /properties\.networkProfile\.podCidr is invalid/,
      ],
    ];
    for (const [properties, code, message] of refused) {
      const reply = await putInstance('refused', properties);
      const what = JSON.stringify(properties).slice(0, 80);
      assert.deepEqual([reply.status, reply.code], [400, code], `${what}: ${reply.message}`);
      assert.match(reply.message, message, what);
    }
    const there = await arc()('GET', instanceId('refused'));
    assert.equal(there.status, 404);
  });

  test('where an instance lies and whose it is must be there, and be of the right kind', async () => {
    await connected('placed');
    const wrong: readonly (readonly [JsonObject, RegExp])[] = [
      [{}, /extended location that is missing: set extendedLocation/],
      [{ type: 'EdgeZone', name: location }, /has the type 'EdgeZone': the type must be CustomLocation/],
      [{ type: 'CustomLocation', name: `${location}x` }, /sitex', which could not be found/],
    ];
    for (const [extendedLocation, message] of wrong) {
      const reply = await putInstance('placed', {}, extendedLocation);
      assert.deepEqual([reply.status, reply.code], [400, 'InvalidExtendedLocation'], reply.message);
      assert.match(reply.message, message);
    }
    const mismatch = await putInstance('placed', {}, { type: 'CustomLocation', name: otherLocation });
    assert.deepEqual([mismatch.status, mismatch.code], [400, 'LogicalNetworkCustomLocationMismatch']);
    assert.match(mismatch.message, /site', but the cluster is asked for in '.*elsewhere'/);
    const orphan = await putInstance('nobody');
    assert.deepEqual([orphan.status, orphan.code], [404, 'ParentResourceNotFound']);
    await connected('own', { kind: undefined });
    const other = await putInstance('own');
    assert.deepEqual([other.status, other.code], [400, 'BadRequest']);
    assert.match(other.message, /is of kind ''\. .* of kind 'ProvisionedCluster'/);
  });

  test('what is left out is filled in, kept by the next write, and what is fixed cannot be changed', async () => {
    await connected('kept');
    const other = await logicalNetwork('other', location, []);
    const first = await putInstance('kept', {
      kubernetesVersion: 'v1.31.4',
      controlPlane: { count: 3, controlPlaneEndpoint: { hostIP: '10.1.0.40' } },
      agentPoolProfiles: [{}, { name: 'win', osType: 'Windows', count: 0, nodeTaints: ['a=b:NoSchedule'] }],
      networkProfile: { networkPolicy: 'cilium', podCidr: '10.9.0.0/16', loadBalancerProfile: { count: 2 } },
      autoScalerProfile: { expander: 'random' },
      storageProfile: { nfsCsiDriver: { enabled: false } },
    });
    assert.equal(first.status, 201, first.message);
    const { status, provisioningState, ...shown } = propertiesOf(first);
    assert.equal(provisioningState, 'Accepted');
    assert.deepEqual(status, {
      controlPlaneStatus: ['ArcAgent', 'CloudProvider', 'Telemetry'].map((name) => ({
        name,
        phase: 'provisioning',
        ready: false,
        errorMessage: '',
      })),
      currentState: 'Accepted',
    });
    const pool = { kubernetesVersion: '1.31.4', enableAutoScaling: false, maxPods: 110, nodeLabels: {} };
    const wanted = {
      autoScalerProfile: { expander: 'random' },
      linuxProfile: ssh(ed25519),
      controlPlane: {
        count: 3,
        vmSize: 'Standard_A4_v2',
        controlPlaneEndpoint: { hostIP: '10.1.0.40' },
      },
      kubernetesVersion: '1.31.4',
      networkProfile: {
        networkPolicy: 'cilium',
        podCidr: '10.9.0.0/16',
        loadBalancerProfile: { count: 2 },
      },
      storageProfile: { smbCsiDriver: { enabled: true }, nfsCsiDriver: { enabled: false } },
      agentPoolProfiles: [
        {
          ...pool,
          ...{ name: 'kept-nodepool1', count: 1, vmSize: 'Standard_A4_v2', osType: 'Linux' },
          ...{ osSKU: 'CBLMariner', nodeTaints: [] },
        },
        {
          ...pool,
          ...{ name: 'win', count: 0, vmSize: 'Standard_K8S3_v1', osType: 'Windows' },
          ...{ osSKU: 'Windows2022', nodeTaints: ['a=b:NoSchedule'] },
        },
      ],
      cloudProviderProfile: infra(network),
      licenseProfile: { azureHybridBenefit: 'NotApplicable' },
    };
    assert.deepEqual(shown, wanted);
    await settled(instanceId('kept'));
    const ready = propertiesOf(await arc()('GET', instanceId('kept')))['status'];
    assert.match(JSON.stringify(ready), /"phase":"provisioned","ready":true.*"currentState":"Succeeded"/);
    const sparse = await arc()('PUT', instanceId('kept'), {
      body: { extendedLocation: place(), properties: { networkProfile: {} } },
    });
    assert.equal(sparse.status, 200, sparse.message);
    const again = propertiesOf(sparse);
    assert.deepEqual(again['controlPlane'], wanted.controlPlane);
    assert.deepEqual(again['agentPoolProfiles'], wanted.agentPoolProfiles);
    assert.deepEqual(again['linuxProfile'], wanted.linuxProfile);
    assert.equal(again['kubernetesVersion'], '1.31.4');
    assert.deepEqual(again['networkProfile'], {
      ...wanted.networkProfile,
      loadBalancerProfile: { count: 0 },
    });
    await settled(instanceId('kept'));
    const changes: readonly (readonly [JsonObject, string])[] = [
      [{ controlPlane: { controlPlaneEndpoint: { hostIP: '10.1.0.41' } } }, 'controlPlaneEndpoint.hostIP'],
      [{ controlPlane: { vmSize: 'Standard_D4s_v3' } }, 'controlPlane.vmSize'],
      [{ networkProfile: { networkPolicy: 'calico' } }, 'networkProfile.networkPolicy'],
      [{ networkProfile: { podCidr: '10.8.0.0/16' } }, 'networkProfile.podCidr'],
      [{ cloudProviderProfile: infra(other) }, 'infraNetworkProfile.vnetSubnetIds'],
    ];
    for (const [properties, member] of changes) {
      const reply = await putInstance('kept', properties);
      assert.deepEqual([reply.status, reply.code], [400, 'PropertyChangeNotAllowed'], member);
      assert.match(reply.message, new RegExp(`'[\\w.]*${member}' is not allowed`));
    }
    const moved = await putInstance('kept', {}, { type: 'CustomLocation', name: otherLocation });
    assert.deepEqual([moved.status, moved.code], [400, 'PropertyChangeNotAllowed']);
  });

  test('versions go up by patches or one minor version, and the catalog and the upgrade profile say to which', async () => {
    await connected('old');
    assert.equal((await putInstance('old', { kubernetesVersion: '1.29.9' })).status, 201);
    const steps: readonly (readonly [string, number, RegExp])[] = [
      ['1.29.7', 400, /from 1\.29\.9 to 1\.29\.7 is not allowed: a cluster cannot be moved to an older/],
      ['1.28.14', 400, /older version/],
      ['1.31.4', 400, /minor versions cannot be skipped/],
      ['1.29.9', 200, /^$/],
      ['1.29.12', 200, /^$/],
      ['1.30', 200, /^$/],
    ];
    for (const [kubernetesVersion, status, message] of steps) {
      await settled(instanceId('old'));
      const reply = await putInstance('old', { kubernetesVersion });
      assert.equal(reply.status, status, `${kubernetesVersion}: ${reply.message}`);
      assert.match(reply.message, message);
      if (status === 400) assert.equal(reply.code, 'InvalidKubernetesVersionUpgrade');
    }
    await settled(instanceId('old'));
    const expected = ['1.31.4', '1.31.5', '1.31.9', '1.31.10'];
    const profiles = `${instanceId('old')}/upgradeProfiles`;
    const profile = await arc()('GET', `${profiles}/default`);
    assert.deepEqual(profile.body, {
      id: `${instanceId('old')}/upgradeProfiles/default`,
      name: 'default',
      type: 'Microsoft.HybridContainerService/provisionedClusterInstances/upgradeProfiles',
      properties: {
        provisioningState: 'Succeeded',
        controlPlaneProfile: {
          kubernetesVersion: '1.30.14',
          osType: 'Linux',
          upgrades: expected.map((kubernetesVersion) => ({ kubernetesVersion, isPreview: false })),
        },
        agentPoolProfiles: [],
      },
    });
    assert.deepEqual((await arc()('GET', profiles)).body, { value: [profile.body] });
    await settled(instanceId('old'));
    await putInstance('old', { agentPoolProfiles: [{ name: 'np', osType: 'Windows' }] });
    const { agentPoolProfiles } = propertiesOf(await arc()('GET', `${profiles}/default`));
    assert.match(
      JSON.stringify(agentPoolProfiles),
      /^\[\{"kubernetesVersion":"1\.30\.14","name":"np","osType":"Windows","upgrades":\[\{"kubernetesVersion":"1\.31\.4"/,
    );
    const nobody = await arc()('GET', `${instanceId('nobody')}/upgradeProfiles/default`);
    assert.deepEqual([nobody.status, nobody.code], [404, 'ResourceNotFound']);
    assert.match(nobody.message, /^The provisioned cluster instance '.*nobody.*default' was not found\.$/);
  });

  test('a custom location offers Kubernetes versions and machine sizes', async () => {
    const catalog = `${location}/providers/Microsoft.HybridContainerService`;
    const versions = await arc()('GET', `${catalog}/kubernetesVersions/default`);
    const { id, name, type, extendedLocation } = versions.body;
    assert.deepEqual([id, name], [`${catalog}/kubernetesVersions/default`, 'default']);
    assert.deepEqual(
      [type, extendedLocation],
      ['Microsoft.HybridContainerService/kubernetesVersions', { type: 'CustomLocation', name: location }],
    );
    const { provisioningState, values } = propertiesOf(versions);
    assert.equal(provisioningState, 'Succeeded');
    assert.ok(Array.isArray(values));
    const minors = values.filter(isObject);
    assert.deepEqual(
      minors.map(({ version, isPreview }) => [version, isPreview]),
      ['1.24', '1.28', '1.29', '1.30', '1.31', '1.32'].map((minor) => [minor, false]),
    );
    const ready = [{ osType: 'Linux', osSku: 'CBLMariner', ready: true }];
    assert.deepEqual(minors[0]?.['patchVersions'], { '1.24.11': { readiness: ready, upgrades: [] } });
    assert.deepEqual(minors[5]?.['patchVersions'], {
      '1.32.5': { readiness: ready, upgrades: ['1.32.6'] },
      '1.32.6': { readiness: ready, upgrades: [] },
    });
    const sizes = await arc()('GET', `${catalog}/skus/default`);
    const skus = propertiesOf(sizes)['values'];
    assert.ok(Array.isArray(skus));
    assert.deepEqual(skus[0], {
      resourceType: 'virtualMachines',
      name: 'Standard_A2_v2',
      tier: 'Standard',
      size: 'A2_v2',
      capabilities: [
        { name: 'vCPUs', value: '2' },
        { name: 'MemoryGB', value: '4' },
      ],
    });
    const brief = skus.filter(isObject).map((sku) => {
      const amounts = Array.isArray(sku['capabilities']) ? sku['capabilities'].filter(isObject) : [];
      return [sku['size'], ...amounts.map(({ value }) => value)].join(' ');
    });
    assert.deepEqual(brief, [
      'A2_v2 2 4',
      'K8S3_v1 4 6',
      'A4_v2 4 8',
      'D4s_v3 4 16',
      'D8s_v3 8 32',
      'D16s_v3 16 64',
      'D32s_v3 32 128',
    ]);
    for (const [path, item] of [
      ['kubernetesVersions', versions],
      ['skus', sizes],
    ] as const)
      assert.deepEqual((await arc()('GET', `${catalog}/${path}`)).body, { value: [item.body] });
    for (const scope of [`${location}x`, network]) {
      const reply = await arc()('GET', `${scope}/providers/Microsoft.HybridContainerService/skus/default`);
      assert.deepEqual([reply.status, reply.code], [404, 'ResourceNotFound'], scope);
    }
  });

  test('a cluster gets the addresses of its logical network, and none that are taken or reserved', async () => {
    const { records } = estate.manager;
    const read = async (id: string) => {
      const found = await records.get(id);
      assert.ok(found, id);
      return found;
    };
    await connected('wired');
    const plane = { controlPlane: { controlPlaneEndpoint: { hostIP: '10.1.0.45' } } };
    await putInstance('wired', { ...plane, agentPoolProfiles: [{ count: 2 }, { count: 1 }] });
    const order = await networkOrder(await read(instanceId('wired')), records);
    assert.deepEqual(order, {
      name: `network${network.toLowerCase()}`,
      balancers: [{ first: '10.1.0.50', last: '10.1.0.59' }],
      nodes: [{ first: '10.1.0.10', last: '10.1.0.19' }],
      reserved: ['10.1.0.1', '10.1.0.2', '10.1.0.45'],
    });
    const machines = { start: '10.1.0.200', end: '10.1.0.203', ipPoolType: 'vm' };
    const small = await logicalNetwork('small', location, [machines]);
    const none = await logicalNetwork('none', location, []);
    const useOf = async (name: string, id: string, pools: readonly JsonObject[]) => {
      await connected(name);
      const made = await putInstance(name, {
        cloudProviderProfile: infra(id),
        agentPoolProfiles: [...pools],
      });
      assert.equal(made.status, 201, made.message);
      return read(instanceId(name));
    };
    const first = await useOf('first', small, [{ count: 2 }]);
    const shared = await networkOrder(first, records);
    assert.deepEqual(shared?.nodes, [{ first: '10.1.0.200', last: '10.1.0.203' }]);
    assert.deepEqual(shared?.balancers, shared?.nodes);
    assert.deepEqual(shared?.reserved, ['10.1.0.1', '10.1.0.2']);
    await demandAddresses(first, records);
    const second = await useOf('second', small, []);
    await assert.rejects(
      demandAddresses(second, records),
      /small does not have enough available IP addresses: the cluster needs 2, 0 of 4 are free\./,
    );
    await records.update(instanceId('first'), (record) => ({ ...record, provisioningState: 'Failed' }));
    await demandAddresses(second, records);
    const bare = await useOf('bare', none, []);
    const whole = { first: '10.1.0.1', last: '10.1.0.254' };
    const wholeOrder = await networkOrder(bare, records);
    assert.deepEqual([wholeOrder?.balancers, wholeOrder?.nodes], [[whole], [whole]]);
    await assert.rejects(
      demandAddresses(bare, records),
      /denied the request: Logical network none does not have an ippool\./,
    );
    await records.remove(none);
    await assert.rejects(demandAddresses(bare, records), /The logical network '.*none' was not found\./);
    assert.equal(await networkOrder(bare, records), undefined);
  });
});

describe('connected clusters', () => {
  test('one that says too little or the wrong thing is refused', async () => {
    const least = { agentPublicKeyCertificate: '' };
    const groupsOf = (...ids: string[]) => ({ ...least, aadProfile: { adminGroupObjectIDs: ids } });
    const refused: readonly (readonly [JsonObject, RegExp])[] = [
      [{ identity: undefined }, /the identity is required: 'SystemAssigned' or 'None'/],
      [{ identity: { type: 'UserAssigned' } }, /identity/],
      [{ kind: 'Own' }, /kind/],
      [{ properties: {} }, /for kind ProvisionedCluster it is the empty string/],
      [{ properties: groupsOf('not-a-guid') }, /'not-a-guid' is not the object id \(a GUID\) of a group/],
      [{ properties: { ...least, azureHybridBenefit: 'Perhaps' } }, /azureHybridBenefit/],
      [{ properties: { ...least, privateLinkState: 'On' } }, /privateLinkState/],
    ];
    for (const [more, message] of refused) {
      const reply = await connected('wrong', more);
      assert.equal(reply.status, 400, JSON.stringify(more));
      assert.match(reply.message, message, JSON.stringify(more));
    }
    assert.equal((await connected('-')).status, 400);
    assert.equal((await connected('a'.repeat(64))).status, 400);
  });

  test('a write touches what callers set and leaves what the agent reported', async () => {
    const made = await connected('told', {
      properties: {
        agentPublicKeyCertificate: '',
        distribution: 'AKS',
        distributionVersion: '1.0',
        azureHybridBenefit: 'True',
        privateLinkState: 'Enabled',
        securityProfile: { workloadIdentity: { enabled: true } },
        aadProfile: { tenantID: 't', adminGroupObjectIDs: ['00000000-0000-4000-8000-0000000000ff'] },
      },
    });
    const aadProfile = {
      tenantID: 't',
      enableAzureRBAC: false,
      adminGroupObjectIDs: ['00000000-0000-4000-8000-0000000000ff'],
    };
    const { provisioningState: _first, ...shown } = propertiesOf(made);
    const asked = {
      agentPublicKeyCertificate: '',
      distribution: 'AKS',
      distributionVersion: '1.0',
      azureHybridBenefit: 'True',
      infrastructure: 'azure_stack_hci',
      aadProfile,
    };
    assert.deepEqual(shown, {
      ...asked,
      connectivityStatus: 'Connecting',
      privateLinkState: 'Enabled',
      securityProfile: { workloadIdentity: { enabled: true } },
    });
    const report = {
      connectivityStatus: 'Connected',
      kubernetesVersion: '1.31.4',
      totalNodeCount: 3,
      totalCoreCount: 12,
      agentVersion: '1.29.3',
      offering: 'AzureStackHCI_AKS_Management',
      lastConnectivityTime: '2026-01-01T00:00:00Z',
    };
    await estate.manager.records.update(connectedId('told'), (record) => ({
      ...record,
      properties: { ...record.properties, ...report },
    }));
    const body = { location: 'eastus', kind: 'ProvisionedCluster', properties: { totalNodeCount: 99 } };
    const again = await arc()('PUT', connectedId('told'), { body });
    assert.equal(again.status, 200, again.message);
    const { provisioningState: _second, ...kept } = propertiesOf(again);
    assert.deepEqual(kept, { ...asked, ...report, privateLinkState: 'Disabled' });
    await settled(connectedId('told'));
    const other = await arc()('PUT', connectedId('told'), { body: { ...body, kind: 'AWS' } });
    assert.deepEqual([other.status, other.code], [400, 'PropertyChangeNotAllowed']);
    assert.equal(other.message, "Changing property 'kind' is not allowed.");
  });

  test('credentials are asked for in full, and given only for one that is connected', async () => {
    await connected('shut');
    const ask = (body: JsonObject) =>
      arc()('POST', `${connectedId('shut')}/listClusterUserCredential`, { body });
    for (const [body, message] of [
      [{ clientProxy: true }, /the member is required: 'AAD' or 'Token'/],
      [{ authenticationMethod: 'Password', clientProxy: true }, /authenticationMethod/],
      [{ authenticationMethod: 'AAD' }, /the member is required: true or false/],
      [{ authenticationMethod: 'AAD', clientProxy: 'yes' }, /clientProxy/],
    ] as const) {
      const reply = await ask(body);
      assert.equal(reply.status, 400, JSON.stringify(body));
      assert.match(reply.message, message);
    }
    const early = await ask({ authenticationMethod: 'AAD', clientProxy: false });
    assert.deepEqual([early.status, early.code], [409, 'ClusterNotConnected']);
    assert.match(
      early.message,
      /'shut' is not connected: its connectivity status is Connecting\. Wait until/,
    );
  });

  test('one with an instance is not deleted before it', async () => {
    await connected('held');
    assert.equal((await putInstance('held')).status, 201);
    const refused = await arc()('DELETE', connectedId('held'));
    assert.deepEqual([refused.status, refused.code], [409, 'Conflict']);
    assert.match(
      refused.message,
      /'held' still has a provisioned cluster instance\. Delete '.*default' first/,
    );
    for (const action of ['listUserKubeconfig', 'listAdminKubeconfig']) {
      const early = await arc()('POST', `${instanceId('held')}/${action}`);
      assert.ok(early.status === 202 || early.code === 'OperationNotAllowed', `${action}: ${early.status}`);
    }
    await estate.manager.records.remove(instanceId('held'));
    assert.ok((await arc()('DELETE', connectedId('held'))).status < 300);
  });
});
