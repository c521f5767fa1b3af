import assert from 'node:assert/strict';
import type { ClusterClient, KubeObject } from '../../src/apimachinery/client.ts';
import { findCondition, isCurrent, withCondition } from '../../src/apimachinery/conditions.ts';
import { asKind, typedClient } from '../../src/apimachinery/kinds.ts';
import { type Clock, rfc3339Seconds, systemClock, systemRandom } from '../../src/base/index.ts';
import { type RunningControllers, startHubControllers } from '../../src/controllers/index.ts';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import {
  internalMemberClusters,
  memberClusters,
  memberNamespace,
} from '../../src/controllers/kinds/fleet.ts';
import { type Work, works } from '../../src/controllers/kinds/placement.ts';
import { eventually, installFleetKinds, startTestCluster, type TestCluster, testLog } from './harness.ts';

type Labels = Readonly<Record<string, string>>;

/** A hub with its controllers. Its members have no agents: the test says for them what became of their Works. */
export class TestHub implements AsyncDisposable {
  readonly server: TestCluster;
  readonly #clock: Clock;
  #controllers: RunningControllers;

  private constructor(server: TestCluster, clock: Clock) {
    this.server = server;
    this.#clock = clock;
    this.#controllers = this.#start(server.client);
  }

  static async start(options: { readonly clock?: Clock } = {}): Promise<TestHub> {
    const server = await startTestCluster({ profile: 'hub' });
    await installFleetKinds(server.client);
    return new TestHub(server, options.clock ?? systemClock);
  }

  get client() {
    return typedClient(this.server.client);
  }

  #start(hub: ClusterClient): RunningControllers {
    return startHubControllers({
      hub,
      clock: this.#clock,
      random: systemRandom,
      log: testLog,
      snapshotDelays: { collectMs: 0, intervalMs: 0 },
    });
  }

  /** Ends the controllers in the middle of whatever they do and starts others. */
  async restart(clientFor: (client: ClusterClient) => ClusterClient = (client) => client): Promise<void> {
    await this.#controllers.close();
    this.#controllers = this.#start(clientFor(this.server.client));
  }

  /** Makes a member that has joined. */
  async join(name: string, labels: Labels = {}): Promise<void> {
    await this.client.create(memberClusters, {
      apiVersion: memberClusters.apiVersion,
      kind: memberClusters.kind,
      metadata: { name, labels: { ...labels } },
      spec: { identity: { kind: 'User', name: `agent-${name}` } },
    });
    await this.#sayJoined(name, 'True');
    await eventually(
      this.server.client,
      memberClusters,
      { name },
      (it) => findCondition(it?.status?.conditions, 'Joined')?.status === 'True',
    );
  }

  /** Deletes a member, whose agent then says that it left. */
  async leave(name: string): Promise<void> {
    await this.client.delete(memberClusters, { name });
    await this.#sayJoined(name, 'False');
    await eventually(this.server.client, memberClusters, { name }, (it) => it === undefined);
  }

  async #sayJoined(name: string, joined: 'True' | 'False'): Promise<void> {
    const agent = { name, namespace: memberNamespace(name) };
    const listed = await eventually(this.server.client, internalMemberClusters, agent, (it) =>
      joined === 'True' ? Boolean(it) : it?.spec.state === 'Leave',
    );
    assert.ok(listed);
    const nowText = rfc3339Seconds(Date.now());
    const { generation = 0 } = listed.metadata;
    const said = (type: string, status: 'True' | 'False') => ({
      type,
      status,
      reason: 'Said',
      message: '',
      observedGeneration: generation,
      lastTransitionTime: nowText,
    });
    const conditions = [said('Joined', joined), said('Healthy', 'True')];
    const status = { agentStatus: [{ type: 'MemberAgent', conditions, lastReceivedHeartbeat: nowText }] };
    await this.server.client.update(internalMemberClusters, { ...listed, status }, { subresource: 'status' });
  }

  async makeNamespace(name: string, color = 'red'): Promise<void> {
    await this.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const metadata = { name: 'settings', namespace: name };
    await this.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { color } });
  }

  /** What a member's agent says of a Work in the state in which it is then; waits for the Work when it is not there. */
  async report(member: string, name: string, verdict: 'available' | 'failed' = 'available'): Promise<void> {
    const target = { name, namespace: memberNamespace(member) };
    const work = await eventually(this.server.client, works, target, (it) => Boolean(it));
    assert.ok(work);
    await this.#say(work, verdict);
  }

  /** Says so of every Work that there is or that comes, until it is told to end. */
  reportAll(): () => void {
    const watch = this.server.client.watch(
      works,
      {},
      {
        onEvent: (event) => {
          if (event.type === 'BOOKMARK' || event.type === 'DELETED') return;
          const work = asKind(works, event.object);
          if (isReported(work)) return;
          // Whoever wrote in between brings another event.
          this.#say(work, 'available').catch(() => {});
        },
        onError: () => {},
      },
    );
    return () => watch.close();
  }

  async #say(work: Work, verdict: 'available' | 'failed'): Promise<void> {
    const { generation = 0 } = work.metadata;
    const types = verdict === 'failed' ? ['Applied'] : ['Applied', 'Available'];
    let conditions = (work.status?.conditions ?? []).filter(({ type }) => types.includes(type));
    for (const type of types) {
      const status = verdict === 'failed' ? 'False' : 'True';
      const said = { type, status, reason: 'Said', message: '', observedGeneration: generation } as const;
      conditions = withCondition(conditions, said, Date.now());
    }
    await this.server.client.update(works, { ...work, status: { conditions } }, { subresource: 'status' });
  }

  /** Resolves once an object is as `holds` wants it, and with it. */
  until<T extends KubeObject>(
    kind: Parameters<typeof eventually<T>>[1],
    target: { readonly name: string; readonly namespace?: string },
    holds: (object: T) => boolean,
  ): Promise<T> {
    return eventually(this.server.client, kind, target, (it) => it !== undefined && holds(it)).then((it) => {
      assert.ok(it);
      return it;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controllers.close();
    await this.server.close();
  }
}

function isReported({ metadata, status }: Work): boolean {
  return isCurrent(findCondition(status?.conditions, 'Available'), metadata.generation, 'True');
}
