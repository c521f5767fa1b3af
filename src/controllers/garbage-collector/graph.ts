import type { KubeObject, ObjectRef, OwnerReference } from '../../apimachinery/client.ts';
import { refOf } from '../../apimachinery/kinds.ts';
import type { ServedKind } from '../shared/discovery.ts';

/** What never changes about an object. */
interface Identity {
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly name: string;
}

/** An object that has owners. */
export interface Dependent {
  readonly uid: string;
  readonly kind: ServedKind;
  readonly ref: ObjectRef;
  readonly owners: readonly OwnerReference[];
}

/** An object that waits for its dependents: to be deleted before it, or to be let go. */
export interface WaitingOwner {
  readonly uid: string;
  readonly kind: ServedKind;
  readonly ref: ObjectRef;
  readonly waitsFor: 'deletion' | 'release';
}

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/**
 * Who owns whom, by uid. It holds only what is needed: objects with owners, owners that wait, and which
 * objects exist.
 */
export class OwnershipGraph {
  readonly #alive = new Map<string, Identity>();
  readonly #dependents = new Map<string, Dependent>();
  readonly #byOwner = new Map<string, Set<string>>();
  readonly #waiting = new Map<string, WaitingOwner>();

  dependent(uid: string): Dependent | undefined {
    return this.#dependents.get(uid);
  }

  waiting(uid: string): WaitingOwner | undefined {
    return this.#waiting.get(uid);
  }

  isAlive(uid: string): boolean {
    return this.#alive.has(uid);
  }

  /**
   * Whether the object of an owner reference is where a dependent in `namespace` can have it: `elsewhere` when the one of that
   * uid has another name, kind or namespace. Cluster-scoped objects own things everywhere.
   */
  placeOf(owner: OwnerReference, namespace: string | undefined): 'here' | 'elsewhere' | 'gone' {
    const known = this.#alive.get(owner.uid);
    if (!known) return 'gone';
    const isSame = known.kind.kind === owner.kind && known.name === owner.name;
    return isSame && (known.namespace === '' || known.namespace === (namespace ?? '')) ? 'here' : 'elsewhere';
  }

  /** True when the owner reference names an object of another namespace. */
  isInOtherNamespace(owner: OwnerReference, namespace: string | undefined): boolean {
    const known = this.#alive.get(owner.uid);
    return known !== undefined && known.namespace !== '' && known.namespace !== (namespace ?? '');
  }

  dependentsOf(owner: string): readonly Dependent[] {
    const found: Dependent[] = [];
    for (const uid of this.#byOwner.get(owner) ?? []) {
      const dependent = this.#dependents.get(uid);
      if (dependent) found.push(dependent);
    }
    return found;
  }

  /** All objects that have owners. */
  dependents(): Iterable<Dependent> {
    return this.#dependents.values();
  }

  /** Takes in an object as it is now. True when it has owners that were not known. */
  note(kind: ServedKind, object: KubeObject): boolean {
    const { uid = '', ownerReferences: owners = [], deletionTimestamp, finalizers = [] } = object.metadata;
    if (!this.#alive.has(uid)) {
      const { namespace = '', name = '' } = object.metadata;
      this.#alive.set(uid, { kind, namespace, name });
    }
    if (deletionTimestamp) this.#noteWaiting({ uid, kind, ref: refOf(object) }, finalizers);
    const known = this.#dependents.get(uid);
    if (known && sameOwners(known.owners, owners)) return false;
    if (known) this.#unlink(known);
    if (owners.length === 0) return false;
    this.#dependents.set(uid, { uid, kind, ref: refOf(object), owners });
    for (const owner of owners) {
      const uids = this.#byOwner.get(owner.uid);
      if (uids) uids.add(uid);
      else this.#byOwner.set(owner.uid, new Set([uid]));
    }
    return true;
  }

  /** Takes out an object that is gone. */
  remove(uid: string): void {
    this.#alive.delete(uid);
    this.#waiting.delete(uid);
    const known = this.#dependents.get(uid);
    if (known) this.#unlink(known);
  }

  #noteWaiting(owner: Omit<WaitingOwner, 'waitsFor'>, finalizers: readonly string[]): void {
    if (finalizers.includes(orphan)) this.#waiting.set(owner.uid, { ...owner, waitsFor: 'release' });
    else if (finalizers.includes(foreground))
      this.#waiting.set(owner.uid, { ...owner, waitsFor: 'deletion' });
    else this.#waiting.delete(owner.uid);
  }

  #unlink(dependent: Dependent): void {
    this.#dependents.delete(dependent.uid);
    for (const owner of dependent.owners) {
      const uids = this.#byOwner.get(owner.uid);
      uids?.delete(dependent.uid);
      if (uids?.size === 0) this.#byOwner.delete(owner.uid);
    }
  }
}

function sameOwners(a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ uid, blockOwnerDeletion }, at) => {
      const other = b[at];
      return other?.uid === uid && other.blockOwnerDeletion === blockOwnerDeletion;
    })
  );
}
