import { isObject, type Json, type JsonObject } from '../../../../../base/index.ts';
import type { Call, Flags } from '../../../declaration.ts';
import { getResource, putResource } from '../../../declare/verbs.ts';
import { arcPool, writable } from '../noun.ts';

/** Sends a pool back as it is, but for what `change` makes of its properties. */
export async function changePool(
  call: Call<Flags>,
  change: (properties: JsonObject) => JsonObject,
  envelope: JsonObject = {},
): Promise<Json | undefined> {
  const { properties, ...kept } = writable(await getResource(arcPool, call));
  const changed = change(isObject(properties) ? properties : {});
  return putResource(arcPool, call, { ...kept, ...envelope, properties: changed });
}
