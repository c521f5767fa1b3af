import type { Write } from '../../apimachinery/admission.ts';
import { errorMessage, type JsonObject } from '../../base/index.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import { namespaceOf } from '../matching/request.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { Collection } from '../storage/collection.ts';
import type { Conversions } from '../storage/conversion.ts';
import { namespacePrefix, objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { ParamRef } from './binding.ts';
import type { ParamKind } from './policy.ts';

/** A policy or binding that cannot be followed; the text is the real server's. */
export class NotConfigured extends Error {}

/** Where parameters come from. */
export interface ParamSource {
  readonly storage: Pick<ClusterStorage, 'collection' | 'loaded'>;
  readonly resources: ResourceRegistry;
  /** Of kinds whose versions a webhook makes. */
  readonly conversions: Conversions;
}

/** The resource of a kind of parameters, or that nobody serves it. */
export function servedParams(
  resources: ResourceRegistry,
  { group, version, kind }: ParamKind,
): ServedResource | NotConfigured {
  const served = resources.findKind(group, version, kind);
  if (served) return served;
  const shown = `${group}/${version}, Kind=${kind}`;
  return new NotConfigured(`failed to find resource referenced by paramKind: '${shown}'`);
}

/**
 * The parameters with which a policy is asked about a write: one round for each. Undefined among them: a round without.
 * Throws `NotConfigured`.
 */
export function paramsFor(
  source: ParamSource,
  served: ServedResource | undefined,
  { paramRef, write }: { readonly paramRef: ParamRef | undefined; readonly write: Write },
): Promise<readonly (JsonObject | undefined)[]> | readonly (JsonObject | undefined)[] {
  if (!served || !paramRef) return [undefined];
  const namespace = placeOf(served, paramRef, write);
  const select = (collection: Collection) => {
    const found = selected(collection, { paramRef, namespace });
    if (found.length === 0 && paramRef.deniesWithout)
      throw new NotConfigured('no params found for policy binding with `Deny` parameterNotFoundAction');
    if (served.isConvertedElsewhere) return converted(source, served, found);
    return found.map((each) => each.decoded(served));
  };
  const loaded = source.storage.loaded(served);
  return loaded ? select(loaded) : source.storage.collection(served).then(select);
}

function placeOf({ definition }: ServedResource, { namespace }: ParamRef, write: Write): string {
  if (!definition.namespaced) {
    if (namespace === '') return '';
    throw new NotConfigured('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const place = namespace || namespaceOf(write);
  if (place !== '') return place;
  throw new NotConfigured(
    'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  );
}

/** Throws `NotConfigured` when the webhook that makes the version of the parameters does not. */
async function converted(
  { conversions }: ParamSource,
  served: ServedResource,
  found: readonly StoredObject[],
): Promise<readonly JsonObject[]> {
  try {
    return (await conversions.bring(found, served)).map((each) => each.decoded(served));
  } catch (thrown) {
    throw new NotConfigured(errorMessage(thrown));
  }
}

function selected(
  collection: Collection,
  { paramRef, namespace }: { readonly paramRef: ParamRef; readonly namespace: string },
): readonly StoredObject[] {
  if (paramRef.name !== '') {
    const found = collection.get(objectKey(namespace, paramRef.name));
    return found ? [found] : [];
  }
  const { selects } = paramRef;
  const all = [...collection.scan(namespace === '' ? '' : namespacePrefix(namespace))];
  return all.filter((each) => selects?.(each.labels()) ?? true);
}
