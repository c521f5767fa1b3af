import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import {
  arcCluster,
  bastion,
  edge,
  fleetMember,
  fleetWithHub,
  managedCluster,
  type Wanted,
} from '../support/resources.ts';
import { KillableServer } from './killable.ts';

const kubernetesApplication = '6dae42f8-4368-4678-94ff-3960e28e3630';
const clusterAdminRole = 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b';
const readerRole = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const finalizer = 'example.com/held';
/** Looks at something that has to come; on the busiest machine this is a matter of minutes, not of seconds. */
const looks = 2_000;
const pauseMs = 40;

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `look` finds nothing wrong any more. */
async function reached(what: string, look: () => Promise<string | undefined>): Promise<void> {
  for (let tried = 0; ; tried++) {
    const wrong = await look();
    if (wrong === undefined) return;
    assert.ok(tried < looks, `${what} is not reached: ${wrong}`);
    await later(pauseMs);
  }
}

class Subject {
  readonly server: KillableServer;
  readonly group: string;
  readonly objectId: string;
  /** What was promised in the round: it comes, or goes, without being asked for again. */
  readonly made = new Map<string, Wanted>();
  readonly removed = new Set<string>();
  #serverName = '';

  constructor(server: KillableServer, parts: { readonly group: string; readonly objectId: string }) {
    this.server = server;
    this.group = parts.group;
    this.objectId = parts.objectId;
  }

  async put({ id, version, body }: Wanted) {
    const answer = await this.server.call('PUT', `${id}?api-version=${version}`, { body });
    if (answer.status === 200 || answer.status === 201) this.made.set(id, { id, version, body });
    return answer;
  }

  /** Makes it and waits; asks until it is taken, as what it rests on may be on its way. */
  async insist(wanted: Wanted): Promise<void> {
    await reached(wanted.id, async () => {
      const { status, text } = await this.put(wanted);
      assert.ok(status < 500, text);
      return status < 300 ? undefined : text;
    });
    await this.succeeded(wanted);
  }

  succeeded({ id, version }: Wanted): Promise<void> {
    return reached(id, async () => {
      const { status, text } = await this.server.call('GET', `${id}?api-version=${version}`);
      assert.equal(status, 200, `${id} was promised: ${text}`);
      const { properties } = JSON.parse(text);
      assert.notEqual(properties.provisioningState, 'Failed', text);
      return [undefined, 'Succeeded'].includes(properties.provisioningState) ? undefined : text;
    });
  }

  async delete(id: string, version: string): Promise<void> {
    const { status } = await this.server.call('DELETE', `${id}?api-version=${version}`);
    if (status < 300) this.removed.add(id);
  }

  async useCluster(id: string): Promise<void> {
    const { text } = await this.server.call('GET', `${id}?api-version=2025-05-01`);
    this.#serverName = JSON.parse(text).properties.fqdn;
  }

  async kube(method: string, path: string, body?: JsonObject) {
    const call = { serverName: this.#serverName, audience: kubernetesApplication };
    const contentType = method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {};
    return this.server.call(method, path, { ...call, ...contentType, ...(body && { body }) });
  }

  role(name: string, definition: string, scope = this.group): Wanted {
    const [subscription = ''] = this.group.split('/resourceGroups/');
    const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${definition}`;
    return {
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      version: '2022-04-01',
      body: { properties: { roleDefinitionId, principalId: this.objectId, principalType: 'User' } },
    };
  }

  async credential(cluster: string): Promise<string | undefined> {
    const { status, text } = await this.server.call(
      'POST',
      `${cluster}/listClusterAdminCredential?api-version=2025-05-01`,
    );
    return status === 200 ? JSON.parse(text).kubeconfigs[0].value : undefined;
  }
}

async function build(server: KillableServer) {
  const { text } = await server.call('GET', '/subscriptions?api-version=2022-12-01');
  const [{ id: root }] = JSON.parse(text).value;
  const group = `${root}/resourceGroups/rg`;
  const subject = new Subject(server, { group, objectId: await server.objectId() });
  const base = managedCluster(group, 'base');
  const properties = { ...(isObject(base.body['properties']) && base.body['properties']) };
  const withEntra = { ...properties, aadProfile: { managed: true, enableAzureRBAC: true } };
  const below = edge(group);
  const fleet = fleetWithHub(group, 'f');
  await subject.insist({ id: group, version: '2024-11-01', body: { location: 'eastus' } });
  await subject.put({ ...base, body: { ...base.body, properties: withEntra } });
  await subject.put(fleet);
  for (const wanted of below.all) await subject.insist(wanted);
  await subject.insist(subject.role('00000000-0000-4000-8000-000000000001', clusterAdminRole));
  await subject.succeeded(base);
  await subject.succeeded(fleet);
  await subject.useCluster(base.id);
  await reached('the role', async () => {
    const { status, text: said } = await subject.kube('GET', '/api/v1/namespaces');
    return status === 200 ? undefined : said;
  });
  return { subject, fleet, base, below };
}

const object = (kind: string, name: string, more: JsonObject = {}): JsonObject => ({
  ...{ apiVersion: 'v1', kind, metadata: { name } },
  ...more,
});

test('a join, an Arc cluster, a Bastion, a role, a credential, an address and a namespace that goes converge, wherever the process was killed', async (t) => {
  const random = attackRandom('kill-points');
  await using server = await KillableServer.create();
  const { subject, fleet, base, below } = await build(server);
  let credential: string | undefined;
  for (let round = 0; round < attackTries(1); round++) {
    const { group } = subject;
    subject.made.clear();
    subject.removed.clear();
    const name = `r${round}`;
    const cluster = managedCluster(group, name);
    const arc = arcCluster(group, name, below);
    const bastionParts = bastion(group, name);
    const roleName = (n: number) =>
      `00000000-0000-4000-8000-${String(round * 10 + n + 10).padStart(12, '0')}`;
    // On the round's own cluster: nobody has a role twice at one scope.
    const kept = subject.role(roleName(1), readerRole, cluster.id);
    // What the round begins with: a cluster to join, a namespace with what holds it, a role to be taken.
    await subject.insist(cluster);
    const namespace = `/api/v1/namespaces/${name}`;
    for (const [path, body] of [
      ['/api/v1/namespaces', object('Namespace', name)],
      [
        `${namespace}/configmaps`,
        object('ConfigMap', 'held', { metadata: { name: 'held', finalizers: [finalizer] } }),
      ],
    ] as const)
      assert.equal((await subject.kube('POST', path, body)).status, 201);
    let namespaceGoes = false;
    let serviceMade = false;
    const begin = async (what: () => Promise<unknown>) => {
      await later(random.integer(60));
      await what().catch(() => undefined);
    };
    const asked = Promise.all([
      begin(() => subject.put(fleetMember(fleet.id, name, cluster.id))),
      begin(async () => {
        for (const wanted of arc) await subject.put(wanted);
      }),
      begin(async () => {
        for (const wanted of bastionParts) await subject.put(wanted);
      }),
      begin(async () => {
        await subject.put(kept);
        await subject.delete(kept.id, kept.version);
      }),
      begin(async () => {
        namespaceGoes = (await subject.kube('DELETE', namespace)).status === 200;
      }),
      begin(async () => {
        const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
        const body = object('Service', name, { spec });
        serviceMade =
          (await subject.kube('POST', '/api/v1/namespaces/default/services', body)).status === 201;
      }),
      begin(async () => {
        const given = await subject.credential(base.id);
        credential ??= given;
        assert.equal(given, credential);
      }),
    ]);
    await later(30 + random.integer(500));
    await server.kill();
    await asked;
    await server.startUnderFire(random.integer(3), random);
    t.diagnostic(
      `round ${round}: promised ${subject.made.size}, namespace ${namespaceGoes}, service ${serviceMade}`,
    );

    for (const wanted of [...subject.made.values()]) {
      if (wanted.id === kept.id) continue;
      await subject.succeeded(wanted);
    }
    const role = await server.call('GET', `${kept.id}?api-version=${kept.version}`);
    if (subject.removed.has(kept.id)) assert.equal(role.status, 404, 'a role that was taken stays taken');
    else if (!subject.made.has(kept.id)) assert.ok([200, 404].includes(role.status), role.text);
    // What nobody promised is asked for again, and what was is taken once more.
    for (const wanted of [fleetMember(fleet.id, name, cluster.id), ...arc, ...bastionParts, kept])
      await subject.insist(wanted);
    const again = await subject.credential(base.id);
    credential ??= again;
    assert.equal(again, credential, 'a credential that was given is given again');

    if (!serviceMade)
      await subject.kube(
        'POST',
        '/api/v1/namespaces/default/services',
        object('Service', name, { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }),
      );
    await reached('an address', async () => {
      const { text } = await subject.kube('GET', `/api/v1/namespaces/default/services/${name}`);
      return JSON.parse(text).status?.loadBalancer?.ingress ? undefined : text;
    });
    if (!namespaceGoes) assert.ok([200, 409].includes((await subject.kube('DELETE', namespace)).status));
    await reached('the word of what holds the namespace', async () => {
      const { status, text } = await subject.kube('GET', namespace);
      assert.equal(status, 200, 'its object is held');
      return text.includes(finalizer) ? undefined : text;
    });
    const freed = await subject.kube('PATCH', `${namespace}/configmaps/held`, {
      metadata: { finalizers: null },
    });
    assert.equal(freed.status, 200, freed.text);
    await reached('the end of the namespace', async () => {
      const { status, text } = await subject.kube('GET', namespace);
      return status === 404 ? undefined : text;
    });
  }
});
