import { eachAtOnce, errorMessage, jsonEqual } from '../../base/index.ts';
import {
  type CommitResult,
  type Entry,
  fencedCommits,
  type Store,
  type Transaction,
} from '../../store/index.ts';
import { AddressClaims } from '../addresses/claims.ts';
import type { ClusterHandle, ClusterHost, ClusterSpec, KeyRenewal } from '../contract.ts';
import { dataPrefix, EmbeddedCluster, type Surroundings } from './cluster.ts';
import {
  administratorKey,
  frontProxyKey,
  keysKey,
  loadOrMakeFrontProxy,
  loadOrMakeKeys,
  renewKeys,
} from './keys.ts';
import { decodeSpec, encodeSpec, specKey, specPrefix } from './spec-record.ts';

/** Clusters that run as API servers inside this process, on the shared store. */
export function createEmbeddedClusters(parts: Surroundings): ClusterHost {
  return new EmbeddedHost(parts);
}

class EmbeddedHost implements ClusterHost {
  readonly #parts: Surroundings;
  readonly #claims: AddressClaims;
  readonly #clusters = new Map<string, EmbeddedCluster>();
  readonly #byHostName = new Map<string, EmbeddedCluster>();
  /** Those that nobody finds any more and that have not ended yet, by id. */
  readonly #ending = new Map<string, EmbeddedCluster>();
  readonly #ensureSteps: ((cluster: ClusterHandle) => Promise<void>)[] = [];
  /** Those that are stopped, by id. */
  readonly #stopped = new Map<string, ClusterSpec>();
  readonly #stopSteps: ((cluster: ClusterHandle) => Promise<void>)[] = [];
  readonly #removalSteps: ((spec: ClusterSpec) => Promise<void>)[] = [];
  #runsControllers = true;
  /** One change at a time per cluster. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(parts: Surroundings) {
    this.#parts = parts;
    this.#claims = new AddressClaims(parts);
  }

  async initialize(): Promise<void> {
    const { entries } = await this.#parts.store.range({ prefix: specPrefix });
    await this.#claims.load();
    await Promise.all(
      entries.map(async (entry) => {
        const { spec, stopped } = decodeSpec(entry.value);
        if (stopped) this.#stopped.set(spec.clusterId, spec);
        else await this.#startAsRead(spec, entry);
      }),
    );
  }

  /** Nobody leads yet: what a crash kept from being made is made as long as the cluster is as it was read. */
  async #startAsRead(spec: ClusterSpec, entry: Entry): Promise<void> {
    const { store, log } = this.#parts;
    try {
      await this.#start(spec, { commit: (transaction) => store.commit(transaction), entry });
    } catch (thrown) {
      // Whoever leads has changed or removed it since, and orders it here too once this process leads.
      if ((await store.get(entry.key))?.revision === entry.revision) throw thrown;
      log.info('a cluster changed while it was started', { cluster: spec.name });
    }
  }

  async startControllers(): Promise<void> {
    this.#runsControllers = true;
    await this.#endThoseEndedElsewhere();
    await this.#dropLostClaims();
    for (const cluster of [...this.#clusters.values()]) {
      if (this.#runsControllers && this.#clusters.has(cluster.spec.clusterId)) cluster.startControllers();
      // Requests get their turn between two clusters.
      await this.#parts.clock.sleep(0);
    }
  }

  async stopControllers(): Promise<void> {
    this.#runsControllers = false;
    const clusters = [...this.#clusters.values(), ...this.#ending.values()];
    await eachAtOnce(clusters, (cluster) => cluster.stopControllers());
  }

  ensure(spec: ClusterSpec): Promise<ClusterHandle> {
    return this.#inTurn(spec.clusterId, async () => {
      const running = this.#clusters.get(spec.clusterId);
      if (!running) {
        await this.#end(spec.clusterId);
        // Written first: a crash while starting finds the cluster again.
        await this.#write(spec);
        const cluster = await this.#start(spec, { commit: (transaction) => this.#commit(transaction) });
        if (this.#runsControllers) cluster.startControllers();
        return this.#ensured(cluster);
      }
      if (this.#runsControllers) running.startControllers();
      if (running.isBehind || !jsonEqual(running.spec, spec)) {
        await this.#write(spec);
        this.#forgetNames(running);
        const followed = running.update(spec);
        // It answers while what runs inside follows, and also when that fails: under its new names.
        this.#remember(running);
        await followed;
      }
      return this.#ensured(running);
    });
  }

  async #ensured(cluster: EmbeddedCluster): Promise<ClusterHandle> {
    for (const run of this.#ensureSteps) await run(cluster);
    return cluster;
  }

  stop(spec: ClusterSpec): Promise<void> {
    return this.#inTurn(spec.clusterId, async () => {
      const { clusterId } = spec;
      await this.#write(spec, { stopped: true });
      this.#stopped.set(clusterId, spec);
      // First nobody finds it any more: what works with it from outside must not begin again.
      const cluster = this.#withdraw(clusterId);
      if (!cluster) return;
      await eachAtOnce(this.#stopSteps, (step) => step(cluster));
      await this.#end(clusterId);
    });
  }

  /** Down as when it is stopped, and up again with other keys: connections that the old ones opened are gone. */
  async renew(spec: ClusterSpec, renewal: KeyRenewal): Promise<ClusterHandle> {
    await this.#inTurn(spec.clusterId, async () => {
      const { clusterId } = spec;
      const cluster = this.#withdraw(clusterId);
      if (cluster) await eachAtOnce(this.#stopSteps, (step) => step(cluster));
      await this.#end(clusterId);
      await renewKeys(clusterId, renewal, {
        ...this.#parts,
        store: {
          get: (key) => this.#parts.store.get(key),
          commit: (transaction) => this.#commit(transaction),
        },
      });
    });
    return this.ensure(spec);
  }

  stopped(): readonly ClusterSpec[] {
    return [...this.#stopped.values()];
  }

  knows(clusterId: string): boolean {
    return this.#clusters.has(clusterId) || this.#stopped.has(clusterId);
  }

  async exists(clusterId: string): Promise<boolean> {
    return (await this.#parts.store.get(specKey(clusterId))) !== undefined;
  }

  isStopped(hostName: string): boolean {
    for (const { hostNames } of this.#stopped.values()) if (hostNames.includes(hostName)) return true;
    return false;
  }

  get(clusterId: string): ClusterHandle | undefined {
    return this.#clusters.get(clusterId);
  }

  findByHostName(hostName: string): ClusterHandle | undefined {
    return this.#byHostName.get(hostName);
  }

  list(): readonly ClusterHandle[] {
    return [...this.#clusters.values()];
  }

  afterEnsure(run: (cluster: ClusterHandle) => Promise<void>): void {
    this.#ensureSteps.push(run);
  }

  beforeRemoval(stop: (spec: ClusterSpec) => Promise<void>): void {
    this.#removalSteps.push(stop);
  }

  beforeStop(stop: (cluster: ClusterHandle) => Promise<void>): void {
    this.#stopSteps.push(stop);
  }

  remove(clusterId: string): Promise<void> {
    return this.#inTurn(clusterId, async () => {
      // As stored, so that a removal that failed halfway is ended by the next try.
      const stored = await this.#parts.store.get(specKey(clusterId));
      const spec = stored && decodeSpec(stored.value).spec;
      // Nobody finds it from now on, so that nothing begins to work with it behind those who stop.
      this.#stopped.delete(clusterId);
      this.#withdraw(clusterId);
      if (spec) await eachAtOnce(this.#removalSteps, (stop) => stop(spec));
      await this.#end(clusterId);
      await this.#deleteBelow(`${dataPrefix(clusterId)}/`);
      await this.#claims.dropClusters((holder) => holder === clusterId);
      await this.#commit({
        writes: [keysKey, administratorKey, frontProxyKey, specKey].map((keyOf) => ({
          delete: keyOf(clusterId),
        })),
      });
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
    try {
      await eachAtOnce([...this.#clusters.values(), ...this.#ending.values()], (cluster) => cluster.close());
    } finally {
      this.#claims.close();
      this.#stopped.clear();
      this.#clusters.clear();
      this.#byHostName.clear();
    }
  }

  /**
   * Whoever led before may have removed or stopped clusters that still answer here: controllers in them would write into
   * what is gone. Those that it made or changed are ensured by who orders them.
   */
  async #endThoseEndedElsewhere(): Promise<void> {
    const { store } = this.#parts;
    await eachAtOnce([...this.#clusters.keys()], (clusterId) =>
      this.#inTurn(clusterId, async () => {
        const stored = await store.get(specKey(clusterId));
        const { spec, stopped } = stored ? decodeSpec(stored.value) : { spec: undefined, stopped: false };
        if (spec && !stopped) return;
        const cluster = this.#withdraw(clusterId);
        if (stopped && spec) this.#stopped.set(clusterId, spec);
        if (cluster) await eachAtOnce(this.#stopSteps, (step) => step(cluster));
        await this.#end(clusterId);
      }),
    );
    for (const clusterId of this.#stopped.keys())
      if (!(await this.exists(clusterId))) this.#stopped.delete(clusterId);
  }

  /** Gives back addresses of clusters that are gone: whoever removed them stopped halfway. */
  async #dropLostClaims(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const { entries } = await store.range({ prefix: specPrefix });
      const known = new Set(entries.map(({ value }) => decodeSpec(value).spec.clusterId));
      await this.#claims.dropClusters((clusterId) => !known.has(clusterId));
    } catch (thrown) {
      log.warn('addresses of lost clusters were not given back', { error: errorMessage(thrown) });
    }
  }

  async #start(
    spec: ClusterSpec,
    { commit, entry }: { readonly commit: Store['commit']; readonly entry?: Entry },
  ): Promise<EmbeddedCluster> {
    const keys = await loadOrMakeKeys(spec.clusterId, { ...this.#parts, commit, owner: entry });
    const frontProxy = await loadOrMakeFrontProxy(spec.clusterId, { ...this.#parts, commit });
    const cluster = await EmbeddedCluster.start(spec, this.#parts, {
      ...{ keys, frontProxy, claims: this.#claims },
      // Nobody leads at a start: the cluster as it was read is what counts then.
      fence: entry ? () => ({ key: entry.key, revision: entry.revision }) : this.#parts.fence,
    });
    this.#stopped.delete(spec.clusterId);
    this.#clusters.set(spec.clusterId, cluster);
    this.#remember(cluster);
    return cluster;
  }

  /** Takes a cluster out of sight. What fails before it has ended is tried again with the same cluster. */
  #withdraw(clusterId: string): EmbeddedCluster | undefined {
    const cluster = this.#clusters.get(clusterId);
    if (!cluster) return this.#ending.get(clusterId);
    this.#ending.set(clusterId, cluster);
    this.#clusters.delete(clusterId);
    this.#forgetNames(cluster);
    return cluster;
  }

  async #end(clusterId: string): Promise<void> {
    await this.#ending.get(clusterId)?.close();
    this.#ending.delete(clusterId);
  }

  #forgetNames(cluster: EmbeddedCluster): void {
    for (const name of cluster.spec.hostNames) this.#byHostName.delete(name);
  }

  #remember(cluster: EmbeddedCluster): void {
    for (const name of cluster.spec.hostNames) this.#byHostName.set(name, cluster);
  }

  /** Clusters are made, changed and removed by loops: what that writes carries their guard. */
  #commit(transaction: Transaction): Promise<CommitResult> {
    const { store, fence } = this.#parts;
    return fence ? fencedCommits(store, fence)(transaction) : store.commit(transaction);
  }

  async #write(spec: ClusterSpec, state = { stopped: false }): Promise<void> {
    const value = encodeSpec(spec, state);
    await this.#commit({ writes: [{ put: specKey(spec.clusterId), value }] });
  }

  /** Deletes every key below a prefix, in commits of the largest size allowed. */
  async #deleteBelow(prefix: string): Promise<void> {
    for (;;) {
      const { store } = this.#parts;
      const { entries } = await store.range({ prefix, limit: store.limits.writes });
      if (entries.length === 0) return;
      await this.#commit({ writes: entries.map((entry) => ({ delete: entry.key })) });
    }
  }

  #inTurn<T>(clusterId: string, change: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(clusterId) ?? Promise.resolve();
    const turn = before.then(change, change);
    this.#turns.set(clusterId, turn);
    const forget = () => {
      if (this.#turns.get(clusterId) === turn) this.#turns.delete(clusterId);
    };
    turn.then(forget, forget);
    return turn;
  }
}
