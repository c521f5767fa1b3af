import assert from 'node:assert/strict';
import type { ClusterClient } from '../../src/apimachinery/client.ts';
import { findCondition, isCurrent } from '../../src/apimachinery/conditions.ts';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import {
  type RunningControllers,
  startHubControllers,
  startMemberAgent,
} from '../../src/controllers/index.ts';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import { memberClusters } from '../../src/controllers/kinds/fleet.ts';
import {
  type Binding,
  clusterFamily,
  namespacedFamily,
  type Placement,
} from '../../src/controllers/kinds/placement.ts';
import {
  eventually,
  installFleetKinds,
  installMemberKinds,
  pool,
  startTestCluster,
  type TestCluster,
  testLog,
} from './harness.ts';

const surroundings = { clock: systemClock, random: systemRandom, log: testLog };

/** A hub with its controllers and members with their agents. */
export class TestFleet implements AsyncDisposable {
  readonly hub: TestCluster;
  readonly #members = new Map<string, TestCluster>();
  readonly #agents: RunningControllers[] = [];
  #controllers: RunningControllers | undefined;

  private constructor(hub: TestCluster) {
    this.hub = hub;
  }

  static async start(memberNames: readonly string[]): Promise<TestFleet> {
    const fleet = new TestFleet(await startTestCluster({ profile: 'hub' }));
    await installFleetKinds(fleet.hub.client);
    fleet.startHub();
    for (const name of memberNames) await fleet.#join(name);
    return fleet;
  }

  get client() {
    return typedClient(this.hub.client);
  }

  /** The hub's controllers, in place of those that ran before. */
  startHub(clientFor: (client: ClusterClient) => ClusterClient = (client) => client): void {
    const [hub, snapshotDelays] = [clientFor(this.hub.client), { collectMs: 0, intervalMs: 0 }];
    this.#controllers = startHubControllers({ ...surroundings, hub, snapshotDelays });
  }

  async stopHub(): Promise<void> {
    await this.#controllers?.close();
    this.#controllers = undefined;
  }

  on(name: string): TestCluster {
    const member = this.#members.get(name);
    assert.ok(member);
    return member;
  }

  async #join(name: string): Promise<void> {
    const member = await startTestCluster({ nodes: [pool('nodes', [`${name}-0`])] });
    this.#members.set(name, member);
    await installMemberKinds(member.client);
    const clients = { hub: this.hub.client, member: member.client };
    this.#agents.push(startMemberAgent({ ...surroundings, ...clients, memberName: name }));
    const { apiVersion, kind } = memberClusters;
    const spec = { identity: { kind: 'User', name: `agent-${name}` } };
    await this.client.create(memberClusters, { apiVersion, kind, metadata: { name }, spec });
    await eventually(
      this.hub.client,
      memberClusters,
      { name },
      (it) => findCondition(it?.status?.conditions, 'Joined')?.status === 'True',
    );
  }

  /** A namespace of the hub with a ConfigMap `settings` in it. */
  async makeNamespace(name: string, data: { [key: string]: string } = { color: 'red' }): Promise<void> {
    await this.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const metadata = { name: 'settings', namespace: name };
    await this.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  /** Places a namespace, by default on all members. */
  async place(name: string, spec: Partial<Placement['spec']> = {}, namespace = name): Promise<Placement> {
    const { apiVersion, kind } = clusterFamily.placements;
    const resourceSelectors = [{ group: '', version: 'v1', kind: 'Namespace', name: namespace }];
    const made = { apiVersion, kind, metadata: { name }, spec: { resourceSelectors, ...spec } };
    return this.client.create(clusterFamily.placements, made);
  }

  /** Places what lies in a namespace, by default on all members. */
  async placeIn(namespace: string, name: string, spec: Placement['spec']): Promise<Placement> {
    const { apiVersion, kind } = namespacedFamily.placements;
    const made = { apiVersion, kind, metadata: { name, namespace }, spec };
    return this.client.create(namespacedFamily.placements, made);
  }

  /** Resolves with a placement of the hub once a condition of it, named without its kind, has that status. */
  async until(name: string, type: string, status: 'True' | 'False' = 'True'): Promise<Placement> {
    return this.untilPlacement({ name }, (it) => says(it, type, status));
  }

  async untilPlacement(
    target: { readonly name: string; readonly namespace?: string },
    holds: (placement: Placement) => boolean,
  ): Promise<Placement> {
    const { placements } = target.namespace ? namespacedFamily : clusterFamily;
    const found = await eventually(this.hub.client, placements, target, (it) => Boolean(it && holds(it)));
    assert.ok(found);
    return found;
  }

  /** The one binding of a placement of the hub on a member. */
  async bindingOf(placement: string, member: string): Promise<Binding> {
    const labelSelector = `kubernetes-fleet.io/parent-CRP=${placement}`;
    const { items } = await this.client.list(clusterFamily.bindings, { labelSelector });
    const [binding] = items.filter(({ spec }) => spec.targetCluster === member);
    assert.ok(binding);
    return binding;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopHub();
    for (const agent of this.#agents) await agent.close();
    for (const member of this.#members.values()) await member.close();
    await this.hub.close();
  }
}

/** Whether a placement says so of its current generation. */
export function says(placement: Placement, type: string, status: 'True' | 'False' = 'True'): boolean {
  const condition = findCondition(placement.status?.conditions, `${placement.kind}${type}`);
  return isCurrent(condition, placement.metadata.generation, status);
}
