import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson, isObject, type JsonObject, type Random } from '../../src/base/index.ts';
import type { Entry } from '../../src/store/index.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { type Call, KillableServer } from './killable.ts';

const kubernetesApplication = '6dae42f8-4368-4678-94ff-3960e28e3630';
const clusterAdminRole = '18ab4d3d-a1bf-4477-8ad9-8359bc988f69';
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPa/KKx6G4AjXTwv/LbjtBmIc4VL8YBZge/lhxES9/rr t';
const pauseMs = 40;
/** Looks at something that has to come; on the busiest machine this is a matter of minutes, not of seconds. */
const looks = 2_000;

const group = '/resourceGroups/rg';
const container = `${group}/providers/Microsoft.ContainerService`;
const fleet = `${container}/fleets/f`;
const clusters = [`${container}/managedClusters/m1`, `${container}/managedClusters/m2`] as const;
const members = [`${fleet}/members/m1`, `${fleet}/members/m2`, `${fleet}/members/edge`] as const;
const connected = `${group}/providers/Microsoft.Kubernetes/connectedClusters/edge`;
const instance = `${connected}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
const bridge = `${group}/providers/Microsoft.ResourceConnector/appliances/bridge`;
const customLocation = `${group}/providers/Microsoft.ExtendedLocation/customLocations/cl`;
const network = `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet`;

const versions: readonly (readonly [RegExp, string])[] = [
  [/roleAssignments/, '2022-04-01'],
  [/provisionedClusterInstances/, '2024-01-01'],
  [/connectedClusters/, '2024-01-01'],
  [/fleets/, '2025-03-01'],
  [/managedClusters/, '2025-05-01'],
  [/appliances/, '2022-10-27'],
  [/customLocations/, '2021-08-15'],
  [/logicalNetworks/, '2024-01-01'],
  [/resourceGroups/, '2024-11-01'],
];

/** What people delete, one thing after the other; those of one line at the same moment. */
const plans: readonly { readonly name: string; readonly steps: readonly (readonly string[])[] }[] = [
  { name: 'the group', steps: [[group]] },
  { name: 'the fleet', steps: [[fleet]] },
  { name: 'the members, then the group', steps: [[...members], [group]] },
  { name: 'the clusters before their members', steps: [[...clusters, instance], [...members]] },
  { name: 'the clusters, then the fleet', steps: [[...clusters, instance], [fleet]] },
  { name: 'everything at once', steps: [[fleet, ...members, ...clusters, instance, connected, network]] },
  { name: 'the edge from the top', steps: [[customLocation, network, connected], [instance], [connected]] },
  { name: 'the fleet and the group', steps: [[fleet], [group]] },
];

test('whatever is deleted ends, wherever the process was killed in between', async (t) => {
  const random = attackRandom('deletions');
  await using server = await KillableServer.create();
  const subject = await Subject.of(server);
  const empty = await restingKeys(server);
  await server.start();
  for (let round = 0; round < attackTries(2); round++) {
    const plan = plans[random.integer(plans.length)];
    assert.ok(plan);
    t.diagnostic(`round ${round}: ${plan.name}`);
    const doomed = plan.steps.flat();
    await subject.build();
    await deleteUnderFire(subject, { plan, random });
    await subject.ends(doomed);
    await server.stop();
    assertPlacedStays(await server.entries(), doomed);
    await server.start();
    await subject.ends([group]);
    await server.stop();
    assertNothingLeft(await server.entries(), empty);
    await server.start();
  }
});

/** Asks for the deletions and kills the process while they run, and again while it starts. */
async function deleteUnderFire(
  subject: Subject,
  { plan, random }: { readonly plan: (typeof plans)[number]; readonly random: Random },
): Promise<void> {
  const { server } = subject;
  let dead = false;
  const asked = (async () => {
    for (const step of plan.steps) {
      if (dead) return;
      await Promise.all(step.map((path) => subject.ask(path).catch(() => undefined)));
    }
  })();
  await later(random.integer(700));
  dead = true;
  await server.kill();
  await asked;
  await server.startUnderFire(random.integer(4), random);
}

/** A fleet with members of both kinds and something placed on them, in one resource group. */
class Subject {
  readonly server: KillableServer;
  readonly #root: string;
  readonly #objectId: string;
  /** Deletions that were promised: they end without being asked for again. */
  readonly #promised = new Set<string>();

  private constructor(server: KillableServer, parts: { readonly root: string; readonly objectId: string }) {
    this.server = server;
    this.#root = parts.root;
    this.#objectId = parts.objectId;
  }

  static async of(server: KillableServer): Promise<Subject> {
    const { text } = await server.call('GET', '/subscriptions?api-version=2022-12-01');
    const [subscription] = JSON.parse(text).value;
    return new Subject(server, { root: subscription.id, objectId: await server.objectId() });
  }

  async build(): Promise<void> {
    const location = 'eastus';
    this.#promised.clear();
    await this.#put(group, { location });
    await Promise.all([
      this.#put(fleet, { location, identity: { type: 'SystemAssigned' }, properties: { hubProfile: {} } }),
      ...clusters.map((cluster) => this.#put(cluster, clusterBody(location))),
      this.#buildEdge(location),
    ]);
    for (const path of [fleet, ...clusters, connected, instance]) await this.#succeeded(path);
    const homes = [...clusters, connected];
    await Promise.all(
      members.map((member, at) =>
        this.#put(member, { properties: { clusterResourceId: this.#root + homes[at] } }),
      ),
    );
    for (const member of members) await this.#succeeded(member);
    await this.#place();
  }

  /** Deletes, and remembers what was promised. */
  async ask(path: string): Promise<number> {
    const { status } = await this.#call('DELETE', path);
    if (status === 200 || status === 202 || status === 204) this.#promised.add(path);
    return status;
  }

  /** Waits until all are gone; what nobody promised, or what others still stood on, is asked for again. */
  async ends(paths: readonly string[]): Promise<void> {
    let left = [...paths];
    for (let look = 0; left.length > 0; look++) {
      const still: string[] = [];
      for (const path of left) {
        const { status, text } = await this.#call('GET', path);
        if (status === 404) continue;
        assert.ok(look < looks, `${path} never ends: ${text}`);
        if (!this.#promised.has(path)) await this.ask(path);
        else assertNoneFailed(path, text);
        still.push(path);
      }
      left = still;
      if (left.length > 0) await later(pauseMs);
    }
  }

  async #buildEdge(location: string): Promise<void> {
    const extendedLocation = { type: 'CustomLocation', name: this.#root + customLocation };
    await this.#put(bridge, { location, properties: {} });
    await this.#put(customLocation, {
      location,
      properties: { hostResourceId: this.#root + bridge, namespace: 'cl', clusterExtensionIds: [] },
    });
    await this.#put(network, {
      location,
      extendedLocation,
      properties: {
        subnets: [
          {
            name: 'default',
            properties: {
              addressPrefix: '192.168.50.0/24',
              ipAllocationMethod: 'Static',
              ipPools: [{ start: '192.168.50.20', end: '192.168.50.200' }],
            },
          },
        ],
      },
    });
    await this.#put(connected, {
      location,
      kind: 'ProvisionedCluster',
      identity: { type: 'SystemAssigned' },
      properties: { agentPublicKeyCertificate: '' },
    });
    await this.#put(instance, {
      extendedLocation,
      properties: {
        linuxProfile: { ssh: { publicKeys: [{ keyData: sshKey }] } },
        controlPlane: { count: 1, vmSize: 'Standard_A4_v2' },
        agentPoolProfiles: [{ name: 'pool', count: 1, vmSize: 'Standard_A4_v2', osType: 'Linux' }],
        cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [this.#root + network] } },
      },
    });
  }

  async #place(): Promise<void> {
    const role = `${this.#root}/providers/Microsoft.Authorization/roleDefinitions/${clusterAdminRole}`;
    await this.#put(`${fleet}/providers/Microsoft.Authorization/roleAssignments/${clusterAdminRole}`, {
      properties: { roleDefinitionId: role, principalId: this.#objectId, principalType: 'User' },
    });
    const { text } = await this.#call('GET', fleet);
    const hub = { serverName: JSON.parse(text).properties.hubProfile.fqdn, audience: kubernetesApplication };
    const placement = '/apis/placement.kubernetes-fleet.io/v1/clusterresourceplacements';
    const create = async (path: string, body: JsonObject) => {
      const answer = await this.server.call('POST', path, { ...hub, body });
      assert.equal(answer.status, 201, answer.text);
    };
    await create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'placed' } });
    await create('/api/v1/namespaces/placed/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { a: 'b' },
    });
    await create(placement, {
      apiVersion: 'placement.kubernetes-fleet.io/v1',
      kind: 'ClusterResourcePlacement',
      metadata: { name: 'placed' },
      spec: { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'placed' }] },
    });
    await reached('the placement', async () => {
      const answer = await this.server.call('GET', `${placement}/placed`, hub);
      const { conditions = [] } = JSON.parse(answer.text).status ?? {};
      const applied = (condition: JsonObject) =>
        condition['type'] === 'ClusterResourcePlacementApplied' && condition['status'] === 'True';
      return conditions.some(applied) ? undefined : answer.text;
    });
  }

  async #put(path: string, body: JsonObject): Promise<void> {
    await reached(path, async () => {
      const answer = await this.#call('PUT', path, { body });
      // A name whose last holder is still on its way out is free a moment later.
      return answer.status === 200 || answer.status === 201 ? undefined : answer.text;
    });
  }

  #succeeded(path: string): Promise<void> {
    return reached(path, async () => {
      const { text } = await this.#call('GET', path);
      assertNoneFailed(path, text);
      return JSON.parse(text).properties?.provisioningState === 'Succeeded' ? undefined : text;
    });
  }

  #call(method: string, path: string, call: Call = {}) {
    const version = versions.find(([pattern]) => pattern.test(path))?.[1];
    return this.server.call(method, `${this.#root}${path}?api-version=${version}`, call);
  }
}

function clusterBody(location: string): JsonObject {
  return {
    location,
    identity: { type: 'SystemAssigned' },
    properties: {
      dnsPrefix: 'm',
      agentPoolProfiles: [{ name: 'pool', count: 1, vmSize: 'Standard_DS2_v2', mode: 'System' }],
    },
  };
}

function assertNoneFailed(path: string, text: string): void {
  assert.notEqual(JSON.parse(text).properties?.provisioningState, 'Failed', `${path}: ${text}`);
}

/** Waits until `look` finds nothing wrong any more. */
async function reached(what: string, look: () => Promise<string | undefined>): Promise<void> {
  for (let tried = 0; ; tried++) {
    const wrong = await look();
    if (wrong === undefined) return;
    assert.ok(tried < looks, `${what} is not reached: ${wrong}`);
    await later(pauseMs);
  }
}

/** Keys of a server that holds nothing yet. */
async function restingKeys(server: KillableServer): Promise<ReadonlySet<string>> {
  await server.stop();
  return new Set((await server.entries()).map(({ key }) => key));
}

/** A cluster that leaves its fleet keeps what was placed on it; of the fleet's hub nothing is left. */
function assertPlacedStays(entries: readonly Entry[], deleted: readonly string[]): void {
  const gone = [...clusters, instance].filter((path) => deleted.includes(path) || deleted.includes(group));
  const found = entries.filter(({ key }) => /^\/kube\/[^/]+\/core\/configmaps\/placed\/c$/.test(key));
  const hubs = deleted.includes(fleet) || deleted.includes(group) ? 0 : 1;
  assert.equal(found.length, hubs + members.length - gone.length);
}

function assertNothingLeft(entries: readonly Entry[], empty: ReadonlySet<string>): void {
  const running = entries.filter(({ key, value }) => {
    const operation = key.startsWith('/arm/operations/') ? decodeJson(value) : undefined;
    return isObject(operation) && operation['status'] === 'InProgress';
  });
  assert.deepEqual(
    running.map(({ value }) => Buffer.from(value).toString()),
    [],
  );
  // The activity log tells of what has gone, operations are read for a week; claims belong to nobody and have a limit; keys and tokens are the caller's sign-in.
  const comesAndGoes = /^\/(arm\/(activity|operations|turns)|identity\/(keys|refresh-tokens))\//;
  const left = entries.map(({ key }) => key).filter((key) => !empty.has(key) && !comesAndGoes.test(key));
  assert.deepEqual(left, []);
}

function later(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
