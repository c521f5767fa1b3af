import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  type Answer,
  type ScriptedEstate,
  type SeenRequest,
  startScriptedEstate,
  subscriptionId,
} from './estate.ts';

const group = `/subscriptions/${subscriptionId}/resourceGroups/g`;
const subnet = `${group}/providers/Microsoft.Network/virtualNetworks/v/subnets/agents`;
const fleetPrincipal = 'aaaaaaaa-0000-4000-8000-000000000001';

describe('what commands send', () => {
  let estate: ScriptedEstate;
  before(async () => {
    estate = await startScriptedEstate();
  });
  after(() => estate.close());
  beforeEach(() => {
    estate.requests.length = 0;
    estate.pauses.length = 0;
  });

  const bodyOf = (request: SeenRequest | undefined): unknown => JSON.parse(request?.body ?? 'null');
  const lastPut = () => estate.requests.findLast((request) => request.method === 'PUT');

  /** Answers like an estate in which everything exists and every write succeeds at once. */
  const agreeable = (request: SeenRequest): Answer | undefined => {
    if (request.url.includes('/servicePrincipals')) return { body: { value: [{ id: fleetPrincipal }] } };
    if (request.url.includes('/roleDefinitions'))
      return { body: { value: [{ id: 'role/4d97b98b-1d4f-4787-a291-c67834d212e7' }] } };
    if (request.url.includes('/roleAssignments') && request.method === 'GET') {
      const properties = { roleDefinitionId: 'role/4d97b98b-1d4f-4787-a291-c67834d212e7', scope: subnet };
      return { body: { value: [{ properties }] } };
    }
    if (/\/providers\/Microsoft\.\w+\?/.test(request.url))
      return { body: { registrationState: 'Registered' } };
    return { body: { location: 'eastus', properties: { provisioningState: 'Succeeded' } } };
  };

  test('fleet create with a private hub gives the Fleet service Network Contributor on the subnet first', async () => {
    estate.answer(agreeable);
    const words = [
      '--enable-hub',
      '--enable-private-cluster',
      '--enable-managed-identity',
      '--agent-subnet-id',
      subnet,
    ];
    const { code, stderr } = await estate.az('fleet', 'create', '-g', 'g', '-n', 'f', ...words);
    assert.equal(code, 0, stderr);
    const steps = estate.requests.map(
      ({ method, url }) =>
        `${method} ${url
          .replace(/[?].*|\/[0-9a-f-]{36}(?=\?)/g, '')
          .split('/')
          .slice(-2)
          .join('/')}`,
    );
    assert.deepEqual(steps, [
      'GET resourcegroups/g',
      'GET providers/Microsoft.ContainerService',
      'GET v1.0/servicePrincipals',
      'GET Microsoft.Authorization/roleDefinitions',
      'GET v1.0/servicePrincipals',
      'PUT Microsoft.Authorization/roleAssignments',
      'GET Microsoft.Authorization/roleAssignments',
      'PUT fleets/f',
    ]);
    assert.deepEqual(bodyOf(lastPut()), {
      location: 'eastus',
      identity: { type: 'SystemAssigned' },
      properties: {
        hubProfile: {
          apiServerAccessProfile: { enablePrivateCluster: true, enableVnetIntegration: false },
          agentProfile: { subnetId: subnet },
        },
      },
    });
  });

  const fleetRefusals: readonly [string[], RegExp][] = [
    [
      ['--enable-private-cluster'],
      /^ERROR: The parameters for private cluster, vnet & subnet integration are only valid if hub is enabled\./,
    ],
    [
      ['--enable-hub', '--enable-private-cluster'],
      /^ERROR: --enable-private-cluster requires --agent-subnet-id/,
    ],
    [['--assign-identity', group], /^ERROR: Cannot assign identity without enabling managed identity\./],
    [
      ['--enable-hub', '--agent-subnet-id', 'x'],
      /^ERROR: --agent-subnet-id is not a valid Azure resource ID\./,
    ],
    [
      ['--enable-hub', '--enable-vnet-integration'],
      /^ERROR: --enable-vnet-integration requires user assigned managed identity/,
    ],
  ];
  test('fleet create refuses what cannot work before it sends anything', async () => {
    for (const [words, expected] of fleetRefusals) {
      const { code, stderr } = await estate.az('fleet', 'create', '-g', 'g', '-n', 'f', ...words);
      assert.equal(code, 1);
      assert.match(stderr, expected);
    }
    assert.equal(estate.requests.length, 0);
  });

  test('fleet create without a hub sends no properties and an identity of type None', async () => {
    estate.answer(agreeable);
    await estate.az('fleet', 'create', '-g', 'g', '-n', 'f', '-l', 'eastus');
    assert.deepEqual(bodyOf(lastPut()), { location: 'eastus', identity: { type: 'None' } });
  });

  test('fleet update gives an identity that is an id, and only together with --enable-managed-identity', async () => {
    estate.answer(agreeable);
    const update = (...words: string[]) => estate.az('fleet', 'update', '-g', 'g', '-n', 'f', ...words);
    const alone = await update('--assign-identity', 'me');
    assert.match(alone.stderr, /Cannot assign identity without enabling managed identity\./);
    const name = await update('--enable-managed-identity', '--assign-identity', 'me');
    assert.match(name.stderr, /--assign-identity is not a valid Azure resource ID\./);
    assert.deepEqual([alone.code, name.code, estate.requests.length], [1, 1, 0]);
    const id = `/subscriptions/${subscriptionId}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me`;
    for (const [words, identity] of [
      [[], { type: 'SystemAssigned' }],
      [['--assign-identity', id], { type: 'UserAssigned', userAssignedIdentities: { [id]: {} } }],
    ] as const) {
      estate.requests.length = 0;
      const done = await update('--enable-managed-identity', ...words);
      assert.equal(done.code, 0, done.stderr);
      const sent = estate.requests.find(({ method }) => method === 'PATCH');
      assert.deepEqual(bodyOf(sent), { identity });
    }
  });

  test('reconcile puts the member again, guarded by its etag', async () => {
    estate.answer((request) =>
      request.method === 'GET'
        ? { body: { eTag: '"1"', properties: { clusterResourceId: 'c', provisioningState: 'Succeeded' } } }
        : { body: {} },
    );
    await estate.az('fleet', 'member', 'reconcile', '-g', 'g', '-f', 'f', '-n', 'm');
    assert.equal(lastPut()?.headers['if-match'], '"1"');
    assert.deepEqual(bodyOf(lastPut()), { properties: { clusterResourceId: 'c' } });
  });

  test('aks create asks first whether the cluster is there, and sends the body of az', async () => {
    estate.answer((request) =>
      request.method === 'GET' && request.url.includes('/managedClusters/') && estate.requests.length === 1
        ? { status: 404, body: { error: { code: 'ResourceNotFound', message: 'no' } } }
        : agreeable(request),
    );
    const { code } = await estate.az(
      'aks',
      'create',
      '-g',
      'g',
      '-n',
      'c1',
      '--node-count',
      '2',
      '--no-ssh-key',
    );
    assert.equal(code, 0);
    assert.deepEqual(bodyOf(lastPut()), {
      location: 'eastus',
      properties: {
        agentPoolProfiles: [
          {
            name: 'nodepool1',
            orchestratorVersion: '',
            vmSize: '',
            osType: 'Linux',
            enableNodePublicIP: false,
            count: 2,
            enableAutoScaling: false,
            scaleSetPriority: 'Regular',
            nodeTaints: [],
            upgradeSettings: {},
            type: 'VirtualMachineScaleSets',
            enableEncryptionAtHost: false,
            enableUltraSSD: false,
            enableFIPS: false,
            mode: 'System',
          },
        ],
        kubernetesVersion: '',
        dnsPrefix: 'c1-g-222222',
        disableLocalAccounts: false,
        enableRBAC: true,
        networkProfile: { loadBalancerSku: 'standard', outboundType: 'loadBalancer' },
        addonProfiles: {},
        storageProfile: {},
        bootstrapProfile: { artifactSource: 'Direct' },
      },
      identity: { type: 'SystemAssigned' },
      sku: { name: 'Base', tier: 'Free' },
    });
  });

  test('aks create refuses a cluster that is there', async () => {
    estate.answer(agreeable);
    const { code, stderr } = await estate.az('aks', 'create', '-g', 'g', '-n', 'c1', '--no-ssh-key');
    assert.equal(code, 1);
    assert.match(stderr, /^ERROR: The cluster 'c1' under resource group 'g' already exists\. /);
  });

  test('a failed operation prints its error and exits 1', async () => {
    estate.answer((request, origin) => {
      if (request.method === 'PUT')
        return { status: 201, headers: { 'azure-asyncoperation': `${origin}/op` }, body: {} };
      return { body: { status: 'Failed', error: { code: 'Boom', message: 'it broke' } } };
    });
    const { code, stderr } = await estate.az(
      'network',
      'vnet',
      'create',
      '-g',
      'g',
      '-n',
      'v',
      '-l',
      'eastus',
    );
    assert.deepEqual([code, stderr], [1, 'ERROR: (Boom) it broke\nCode: Boom\nMessage: it broke\n']);
    assert.deepEqual(estate.pauses, []);
  });

  test('wait prints {} when its time is up, and refuses to wait for nothing', async () => {
    estate.answer(() => ({ body: { properties: { provisioningState: 'Updating' } } }));
    const late = await estate.az(
      'network',
      'vnet',
      'wait',
      '-g',
      'g',
      '-n',
      'v',
      '--created',
      '--interval',
      '1',
      '--timeout',
      '2',
    );
    assert.deepEqual([late.code, late.stdout], [0, '{}\n']);
    const nothing = await estate.az('network', 'vnet', 'wait', '-g', 'g', '-n', 'v');
    assert.deepEqual(
      [nothing.code, nothing.stderr],
      [1, 'ERROR: incorrect usage: --created | --updated | --deleted | --exists | --custom JMESPATH\n'],
    );
  });

  test('wait for an update tells at once that nothing is there, and ends with what has failed', async () => {
    const wait = (...words: string[]) =>
      estate.az('aks', 'wait', '-g', 'g', '-n', 'c', '--interval', '1', '--timeout', '2', ...words);
    estate.answer(() => ({
      status: 404,
      body: { error: { code: 'ResourceNotFound', message: 'not there' } },
    }));
    const missing = await wait('--updated');
    assert.deepEqual([missing.code, missing.stdout], [3, '']);
    assert.match(missing.stderr, /^ERROR: \(ResourceNotFound\) not there$/m);
    assert.deepEqual(estate.pauses, []);
    for (const later of ['--created', '--exists', '--custom=name']) {
      assert.deepEqual([(await wait(later)).stdout, later], ['{}\n', later]);
    }
    assert.deepEqual((await wait('--deleted')).stdout, '');
    estate.answer(() => ({ body: { name: 'c', properties: { provisioningState: 'Failed' } } }));
    assert.equal((await wait('--deleted')).stderr, 'ERROR: The operation failed\n');
    estate.answer(() => ({ body: { name: 'c', properties: {} } }));
    assert.equal((await wait('--created')).stdout, '{}\n');
    assert.equal((await wait('--custom', 'tags')).stdout, '{}\n');
  });

  const host = (sku: string, enableTunneling: boolean) => () => ({
    body: {
      id: 'x',
      sku: { name: sku },
      properties: { dnsName: 'localhost:1', enableTunneling, enableIpConnect: false },
    },
  });
  const tunnel = (...words: string[]) =>
    estate.az(
      'network',
      'bastion',
      'tunnel',
      '-g',
      'g',
      '-n',
      'b',
      '--resource-port',
      '443',
      '--port',
      '0',
      ...words,
    );
  test('a tunnel needs Standard or Premium with native client, and a target that is an id', async () => {
    const unfit = 'ERROR: Bastion Host SKU must be Standard or Premium and Native Client must be enabled.\n';
    estate.answer(host('Basic', true));
    assert.equal((await tunnel('--target-resource-id', subnet)).stderr, unfit);
    estate.answer(host('Standard', false));
    assert.equal((await tunnel('--target-resource-id', subnet)).stderr, unfit);
    estate.answer(host('Standard', true));
    assert.match(
      (await tunnel('--target-resource-id', 'nonsense')).stderr,
      /^ERROR: Please enter a valid resource ID\. /,
    );
    assert.match(
      (await tunnel('--target-ip-address', '10.0.0.4')).stderr,
      /^ERROR: `--target-ip-address` flag cannot be used when IpConnect/,
    );
  });

  test("the stray $ of Azure's page is taken off with a warning; the tunnel closes after --timeout", async () => {
    estate.answer(host('Standard', true));
    const { code, stdout, stderr } = await tunnel('--target-resource-id', `${subnet}$`, '--timeout', '1');
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(
      stderr,
      /^WARNING: The '\$' at the end of --target-resource-id[^\n]*\nWARNING: Opening tunnel on port: (\d+)\nWARNING: Tunnel is ready, connect on port \1\nWARNING: Ctrl \+ C to close\n$/,
    );
  });

  test('a taken port is refused by tunnel and proxy', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    estate.answer(host('Standard', true));
    const words = [
      '-g',
      'g',
      '-n',
      'b',
      '--resource-port',
      '443',
      '--target-resource-id',
      subnet,
      '--port',
      port,
    ];
    assert.equal(
      (await estate.az('network', 'bastion', 'tunnel', ...words)).stderr,
      'ERROR: Defined port is currently unavailable\n',
    );
    const proxy = await estate.az('connectedk8s', 'proxy', '-g', 'g', '-n', 'c', '--port', port);
    assert.equal(proxy.code, 1);
    assert.match(
      proxy.stderr,
      new RegExp(
        `^ERROR: Port ${port} is already in use\\. Please select a different port with --port option\\.\\n`,
      ),
    );
    taken.close();
  });
});
