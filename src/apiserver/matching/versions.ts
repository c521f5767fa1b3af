import type { Write } from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';
import { apiVersionOf } from '../storage/served-resource.ts';
import type { MatchedResource } from './rules.ts';

/** The states of a write, in the version in which it is asked about. */
export interface Shown {
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
}

/** Makes the other version of an object that only a webhook may convert. */
export type Convert = (
  object: JsonObject,
  versions: { readonly from: ResourceDefinition; readonly to: ResourceDefinition },
) => Promise<JsonObject>;

/** An object in another version of its resource. */
export async function inVersion(
  object: JsonObject,
  versions: { readonly from: ResourceDefinition; readonly to: ResourceDefinition },
  convert: Convert,
): Promise<JsonObject> {
  const { from, to } = versions;
  if (from === to) return object;
  if (from.convertedBy !== undefined) return convert(object, versions);
  const converted = cloneJson(object);
  from.conversion?.toStorage(converted);
  to.conversion?.fromStorage(converted);
  converted['kind'] = to.kind;
  converted['apiVersion'] = apiVersionOf(to.group, to.version);
  return converted;
}

/** True for a write whose object is one of its resource, and no body of a subresource. */
export function isOfResource({ kind, definition }: Pick<Write, 'kind' | 'definition'>): boolean {
  return kind.kind === definition.kind && kind.group === definition.group;
}

/** The objects of a write as who is asked about another version is shown them. Throws what a conversion throws. */
export async function shownTo(
  write: Write,
  { definition }: MatchedResource,
  convert: Convert,
): Promise<Shown> {
  const versions = { from: write.definition, to: definition };
  if (versions.from === versions.to || !isOfResource(write)) return { object: write.object, old: write.old };
  return {
    object: write.object && (await inVersion(write.object, versions, convert)),
    old: write.old && (await inVersion(write.old, versions, convert)),
  };
}
