import { errorMessage } from '../../base/index.ts';
import { type Controller, type KubeObject, runController } from '../../reconcile/index.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { type Feed, type FeedHandler, followKind } from './feed.ts';
import { OwnershipGraph } from './graph.ts';
import { collectDependent, type GarbageContext, settleOwner } from './reconcile.ts';

/** How long a change of the served kinds waits for further ones. */
const kindsSettleMs = 50;
/** Between two attempts to find out which kinds there are. */
const discoveryRetryMs = 1000;

/** Kinds of which nothing owns anything and whose objects come and go by the thousand. */
const leftOut = new Set(['events', 'componentstatuses', 'bindings']);

/** Removes what has lost its owners, and holds back owners that wait for their dependents. */
export function startGarbageCollector(context: ClusterContext): Controller {
  const graph = new OwnershipGraph();
  const watches = new KindWatches(context, graph);
  const garbage: GarbageContext = { ...context, graph };
  const controller = runController({
    ...context,
    name: 'garbage-collector',
    watches: [],
    concurrency: 20,
    async reconcile(key) {
      // An owner may only be missed once all kinds have been read.
      await watches.synced;
      const uid = key.slice(2);
      return key.startsWith('o/') ? settleOwner(uid, garbage) : collectDependent(uid, garbage);
    },
  });
  watches.start((key) => controller.enqueue(key));
  context.signal.addEventListener('abort', () => watches.close(), { once: true });
  return controller;
}

/** Follows every kind that the cluster serves, custom kinds as they come and go, and notes who owns whom. */
class KindWatches implements FeedHandler {
  readonly #context: ClusterContext;
  readonly #graph: OwnershipGraph;
  readonly #feeds = new Map<string, Feed>();
  /** Uids seen per kind: only so that a new list can tell what has gone. */
  readonly #uids = new Map<string, Set<string>>();
  #enqueue: (key: string) => void = () => {};
  #resolveSynced: () => void = () => {};
  #refreshing = false;
  readonly synced: Promise<void>;

  constructor(context: ClusterContext, graph: OwnershipGraph) {
    this.#context = context;
    this.#graph = graph;
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  start(enqueue: (key: string) => void): void {
    this.#enqueue = enqueue;
    void this.#follow();
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
    this.#resolveSynced();
  }

  changed(kind: ServedKind, object: KubeObject): void {
    this.#uidsOf(kind).add(object.metadata.uid ?? '');
    this.#note(kind, object);
    if (kind.resource === 'customresourcedefinitions') this.#kindsChanged();
  }

  deleted(kind: ServedKind, object: KubeObject): void {
    this.#gone(kind, object.metadata.uid ?? '');
    if (kind.resource === 'customresourcedefinitions') this.#kindsChanged();
  }

  listed(kind: ServedKind, objects: readonly KubeObject[]): void {
    const before = this.#uids.get(nameOf(kind)) ?? [];
    const now = new Set(objects.map(({ metadata }) => metadata.uid ?? ''));
    if (now.size > 0) this.#uids.set(nameOf(kind), now);
    else this.#uids.delete(nameOf(kind));
    for (const object of objects) this.#note(kind, object);
    for (const uid of before) if (!now.has(uid)) this.#gone(kind, uid);
  }

  #note(kind: ServedKind, object: KubeObject): void {
    const { uid = '' } = object.metadata;
    const ownersChanged = this.#graph.note(kind, object);
    if (this.#graph.waiting(uid)) this.#enqueue(`o/${uid}`);
    if (ownersChanged || this.#hasDoomedOwner(uid)) this.#enqueue(`d/${uid}`);
  }

  /** An object whose owner is absent or waits for it has to be looked at; all others are left in peace. */
  #hasDoomedOwner(uid: string): boolean {
    const owners = this.#graph.dependent(uid)?.owners ?? [];
    return owners.some((owner) => this.#graph.waiting(owner.uid) !== undefined);
  }

  #gone(kind: ServedKind, uid: string): void {
    this.#uids.get(nameOf(kind))?.delete(uid);
    const owners = this.#graph.dependent(uid)?.owners ?? [];
    this.#graph.remove(uid);
    for (const owner of owners) if (this.#graph.waiting(owner.uid)) this.#enqueue(`o/${owner.uid}`);
    for (const dependent of this.#graph.dependentsOf(uid)) this.#enqueue(`d/${dependent.uid}`);
  }

  #kindsChanged(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    const { clock, signal, served } = this.#context;
    void clock.sleep(kindsSettleMs, signal).then(() => {
      this.#refreshing = false;
      served.forget();
      return this.#follow();
    });
  }

  /** Begins to follow kinds that are new and ends with those that are no longer served. */
  async #follow(): Promise<void> {
    const { client, clock, log, served, signal } = this.#context;
    while (!signal.aborted) {
      try {
        const kinds = (await served.all()).filter(isFollowed);
        if (signal.aborted) return;
        const names = new Set(kinds.map(nameOf));
        const known = this.#feeds.size;
        for (const kind of kinds) {
          if (this.#feeds.has(nameOf(kind))) continue;
          this.#feeds.set(
            nameOf(kind),
            followKind(kind, this, { client: client.cluster, clock, log, signal }),
          );
        }
        for (const [name, feed] of this.#feeds) if (!names.has(name)) this.#unfollow(name, feed);
        await Promise.all([...this.#feeds.values()].map((feed) => feed.listed));
        this.#resolveSynced();
        if (known > 0) this.#lookAgain();
        return;
      } catch (thrown) {
        log.debug('discovery failed', { error: errorMessage(thrown) });
        await clock.sleep(discoveryRetryMs, signal);
      }
    }
  }

  /** An owner of a kind that was not known until now may have gone before anybody followed it. */
  #lookAgain(): void {
    for (const { uid, owners } of this.#graph.dependents()) {
      if (owners.some((owner) => !this.#graph.isAlive(owner.uid))) this.#enqueue(`d/${uid}`);
    }
  }

  #unfollow(name: string, feed: Feed): void {
    feed.close();
    this.#feeds.delete(name);
    const uids = this.#uids.get(name) ?? new Set();
    this.#uids.delete(name);
    for (const uid of uids) {
      const dependents = this.#graph.dependentsOf(uid);
      this.#graph.remove(uid);
      for (const dependent of dependents) this.#enqueue(`d/${dependent.uid}`);
    }
  }

  #uidsOf(kind: ServedKind): Set<string> {
    const name = nameOf(kind);
    const known = this.#uids.get(name);
    if (known) return known;
    const made = new Set<string>();
    this.#uids.set(name, made);
    return made;
  }
}

function nameOf(kind: ServedKind): string {
  return `${kind.group}/${kind.resource}`;
}

function isFollowed({ verbs, resource }: ServedKind): boolean {
  return verbs.has('list') && verbs.has('watch') && verbs.has('delete') && !leftOut.has(resource);
}
