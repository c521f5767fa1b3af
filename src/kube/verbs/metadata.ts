import { isObject, type Json, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Labels } from '../selectors/labels.ts';
import { badRequest, conflict } from '../wire/status.ts';
import type { Call, ClusterParts } from './call.ts';

/** The metadata of an object; made when it has none. */
export function metadataOf(object: JsonObject): JsonObject {
  const metadata = object['metadata'];
  if (isObject(metadata)) return metadata;
  const made: JsonObject = {};
  object['metadata'] = made;
  return made;
}

/** The metadata of an object that is only read. */
export function readMetadata(object: JsonObject): JsonObject {
  return isObject(object['metadata']) ? object['metadata'] : {};
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function finalizersOf(metadata: JsonObject): string[] {
  const finalizers = metadata['finalizers'];
  return Array.isArray(finalizers) ? finalizers.filter((each) => typeof each === 'string') : [];
}

export function labelsOf(object: JsonObject): Labels | undefined {
  const labels = readMetadata(object)['labels'];
  if (!isObject(labels)) return undefined;
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(labels)) if (typeof value === 'string') texts[key] = value;
  return texts;
}

/** Names the object as the path does, or refuses. */
export function checkPlace(object: JsonObject, call: Call, name: string): JsonObject {
  const { definition, apiVersion } = call.resource;
  checkType(object, definition.kind, apiVersion);
  const metadata = metadataOf(object);
  if (definition.namespaced) {
    const namespace = textOf(metadata['namespace']);
    if (namespace === '') metadata['namespace'] = call.namespace;
    else if (namespace !== call.namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
  } else if (textOf(metadata['namespace']) !== '') {
    delete metadata['namespace'];
  }
  if (name !== '') {
    const own = textOf(metadata['name']);
    if (own === '') {
      throw badRequest(
        `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
      );
    }
    if (own !== name) {
      throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
    }
  }
  return metadata;
}

function checkType(object: JsonObject, kind: string, apiVersion: string): void {
  const sentKind = textOf(object['kind']);
  const sentVersion = textOf(object['apiVersion']);
  if (sentKind === '') object['kind'] = kind;
  if (sentVersion === '') object['apiVersion'] = apiVersion;
  if (sentVersion !== '' && sentVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${sentVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (sentKind !== '' && sentKind !== kind) {
    const [group, version] = splitApiVersion(apiVersion);
    throw badRequest(
      `${sentKind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: no kind "${sentKind}" is registered for version "${group === '' ? version : `${group}/${version}`}"`,
    );
  }
}

export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** Gives a new object what only the server may give. */
export function stampCreation(
  { clock, random }: ClusterParts,
  object: JsonObject,
  hasGeneration: boolean,
): void {
  const metadata = metadataOf(object);
  for (const member of serverOwned) delete metadata[member];
  metadata['uid'] = random.uuid();
  metadata['creationTimestamp'] = rfc3339Seconds(clock.now());
  if (hasGeneration) metadata['generation'] = 1;
}

const serverOwned = [
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
];

/** Takes from the old object what an update may not change. Throws 409 when the update is meant for another object. */
export function carryOver(next: JsonObject, old: JsonObject, call: Call): void {
  const metadata = metadataOf(next);
  const before = readMetadata(old);
  const uid = textOf(metadata['uid']);
  if (uid !== '' && uid !== textOf(before['uid'])) {
    throw conflict(
      call.resource.subject(call.name),
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textOf(before['uid'])}`,
    );
  }
  for (const member of carriedOver) {
    if (before[member] === undefined) delete metadata[member];
    else metadata[member] = before[member];
  }
  delete metadata['selfLink'];
}

const carriedOver = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
];
