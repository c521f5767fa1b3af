import { isObject, type Json, type JsonObject } from '../../../src/base/index.ts';

/** What a real server said to a case: the object as it would be stored, or the causes of its refusal. */
export type ReferenceAnswer = { readonly object: JsonObject } | { readonly causes: readonly string[] };

const serverMembers = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'generation',
  'namespace',
];
/** What the server takes from its pools of addresses and ports. */
const allocated = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort'];

/** The object without what each server chooses for itself; the uid, which jobs copy, becomes `UID`. */
export function withoutServerFields(source: JsonObject): JsonObject {
  const uid = isObject(source['metadata']) ? source['metadata']['uid'] : undefined;
  const text = JSON.stringify(source);
  const object = JSON.parse(typeof uid === 'string' ? text.replaceAll(uid, 'UID') : text) as JsonObject;
  if (isObject(object['metadata'])) for (const name of serverMembers) delete object['metadata'][name];
  // Needs a clock, which kinds do not have.
  if (isObject(object['status'])) delete object['status']['lastPhaseTransitionTime'];
  const spec = object['spec'];
  if (object['kind'] === 'Service' && isObject(spec)) {
    for (const name of allocated) delete spec[name];
    for (const port of Array.isArray(spec['ports']) ? spec['ports'] : [])
      if (isObject(port)) delete port['nodePort'];
  }
  return object;
}

/** RFC 7386: null takes a member away. */
export function mergeInto(target: JsonObject, patch: JsonObject): JsonObject {
  for (const [name, value] of Object.entries(patch)) {
    const old: Json | undefined = target[name];
    if (value === null || value === undefined) delete target[name];
    else if (isObject(value)) target[name] = mergeInto(isObject(old) ? old : {}, value);
    else target[name] = value;
  }
  return target;
}
