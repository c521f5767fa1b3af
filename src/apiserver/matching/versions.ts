import type { Write } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';
import { apiVersionOf } from '../storage/served-resource.ts';
import type { MatchedResource } from './rules.ts';

/** Both states of a write in the version in which it is asked about. Throws what a conversion throws. */
export function inVersionOf(
  { definition, kind, object, old }: Write,
  asked: MatchedResource,
): { readonly object: JsonObject | undefined; readonly old: JsonObject | undefined } {
  // The body of a subresource has a kind of its own, in whatever version its resource is asked about.
  if (asked.definition === definition || kind.kind !== definition.kind) return { object, old };
  const convert = (state: JsonObject | undefined) => state && converted(state, definition, asked.definition);
  return { object: convert(object), old: convert(old) };
}

function converted(object: JsonObject, from: ResourceDefinition, to: ResourceDefinition): JsonObject {
  const copy = structuredClone(object);
  from.conversion?.toStorage(copy);
  to.conversion?.fromStorage(copy);
  return Object.assign(copy, { apiVersion: apiVersionOf(to.group, to.version), kind: to.kind });
}
