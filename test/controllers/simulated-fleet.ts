import assert from 'node:assert/strict';
import type { ClusterClient, KubeObject } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { defineKind, type TypedClient, typedClient } from '../../src/apimachinery/kinds.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import {
  type RunningControllers,
  startHubControllers,
  startMemberAgent,
} from '../../src/controllers/index.ts';
import { namespaces } from '../../src/controllers/kinds/core.ts';
import { memberClusters, memberNamespace } from '../../src/controllers/kinds/fleet.ts';
import { appliedWorks } from '../../src/controllers/kinds/placement.ts';
import {
  eventually,
  eventuallyAll,
  installFleetKinds,
  installMemberKinds,
  startTestCluster,
  type TestCluster,
  testLog,
} from './harness.ts';

const surroundings = { clock: systemClock, random: systemRandom, log: testLog };

/** A client that answers until it is killed, as when its process is gone: nothing that it was about to write is written. */
function mortal(client: ClusterClient): { readonly client: ClusterClient; kill(): void } {
  let isDead = false;
  return {
    kill: () => {
      isDead = true;
    },
    client: new Proxy(client, {
      get(target, name) {
        const own: unknown = Reflect.get(target, name);
        if (typeof own !== 'function') return own;
        return (...sent: unknown[]) =>
          isDead && name !== 'watch' ? Promise.reject(new Error('killed')) : own.apply(target, sent);
      },
    }),
  };
}

/** Controllers with the clients that they die with. */
interface Process {
  kill(): Promise<void>;
}

/** A cluster that may be a member: under which name, and whether its agent runs. */
export interface SimulatedCluster {
  readonly id: string;
  readonly server: TestCluster;
  memberName: string | undefined;
  agent: Process | undefined;
  /** What it kept of earlier memberships, `kind/namespace/name`. */
  kept: ReadonlySet<string>;
}

/** A hub and clusters, all real; controllers and agents are killed and started again. */
export class SimulatedFleet implements AsyncDisposable {
  readonly hub: TestCluster;
  readonly clusters: readonly SimulatedCluster[];
  #controllers: Process;

  private constructor(hub: TestCluster, clusters: readonly SimulatedCluster[]) {
    this.hub = hub;
    this.clusters = clusters;
    this.#controllers = this.#startHub();
  }

  static async start(count: number): Promise<SimulatedFleet> {
    const hub = await startTestCluster({ profile: 'hub' });
    await installFleetKinds(hub.client);
    const clusters: SimulatedCluster[] = [];
    for (let at = 0; at < count; at++) {
      const server = await startTestCluster();
      await installMemberKinds(server.client);
      clusters.push({ id: `k${at}`, server, memberName: undefined, agent: undefined, kept: new Set() });
    }
    return new SimulatedFleet(hub, clusters);
  }

  get client(): TypedClient {
    return typedClient(this.hub.client);
  }

  get members(): readonly (SimulatedCluster & { readonly memberName: string })[] {
    return this.clusters.flatMap((cluster) =>
      cluster.memberName === undefined ? [] : [Object.assign(cluster, { memberName: cluster.memberName })],
    );
  }

  #startHub(): Process {
    const { client, kill } = mortal(this.hub.client);
    const snapshotDelays = { collectMs: 0, intervalMs: 0 };
    return dying(startHubControllers({ ...surroundings, hub: client, snapshotDelays }), [kill]);
  }

  async restartHub(): Promise<void> {
    await this.#controllers.kill();
    this.#controllers = this.#startHub();
  }

  async silence(cluster: SimulatedCluster): Promise<void> {
    await cluster.agent?.kill();
    cluster.agent = undefined;
  }

  speak(cluster: SimulatedCluster): void {
    if (cluster.memberName === undefined || cluster.agent) return;
    const { memberName } = cluster;
    const identity = {
      ...{ username: `agent-of-${memberName}`, uid: '', extra: {} },
      groups: ['system:authenticated'],
    };
    const hub = mortal(this.hub.clientAs(identity));
    const member = mortal(cluster.server.client);
    const parts = { hub: hub.client, member: member.client, memberName };
    cluster.agent = dying(startMemberAgent({ ...surroundings, ...parts }), [hub.kill, member.kill]);
  }

  /** Has a cluster join; the hub and its agent see to the rest. */
  async join(
    cluster: SimulatedCluster,
    member: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  ): Promise<void> {
    const { name, labels } = member;
    await this.client.create(memberClusters, {
      apiVersion: memberClusters.apiVersion,
      kind: memberClusters.kind,
      metadata: { name, labels: { ...labels } },
      spec: { identity: { kind: 'User', name: `agent-of-${name}` }, heartbeatPeriodSeconds: 1 },
    });
    cluster.memberName = name;
    this.speak(cluster);
    await eventually(
      this.hub.client,
      memberClusters,
      { name },
      (it) => findCondition(it?.status?.conditions, 'Joined')?.status === 'True',
    );
  }

  /** Has a member leave, with all that it has; when `isWiped`, somebody cleans the cluster up afterwards. */
  async leave(cluster: SimulatedCluster, isWiped: boolean): Promise<void> {
    const { memberName = '' } = cluster;
    this.speak(cluster);
    await this.client.delete(memberClusters, { name: memberName });
    await eventually(this.hub.client, memberClusters, { name: memberName }, (it) => it === undefined);
    await this.silence(cluster);
    cluster.memberName = undefined;
    const left = await this.client.find(namespaces, { name: memberNamespace(memberName) });
    assert.equal(left, undefined, `the namespace of ${memberName} is there after it left`);
    if (isWiped) await wipe(cluster.server.client);
    cluster.kept = new Set(await heldBy(cluster.server.client));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controllers.kill();
    for (const cluster of this.clusters) {
      await this.silence(cluster);
      await cluster.server.close();
    }
    await this.hub.close();
  }
}

function dying(controllers: RunningControllers, kills: readonly (() => void)[]): Process {
  return {
    async kill() {
      for (const kill of kills) kill();
      await controllers.close();
    },
  };
}

async function wipe(client: ClusterClient): Promise<void> {
  const typed = typedClient(client);
  for (const { metadata } of (await typed.list(appliedWorks)).items) {
    await typed.delete(appliedWorks, { name: metadata.name ?? '' });
  }
  await eventuallyAll(client, appliedWorks, {}, (all) => all.length === 0);
  await eventuallyAll(client, namespaces, {}, (all) => !all.some(isPlaced));
}

/** Namespaces of the simulation begin with `space-`. */
export function isPlaced({ metadata: { name = '', namespace = name } }: KubeObject): boolean {
  return namespace.startsWith('space-');
}

const configMaps = defineKind<KubeObject>('v1', 'ConfigMap', 'configmaps');

/** What of the simulation is on a cluster, as `kind/namespace/name`. */
export async function heldBy(client: ClusterClient): Promise<readonly string[]> {
  const typed = typedClient(client);
  const [spaces, maps, applied] = await Promise.all([
    typed.list(namespaces),
    typed.list(configMaps),
    typed.list(appliedWorks),
  ]);
  return [
    ...spaces.items.filter(isPlaced).map(({ metadata }) => `Namespace//${metadata.name}`),
    ...maps.items
      .filter((map) => isPlaced(map) && map.metadata.name !== 'kube-root-ca.crt')
      .map(({ metadata }) => `ConfigMap/${metadata.namespace}/${metadata.name}`),
    ...applied.items.map(({ metadata }) => `AppliedWork//${metadata.name}`),
  ];
}
