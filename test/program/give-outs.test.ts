import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { KillableServer } from './killable.ts';

const kubernetesApplication = '6dae42f8-4368-4678-94ff-3960e28e3630';
const clusterAdminRole = 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b';
const servicesPath = '/api/v1/namespaces/default/services';
const servicesPerRound = 12;
/** Looks at something that has to come; on the busiest machine this is a matter of minutes, not of seconds. */
const looks = 2_000;
const pauseMs = 40;

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Service {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly type: string; readonly ports: readonly { readonly nodePort?: number }[] };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } };
}

/** A cluster whose services are made while the process is killed. */
class Subject {
  readonly server: KillableServer;
  readonly #cluster: string;
  #serverName = '';

  private constructor(server: KillableServer, cluster: string) {
    this.server = server;
    this.#cluster = cluster;
  }

  static async of(server: KillableServer): Promise<Subject> {
    const { text } = await server.call('GET', '/subscriptions?api-version=2022-12-01');
    const [{ id: root }] = JSON.parse(text).value;
    const put = async (path: string, version: string, body: object) => {
      const answer = await server.call('PUT', `${path}?api-version=${version}`, { body });
      assert.ok(answer.status < 300, answer.text);
    };
    await put(`${root}/resourceGroups/rg`, '2024-11-01', { location: 'eastus' });
    const cluster = `${root}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/m`;
    await put(cluster, '2025-05-01', {
      location: 'eastus',
      identity: { type: 'SystemAssigned' },
      properties: {
        dnsPrefix: 'm',
        aadProfile: { managed: true, enableAzureRBAC: true },
        agentPoolProfiles: [{ name: 'pool', mode: 'System', count: 1, vmSize: 'Standard_D4s_v3' }],
      },
    });
    const role = `${root}/providers/Microsoft.Authorization/roleDefinitions/${clusterAdminRole}`;
    await put(
      `${cluster}/providers/Microsoft.Authorization/roleAssignments/${clusterAdminRole}`,
      '2022-04-01',
      {
        properties: { roleDefinitionId: role, principalId: await server.objectId(), principalType: 'User' },
      },
    );
    const subject = new Subject(server, cluster);
    await subject.runs();
    // With the token in hand, so that the kills fall into the requests.
    await subject.services();
    return subject;
  }

  /** Starts or stops the cluster. The answer may be lost with the process. */
  power(what: 'start' | 'stop'): Promise<unknown> {
    return this.server.call('POST', `${this.#cluster}/${what}?api-version=2025-05-01`).catch(() => undefined);
  }

  /** Waits until the cluster has come to rest and starts it when it is stopped. */
  async runs(): Promise<void> {
    for (let look = 0; ; look++) {
      const { text } = await this.server.call('GET', `${this.#cluster}?api-version=2025-05-01`);
      const { provisioningState, powerState, fqdn } = JSON.parse(text).properties;
      this.#serverName = fqdn;
      assert.notEqual(provisioningState, 'Failed', text);
      if (provisioningState === 'Succeeded' && powerState.code === 'Running') return;
      assert.ok(look < looks, `the cluster does not run: ${text}`);
      if (provisioningState === 'Succeeded') await this.power('start');
      await later(pauseMs);
    }
  }

  /** True when the service was acknowledged. */
  async create(name: string, type: string): Promise<boolean> {
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { type, ports: [{ port: 80 }] },
    };
    const answer = await this.#kube('POST', body).catch(() => undefined);
    return answer?.status === 201;
  }

  async services(): Promise<readonly Service[]> {
    const { status, text } = await this.#kube('GET');
    assert.equal(status, 200, text);
    return JSON.parse(text).items.filter(({ metadata }: Service) => metadata.name !== 'kubernetes');
  }

  #kube(method: string, body?: object) {
    const call = { serverName: this.#serverName, audience: kubernetesApplication };
    return this.server.call(method, servicesPath, { ...call, ...(body && { body }) });
  }
}

test('addresses and node ports are given out once each, wherever the process was killed meanwhile', async (t) => {
  const random = attackRandom('give-outs');
  await using server = await KillableServer.create();
  const subject = await Subject.of(server);
  const acknowledged: string[] = [];
  for (let round = 0; round < attackTries(2); round++) {
    // The kill follows an acknowledgement, into the middle of what the others are waiting for.
    let left = 1 + random.integer(servicesPerRound / 2);
    const enough = Promise.withResolvers<void>();
    const making = Array.from({ length: servicesPerRound }, async (_, n) => {
      const name = `s${round}-${n}`;
      if (!(await subject.create(name, n % 3 === 0 ? 'NodePort' : 'LoadBalancer'))) return;
      acknowledged.push(name);
      if (--left === 0) enough.resolve();
    });
    await Promise.race([enough.promise, Promise.all(making)]);
    const powering = round % 2 === 1 ? subject.power('stop') : undefined;
    await later(random.integer(40));
    await server.kill();
    await Promise.all([...making, powering]);
    await server.start();
    await subject.runs();
  }
  const ready = ({ spec, status }: Service) => spec.type === 'NodePort' || status.loadBalancer?.ingress;
  let services = await subject.services();
  for (let look = 0; !services.every(ready); look++) {
    assert.ok(look < looks, 'not every load balancer has an address');
    await later(pauseMs);
    services = await subject.services();
  }
  const names = new Set(services.map(({ metadata }) => metadata.name));
  assert.deepEqual(
    acknowledged.filter((name) => !names.has(name)),
    [],
    'what was acknowledged is there',
  );
  const addresses = services.flatMap(({ status }) => status.loadBalancer?.ingress?.map(({ ip }) => ip) ?? []);
  const nodePorts = services.flatMap(({ spec }) => spec.ports.map(({ nodePort }) => nodePort));
  t.diagnostic(`${acknowledged.length} services acknowledged, ${services.length} there`);
  assert.ok(addresses.length > 0);
  assert.equal(new Set(addresses).size, addresses.length, 'each address has one service');
  assert.equal(new Set(nodePorts).size, nodePorts.length, 'each node port has one service');
  await server.stop();
  const held = (await server.entries()).filter(({ key }) => key.startsWith('/addresses/documentation/'));
  assert.deepEqual(
    held.map(({ key }) => key.slice(key.lastIndexOf('/') + 1)).sort(),
    [...addresses].sort(),
    'what is held is what is shown',
  );
});
