import type { KubeObject, ResourceRef } from '../../apimachinery/client.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type Namespace, namespaces } from '../kinds/core.ts';
import type { Placement, ResourceSelector } from '../kinds/placement.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { type FollowedKinds, KindFollower } from '../shared/kind-follower.ts';
import { isPlaceable } from '../shared/placeable.ts';
import { isMadeByCluster, isReservedNamespace } from './propagation-rules.ts';

/** The placements of one family and how to ask for a pass over one. */
export interface ChangeTarget {
  readonly placements: Informer<Placement>;
  enqueue(key: string): void;
}

/**
 * Watches what can be placed and names the placements that a change concerns. It begins with the first placement: a hub
 * without any follows nothing.
 */
export function followResourceChanges(context: ClusterContext, targets: readonly ChangeTarget[]): void {
  const changes = new ResourceChanges(context.informers.of(namespaces), targets);
  const follower = new KindFollower(context, changes);
  let started = false;
  for (const { placements } of targets) {
    placements.subscribe({
      added() {
        if (!started) follower.start();
        started = true;
      },
    });
  }
}

class ResourceChanges implements FollowedKinds {
  readonly #namespaces: Informer<Namespace>;
  readonly #targets: readonly ChangeTarget[];

  constructor(spaces: Informer<Namespace>, targets: readonly ChangeTarget[]) {
    this.#namespaces = spaces;
    this.#targets = targets;
  }

  follows(kind: ServedKind): boolean {
    return isPlaceable(kind) && kind.kind !== 'Event';
  }

  changed(kind: ServedKind, object: KubeObject): void {
    this.#note(kind, object);
  }

  deleted(kind: ServedKind, object: KubeObject): void {
    this.#note(kind, object);
  }

  listed(kind: ServedKind, objects: readonly KubeObject[]): void {
    for (const object of objects) this.#note(kind, object);
  }

  kindsAdded(): void {}
  unfollowed(): void {}

  #note(kind: ServedKind, object: KubeObject): void {
    const { namespace } = object.metadata;
    if (namespace && isReservedNamespace(namespace)) return;
    if (isMadeByCluster(object, () => false)) return;
    for (const { placements, enqueue } of this.#targets) {
      for (const placement of placements.list()) {
        if (this.#concerns(placement, kind, object)) enqueue(objectKey(placement));
      }
    }
  }

  #concerns(placement: Placement, kind: ServedKind, object: KubeObject): boolean {
    const { resourceSelectors } = placement.spec;
    const { namespace } = object.metadata;
    if (placement.metadata.namespace !== undefined) {
      return (
        placement.metadata.namespace === namespace &&
        resourceSelectors.some((each) => isOf(each, kind, object))
      );
    }
    if (namespace === undefined) return resourceSelectors.some((each) => isOf(each, kind, object));
    return resourceSelectors.some((each) => this.#selectsSpace(each, namespace));
  }

  #selectsSpace(selector: ResourceSelector, namespace: string): boolean {
    if (selector.kind !== 'Namespace' || selector.group !== '') return false;
    if (selector.selectionScope === 'NamespaceOnly') return false;
    if (selector.name) return selector.name === namespace;
    const { labels } = this.#namespaces.get(namespace)?.metadata ?? {};
    return !selector.labelSelector || matchesLabels(selector.labelSelector, labels);
  }
}

/** Labels are not asked: an object that ceases to match concerns the placement too. */
function isOf(
  selector: ResourceSelector,
  kind: ResourceRef & { readonly kind: string },
  object: KubeObject,
): boolean {
  const sameKind = selector.group === kind.group && selector.kind === kind.kind;
  return sameKind && (!selector.name || selector.name === object.metadata.name);
}
