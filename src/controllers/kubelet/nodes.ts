import { isTrue } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isAlreadyExists, isConflict, isNotFound } from '../../apimachinery/kinds.ts';
import { CodedError, errorMessage, rfc3339Micros } from '../../base/index.ts';
import { type Informer, type Lease, leases } from '../../reconcile/index.ts';
import { type Node, nodes, type Pod, pods } from '../kinds/core.ts';
import { inBatches } from '../shared/batches.ts';
import type { ClusterContext } from '../shared/context.ts';
import { commitStatus } from '../shared/status.ts';
import { PodAddresses } from './addresses.ts';
import type { NodeAddresses } from './node-addresses.ts';
import { indexOfCidr, networkOf, nodeObject, poolAnnotation, readyConditions } from './node-object.ts';
import { type NodePlan, type NodePool, plansOf } from './node-pools.ts';
import { remark, withMarks } from './pool-marks.ts';

const nodeTimes = {
  /** Between two renewals of a node's lease. */
  renewMs: 10_000,
  leaseSeconds: 40,
  /** Between two reports of an unchanged status. */
  reportMs: 5 * 60_000,
} as const;

/** Index of pods by the node that they are bound to. */
export const podsByNode = 'node';

const leaseNamespace = 'kube-node-lease';

/** A node whose kubelet runs here. */
export interface SimulatedNode {
  readonly name: string;
  readonly address: string;
  readonly podAddresses: PodAddresses;
}

/** The simulated nodes of a cluster: they register, renew their leases on one timer, and report. */
export class SimulatedNodes {
  readonly #context: ClusterContext;
  readonly #informer: Informer<Node>;
  readonly #pods: Informer<Pod>;
  #kubernetesVersion = '';
  readonly #clusterId: string;
  readonly #addresses: NodeAddresses;
  #plans = new Map<string, NodePlan>();
  readonly #running = new Map<string, SimulatedNode>();
  /** Each node's lease as it was last written. */
  readonly #leases = new Map<string, Lease>();
  #changing: Promise<void> = Promise.resolve();
  #reportedAtMs: number;
  #renewing = false;
  #onRunning: (name: string) => void = () => {};

  constructor(options: {
    readonly context: ClusterContext;
    readonly clusterId: string;
    readonly addresses: NodeAddresses;
  }) {
    this.#context = options.context;
    this.#informer = options.context.informers.of(nodes);
    this.#pods = options.context.informers.of(pods);
    this.#pods.addIndex(podsByNode, (pod) => [pod.spec.nodeName ?? '']);
    this.#clusterId = options.clusterId;
    this.#addresses = options.addresses;
    this.#reportedAtMs = this.#context.clock.monotonic();
    this.#schedule();
  }

  get(name: string): SimulatedNode | undefined {
    return this.#running.get(name);
  }

  /** Calls `run` for each node that starts to run from now on. */
  onRunning(run: (name: string) => void): void {
    this.#onRunning = run;
  }

  /** Brings the nodes to these pools: registers what is new, deletes what is no longer asked for. */
  setPools(pools: readonly NodePool[], kubernetesVersion: string): Promise<void> {
    // One change after the other: two at a time would both register the same nodes.
    const change = this.#changing.then(() => this.#change(pools, kubernetesVersion));
    this.#changing = change.catch(() => {});
    return change;
  }

  async #change(pools: readonly NodePool[], kubernetesVersion: string): Promise<void> {
    this.#kubernetesVersion = kubernetesVersion;
    this.#plans = plansOf(pools);
    await Promise.all([this.#informer.synced, this.#pods.synced]);
    const surplus = [...this.#informer.list()].filter(
      (node) => node.metadata.annotations?.[poolAnnotation] && !this.#plans.has(node.metadata.name ?? ''),
    );
    await inBatches(surplus, (node) => this.#remove(node));
    await this.#addresses.keepOnly(this.#plans);
    const free = this.#freeIndexes();
    await inBatches([...this.#plans.values()], (plan) => this.#register(plan, free));
  }

  /** Numbers that no node has, smallest first. */
  #freeIndexes(): () => number {
    const taken = new Set<number>();
    for (const node of this.#informer.list()) {
      const index = indexOfCidr(node.spec?.podCIDR);
      if (index !== undefined) taken.add(index);
    }
    let next = 0;
    return () => {
      while (taken.has(next) || this.#addresses.isTaken(networkOf(next).address)) next++;
      return next++;
    };
  }

  async #register(plan: NodePlan, nextIndex: () => number): Promise<void> {
    const { clock } = this.#context;
    const known = this.#informer.get(plan.name);
    const index = indexOfCidr(known?.spec?.podCIDR) ?? nextIndex();
    const made = nodeObject({
      plan,
      index,
      address: await this.#addresses.addressOf(plan.name, networkOf(index).address),
      kubernetesVersion: plan.pool.kubernetesVersion ?? this.#kubernetesVersion,
      clusterId: this.#clusterId,
      nowMs: clock.now(),
    });
    const wanted = withMarks(made);
    // The lease comes first: a node is ready only with a fresh one.
    await this.#renew(plan.name);
    const node = known ? await this.#refresh(known, made) : await this.#create(wanted);
    if (!node) throw new CodedError('unavailable', `node ${plan.name} was deleted while it registered`);
    const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
    const podAddresses = new PodAddresses(node.spec?.podCIDR ?? '10.244.0.0/24');
    for (const pod of this.#pods.byIndex(podsByNode, plan.name)) {
      if (pod.status?.podIP) podAddresses.hold(pod.metadata.uid ?? '', pod.status.podIP);
    }
    this.#running.set(plan.name, { name: plan.name, address, podAddresses });
    this.#onRunning(plan.name);
    if (!known) this.#tellRegistered(node);
  }

  #tellRegistered(node: Node): void {
    const { events } = this.#context;
    const { name = '' } = node.metadata;
    const said = { type: 'Normal', component: 'kubelet', host: name } as const;
    events.record(node, { ...said, reason: 'Starting', message: 'Starting kubelet.' });
    events.record(node, {
      type: 'Normal',
      component: 'node-controller',
      reason: 'RegisteredNode',
      message: `Node ${name} event: Registered Node ${name} in Controller`,
    });
    const message = `Node ${name} status is now: NodeReady`;
    events.record(node, { ...said, reason: 'NodeReady', message });
  }

  async #create(wanted: Node): Promise<Node | undefined> {
    const { client } = this.#context;
    let node: Node;
    try {
      node = await client.create(nodes, wanted);
    } catch (thrown) {
      if (!isAlreadyExists(thrown)) throw thrown;
      return this.#refresh(await client.get(nodes, { name: wanted.metadata.name ?? '' }), wanted);
    }
    if (node.status?.capacity) {
      this.#informer.observe(node);
      return node;
    }
    return this.#writeStatus(node, wanted.status ?? {});
  }

  /** A node that is already there follows its pool: version, size, and what the pool changes of labels and taints. */
  async #refresh(known: Node, wanted: Node): Promise<Node | undefined> {
    const place = { client: this.#context.client, informer: this.#informer };
    const node = await remark(known, wanted, place);
    if (!node) return undefined;
    const conditions = readyConditions(this.#context.clock.now(), node.status?.conditions);
    return this.#writeStatus(node, { ...node.status, ...wanted.status, conditions });
  }

  /** Without a version: only this loop says how its nodes are. */
  #writeStatus(node: Node, status: NonNullable<Node['status']>): Promise<Node | undefined> {
    const { resourceVersion: _, ...metadata } = node.metadata;
    const place = { client: this.#context.client, informer: this.#informer };
    return commitStatus({ ...node, metadata }, status, place);
  }

  async #remove(node: Node): Promise<void> {
    const { name = '' } = node.metadata;
    this.#running.delete(name);
    this.#leases.delete(name);
    await ignoringMissing(this.#context.client.delete(nodes, { name }));
    await ignoringMissing(this.#context.client.delete(leases, { namespace: leaseNamespace, name }));
  }

  /** One timer for all nodes. */
  #schedule(): void {
    const { clock, signal } = this.#context;
    if (signal.aborted) return;
    const timer = clock.after(nodeTimes.renewMs, () => {
      signal.removeEventListener('abort', timer.cancel);
      void this.#beat();
      this.#schedule();
    });
    signal.addEventListener('abort', timer.cancel, { once: true });
  }

  async #beat(): Promise<void> {
    // A store that is slower than the timer must not pile up renewals.
    if (this.#renewing) return;
    this.#renewing = true;
    const { clock, log } = this.#context;
    const nowMs = clock.monotonic();
    const reports = nowMs - this.#reportedAtMs >= nodeTimes.reportMs;
    try {
      await inBatches([...this.#running.keys()], async (name) => {
        await this.#renew(name);
        const node = this.#informer.get(name);
        if (node && (reports || !isReady(node))) await this.#report(node);
      });
      // What failed of them is reported with the next beat.
      if (reports) this.#reportedAtMs = nowMs;
    } catch (thrown) {
      log.warn('node heartbeat failed', { error: errorMessage(thrown) });
    } finally {
      this.#renewing = false;
    }
  }

  async #report(node: Node): Promise<void> {
    const conditions = readyConditions(this.#context.clock.now(), node.status?.conditions);
    await this.#writeStatus(node, { ...node.status, conditions });
  }

  async #renew(name: string): Promise<void> {
    const { clock, client } = this.#context;
    const ref = { namespace: leaseNamespace, name };
    const held = this.#leases.get(name) ?? (await client.find(leases, ref));
    const renewTime = rfc3339Micros(clock.now());
    const spec = { holderIdentity: name, leaseDurationSeconds: nodeTimes.leaseSeconds, renewTime };
    const { apiVersion, kind } = leases;
    try {
      const renewed = held
        ? await client.update(leases, { ...held, spec: { ...held.spec, ...spec } })
        : await client.create(leases, { apiVersion, kind, metadata: ref, spec });
      this.#leases.set(name, renewed);
    } catch (thrown) {
      // Somebody else wrote or removed it: the next renewal reads it again.
      this.#leases.delete(name);
      if (!isConflict(thrown) && !isNotFound(thrown)) throw thrown;
    }
  }
}

function isReady(node: Node): boolean {
  return isTrue(node.status?.conditions, 'Ready');
}
