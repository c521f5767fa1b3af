import { metadataOf, readMetadata, splitApiVersion, textOf } from '../../apimachinery/metadata.ts';
import { badRequest, conflict, invalid, type StatusError } from '../../apimachinery/status.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { internalPackage, isRegisteredKind } from '../../kinds/registered.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import { registryPath } from '../storage/registry-path.ts';
import type { StoredObject } from '../storage/stored-object.ts';

/** Names the object as the path does, or refuses. */
export function checkPlace(object: JsonObject, call: Call, name: string): JsonObject {
  const { definition } = call.resource;
  checkType(object, call);
  const metadata = metadataOf(object);
  if (definition.namespaced) {
    checkNamespace(object, call);
    if (textOf(metadata['namespace']) === '') metadata['namespace'] = call.namespace;
  } else if (textOf(metadata['namespace']) !== '') {
    delete metadata['namespace'];
  }
  if (name !== '') checkNamesPath({ name }, textOf(metadata['name']));
  return metadata;
}

/** An object has the name of its path. Throws 400. */
export function checkNamesPath({ name }: Pick<Call, 'name'>, own: string): void {
  if (own === '') throw nameUndeterminable(name);
  if (own !== name) throw nameMismatch(own, name);
}

/** Throws 400 for a path that names nothing. */
export function checkNamed({ name }: Call): void {
  if (name === '') throw badRequest('name must be provided');
}

/** A body that names a namespace names that of its path. Throws 400. */
export function checkNamespace(body: JsonObject, { namespace }: Call): void {
  const own = textOf(readMetadata(body)['namespace']);
  if (own === '' || own === namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** A body that leaves out the name that its path has. */
export function nameUndeterminable(name: string): StatusError {
  return badRequest(
    `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
  );
}

/** A body with another name than its path. */
export function nameMismatch(own: string, name: string): StatusError {
  return badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
}

function checkType(object: JsonObject, call: Call): void {
  const { body } = call;
  const { definition, apiVersion, custom } = call.resource;
  const { kind } = definition;
  const sentKind = textOf(object['kind']);
  const sentVersion = textOf(object['apiVersion']);
  const isTyped = custom && body.bytes() !== undefined && body.patchType === undefined;
  if (sentKind === '') object['kind'] = kind;
  if (sentVersion === '' && !isTyped) object['apiVersion'] = apiVersion;
  const sameKind = sentKind === '' || sentKind === kind;
  const sameVersion = sentVersion === apiVersion || (sentVersion === '' && !isTyped);
  if (sameKind && sameVersion) return;
  if (custom) throw notOfItsType(call, object, { sameKind, sameVersion });
  const problem = registryProblem(sentKind || kind, sentVersion || apiVersion, definition);
  if (problem === undefined) throw versionMismatch(sentVersion, apiVersion);
  const [, version] = splitApiVersion(sentVersion || apiVersion);
  const shown = JSON.stringify(version);
  throw badRequest(`${sentKind || kind} in version ${shown} cannot be handled as a ${kind}: ${problem}`);
}

/** A body is read as the path's version, or not at all; what a patch made of an object is judged as a whole. */
function notOfItsType(
  { resource: { definition, apiVersion }, body: { patchType } }: Call,
  object: JsonObject,
  { sameKind, sameVersion }: { sameKind: boolean; sameVersion: boolean },
): StatusError {
  const kind = textOf(object['kind']);
  const version = textOf(object['apiVersion']);
  const isPatched = patchType !== undefined && patchType !== 'apply';
  if (!sameVersion && !isPatched) return versionMismatch(version, apiVersion);
  const errors = [];
  if (!sameKind) errors.push(invalidField('kind', kind, `must be ${definition.kind}`));
  if (!sameVersion) errors.push(invalidField('apiVersion', version, `must be ${apiVersion}`));
  const [group] = splitApiVersion(version);
  return invalid({ group, kind }, textOf(readMetadata(object)['name']), errors);
}

function versionMismatch(sent: string, expected: string): StatusError {
  return badRequest(
    `the API version in the data (${sent}) does not match the expected API version (${expected})`,
  );
}

/** Why no decoder makes an object of the resource's kind out of another kind; undefined for another version of it. */
export function registryProblem(
  kind: string,
  apiVersion: string,
  wanted: { readonly group: string; readonly kind: string },
): string | undefined {
  if (!isRegisteredKind(apiVersion, kind)) {
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:110"`;
  }
  const [group, version] = splitApiVersion(apiVersion);
  const [from, to] = [internalPackage(group), internalPackage(wanted.group)];
  if (kind === wanted.kind && from === to) return undefined;
  return `converting (${version}.${kind}) to (${to}.${wanted.kind}): unknown conversion`;
}

/** Takes from a new object what only the server may give. */
export function clearServerOwned(object: JsonObject): void {
  const metadata = metadataOf(object);
  // Asked first: taking away what is not there costs as much as what is.
  for (const member of serverOwned) if (Object.hasOwn(metadata, member)) delete metadata[member];
}

/** Gives a new object what only the server may give. */
export function stampCreation(
  { clock, random }: ClusterParts,
  object: JsonObject,
  hasGeneration: boolean,
): void {
  const metadata = metadataOf(object);
  metadata['uid'] = random.uuid();
  metadata['creationTimestamp'] = rfc3339Seconds(clock.now());
  // Only kinds that count their generations choose the first.
  if (hasGeneration) metadata['generation'] = 1;
}

const serverOwned = [
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'resourceVersion',
  'uid',
  'creationTimestamp',
];

/** Throws 409 when an update is meant for another object than the one there is; '' for none. */
export function checkMeant(call: Call, next: JsonObject, uid: string): void {
  const wanted = textOf(readMetadata(next)['uid']);
  if (wanted === '' || wanted === uid) return;
  const { resource, namespace, name } = call;
  const precondition = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid}`;
  const stored = registryPath(resource.definition, namespace, name);
  // A dry run is refused before the place of all keys is put in front.
  const place = call.options.dryRun ? stored.replace(/^\/registry/, '') : stored;
  throw conflict(
    resource.subject(name),
    `StorageError: invalid object, Code: 4, Key: ${place}, ResourceVersion: 0, AdditionalErrorMsg: ${precondition}`,
  );
}

/** A write that names a version is meant for that version only; some kinds are not written without one. */
export function checkVersion(call: Call, current: StoredObject, version: bigint): void {
  if (version === 0n && call.resource.definition.quirks.updateDemandsVersion) throw versionMissing(call);
  if (version !== 0n && version !== BigInt(current.revision)) {
    throw conflict(call.resource.subject(call.name));
  }
}

function versionMissing({ resource, name }: Call): StatusError {
  const message = 'Invalid value: 0: must be specified for an update';
  const { group, resource: kind } = resource.definition;
  return invalid({ group, kind }, name, [
    { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message },
  ]);
}

/**
 * Takes from the old object what only the server sets: what nobody can change is put back, whatever the update says;
 * of the rest validation refuses what differs.
 */
export function carryOver(next: JsonObject, old: JsonObject): void {
  const metadata = metadataOf(next);
  const before = readMetadata(old);
  for (const member of filled) {
    const value = metadata[member];
    if ((value === undefined || value === null || value === '') && before[member] !== undefined) {
      metadata[member] = before[member];
    }
  }
  if (before['deletionTimestamp'] !== undefined) metadata['deletionTimestamp'] = before['deletionTimestamp'];
  for (const member of carriedOver) {
    if (before[member] === undefined) delete metadata[member];
    else metadata[member] = before[member];
  }
  delete metadata['selfLink'];
}

const filled = ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'];
const carriedOver = ['creationTimestamp', 'generation', 'resourceVersion'];
