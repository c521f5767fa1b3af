import { cloneJson } from '../../apimachinery/clone.ts';
import { finalizersOf, metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';

import { conflict, invalid, notFound, type StatusError } from '../../apimachinery/status.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import type { Stated } from '../storage/cluster-storage.ts';
import { checkStorable } from '../storage/conversion.ts';
import { encodeStored } from '../storage/encode.ts';
import { objectKey } from '../storage/keys.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { admit } from './admit.ts';
import { createObject, remember } from './create.ts';
import { readObject } from './decode.ts';
import { inTurn } from './exclusive.ts';
import { keepingReset, trackWrite } from './field-managers.ts';
import { find } from './get.ts';
import { dedupeOwners } from './owner-references.ts';
import { carryOver, checkMeant, checkNamed, checkPlace } from './place.ts';
import { namesNone, writtenVersion } from './resource-version.ts';

/** Attempts of a write that names no version and meets other writers. */
const attemptsWithoutVersion = 16;

/** `update` of an object or its status: 200, or 201 where an update may create. */
export async function update(parts: ClusterParts, call: Call): Promise<Answer> {
  checkNamed(call);
  const body = await readObject(call);
  dedupeOwners(body, call.warnings);
  const text = textOf(checkPlace(body, call, call.name)['resourceVersion']);
  const { definition } = call.resource;
  const unconditional = namesNone(text);
  return modify(parts, call, {
    compute: (current) => {
      checkMeant(call, body, current ? textOf(readMetadata(current.peek(call.resource))['uid']) : '');
      if (current) checkVersion(call, current, writtenVersion(text));
      // The body is used up by the first attempt: only a write without a version has a second one.
      return unconditional ? cloneJson(body) : body;
    },
    mayCreate: definition.createOnUpdate && call.subresource === '' && text === '',
    mayRetry: unconditional,
  });
}

/** A write that names a version is meant for that version only; some kinds are not written without one. */
export function checkVersion(call: Call, current: StoredObject, version: bigint): void {
  if (version === 0n && !allowsUnconditional(call)) throw versionMissing(call);
  if (version !== 0n && version !== BigInt(current.revision)) {
    throw conflict(call.resource.subject(call.name));
  }
}

/** Kinds that are only ever updated from the version that the caller has read. */
const versionDemanded = new Set([
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'coordination.k8s.io/leases',
  'node.k8s.io/runtimeclasses',
  'policy/poddisruptionbudgets',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/csistoragecapacities',
  'storage.k8s.io/volumeattachments',
]);

function allowsUnconditional({ resource }: Call): boolean {
  return !resource.custom && !versionDemanded.has(resource.storageKey);
}

function versionMissing({ resource, name }: Call): StatusError {
  const message = 'Invalid value: 0: must be specified for an update';
  const { group, resource: kind } = resource.definition;
  return invalid({ group, kind }, name, [
    { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message },
  ]);
}

export interface Modification {
  /**
   * The new state as the caller wants it, private to this call; computed again when somebody else was faster. The
   * same object as `current.copy` may be returned. `old` is what `current` says, decoded, and only to be read.
   */
  compute(current: StoredObject | undefined, old: JsonObject | undefined): Promise<JsonObject> | JsonObject;
  /** A missing object is created instead of 404. */
  readonly mayCreate: boolean;
  readonly mayRetry: boolean;
  /** Managed fields are written by `compute` itself (server-side apply). */
  readonly tracked?: boolean;
}

/** The one way in which objects change: read, compute, check, and commit if nobody else did meanwhile. */
export function modify(parts: ClusterParts, call: Call, change: Modification): Promise<Answer> {
  if (!change.mayRetry) return modifyNow(parts, call, change);
  const key = parts.storage.storeKey(call.resource, objectKey(call.namespace, call.name));
  return parts.storage.turns.run(key, () => modifyNow(parts, call, change));
}

async function modifyNow(parts: ClusterParts, call: Call, change: Modification): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const current = await find(parts, call);
    if (!current) {
      if (!change.mayCreate) throw notFound(call.resource.subject(call.name));
      return createObject(
        parts,
        call,
        await change.compute(undefined, undefined),
        change.tracked ? 'tracked' : 'track',
      );
    }
    const old = current.peek(call.resource);
    const next = await change.compute(current, old);
    const answer = await inTurn(parts, call, {
      object: next,
      write: (own) => admitAndReplace(parts, call, { current, old, next: own, change }),
    });
    if (answer) return answer;
    if (!change.mayRetry || attempt === attemptsWithoutVersion)
      throw conflict(call.resource.subject(call.name));
  }
}

async function admitAndReplace(
  parts: ClusterParts,
  call: Call,
  write: { current: StoredObject; old: JsonObject; next: JsonObject; change: Modification },
): Promise<Answer | undefined> {
  const { current, old, next, change } = write;
  const seen = parts.storage.seen();
  const facts = await prepare(parts, call, { next, old, tracked: change.tracked === true });
  return replace(parts, call, { current, old, next, stated: { facts, seen, fence: call.fence } });
}

/** Returns what the write claims. */
async function prepare(
  parts: ClusterParts,
  call: Call,
  write: { next: JsonObject; old: JsonObject; tracked: boolean },
): Promise<readonly string[]> {
  const { next, old } = write;
  const { definition } = call.resource;
  checkPlace(next, call, call.name);
  carryOver(next, old);
  keepingReset(next, () => definition.strategy.default(next));
  // Who asked for what, before the server puts it right.
  if (!write.tracked) trackWrite(parts, call, { before: old, after: next });
  definition.strategy.prepareForUpdate(next, old, call.subresource);
  const facts = await admit(parts, call, { object: next, old });
  if (definition.hasGeneration && countsAsChange(call, next, old)) {
    const generation = readMetadata(old)['generation'];
    metadataOf(next)['generation'] = (typeof generation === 'number' ? generation : 0) + 1;
  }
  return facts;
}

/** Kinds whose annotations are part of what their controller acts on, as the real server counts them. */
const annotationsCount = new Set(['apps/deployments']);
const labelsCount = new Set(['discovery.k8s.io/endpointslices']);
/** Kinds that are in their first generation for ever. */
const generationStays = new Set(['scheduling.k8s.io/priorityclasses']);

function countsAsChange({ resource, subresource }: Call, next: JsonObject, old: JsonObject): boolean {
  const { storageKey, definition } = resource;
  if (generationStays.has(storageKey) || subresource === 'binding') return false;
  if (specChanged(next, old, definition.subresources['status'] !== undefined)) return true;
  if (subresource === 'status') return false;
  const changed = (member: 'labels' | 'annotations') =>
    !jsonEqual(readMetadata(next)[member] ?? {}, readMetadata(old)[member] ?? {});
  return (
    (annotationsCount.has(storageKey) && changed('annotations')) ||
    (labelsCount.has(storageKey) && changed('labels'))
  );
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

/** Everything but metadata counts, and status where it has an endpoint of its own. */
function specChanged(next: JsonObject, old: JsonObject, statusApart: boolean): boolean {
  const ignored = statusApart ? ['metadata', 'status'] : ['metadata'];
  const members = new Set([...Object.keys(next), ...Object.keys(old)]);
  for (const member of members) {
    if (!ignored.includes(member) && !jsonEqual(next[member], old[member])) return true;
  }
  return false;
}

/** Commits `next`. Undefined when the object changed meanwhile. */
async function replace(
  parts: ClusterParts,
  call: Call,
  write: { current: StoredObject; old: JsonObject; next: JsonObject; stated: Stated },
): Promise<Answer | undefined> {
  const { resource } = call;
  const { current, old, next } = write;
  if (jsonEqual(next, old) || areTimesAllThatDiffers(next, old))
    return { type: 'object', code: 200, resource, object: current };
  const vanishes = isFullyReleased(next);
  if (!vanishes) checkStorable(resource);
  if (call.options.dryRun) return { type: 'value', code: 200, value: next, resource };
  const key = parts.storage.storeKey(resource, objectKey(current.namespace, current.name));
  const guards = [{ key, revision: current.storeRevision }];
  if (vanishes) {
    const result = await parts.storage.commit({ guards, writes: [{ delete: key }] }, call.fence);
    return result.ok ? { type: 'value', code: 200, value: next, resource } : undefined;
  }
  const leasing = parts.leaseFor(resource);
  const lease = leasing && (await leasing);
  const value = encodeStored(resource, next);
  const writes = [lease === undefined ? { put: key, value } : { put: key, value, lease }];
  const result = await parts.storage.commitStating({ guards, writes }, write.stated);
  if (!result.ok) return undefined;
  const stored = parts.storage.loaded(resource)?.get(objectKey(current.namespace, current.name));
  if (stored?.revision !== result.revision) {
    metadataOf(next)['resourceVersion'] = String(result.revision);
    return { type: 'value', code: 200, value: next, resource };
  }
  remember(stored, next, resource);
  return { type: 'object', code: 200, resource, object: stored };
}

/** True for an object under deletion that nobody holds any more. */
export function isFullyReleased(object: JsonObject): boolean {
  const metadata = readMetadata(object);
  if (metadata['deletionTimestamp'] === undefined || finalizersOf(metadata).length > 0) return false;
  const grace = metadata['deletionGracePeriodSeconds'];
  if (typeof grace === 'number' && grace > 0) return false;
  if (object['kind'] !== 'Namespace' || object['apiVersion'] !== 'v1') return true;
  const spec = object['spec'];
  const held =
    typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? spec['finalizers'] : undefined;
  return !Array.isArray(held) || held.length === 0;
}
