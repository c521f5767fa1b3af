import { writtenAmounts } from '../../apimachinery/amounts.ts';
import type { KubeObject } from '../../apimachinery/client.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { isInScopes } from '../../apimachinery/quota/counted.ts';
import { countedAs, kindsCountedFor } from '../../apimachinery/quota/counted-kinds.ts';
import { scopesOf } from '../../apimachinery/quota/scopes.ts';
import type { Clock } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { ResourceQuota } from '../kinds/core.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { type FollowedKinds, kindName } from '../shared/kind-follower.ts';

const byNamespace = 'namespace';

/** Follows the kinds that some quota counts, and names the quotas to count again. */
export class CountedObjects implements FollowedKinds {
  readonly #quotas: Informer<ResourceQuota>;
  readonly #clock: Clock;
  /** The kinds that each quota counts, by its key; and how many quotas count a kind. */
  readonly #kinds = new Map<string, readonly string[]>();
  readonly #demand = new Map<string, number>();
  /** What objects of namespaces with quotas count for, by kind and uid. */
  readonly #known = new Map<string, Map<string, string>>();
  #enqueue: (key: string) => void = () => {};

  constructor(quotas: Informer<ResourceQuota>, clock: Clock) {
    this.#quotas = quotas;
    this.#clock = clock;
    quotas.addIndex(byNamespace, ({ metadata }) => [metadata.namespace ?? '']);
  }

  onChange(enqueue: (key: string) => void): void {
    this.#enqueue = enqueue;
  }

  /** Notes what a quota counts. True when other kinds are to be followed now. */
  noteQuota(quota: ResourceQuota, exists: boolean): boolean {
    const key = objectKey(quota);
    const before = this.#kinds.get(key) ?? [];
    const kinds = exists ? kindsCountedFor(Object.keys(quota.spec?.hard ?? {})).map(kindName) : [];
    if (exists) this.#kinds.set(key, kinds);
    else this.#kinds.delete(key);
    const followed = this.#demand.size;
    let isOther = false;
    for (const kind of kinds) {
      isOther ||= !this.#demand.has(kind);
      this.#demand.set(kind, (this.#demand.get(kind) ?? 0) + 1);
    }
    for (const kind of before) {
      const left = (this.#demand.get(kind) ?? 1) - 1;
      if (left > 0) this.#demand.set(kind, left);
      else this.#demand.delete(kind);
    }
    return isOther || this.#demand.size !== followed;
  }

  follows(kind: ServedKind): boolean {
    return kind.namespaced && this.#demand.has(kindName(kind));
  }

  changed(kind: ServedKind, object: KubeObject): void {
    const counting = this.#counting(kind, object.metadata.namespace ?? '');
    if (counting.length === 0) return;
    const known = this.#known.get(kindName(kind));
    const { uid = '' } = object.metadata;
    const before = known?.get(uid);
    const now = this.#worth(kind, object, counting);
    known?.set(uid, now);
    // What is new was counted when it came.
    if (before !== undefined && before !== now) this.#count(counting);
  }

  deleted(kind: ServedKind, object: KubeObject): void {
    this.#known.get(kindName(kind))?.delete(object.metadata.uid ?? '');
    this.#count(this.#counting(kind, object.metadata.namespace ?? ''));
  }

  /** Nobody knows what happened before. */
  listed(kind: ServedKind, objects: readonly KubeObject[]): void {
    const known = new Map<string, string>();
    this.#known.set(kindName(kind), known);
    for (const object of objects) {
      const counting = this.#counting(kind, object.metadata.namespace ?? '');
      if (counting.length > 0) known.set(object.metadata.uid ?? '', this.#worth(kind, object, counting));
    }
    this.#count([...this.#quotas.list()].filter((quota) => this.#counts(quota, kind)));
  }

  /** Each of them was listed, which has been said. */
  kindsAdded(): void {}

  unfollowed(kind: ServedKind): void {
    this.#known.delete(kindName(kind));
    this.#count([...this.#quotas.list()].filter((quota) => this.#counts(quota, kind)));
  }

  #counting(kind: ServedKind, namespace: string): readonly ResourceQuota[] {
    return this.#quotas.byIndex(byNamespace, namespace).filter((quota) => this.#counts(quota, kind));
  }

  #counts(quota: ResourceQuota, kind: ServedKind): boolean {
    return this.#kinds.get(objectKey(quota))?.includes(kindName(kind)) === true;
  }

  #worth(kind: ServedKind, object: KubeObject, quotas: readonly ResourceQuota[]): string {
    const counted = countedAs(kind);
    if (!counted) return '';
    const scopes = quotas.map((quota) => isInScopes(counted, object, scopesOf(quota)));
    return JSON.stringify([scopes, writtenAmounts(counted.usage(object, this.#clock.now()))]);
  }

  #count(quotas: readonly ResourceQuota[]): void {
    for (const quota of quotas) this.#enqueue(objectKey(quota));
  }
}
