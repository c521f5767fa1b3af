import type { ClusterView, Place } from '../../apimachinery/admission.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ClusterParts } from '../call/call.ts';
import type { Collection } from '../storage/collection.ts';
import { namespacePrefix, objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** What steps read of a cluster. */
export function viewOf({
  resources,
  storage,
  clock,
  random,
  authorize,
}: Pick<ClusterParts, 'resources' | 'storage' | 'clock' | 'random' | 'authorize'>): ClusterView {
  /** Asked of the collection at once when it is in memory: nearly always. */
  function read<T>(
    place: Place,
    { none, from }: { none: T; from: (collection: Collection, served: ServedResource) => T },
  ): Promise<T> | T {
    const served = resources.anyVersion(place.group, place.resource);
    if (!served) return none;
    const loaded = storage.loaded(served);
    if (loaded) return from(loaded, served);
    return storage.collection(served).then((collection) => from(collection, served));
  }
  return {
    clock,
    random,
    find: (place, name) =>
      read<JsonObject | undefined>(place, {
        none: undefined,
        from: (collection, served) => collection.get(keyIn(served, place, name))?.decoded(served.asStored),
      }),
    list: (place) =>
      read<readonly JsonObject[]>(place, {
        none: [],
        from: (collection, served) =>
          [...collection.scan(prefixIn(served, place))].map((object) => object.decoded(served.asStored)),
      }),
    kind: (group, version, kind) => resources.findKind(group, version, kind)?.definition,
    decide: authorize,
  };
}

function keyIn({ definition }: ServedResource, { namespace }: Place, name: string): string {
  return objectKey(definition.namespaced ? namespace : '', name);
}

function prefixIn({ definition }: ServedResource, { namespace }: Place): string {
  return definition.namespaced ? namespacePrefix(namespace) : '';
}
