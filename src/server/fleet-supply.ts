import { type ClusterClient, ClusterError, type KubeObject } from '../apimachinery/client.ts';
import { holds } from '../apimachinery/conditions.ts';
import { typedClient } from '../apimachinery/kinds.ts';
import { type Clock, CodedError, eachAtOnce, type Logger, type Random } from '../base/index.ts';
import type { ClusterHandle, ClusterHost } from '../clusters/index.ts';
import {
  fleetCustomResources,
  managedNamespace,
  memberCustomResources,
  type RunningControllers,
  startHubControllers,
  startMemberAgent,
} from '../controllers/index.ts';
import type { FleetSupply, Leaving, Membership, NamespaceSupply } from '../providers/cluster-supply.ts';
import { hourlyPrice } from '../providers/machine-prices.ts';
import { agentUserPrefix } from './cluster-access.ts';
import type { FleetMemberships } from './fleet-memberships.ts';
import { type ChosenLimits, snapshotDelays } from './limit-settings.ts';
import { createNamespaceSupply, type RunningNamespaces } from './namespace-supply.ts';

const memberClusters = {
  group: 'cluster.kubernetes-fleet.io',
  version: 'v1',
  resource: 'memberclusters',
} as const;
const internalMemberClusters = {
  group: 'cluster.kubernetes-fleet.io',
  version: 'v1',
  resource: 'internalmemberclusters',
} as const;
const customResources = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
} as const;

const heartbeatSeconds = 15;
const memberWaitMs = 30_000;

interface Parts {
  readonly clusters: ClusterHost;
  readonly memberships: Pick<FleetMemberships, 'fleetOf'>;
  readonly limits: ChosenLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Runs the fleet controllers of hubs and the agents of members. */
export interface RunningFleets extends FleetSupply {
  /** Managed namespaces on those hubs and members. */
  readonly namespaces: NamespaceSupply;
  /** Ends all of them; those that are asked for afterwards start anew. */
  close(): Promise<void>;
}

export function createFleetSupply(parts: Parts): RunningFleets {
  return new Fleets(parts);
}

class Fleets implements RunningFleets {
  readonly namespaces: RunningNamespaces;
  readonly #parts: Parts;
  /** Noted before they run: whoever takes a cluster away waits for what is starting on it, and ends it. */
  readonly #hubs = new Map<string, Promise<RunningControllers>>();
  readonly #agents = new Map<string, Agent>();
  /** Members that are on their way out, by the key of their agent. */
  readonly #leaving = new Map<string, Leaving>();
  /** Clusters that are no members, and of which that is known since they run. */
  readonly #leftAlone = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.namespaces = createNamespaceSupply({ ...parts, membersOf: (hubId) => this.#membersOf(hubId) });
    parts.clusters.afterEnsure((cluster) => this.#leaveToUsers(cluster));
    parts.clusters.beforeRemoval(({ clusterId }) => this.#forget(clusterId));
    parts.clusters.beforeStop(({ spec }) => this.#forget(spec.clusterId));
  }

  async prepareHub(hubId: string): Promise<void> {
    const known = this.#hubs.get(hubId);
    if (known) {
      await known;
      return;
    }
    const { client } = this.#cluster(hubId);
    const starting = install(client, fleetCustomResources()).then(() =>
      startHubControllers({
        ...this.#surroundings(),
        hub: client,
        snapshotDelays: snapshotDelays(this.#parts.limits),
      }),
    );
    this.#hubs.set(hubId, starting);
    try {
      await starting;
    } catch (thrown) {
      if (this.#hubs.get(hubId) === starting) this.#hubs.delete(hubId);
      throw thrown;
    }
  }

  /** The clusters of the members of a hub whose agents run. */
  #membersOf(hubId: string): readonly string[] {
    const own = [...this.#agents].filter(([key]) => key.startsWith(agentKey(hubId, '')));
    return own.map(([, { memberClusterId }]) => memberClusterId);
  }

  async join(membership: Membership, signal: AbortSignal): Promise<void> {
    const { hubId, memberClusterId, memberName } = membership;
    await this.prepareHub(hubId);
    const hub = this.#cluster(hubId);
    const member = this.#cluster(memberClusterId);
    await applyMember(hub.client, membership);
    await this.#startAgent(membership, member);
    await untilMember(hub.client, { name: memberName, clock: this.#parts.clock, signal }, (member) =>
      holds(member, 'Joined'),
    );
  }

  async leave(leaving: Leaving, signal: AbortSignal): Promise<void> {
    const { hubId, memberName, memberClusterId } = leaving;
    const hub = this.#parts.clusters.get(hubId);
    if (!hub) return;
    // After a restart nobody else may have started what lets the member go.
    await this.prepareHub(hubId);
    this.#leaving.set(agentKey(hubId, memberName), leaving);
    try {
      await hub.client.delete(memberClusters, { name: memberName });
      await this.#letGo(leaving, hub.client);
      const gone = (object: KubeObject | undefined) => object === undefined;
      await untilMember(hub.client, { name: memberName, clock: this.#parts.clock, signal }, gone);
    } catch (thrown) {
      if (!(thrown instanceof ClusterError) || thrown.status !== 404) throw thrown;
    } finally {
      this.#leaving.delete(agentKey(hubId, memberName));
    }
    await this.#stopAgent(agentKey(hubId, memberName));
    const member = memberClusterId ? this.#parts.clusters.get(memberClusterId) : undefined;
    // What the member keeps is its own from now on.
    if (member) await managedNamespace.leaveToUsers(typedClient(member.client));
  }

  /** A member that went out of its fleet while it did not run has kept what only members have. */
  async #leaveToUsers({ spec, client }: ClusterHandle): Promise<void> {
    const { clusterId, role, access } = spec;
    if (role === 'hub' || this.#leftAlone.has(clusterId)) return;
    const isMember =
      this.#parts.memberships.fleetOf(access.roleScope) !== undefined ||
      [...this.#agents.values()].some(({ memberClusterId }) => memberClusterId === clusterId);
    if (isMember) return;
    const users = typedClient(client);
    if (await managedNamespace.isGuarded(users)) await managedNamespace.leaveToUsers(users);
    this.#leftAlone.add(clusterId);
  }

  /** After a restart nobody has started the agent of a member that leaves; that of a cluster that is gone never comes. */
  async #letGo({ hubId, memberName, memberClusterId }: Leaving, hub: ClusterClient): Promise<void> {
    const member = memberClusterId ? this.#parts.clusters.get(memberClusterId) : undefined;
    if (memberClusterId && member) {
      await this.#startAgent({ hubId, memberName, memberClusterId }, member);
      return;
    }
    await this.#dropTwin(memberName, hub);
  }

  async #dropTwin(memberName: string, hub: ClusterClient): Promise<void> {
    // Without its twin nobody waits for an answer: the hub takes away what it holds of the member by itself.
    const twin = { name: memberName, namespace: `fleet-member-${memberName}` };
    try {
      await hub.delete(internalMemberClusters, twin);
    } catch (thrown) {
      if (!(thrown instanceof ClusterError) || thrown.status !== 404) throw thrown;
    }
  }

  async close(): Promise<void> {
    this.namespaces.close();
    const all = [...this.#hubs.values(), ...[...this.#agents.values()].map((agent) => agent.running)];
    this.#hubs.clear();
    this.#agents.clear();
    await Promise.all(all.map(end));
  }

  async #startAgent(membership: Required<Leaving>, member: MemberHandle): Promise<void> {
    const { hubId, memberClusterId, memberName } = membership;
    const key = agentKey(hubId, memberName);
    const known = this.#agents.get(key);
    if (known?.memberClusterId === memberClusterId) {
      await known.running;
      return;
    }
    if (known) await this.#stopAgent(key);
    const hub = this.#cluster(hubId).loopClientAs({ name: agentUser(memberName), groups: [] });
    const { client, certificateAuthority } = member;
    const running = install(client, memberCustomResources()).then(() =>
      startMemberAgent({
        ...{ ...this.#surroundings(), hub, member: client, memberName },
        ...{ certificateAuthority, hourlyPrice },
      }),
    );
    const agent = { memberClusterId, running };
    this.#agents.set(key, agent);
    try {
      await running;
    } catch (thrown) {
      if (this.#agents.get(key) === agent) this.#agents.delete(key);
      throw thrown;
    }
  }

  /**
   * A hub that goes takes its controllers and the agents of its members with it. A member that goes takes its agent,
   * which runs inside it: the heartbeats end, and its last status stands.
   */
  async #forget(clusterId: string): Promise<void> {
    this.#leftAlone.delete(clusterId);
    const agents = [...this.#agents].filter(
      ([key, agent]) => key.startsWith(agentKey(clusterId, '')) || agent.memberClusterId === clusterId,
    );
    await eachAtOnce(
      [
        () => takeOut(this.#hubs, clusterId, (hub) => hub),
        ...agents.map(
          ([key]) =>
            () =>
              this.#stopAgent(key),
        ),
      ],
      (stop) => stop(),
    );
    // Whoever waits for the agent of a member that leaves would wait for ever.
    for (const { hubId, memberName, memberClusterId } of this.#leaving.values()) {
      const hub = this.#parts.clusters.get(hubId);
      if (memberClusterId === clusterId && hub) await this.#dropTwin(memberName, hub.client);
    }
  }

  #stopAgent(key: string): Promise<void> {
    return takeOut(this.#agents, key, ({ running }) => running);
  }

  #surroundings() {
    const { clock, random, log } = this.#parts;
    return { clock, random, log };
  }

  #cluster(clusterId: string) {
    const cluster = this.#parts.clusters.get(clusterId);
    if (cluster) return cluster;
    throw new CodedError('unavailable', `the cluster ${clusterId} is not running`);
  }
}

type MemberHandle = Pick<ClusterHandle, 'client' | 'certificateAuthority'>;

interface Agent {
  readonly memberClusterId: string;
  readonly running: Promise<RunningControllers>;
}

/** Ends what runs under a key. What did not end stands there again, so that the next try ends it. */
async function takeOut<T>(
  all: Map<string, T>,
  key: string,
  runningOf: (one: T) => Promise<RunningControllers>,
): Promise<void> {
  const one = all.get(key);
  if (one === undefined) return;
  all.delete(key);
  try {
    await end(runningOf(one));
  } catch (thrown) {
    if (!all.has(key)) all.set(key, one);
    throw thrown;
  }
}

/** Ends what runs; what failed to start has nothing to end. */
async function end(starting: Promise<RunningControllers>): Promise<void> {
  const running = await starting.catch(() => undefined);
  await running?.close();
}

function agentKey(hubId: string, memberName: string): string {
  return `${hubId}/${memberName}`;
}

/** The user as which a member's agent speaks to its hub; the hub's Role for the member names it. */
function agentUser(memberName: string): string {
  return `${agentUserPrefix}${memberName}`;
}

/** Creates the definitions that the cluster does not have yet. */
async function install(client: ClusterClient, definitions: readonly KubeObject[]): Promise<void> {
  const { items } = await client.list(customResources);
  const known = new Set(items.map((item) => item.metadata.name));
  for (const definition of definitions.filter((one) => !known.has(one.metadata.name))) {
    try {
      await client.create(customResources, definition);
    } catch (thrown) {
      if (!(thrown instanceof ClusterError) || thrown.reason !== 'AlreadyExists') throw thrown;
    }
  }
}

/** Creates the member on the hub, or brings its labels to what the resource says. */
async function applyMember(hub: ClusterClient, membership: Membership): Promise<void> {
  const { memberName, labels } = membership;
  const wanted: KubeObject = {
    apiVersion: 'cluster.kubernetes-fleet.io/v1',
    kind: 'MemberCluster',
    metadata: { name: memberName, labels: { ...labels } },
    spec: {
      identity: { kind: 'User', name: agentUser(memberName), apiGroup: 'rbac.authorization.k8s.io' },
      heartbeatPeriodSeconds: heartbeatSeconds,
    },
  };
  await hub.patch(
    memberClusters,
    { name: memberName },
    { type: 'apply', body: wanted },
    { fieldManager: 'fleet', force: true },
  );
}

/**
 * Resolves once the member satisfies `test`; undefined stands for a member that is gone. Rejects with `timeout` after
 * `memberWaitMs`: whoever asked tries again. Rejects too when `signal` aborts.
 */
async function untilMember(
  hub: ClusterClient,
  member: { readonly name: string; readonly clock: Clock; readonly signal: AbortSignal },
  test: (object: KubeObject | undefined) => boolean,
): Promise<void> {
  const { name, clock, signal } = member;
  signal.throwIfAborted();
  const reached = Promise.withResolvers<void>();
  const stop = () => reached.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const timer = clock.after(memberWaitMs, () =>
    reached.reject(new CodedError('timeout', `the member ${name} did not change within ${memberWaitMs} ms`)),
  );
  const watch = hub.watch(
    memberClusters,
    { fieldSelector: `metadata.name=${name}` },
    {
      onEvent(event) {
        if (event.type === 'BOOKMARK') return;
        if (test(event.type === 'DELETED' ? undefined : event.object)) reached.resolve();
      },
      onError: reached.reject,
    },
  );
  // A member that was gone before the watch began sends no event.
  hub.get(memberClusters, { name }).catch((thrown: unknown) => {
    if (thrown instanceof ClusterError && thrown.status === 404 && test(undefined)) reached.resolve();
  });
  try {
    await reached.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    timer.cancel();
    watch.close();
  }
}
