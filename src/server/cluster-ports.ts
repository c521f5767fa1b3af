import {
  type Clock,
  CodedError,
  decodeJson,
  encodeJson,
  errorMessage,
  isObject,
  type Logger,
} from '../base/index.ts';
import type { ClusterHandle, ClusterHost } from '../clusters/index.ts';
import {
  createListener,
  type Handler,
  type Listener,
  type ListenerLimits,
  type Traffic,
} from '../http/index.ts';
import { fencedCommits, type Guard, type Store } from '../store/index.ts';
import { isTaken, listenOn } from './listen-on.ts';
import type { PortRange } from './options.ts';

export interface ClusterPortsParts {
  readonly range: PortRange;
  /** Address besides the loopback ones, as of the shared listener. */
  readonly listen: string | undefined;
  readonly clusters: Pick<ClusterHost, 'get' | 'exists' | 'list'>;
  /** What a cluster's public endpoint answers. */
  readonly answer: (clusterId: string) => Handler;
  readonly store: Store;
  /** The guard of whoever leads the loops that make and remove clusters. */
  readonly fence: () => Guard;
  readonly limits: Partial<ListenerLimits>;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly log: Logger;
}

const recordKey = '/cluster-ports';
const takenAttempts = 5;
const takenPauseMs = 200;
const advice = 'Stop what listens there, or give the clusters other ports with --cluster-ports FIRST-LAST.';

/**
 * A port for each cluster with a public endpoint, for clients that send no other TLS server name than the host. A
 * cluster keeps its port as long as it lives. Ports are given in turn, so that the one of a deleted cluster is not soon
 * somebody else's.
 */
export class ClusterPorts {
  readonly #parts: ClusterPortsParts;
  /** What loops order: making, stopping and removing clusters. */
  readonly #led: Store['commit'];
  /** As stored: whoever else gives out ports, or gave this cluster one, is seen before each change. */
  #ports: ReadonlyMap<string, number> = new Map();
  #stored: Guard = { key: recordKey, revision: 0 };
  readonly #listeners = new Map<string, Listener>();
  readonly #closing = new Set<Promise<void>>();
  #last: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ClusterPortsParts) {
    this.#parts = parts;
    this.#led = fencedCommits(parts.store, parts.fence);
    this.#last = parts.range.last;
  }

  /** Listens for every cluster there is. Fails with `unavailable` when a port that a cluster keeps cannot be had. */
  async open(): Promise<void> {
    // Not a loop's doing yet: nobody leads before everything listens.
    const commit: Store['commit'] = (transaction) => this.#parts.store.commit(transaction);
    await this.#inTurn(() => this.#dropLost(commit));
    const handles = this.#parts.clusters.list();
    // Those that have a port come first, so that nobody is given it.
    const kept = handles.filter(({ spec }) => this.#ports.has(spec.clusterId));
    for (const handle of kept) if (handle.spec.publicEndpoint) await this.#reopen(handle);
    for (const handle of handles) await this.#inTurn(() => this.#ensure(handle, commit));
  }

  /** The port of a cluster; undefined when it has none. */
  portOf(clusterId: string): number | undefined {
    return this.#listeners.has(clusterId) ? this.#ports.get(clusterId) : undefined;
  }

  /** Gives the cluster a port, when it has a public endpoint and one is left; else it goes without, and the log says so. */
  ensure(handle: ClusterHandle): Promise<void> {
    return this.#inTurn(() => this.#ensure(handle, this.#led));
  }

  async #ensure(handle: ClusterHandle, commit: Store['commit']): Promise<void> {
    const { clusterId, publicEndpoint, name } = handle.spec;
    if (!publicEndpoint) return this.#forget(clusterId, commit);
    if (this.#listeners.has(clusterId)) return;
    for (;;) {
      await this.#load();
      if (this.#ports.has(clusterId)) return this.#reopen(handle);
      const port = await this.#firstFree(handle);
      if (port === undefined) {
        const { first, last } = this.#parts.range;
        this.#parts.log.error('no port is left for a cluster', { cluster: name, range: `${first}-${last}` });
        return;
      }
      try {
        const ports = new Map(this.#ports).set(clusterId, port);
        if (await this.#save({ ports, last: port }, commit)) return;
      } catch (thrown) {
        // Whoever orders the cluster tries again; a port that a restart does not know is none.
        this.#stop(clusterId);
        throw thrown;
      }
      // Somebody else gave or took one at the same moment: it may be this.
      this.#stop(clusterId);
    }
  }

  /** The cluster is stopped: nobody listens for it until it is ensured again, on the same port. */
  pause(clusterId: string): Promise<void> {
    return this.#inTurn(async () => this.#stop(clusterId));
  }

  /** The cluster goes away: nobody listens for it any more. */
  release(clusterId: string): Promise<void> {
    return this.#inTurn(() => this.#forget(clusterId, this.#led));
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      for (const clusterId of [...this.#listeners.keys()]) this.#stop(clusterId);
    });
    await Promise.all(this.#closing);
  }

  async #forget(clusterId: string, commit: Store['commit']): Promise<void> {
    this.#stop(clusterId);
    for (;;) {
      await this.#load();
      if (!this.#ports.has(clusterId)) return;
      const ports = new Map(this.#ports);
      ports.delete(clusterId);
      if (await this.#save({ ports, last: this.#last }, commit)) return;
    }
  }

  /** Requests that run go on for a moment; nobody waits for them but `close`. */
  #stop(clusterId: string): void {
    const listener = this.#listeners.get(clusterId);
    this.#listeners.delete(clusterId);
    if (!listener) return;
    const over = listener
      .close()
      .catch((thrown: unknown) =>
        this.#parts.log.error('a port of a cluster did not close', { error: errorMessage(thrown) }),
      )
      .finally(() => this.#closing.delete(over));
    this.#closing.add(over);
  }

  /** Clients hold this port in their kubeconfigs: it is this one or none. */
  async #reopen(handle: ClusterHandle): Promise<void> {
    const { clusterId, name } = handle.spec;
    const port = this.#ports.get(clusterId);
    if (port === undefined) return;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#listen(handle, port);
      } catch (thrown) {
        // A connection that somebody opened from this very port may hold it for a moment.
        if (isTaken(thrown) && attempt < takenAttempts) {
          await this.#parts.clock.sleep(takenPauseMs);
          continue;
        }
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        throw new CodedError('unavailable', `cluster '${name}' does not get its port: ${reason}`, thrown);
      }
    }
  }

  async #firstFree(handle: ClusterHandle): Promise<number | undefined> {
    const { first, last } = this.#parts.range;
    const held = new Set(this.#ports.values());
    const count = last - first + 1;
    const start = this.#last >= first && this.#last < last ? this.#last + 1 : first;
    for (let step = 0; step < count; step++) {
      const port = first + ((start - first + step) % count);
      if (held.has(port)) continue;
      try {
        await this.#listen(handle, port);
        return port;
      } catch (thrown) {
        this.#parts.log.info('a port for clusters is passed over', { port, error: String(thrown) });
      }
    }
    return undefined;
  }

  async #listen(handle: ClusterHandle, port: number): Promise<void> {
    const { answer, traffic, limits, clock, log, listen } = this.#parts;
    const { clusterId } = handle.spec;
    const handler = answer(clusterId);
    const listener = createListener({
      handler,
      upgrade: handler,
      traffic,
      limits,
      clock,
      log,
      tls: {
        requestClientCertificate: true,
        // Whatever name is asked for: the port says which cluster is meant.
        contextFor: () => this.#parts.clusters.get(clusterId)?.serving,
      },
    });
    try {
      await listenOn(listener, { port, listen, advice });
    } catch (thrown) {
      await listener.close();
      throw thrown;
    }
    this.#listeners.set(clusterId, listener);
  }

  /** Ports outside the range, and those of clusters that are gone, are given up. */
  async #dropLost(commit: Store['commit']): Promise<void> {
    const { clusters, range } = this.#parts;
    for (;;) {
      await this.#load();
      const ports = new Map(this.#ports);
      for (const [clusterId, port] of this.#ports) {
        const inRange = port >= range.first && port <= range.last;
        if (!inRange || !(await clusters.exists(clusterId))) ports.delete(clusterId);
      }
      if (ports.size === this.#ports.size || (await this.#save({ ports, last: this.#last }, commit))) return;
    }
  }

  async #load(): Promise<void> {
    const entry = await this.#parts.store.get(recordKey);
    const record = entry ? decodeJson(entry.value) : undefined;
    this.#stored = { key: recordKey, revision: entry?.revision ?? 0 };
    const kept = isObject(record) && isObject(record['ports']) ? Object.entries(record['ports']) : [];
    this.#ports = new Map(kept.filter((one): one is [string, number] => typeof one[1] === 'number'));
    if (isObject(record) && typeof record['last'] === 'number') this.#last = record['last'];
  }

  /** False when what is stored is not what was loaded: nothing is written. */
  async #save(
    { ports, last }: { readonly ports: ReadonlyMap<string, number>; readonly last: number },
    commit: Store['commit'],
  ): Promise<boolean> {
    const value = encodeJson({ last, ports: Object.fromEntries(ports) });
    const saved = await commit({ guards: [this.#stored], writes: [{ put: recordKey, value }] });
    if (!saved.ok) return false;
    this.#stored = { key: recordKey, revision: saved.revision };
    this.#ports = ports;
    this.#last = last;
    return true;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn;
    return turn;
  }
}
