import type { SchemaNode } from '../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject, jsonEqual, parseJson } from '../base/index.ts';
import {
  compareObjects,
  type Difference,
  followSchema,
  ownedPaths,
  ownedPathsWithIdentity,
  withDeclaredFields,
} from './compare.ts';
import {
  difference,
  type FieldSet,
  intersection,
  isEmptySet,
  leaf,
  pathsOf,
  recursiveDifference,
  unionOfSets,
} from './field-set.ts';
import {
  decodeEntries,
  encodeEntries,
  type ManagedEntry,
  managedFieldsJson,
  sameManager,
  setManagedFields,
  touched,
} from './managed-fields.ts';
import { mergeObjects, removePaths } from './merge.ts';
import { badPatch, PatchError } from './patch-error.ts';
import { losing, lossByVersion, trackUpdate, type VersionView } from './track-update.ts';
import { typeProblem } from './typed-check.ts';

/** What `kubectl apply` keeps of the last configuration that it applied from the client's side. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

export interface ApplyRequest {
  /** The stored object in the request's version; undefined when there is none. It is not changed. */
  readonly live: JsonObject | undefined;
  /** The applied configuration. */
  readonly config: JsonObject;
  readonly manager: string;
  readonly force: boolean;
  /** The request's version, e.g. `apps/v1`, and kind. */
  readonly apiVersion: string;
  readonly kind: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly nowMs: number;
  readonly schema: SchemaNode;
  /** As for an update: what belongs to nobody. */
  readonly blank?: JsonObject | undefined;
  /** Paths that an apply here cannot set (`resetFieldsOf`). */
  readonly resetFields?: FieldSet;
  readonly versions?: VersionView;
}

/** `changed` is false when neither the object nor the ownership of its fields differs: nothing is to be written. */
export interface ApplyResult {
  readonly object: JsonObject;
  readonly changed: boolean;
}

/**
 * Server-side apply: lays the configuration over the live object, takes away what this manager applied before and does
 * not any more (unless others own it), and records who owns what. Throws PatchError: 409 for conflicts, 400 and 500
 * for configurations that do not fit. The result is a new object; parts of it are shared with `live` and `config`.
 */
export function serverSideApply(request: ApplyRequest): ApplyResult {
  const { live, subresource } = request;
  const stored = decodeEntries(managedFieldsJson(live));
  const entries = live && stored.length === 0 ? firstEntries(live, request) : stored;
  const applied = applyOrMigrate(entries, request);

  const base = live ?? {};
  const sameObject = jsonEqual(withoutTracking(base), withoutTracking(applied.object));
  const own = { manager: request.manager, operation: 'Apply' as const, apiVersion: '', subresource };
  const timed = sameObject
    ? applied.entries
    : applied.entries.map((entry) => (sameManager(entry, own) ? touched(entry, request.nowMs) : entry));
  const managedFields = encodeEntries(timed);
  if (live && sameObject && sameOwnership(managedFieldsJson(live), managedFields)) {
    return { object: live, changed: false };
  }
  const object: JsonObject = { ...applied.object };
  if (isObject(object.metadata)) object.metadata = { ...object.metadata };
  setManagedFields(object, managedFields);
  syncLastApplied(object, request);
  return { object, changed: true };
}

function withoutTracking(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) return object;
  const { managedFields: _tracking, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function sameOwnership(before: Json | undefined, after: Json | undefined): boolean {
  return jsonEqual(before ?? [], after ?? []);
}

/** Throws PatchError for a configuration of another kind, or that the kind's schema does not take. */
export function checkConfiguration(
  request: Pick<ApplyRequest, 'config' | 'apiVersion' | 'kind' | 'schema'>,
): void {
  const { config } = request;
  const apiVersion = typeof config.apiVersion === 'string' ? config.apiVersion : '';
  const kind = typeof config.kind === 'string' ? config.kind : '';
  if (apiVersion !== request.apiVersion || kind !== request.kind) {
    throw badPatch(`invalid object type: ${kindText(apiVersion, kind)}`);
  }
  const metadata = isObject(config.metadata) ? config.metadata : {};
  if (metadata.managedFields !== undefined && metadata.managedFields !== null) {
    throw badPatch('metadata.managedFields must be nil');
  }
  const problem = typeProblem(config, request.schema);
  if (problem !== undefined) {
    const [namespace, name] = [metadata.namespace, metadata.name].map((part) =>
      typeof part === 'string' ? part : '',
    );
    const place = `${namespace}/${name}; ${kindText(apiVersion, kind)}`;
    throw new PatchError(500, '', `failed to create typed patch object (${place}): ${problem}`);
  }
}

/** A group, version and kind as Go prints them, e.g. `apps/v1, Kind=Deployment` and `/v1, Kind=Pod`. */
function kindText(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

/** The entries of an object that nobody tracked so far: all of it belongs to `before-first-apply`. */
function firstEntries(live: JsonObject, request: ApplyRequest): ManagedEntry[] {
  const copy: JsonObject = { ...live, metadata: { ...(isObject(live.metadata) ? live.metadata : {}) } };
  trackUpdate({ ...request, before: undefined, after: copy, manager: 'before-first-apply' });
  return decodeEntries(managedFieldsJson(copy));
}

interface Applied {
  readonly object: JsonObject;
  readonly entries: ManagedEntry[];
}

interface Conflict {
  readonly entry: ManagedEntry;
  readonly paths: FieldSet;
}

/** `kubectl apply --server-side` takes over what `kubectl apply` owned, even where that conflicts. */
function applyOrMigrate(entries: readonly ManagedEntry[], request: ApplyRequest): Applied {
  const attempt = applyOver(entries, request);
  if (!('conflicts' in attempt)) return attempt;
  let { conflicts } = attempt;
  const allowed = request.manager === 'kubectl' ? clientSideApplied(request) : undefined;
  if (allowed) {
    conflicts = conflicts
      .map(({ entry, paths }) => ({ entry, paths: difference(paths, allowed) }))
      .filter(({ paths }) => !isEmptySet(paths));
    if (conflicts.length === 0) {
      const forced = applyOver(entries, { ...request, force: true });
      if (!('conflicts' in forced)) return forced;
    }
  }
  throw conflictError(conflicts);
}

function applyOver(
  stored: readonly ManagedEntry[],
  request: ApplyRequest,
): Applied | { conflicts: Conflict[] } {
  const { config, schema, apiVersion, manager, subresource } = request;
  const live: JsonObject = request.live ?? { apiVersion, kind: request.kind };
  const entries = stored.map((entry) => ({
    ...entry,
    fields: followSchema(entry.fields, schemaOf(entry, request)),
  }));
  const own = { manager, operation: 'Apply' as const, apiVersion, subresource };
  const last = entries.find((entry) => sameManager(entry, own));
  const others = entries.filter((entry) => entry !== last);
  const fields = exclude(ownedPaths(config, schema), request.resetFields);
  const claim: ManagedEntry = { ...own, time: last?.time, fields };

  const merged = mergeObjects(live, config, schema);
  // What the configuration names stays, also what nobody can own: the object's name and with it its metadata.
  const named = { ...claim, fields: ownedPathsWithIdentity(config, schema) };
  const object = last ? prune(merged, { last, holders: [named, ...others] }, request) : merged;

  const change = compareObjects(live, object, schema);
  const taken = exclude(unionOfSets(change.added ?? leaf, change.modified ?? leaf), request.resetFields);
  const removed = exclude(change.removed ?? leaf, request.resetFields);
  const view = { ...request, before: live, after: object };
  if (!request.force) {
    const conflicts = conflictsWith(others, { taken, removed }, view);
    if (conflicts.length > 0) return { conflicts };
  }
  return { object, entries: [claim, ...restored(losing(others, { taken, removed }, view), stored)] };
}

/** Entries that came through unchanged keep the JSON that they were read from. */
function restored(entries: readonly ManagedEntry[], stored: readonly ManagedEntry[]): ManagedEntry[] {
  return entries.map((entry) => {
    const before = stored.find((other) => sameManager(other, entry));
    return before && jsonEqual(before.fields, entry.fields) ? before : entry;
  });
}

function schemaOf(entry: ManagedEntry, request: ApplyRequest): SchemaNode {
  if (entry.apiVersion === request.apiVersion) return request.schema;
  return request.versions?.(entry.apiVersion)?.schema ?? request.schema;
}

function exclude(set: FieldSet, resetFields: FieldSet | undefined): FieldSet {
  return resetFields ? recursiveDifference(set, resetFields) : set;
}

function conflictsWith(
  others: readonly ManagedEntry[],
  loss: { taken: FieldSet; removed: FieldSet },
  view: ApplyRequest & { before: JsonObject; after: JsonObject },
): Conflict[] {
  const lossIn = lossByVersion(loss, view);
  const conflicts: Conflict[] = [];
  for (const entry of others) {
    const lost = lossIn(entry.apiVersion);
    const paths = lost ? intersection(entry.fields, lost.taken) : leaf;
    if (!isEmptySet(paths)) conflicts.push({ entry, paths });
  }
  return conflicts;
}

/**
 * Takes away what the manager applied last time and not now, and nobody else owns. Only what it owned itself goes:
 * members below a dropped map or list item that belong to nobody go with it, those of others keep it alive.
 */
function prune(
  merged: JsonObject,
  ownership: { last: ManagedEntry; holders: readonly ManagedEntry[] },
  request: ApplyRequest,
): JsonObject {
  const { last, holders } = ownership;
  if (isEmptySet(last.fields)) return merged;
  const view = last.apiVersion === request.apiVersion ? undefined : request.versions?.(last.apiVersion);
  if (last.apiVersion !== request.apiVersion && !view) return merged;
  const schema = view?.schema ?? request.schema;
  const whole = view ? view.convert(merged) : merged;
  const lastFields = withDeclaredFields(last.fields, schema);
  const wholePaths = withDeclaredFields(ownedPathsWithIdentity(whole, schema), schema);
  const pathsIn = (object: JsonObject) => withDeclaredFields(ownedPathsWithIdentity(object, schema), schema);

  const cut = removePaths(whole, lastFields, schema);
  const held = holders.reduce((all, entry) => unionOfSets(all, entry.fields), leaf);
  const keep = unionOfSets(pathsIn(cut), withDeclaredFields(held, schema));
  const withHeld = removePaths(whole, difference(wholePaths, keep), schema);

  const gone = intersection(difference(wholePaths, pathsIn(withHeld)), lastFields);
  const rest = removePaths(whole, gone, schema);
  if (!view) return rest;
  const back = request.versions?.(request.apiVersion);
  return back ? back.convert(rest) : { ...rest, apiVersion: request.apiVersion };
}

/** The fields that `kubectl apply` says it applied and that still are as it left them. */
function clientSideApplied(request: ApplyRequest): FieldSet | undefined {
  const text = lastAppliedOf(request.live);
  if (!text || !request.live) return undefined;
  let last: Json;
  try {
    last = parseJson(text);
  } catch {
    return undefined;
  }
  if (!isObject(last) || last.apiVersion !== request.apiVersion) return undefined;
  if (typeProblem(last, request.schema) !== undefined) return undefined;
  const change: Difference = compareObjects(last, request.live, request.schema);
  let fields = ownedPaths(last, request.schema);
  for (const set of [change.modified, change.added, change.removed])
    if (set) fields = difference(fields, set);
  return fields;
}

function lastAppliedOf(object: JsonObject | undefined): string | undefined {
  const metadata = object?.metadata;
  const annotations = isObject(metadata) ? metadata.annotations : undefined;
  const text = isObject(annotations) ? annotations[lastAppliedAnnotation] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Keeps the annotation of client-side apply in step, so that a person can go back to it. */
function syncLastApplied(object: JsonObject, request: ApplyRequest): void {
  if (request.manager !== 'kubectl' || lastAppliedOf(object) === undefined) return;
  const { metadata } = object;
  if (!isObject(metadata) || !isObject(metadata.annotations)) return;
  const config: JsonObject = { ...request.config };
  if (isObject(config.metadata) && isObject(config.metadata.annotations)) {
    const { [lastAppliedAnnotation]: _old, ...annotations } = config.metadata.annotations;
    config.metadata = { ...config.metadata, annotations };
  }
  metadata.annotations = { ...metadata.annotations, [lastAppliedAnnotation]: `${sortedJson(config)}\n` };
}

/** JSON as the real server keeps it: members in order, `<`, `>` and `&` escaped. */
function sortedJson(value: Json): string {
  const text = JSON.stringify(value, (_, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function conflictError(conflicts: readonly Conflict[]): PatchError {
  const found = conflicts.flatMap(({ entry, paths }) =>
    pathsOf(paths).map((path) => ({ manager: managerText(entry), path })),
  );
  const causes = found.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field: path,
  }));
  return new PatchError(409, 'Conflict', conflictText(found), causes);
}

function conflictText(found: readonly { manager: string; path: string }[]): string {
  const [first] = found;
  if (first && found.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`;
  }
  const lines: string[] = [];
  for (const manager of [...new Set(found.map((conflict) => conflict.manager))].sort()) {
    lines.push(`conflicts with ${manager}:`);
    for (const conflict of found) if (conflict.manager === manager) lines.push(`- ${conflict.path}`);
  }
  return `Apply failed with ${found.length} conflicts: ${lines.join('\n')}`;
}

function managerText(entry: ManagedEntry): string {
  const name = JSON.stringify(entry.manager);
  const withSubresource = entry.subresource
    ? `${name} with subresource ${JSON.stringify(entry.subresource)}`
    : name;
  return entry.operation === 'Update' ? `${withSubresource} using ${entry.apiVersion}` : withSubresource;
}
