import type { KubeObject } from '../../apimachinery/client.ts';
import { type Controller, runController } from '../../reconcile/index.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { type FollowedKinds, KindFollower, kindName } from '../shared/kind-follower.ts';
import { OwnershipGraph } from './graph.ts';
import { collectDependent, type GarbageContext, settleOwner } from './reconcile.ts';

/** Kinds of which nothing owns anything and whose objects come and go by the thousand. */
const leftOut = new Set(['events', 'componentstatuses', 'bindings']);

/** Removes what has lost its owners, and holds back owners that wait for their dependents. */
export function startGarbageCollector(context: ClusterContext): Controller {
  const graph = new OwnershipGraph();
  const tracker = new OwnershipTracker(graph);
  const follower = new KindFollower(context, tracker);
  const garbage: GarbageContext = { ...context, graph };
  const controller = runController({
    ...context,
    name: 'garbage-collector',
    watches: [],
    concurrency: 20,
    async reconcile(key) {
      // An owner may only be missed once all kinds have been read.
      await follower.synced;
      const uid = key.slice(2);
      return key.startsWith('o/') ? settleOwner(uid, garbage) : collectDependent(uid, garbage);
    },
  });
  tracker.onWork((key) => controller.enqueue(key));
  follower.start();
  return controller;
}

/** Notes who owns whom as objects come and go, and names those to look at. */
class OwnershipTracker implements FollowedKinds {
  readonly #graph: OwnershipGraph;
  /** Uids seen per kind: only so that a new list can tell what has gone. */
  readonly #uids = new Map<string, Set<string>>();
  #enqueue: (key: string) => void = () => {};

  constructor(graph: OwnershipGraph) {
    this.#graph = graph;
  }

  onWork(enqueue: (key: string) => void): void {
    this.#enqueue = enqueue;
  }

  follows({ verbs, resource }: ServedKind): boolean {
    return verbs.has('delete') && !leftOut.has(resource);
  }

  changed(kind: ServedKind, object: KubeObject): void {
    this.#uidsOf(kind).add(object.metadata.uid ?? '');
    this.#note(kind, object);
  }

  deleted(kind: ServedKind, object: KubeObject): void {
    this.#gone(kind, object.metadata.uid ?? '');
  }

  listed(kind: ServedKind, objects: readonly KubeObject[]): void {
    const before = this.#uids.get(kindName(kind)) ?? [];
    const now = new Set(objects.map(({ metadata }) => metadata.uid ?? ''));
    if (now.size > 0) this.#uids.set(kindName(kind), now);
    else this.#uids.delete(kindName(kind));
    for (const object of objects) this.#note(kind, object);
    for (const uid of before) if (!now.has(uid)) this.#gone(kind, uid);
  }

  /** An owner of a kind that was not known until now may have gone before anybody followed it. */
  kindsAdded(): void {
    for (const { uid, owners } of this.#graph.dependents()) {
      if (owners.some((owner) => !this.#graph.isAlive(owner.uid))) this.#enqueue(`d/${uid}`);
    }
  }

  unfollowed(kind: ServedKind): void {
    const uids = this.#uids.get(kindName(kind)) ?? [];
    this.#uids.delete(kindName(kind));
    for (const uid of uids) this.#gone(kind, uid);
  }

  #note(kind: ServedKind, object: KubeObject): void {
    const { uid = '' } = object.metadata;
    const ownersBefore = this.#graph.dependent(uid)?.owners ?? [];
    const ownersChanged = this.#graph.note(kind, object);
    // An owner that waits may have lost the last dependent that held it back.
    if (this.#graph.dependent(uid)?.owners !== ownersBefore)
      for (const owner of ownersBefore) if (this.#graph.waiting(owner.uid)) this.#enqueue(`o/${owner.uid}`);
    if (this.#graph.waiting(uid)) this.#enqueue(`o/${uid}`);
    if (ownersChanged || this.#hasDoomedOwner(uid)) this.#enqueue(`d/${uid}`);
  }

  /** An object whose owner waits for it has to be looked at; all others are left in peace. */
  #hasDoomedOwner(uid: string): boolean {
    const owners = this.#graph.dependent(uid)?.owners ?? [];
    return owners.some((owner) => this.#graph.waiting(owner.uid) !== undefined);
  }

  #gone(kind: ServedKind, uid: string): void {
    this.#uids.get(kindName(kind))?.delete(uid);
    const owners = this.#graph.dependent(uid)?.owners ?? [];
    this.#graph.remove(uid);
    for (const owner of owners) if (this.#graph.waiting(owner.uid)) this.#enqueue(`o/${owner.uid}`);
    for (const dependent of this.#graph.dependentsOf(uid)) this.#enqueue(`d/${dependent.uid}`);
  }

  #uidsOf(kind: ServedKind): Set<string> {
    const name = kindName(kind);
    const known = this.#uids.get(name);
    if (known) return known;
    const made = new Set<string>();
    this.#uids.set(name, made);
    return made;
  }
}
