import type { Alongside } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { finalizersOf, labelsOf, metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { alreadyExists, internalError, noUniqueName, StatusError } from '../../apimachinery/status.ts';
import { isObject, type Json, type JsonObject, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import type { CommitResult, Guard, Write } from '../../store/contract.ts';
import type { Answer, WriteState, WriteStep } from '../call/call.ts';
import { find } from '../call/find.ts';
import { isUnsigned, namesNone } from '../request/resource-version.ts';
import { ClaimLost } from '../storage/cluster-storage.ts';
import { encodeStored } from '../storage/encode.ts';
import { objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { trackOwnWrite } from './field-managers.ts';
import { generatedNameAttempts, generateName } from './prepare.ts';

/** A new object, when its name is free. Throws 409. */
export const insert: WriteStep = {
  name: 'insert',
  part: 'commit',
  concerns: ({ operation }) => operation === 'CREATE',
  async run(state) {
    const { parts, object, call, resource } = state;
    if (!object) return;
    // Nothing of a dry run is stored, so nobody minds.
    if (!call.options.dryRun) checkNoVersion(state.version);
    const stored = resource.isConvertedElsewhere
      ? await parts.conversions.toStorage(object, resource)
      : object;
    const metadata = metadataOf(object);
    const base = textOf(metadata['generateName']);
    for (let attempt = 1; ; attempt++) {
      state.answer = await inserted(state, object, stored);
      if (state.answer) return;
      if (!state.hasGeneratedName || attempt === generatedNameAttempts)
        throw (base === '' ? alreadyExists : noUniqueName)(resource.subject(state.name));
      // What is made with it may name it: all of that is worked out anew, as for a claim that was lost.
      if (state.alongside.some(({ becomes }) => becomes === 'made')) throw new ClaimLost();
      state.name = generateName(parts, base);
      metadata['name'] = state.name;
      metadataOf(stored)['name'] = state.name;
    }
  },
};

/** Throws 500 for a new object that names a version; a text that is none is nobody's. */
function checkNoVersion(version: string): void {
  if (namesNone(version) || !isUnsigned(version)) return;
  throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
}

/** Undefined when the name is taken. `stored`: the object in the version that is stored. */
async function inserted(
  state: WriteState,
  object: JsonObject,
  stored: JsonObject,
): Promise<Answer | undefined> {
  const { parts, resource, namespace, name, call } = state;
  if (call.options.dryRun) {
    if (await find(parts, { resource, namespace, name })) return undefined;
    // What a caller said of a version comes back as it was.
    const metadata = {
      ...readMetadata(object),
      ...(state.version !== '' && { resourceVersion: state.version }),
    };
    return { type: 'value', code: 201, value: { ...object, metadata }, resource };
  }
  const place = objectKey(resource.definition.namespaced ? namespace : '', name);
  const key = parts.storage.storeKey(resource, place);
  const leasing = parts.leaseFor(resource);
  const lease = leasing && (await leasing);
  const value = encodeStored(resource, stored);
  // Loaded first: reading the collection after the commit would have to go through all of it once more.
  const collection = parts.storage.loaded(resource) ?? (await parts.storage.collection(resource));
  const write = lease === undefined ? { put: key, value } : { put: key, value, lease };
  const result = await commit(state, { key, revision: 0, write });
  if (!result.ok) return undefined;
  const created = collection.get(place);
  if (created?.revision !== result.revision) return { type: 'value', code: 201, value: object, resource };
  remember(created, object, resource);
  return { type: 'object', code: 201, resource, object: await shown(parts, created, resource) };
}

/** The changed object, or its end when nobody holds it any more. Without an answer when it changed meanwhile. */
export const replace: WriteStep = {
  name: 'replace',
  part: 'commit',
  concerns: ({ operation }) => operation === 'UPDATE',
  async run(state) {
    const { current, old, object } = state;
    if (current && old && object) state.answer = await replaced(state, { current, old, next: object });
  },
};

async function replaced(
  state: WriteState,
  { current, old, next }: { current: StoredObject; old: JsonObject; next: JsonObject },
): Promise<Answer | undefined> {
  const { parts, call, resource, definition } = state;
  if (jsonEqual(next, old) || areTimesAllThatDiffers(next, old))
    return { type: 'object', code: 200, resource, object: current };
  const vanishes = isFullyReleased(next, definition);
  if (call.options.dryRun && resource.isConvertedElsewhere && !vanishes) {
    await parts.conversions.toStorage(next, resource);
  }
  if (call.options.dryRun) return { type: 'value', code: 200, value: next, resource };
  if (vanishes) {
    const result = await erase(state, current);
    return result.ok ? { type: 'value', code: 200, value: next, resource } : undefined;
  }
  const leasing = parts.leaseFor(resource);
  const lease = leasing && (await leasing);
  return overwrite(state, { current, next, lease });
}

/** Writes `next` in the place of `current`. Undefined when the object changed meanwhile. */
export async function overwrite(
  state: WriteState,
  { current, next, lease }: { current: StoredObject; next: JsonObject; lease: string | undefined },
): Promise<Answer | undefined> {
  const { parts, resource } = state;
  const place = objectKey(current.namespace, current.name);
  const key = parts.storage.storeKey(resource, place);
  const { conversions } = parts;
  const value = encodeStored(
    resource,
    resource.isConvertedElsewhere ? await conversions.toStorage(next, resource) : next,
  );
  const write = lease === undefined ? { put: key, value } : { put: key, value, lease };
  const result = await commit(state, { key, revision: current.storeRevision, write });
  if (!result.ok) return undefined;
  const stored = parts.storage.loaded(resource)?.get(place);
  if (stored?.revision !== result.revision) {
    metadataOf(next)['resourceVersion'] = String(result.revision);
    return { type: 'value', code: 200, value: next, resource };
  }
  remember(stored, next, resource);
  return { type: 'object', code: 200, resource, object: await shown(parts, stored, resource) };
}

/** Takes `current` out of the store, unless it changed meanwhile. */
export function erase(state: WriteState, current: StoredObject): Promise<CommitResult> {
  const key = state.parts.storage.storeKey(state.resource, objectKey(current.namespace, current.name));
  return commit(state, { key, revision: current.storeRevision, write: { delete: key } });
}

/** The write with what the steps hung on it. Throws `ClaimLost` when others were faster with that. */
async function commit(
  { parts, call, claims, alongside, seen, definition }: WriteState,
  own: { readonly key: string; readonly revision: number; readonly write: Write },
): Promise<CommitResult> {
  const guards = [{ key: own.key, revision: own.revision }];
  const writes = [own.write];
  for (const other of alongside) {
    if (other.atTheEnd && !('delete' in own.write)) continue;
    const { guard, write } = alsoWritten(parts, other);
    guards.push(guard);
    writes.push(write);
  }
  const stated = { facts: claims, seen, fence: call.fence };
  const begunMs = parts.clock.monotonic();
  const result = await parts.storage.commitStating({ guards, writes }, stated);
  const operation = 'delete' in own.write ? 'delete' : own.revision === 0 ? 'create' : 'update';
  parts.storeMetrics.wrote(operation, definition, (parts.clock.monotonic() - begunMs) / 1000);
  if (!result.ok && alongside.length > 0 && result.failed.key !== own.key) throw new ClaimLost();
  return result;
}

/** Another object, if it still is as its step has seen it. */
function alsoWritten(
  parts: WriteState['parts'],
  { group, resource: plural, namespace, object, subresource = '', becomes }: Alongside,
): { readonly guard: Guard; readonly write: Write } {
  const { resources, storage } = parts;
  const resource = resources.anyVersion(group, plural);
  if (!resource) throw internalError(`${plural} are not served`);
  const { name, resourceVersion } = readMetadata(object);
  const place = objectKey(resource.definition.namespaced ? namespace : '', textOf(name));
  const key = storage.storeKey(resource, place);
  if (becomes === 'made') {
    const value = encodeStored(resource, withIdentity(parts, object));
    return { guard: { key, revision: 0 }, write: { put: key, value } };
  }
  const guard = { key, revision: Number(textOf(resourceVersion)) };
  if (becomes === 'removed') return { guard, write: { delete: key } };
  // When it is another one by now the guard does not hold.
  const before = storage.loaded(resource)?.get(place)?.peek(resource);
  const next = before ? trackOwnWrite(parts, resource, { before, after: object, subresource }) : object;
  return { guard, write: { put: key, value: encodeStored(resource, next) } };
}

function withIdentity({ random, clock }: WriteState['parts'], object: JsonObject): JsonObject {
  const identity = { uid: random.uuid(), creationTimestamp: rfc3339Seconds(clock.now()) };
  return { ...object, metadata: { ...readMetadata(object), ...identity } };
}

/** What was stored, in the version of the request. */
async function shown(
  { conversions }: WriteState['parts'],
  stored: StoredObject,
  resource: ServedResource,
): Promise<StoredObject> {
  if (!resource.isConvertedElsewhere) return stored;
  const [brought = stored] = await conversions.bring([stored], resource);
  return brought;
}

/** The writer knows the labels: nobody needs to parse for them. */
function remember(stored: StoredObject, object: JsonObject, resource: ServedResource): void {
  stored.rememberWritten(resource, labelsOf(object));
}

/** Who writes the same again owns it since the same time: what an apply leaves out and defaults fill in shows only afterwards. */
function areTimesAllThatDiffers(next: JsonObject, old: JsonObject): boolean {
  const { managedFields, ...metadata } = readMetadata(next);
  const { managedFields: before, ...metadataBefore } = readMetadata(old);
  if (managedFields === undefined || before === undefined) return false;
  if (!jsonEqual(metadata, metadataBefore)) return false;
  if (!jsonEqual(withoutTimes(managedFields), withoutTimes(before))) return false;
  return jsonEqual({ ...next, metadata: {} }, { ...old, metadata: {} });
}

function withoutTimes(managedFields: Json): Json {
  if (!Array.isArray(managedFields)) return managedFields;
  return managedFields.map((entry) => {
    if (!isObject(entry)) return entry;
    const { time: _time, ...rest } = entry;
    return rest;
  });
}

/** True for an object under deletion that nobody holds any more. */
export function isFullyReleased(object: JsonObject, { deletion }: ResourceDefinition): boolean {
  const metadata = readMetadata(object);
  if (metadata['deletionTimestamp'] === undefined || finalizersOf(metadata).length > 0) return false;
  const grace = metadata['deletionGracePeriodSeconds'];
  if (typeof grace === 'number' && grace > 0) return false;
  return !deletion.isHeld?.(object);
}
