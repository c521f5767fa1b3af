import type { SchemaNode } from '../apimachinery/contract.ts';
import { type Json, type JsonObject, jsonEqual } from '../base/index.ts';
import { compareObjects, type Difference, followSchema } from './compare.ts';
import {
  difference,
  type FieldSet,
  intersection,
  isEmptySet,
  leaf,
  recursiveDifference,
  unionOfSets,
} from './field-set.ts';
import {
  capUpdateManagers,
  decodeEntries,
  encodeEntries,
  type ManagedEntry,
  managedFieldsJson,
  parseEntries,
  sameManager,
  setManagedFields,
  touched,
  withFields,
} from './managed-fields.ts';

/** How managers of other API versions see an object; undefined: that version is gone, and so is their share. */
export type VersionView = (apiVersion: string) =>
  | {
      readonly schema: SchemaNode;
      convert(object: JsonObject): JsonObject;
    }
  | undefined;

export interface UpdateToTrack {
  /** The stored object in the request's version; undefined for a create. It is not changed. */
  readonly before: JsonObject | undefined;
  /** What an object of the kind shows before anybody has said anything: nobody owns what is still like that. */
  readonly blank?: JsonObject | undefined;
  /** The object about to be stored, after defaults and resets; its `metadata.managedFields` is what is written. */
  readonly after: JsonObject;
  readonly manager: string;
  /** The request's version, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly nowMs: number;
  readonly schema: SchemaNode;
  /** Paths that a write here cannot set (`resetFieldsOf`): nobody comes to own them by it. */
  readonly resetFields?: FieldSet;
  readonly versions?: VersionView;
}

/**
 * Sets `after.metadata.managedFields` for a create, update or patch: `manager` owns what it changed, and others lose it.
 * When nothing that can be owned has changed, the member stays as it was, the very same value.
 */
export function trackUpdate(write: UpdateToTrack): void {
  setManagedFields(write.after, trackedEntries(write));
}

function trackedEntries(write: UpdateToTrack): Json | undefined {
  const { before, after, subresource } = write;
  const stored = managedFieldsJson(before);
  const sent = managedFieldsJson(after);
  const start = startingEntries(stored, subresource === '' ? sent : undefined);
  // An object whose tracking was switched off stays so until somebody applies it.
  if (before !== undefined && start.entries.length === 0) return undefined;

  const change = ignoring(
    compareObjects(before ?? write.blank ?? {}, after, write.schema),
    write.resetFields,
  );
  if (!change.added && !change.modified && !change.removed) {
    return start.sent ? encodeEntries(start.entries) : stored;
  }
  return encodeEntries(capUpdateManagers(afterUpdate(start.entries, change, write)));
}

/** The stored entries, unless the client sent entries of its own or asked to forget them. */
function startingEntries(
  stored: Json | undefined,
  sent: Json | undefined,
): { entries: ManagedEntry[]; sent: boolean } {
  if (sent === undefined || sent === stored || jsonEqual(sent, stored)) {
    return { entries: decodeEntries(stored), sent: false };
  }
  const parsed = parseEntries(sent);
  if (parsed === 'reset') return { entries: [], sent: true };
  return parsed ? { entries: parsed, sent: true } : { entries: decodeEntries(stored), sent: false };
}

function ignoring(change: Difference, resetFields: FieldSet | undefined): Difference {
  if (!resetFields || isEmptySet(resetFields)) return change;
  return {
    added: without(change.added, resetFields),
    modified: without(change.modified, resetFields),
    removed: without(change.removed, resetFields),
  };
}

function without(set: FieldSet | undefined, ignored: FieldSet): FieldSet | undefined {
  if (!set) return undefined;
  const rest = recursiveDifference(set, ignored);
  return isEmptySet(rest) ? undefined : rest;
}

function afterUpdate(
  start: readonly ManagedEntry[],
  change: Difference,
  write: UpdateToTrack,
): ManagedEntry[] {
  const taken = unionOfSets(change.added ?? leaf, change.modified ?? leaf);
  const writer = {
    manager: write.manager,
    operation: 'Update' as const,
    apiVersion: write.apiVersion,
    subresource: write.subresource,
  };
  const entries = losing(start, { taken, removed: change.removed ?? leaf }, write);
  if (isEmptySet(taken)) return entries;
  const index = entries.findIndex((entry) => sameManager(entry, writer));
  const own: ManagedEntry = entries[index] ?? { ...writer, time: undefined, fields: leaf };
  const updated = touched({ ...own, fields: unionOfSets(taken, own.fields) }, write.nowMs);
  if (index >= 0) entries[index] = updated;
  else entries.push(updated);
  return entries;
}

/** The entries without what somebody else took or removed; entries left without fields are dropped. */
export function losing(
  entries: readonly ManagedEntry[],
  loss: { readonly taken: FieldSet; readonly removed: FieldSet },
  write: Pick<UpdateToTrack, 'before' | 'after' | 'apiVersion' | 'schema' | 'resetFields' | 'versions'>,
): ManagedEntry[] {
  const lossIn = lossByVersion(loss, write);
  const kept: ManagedEntry[] = [];
  for (const entry of entries) {
    const lost = lossIn(entry.apiVersion);
    if (!lost) continue;
    const followed = followSchema(entry.fields, lost.schema);
    const conflicts = intersection(followed, lost.taken);
    const rest = difference(isEmptySet(conflicts) ? followed : difference(followed, conflicts), lost.removed);
    if (!isEmptySet(rest)) kept.push(withFields(entry, rest));
  }
  return kept;
}

interface Loss {
  readonly taken: FieldSet;
  readonly removed: FieldSet;
  readonly schema: SchemaNode;
}

/** What a write takes away, as each API version sees it; worked out once a version. */
export function lossByVersion(
  loss: { readonly taken: FieldSet; readonly removed: FieldSet },
  write: Pick<UpdateToTrack, 'before' | 'after' | 'apiVersion' | 'schema' | 'resetFields' | 'versions'>,
): (apiVersion: string) => Loss | undefined {
  const known = new Map<string, Loss | undefined>([[write.apiVersion, { ...loss, schema: write.schema }]]);
  return (apiVersion) => {
    if (!known.has(apiVersion)) {
      const view = write.versions?.(apiVersion);
      known.set(apiVersion, view && lossInView(view, write));
    }
    return known.get(apiVersion);
  };
}

function lossInView(
  view: NonNullable<ReturnType<VersionView>>,
  write: Pick<UpdateToTrack, 'before' | 'after' | 'resetFields'>,
): Loss {
  const before = write.before ? view.convert(write.before) : {};
  const change = ignoring(compareObjects(before, view.convert(write.after), view.schema), write.resetFields);
  return {
    taken: unionOfSets(change.added ?? leaf, change.modified ?? leaf),
    removed: change.removed ?? leaf,
    schema: view.schema,
  };
}
