import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { TestEstate } from './estate.ts';

/** What people's tools meet first at Resource Manager: names, versions, places, and what comes back of what was sent. */
let estate: TestEstate;
let group: string;
let subscription: string;

before(async () => {
  estate = await TestEstate.start();
  const made = await estate.succeeds('az group create -n g -l eastus --query id -o tsv');
  group = made.stdout.trim();
  subscription = group.split('/').slice(0, 3).join('/');
});

after(() => estate?.[Symbol.asyncDispose]());

const aks = '2025-05-01';
const fleet = '2025-03-01';

async function send(method: string, path: string, body?: JsonObject) {
  const reply = await estate.request(method, path, body && JSON.stringify(body));
  const parsed: unknown = reply.text === '' ? {} : JSON.parse(reply.text);
  const json = isObject(parsed as JsonObject) ? (parsed as JsonObject) : {};
  return { status: reply.status, body: json, code: read(json, 'error', 'code') };
}

function read(value: unknown, ...path: (string | number)[]): unknown {
  let found: unknown = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

async function settled(path: string): Promise<JsonObject> {
  for (;;) {
    const { body } = await send('GET', path);
    const state = read(body, 'properties', 'provisioningState');
    if (state === 'Succeeded' || state === 'Failed') return body;
  }
}

const cluster = (name: string) =>
  `${group}/providers/Microsoft.ContainerService/managedClusters/${name}?api-version=${aks}`;
const fleetPath = (name: string) =>
  `${group}/providers/Microsoft.ContainerService/fleets/${name}?api-version=${fleet}`;

test('the metadata names the identity provider that every client accepts', async () => {
  const { body } = await send('GET', '/metadata/endpoints?api-version=2022-09-01');
  assert.equal(read(body, 'authentication', 'identityProvider'), 'AAD');
  assert.match(String(read(body, 'authentication', 'loginEndpoint')), /\/adfs$/);
});

test('a cluster answers what was sent: version alias, disks and profiles', async () => {
  const body = {
    location: 'East US',
    identity: { type: 'SystemAssigned' },
    properties: {
      dnsPrefix: 'k',
      kubernetesVersion: '1.33',
      securityProfile: { workloadIdentity: { enabled: true } },
      autoScalerProfile: { expander: 'random' },
      agentPoolProfiles: [
        {
          name: 'np',
          count: 1,
          vmSize: 'Standard_D2as_v5',
          mode: 'System',
          osSKU: 'AzureLinux',
          osDiskSizeGB: 64,
          orchestratorVersion: '1.33',
        },
      ],
    },
  };
  assert.equal((await send('PUT', cluster('k'), body)).status, 201);
  for (const round of ['created', 'sent again']) {
    const shown = await settled(cluster('k'));
    const { properties } = shown;
    assert.equal(shown.location, 'eastus', round);
    assert.equal(read(properties, 'kubernetesVersion'), '1.33', round);
    assert.match(String(read(properties, 'currentKubernetesVersion')), /^1\.33\.\d+$/);
    assert.deepEqual(read(properties, 'securityProfile'), { workloadIdentity: { enabled: true } });
    assert.deepEqual(read(properties, 'autoScalerProfile'), { expander: 'random' });
    const pool = read(properties, 'agentPoolProfiles', 0);
    assert.equal(read(pool, 'osSKU'), 'AzureLinux');
    assert.equal(read(pool, 'osDiskSizeGB'), 64);
    assert.equal(read(pool, 'orchestratorVersion'), '1.33');
    assert.match(String(read(pool, 'currentOrchestratorVersion')), /^1\.33\.\d+$/);
    assert.match(String(read(properties, 'nodeResourceGroup')), /_eastus$/);
    assert.equal((await send('PUT', cluster('k'), { ...body, tags: { round } })).status, 200);
  }
});

test('a cluster and its pools that are asked for without a version, or with a minor one, keep answering the minor one', async () => {
  const pool = { name: 'np', count: 1, vmSize: 'Standard_D2as_v5', mode: 'System', upgradeSettings: {} };
  const versionsOf = (shown: unknown) => ({
    cluster: [read(shown, 'kubernetesVersion'), read(shown, 'currentKubernetesVersion')],
    pools: [0, 1].map((at) => [
      read(shown, 'agentPoolProfiles', at, 'orchestratorVersion'),
      read(shown, 'agentPoolProfiles', at, 'currentOrchestratorVersion'),
    ]),
  });
  for (const kubernetesVersion of ['', '1.34']) {
    const named = `unnamed${kubernetesVersion.length}`;
    const properties = { dnsPrefix: named, kubernetesVersion, agentPoolProfiles: [pool] };
    assert.equal((await send('PUT', cluster(named), { location: 'eastus', properties })).status, 201);
    await settled(cluster(named));
    const added = cluster(named).replace('?', '/agentPools/more?');
    assert.equal((await send('PUT', added, { properties: { ...pool, mode: 'User' } })).status, 201);
    await settled(added);
    const { properties: answered } = await settled(cluster(named));
    // az sends the object without anything in it.
    const sentEmpty = read(answered, 'agentPoolProfiles', 0, 'upgradeSettings');
    assert.deepEqual(sentEmpty, { maxSurge: '10%', maxUnavailable: '0' });
    assert.equal(read(answered, 'agentPoolProfiles', 0, 'enableUltraSSD'), false);
    const shown = versionsOf(answered);
    const current = String(shown.cluster[1]);
    const minor = current.split('.', 2).join('.');
    assert.match(current, /^1\.\d+\.\d+$/);
    assert.ok(kubernetesVersion === '' || kubernetesVersion === minor);
    const both = [minor, current];
    assert.deepEqual(shown, { cluster: both, pools: [both, both] });
  }
});

test('versions, upgrades and machine sizes can be asked for', async () => {
  const versions = await send(
    'GET',
    `${subscription}/providers/Microsoft.ContainerService/locations/eastus/kubernetesVersions?api-version=${aks}`,
  );
  const minors = read(versions.body, 'values');
  assert.ok(Array.isArray(minors) && minors.some((minor) => read(minor, 'version') === '1.36'));
  const profile = await send('GET', cluster('k').replace('/k?', '/k/upgradeProfiles/default?'));
  const upgrades = read(profile.body, 'properties', 'controlPlaneProfile', 'upgrades');
  assert.ok(Array.isArray(upgrades) && upgrades.length > 0);
  assert.ok(upgrades.every((upgrade) => /^1\.3[34]\./.test(String(read(upgrade, 'kubernetesVersion')))));
  const sizes = await send(
    'GET',
    `${subscription}/providers/Microsoft.Compute/locations/eastus/vmSizes?api-version=2024-11-01`,
  );
  const named = read(sizes.body, 'value');
  assert.ok(Array.isArray(named) && named.some((size) => read(size, 'name') === 'Standard_A8_v2'));
});

test('a hub stands under the normal form of its location, and tags change at once', async () => {
  const body = { location: 'East US', properties: { hubProfile: { dnsPrefix: 'f' } } };
  assert.equal((await send('PUT', fleetPath('f'), body)).status, 201);
  const shown = await settled(fleetPath('f'));
  assert.match(String(read(shown, 'properties', 'hubProfile', 'fqdn')), /\.hcp\.eastus\./);
  for (const round of ['one', 'two']) {
    const patched = await send('PATCH', fleetPath('f'), { tags: { round } });
    assert.deepEqual([patched.status, read(patched.body, 'tags', 'round')], [200, round]);
    assert.equal(read(patched.body, 'properties', 'provisioningState'), 'Succeeded');
  }
});

test('a PATCH adds no hub, and a fleet without one has no credentials', async () => {
  assert.equal((await send('PUT', fleetPath('plain'), { location: 'eastus' })).status, 201);
  await settled(fleetPath('plain'));
  await send('PATCH', fleetPath('plain'), { properties: { hubProfile: { dnsPrefix: 'x' } } });
  assert.equal(read(await settled(fleetPath('plain')), 'properties', 'hubProfile'), undefined);
  const refused = await send('POST', fleetPath('plain').replace('?', '/listCredentials?'));
  assert.equal(refused.code, 'InvalidHubOperation');
});

test('a hub that is not private takes no subnets', async () => {
  const vnet = `${group}/providers/Microsoft.Network/virtualNetworks/vnet`;
  const subnet = { name: 's', properties: { addressPrefix: '10.9.0.0/24' } };
  const made = await send('PUT', `${vnet}?api-version=2024-05-01`, {
    location: 'eastus',
    properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] }, subnets: [subnet] },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const subnetId = `${vnet}/subnets/s`;
  const put = (hubProfile: JsonObject) =>
    send('PUT', fleetPath('open'), { location: 'eastus', properties: { hubProfile } });
  assert.equal((await put({ agentProfile: { subnetId } })).code, 'AgentSubnetUnsupported');
  assert.equal((await put({ apiServerAccessProfile: { subnetId } })).code, 'APIServerSubnetUnsupported');
  assert.equal((await send('DELETE', `${vnet}?api-version=2024-05-01`)).status, 202);
});

test('the scope of a resource is the same when all its slashes are escaped', async () => {
  const scope = `${group}/providers/Microsoft.ContainerService/fleets/nobody`.slice(1);
  for (const escaped of [encodeURIComponent(scope), `%2F${encodeURIComponent(scope).toLowerCase()}`]) {
    const locks = `/${escaped}/providers/Microsoft.Authorization/locks?api-version=2020-05-01`;
    const { status, code } = await send('GET', locks);
    assert.deepEqual([status, code], [404, 'ParentResourceNotFound']);
  }
});

test('a refused method is told which methods there are', async () => {
  const fleets = `${group}/providers/Microsoft.ContainerService/fleets`;
  const version = `api-version=${fleet}`;
  const paths: Record<string, readonly [method: string, path: string]> = {
    'GET, HEAD, PUT, PATCH, DELETE': ['OPTIONS', `${fleets}/nobody?${version}`],
    'GET, HEAD': ['PUT', `${fleets}?${version}`],
    '': ['POST', `${fleets}/nobody/nothing?${version}`],
    'GET, HEAD, PUT, DELETE': ['PATCH', `${cluster('nobody').replace('?', '/agentPools/np?')}`],
    'PUT, DELETE': ['GET', `${subscription}/tagNames/t?api-version=2021-04-01`],
  };
  for (const [allowed, [method, path]] of Object.entries(paths)) {
    const reply = await estate.request(method, path);
    assert.equal(reply.status, 405, `${method} ${path}: ${reply.text}`);
    assert.equal(reply.headers['allow'], allowed, `${method} ${path}`);
  }
});

test('what is not built says so, and an invented version is refused', async () => {
  const history = await send(
    'POST',
    '/providers/Microsoft.ResourceGraph/resourcesHistory?api-version=2021-06-01-preview',
    {},
  );
  assert.deepEqual([history.status, history.code], [501, 'NotImplemented']);
  const typo = await send('GET', fleetPath('f').replace(fleet, '2025-03-02'));
  assert.deepEqual([typo.status, typo.code], [400, 'NoRegisteredProviderFound']);
  const locks = `/${encodeURIComponent(group)}/providers/Microsoft.Authorization/locks?api-version=2020-05-01`;
  assert.equal((await send('GET', locks)).status, 200);
  const filtered = await send('GET', fleetPath('').replace('/?', '?').concat("&$filter=name eq 'x'"));
  assert.equal(filtered.status, 400);
});

test('a template is read as az sends it: with comments, and names without quotes', async () => {
  await using estate = await TestEstate.start();
  await estate.succeeds('az group create -n rg -l eastus -o none');
  const subscription = `/subscriptions/${estate.status['subscriptionId']}`;
  const version = 'api-version=2024-07-01';
  const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
  for (const scope of ['', subscription, `${subscription}/resourceGroups/rg`]) {
    const location = scope.endsWith('rg') ? '' : 'location: "eastus", ';
    const asAzSends = `{${location}properties: {"mode": "Incremental", template:{ // a comment\n $schema: '${schema}',
      contentVersion: '1.0.0.0', resources: [], }}}`;
    const deployments = `${scope}/providers/Microsoft.Resources/deployments`;
    for (const [method, path, expected] of [
      ['POST', `${deployments}/d/validate`, 200],
      ['POST', `${deployments}/d/whatIf`, 200],
      ['PUT', `${deployments}/d`, 201],
    ] as const) {
      const { status, text } = await estate.request(method, `${path}?${version}`, asAzSends);
      assert.equal(status, expected, `${method} ${path}: ${text}`);
    }
    const list = await estate.request('GET', `${deployments}?${version}`);
    assert.deepEqual([list.status, JSON.parse(list.text).value.length], [200, 1]);
    const stack = await estate.request(
      'PUT',
      `${scope}/providers/Microsoft.Resources/deploymentStacks/d?${version}`,
      '{}',
    );
    assert.match(stack.text, /not built in Drydock yet/);
  }
  const operations = `${subscription}/resourceGroups/rg/providers/Microsoft.Resources/deployments/none/operations`;
  const missing = await estate.request('GET', `${operations}?${version}`);
  assert.match(missing.text, /DeploymentNotFound/);
  for (const words of ['group export -n rg']) {
    const { code, stderr } = await estate.script(`az ${words}`);
    assert.equal(code, 1);
    assert.match(stderr, /^ERROR: 'az [a-z ]+' is not built in Drydock yet\.\n$/);
  }
});
