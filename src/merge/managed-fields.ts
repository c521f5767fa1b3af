import { isObject, type Json, type JsonObject, rfc3339Seconds } from '../base/index.ts';
import {
  type FieldSet,
  fieldSetOf,
  fieldsV1Of,
  isEmptySet,
  parseFieldSet,
  unionOfSets,
} from './field-set.ts';

/** Update managers beyond this number are drawn together, the oldest first, under `ancient-changes`. */
export const updateManagersLimit = 10;

/** One manager's share of an object: an entry of `metadata.managedFields`. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The entry as it was read, while nothing in it has changed. */
  readonly source?: JsonObject;
}

/** `metadata.managedFields` of an object; undefined when there are none. */
export function managedFieldsJson(object: JsonObject | undefined): Json | undefined {
  const metadata = object?.metadata;
  return isObject(metadata) ? metadata.managedFields : undefined;
}

/** Puts entries into `metadata.managedFields`, or takes the member away when there are none. */
export function setManagedFields(object: JsonObject, managedFields: Json | undefined): void {
  const metadata = object.metadata;
  if (isObject(metadata)) {
    if (managedFields !== undefined) metadata.managedFields = managedFields;
    else if ('managedFields' in metadata) delete metadata.managedFields;
  } else if (managedFields !== undefined) object.metadata = { managedFields };
}

/** Entries that this server wrote. */
export function decodeEntries(managedFields: Json | undefined): ManagedEntry[] {
  if (!Array.isArray(managedFields)) return [];
  const entries: ManagedEntry[] = [];
  for (const source of managedFields) {
    if (isObject(source)) entries.push(entryOf(source, fieldSetOf(source.fieldsV1)));
  }
  return entries;
}

function entryOf(source: JsonObject, fields: FieldSet): ManagedEntry {
  return {
    manager: text(source.manager),
    operation: source.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: text(source.apiVersion),
    subresource: text(source.subresource),
    time: typeof source.time === 'string' ? source.time : undefined,
    fields,
    source,
  };
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Entries that a client sent, checked; `reset` when it asks to forget all, undefined when they cannot be used. */
export function parseEntries(managedFields: Json | undefined): ManagedEntry[] | 'reset' | undefined {
  if (!Array.isArray(managedFields)) return undefined;
  const [first] = managedFields;
  if (first === undefined) return 'reset';
  if (managedFields.length === 1 && isObject(first) && Object.keys(first).length === 0) return 'reset';
  const entries: ManagedEntry[] = [];
  for (const source of managedFields) {
    if (!isObject(source) || (source.operation !== 'Apply' && source.operation !== 'Update'))
      return undefined;
    if (text(source.apiVersion) === '' || source.fieldsType !== 'FieldsV1') return undefined;
    const fields = parseFieldSet(source.fieldsV1);
    if (fields === undefined) return undefined;
    const { source: _spelling, ...entry } = entryOf(source, fields);
    entries.push(entry);
  }
  return entries;
}

/** Why a list of managed fields cannot be used, in the real server's words; undefined: it can, or there is none. */
export function managedFieldsProblem(managedFields: Json | undefined): string | undefined {
  for (const [at, entry] of (Array.isArray(managedFields) ? managedFields : []).entries()) {
    const { operation, apiVersion, fieldsType, fieldsV1 } = isObject(entry) ? entry : {};
    if (operation !== 'Apply' && operation !== 'Update') return 'operation must be `Apply` or `Update`';
    if (text(apiVersion) === '') return 'apiVersion must not be empty';
    const type = text(fieldsType);
    if (type === '') return `missing fieldsType in managed fields entry ${at}`;
    if (type !== 'FieldsV1')
      return `invalid fieldsType ${JSON.stringify(type)} in managed fields entry ${at}`;
    if (parseFieldSet(fieldsV1) === undefined) return `error decoding fieldsV1 of managed fields entry ${at}`;
  }
  return undefined;
}

/** Appliers are one manager whatever their version; updaters are one per version and subresource. */
export function sameManager(a: ManagedEntry, b: Omit<ManagedEntry, 'fields' | 'time'>): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** The entries as JSON in the server's order; undefined for none. */
export function encodeEntries(entries: readonly ManagedEntry[]): Json[] | undefined {
  const owning = entries.filter((entry) => !isEmptySet(entry.fields));
  if (owning.length === 0) return undefined;
  return owning.toSorted(inOrder).map(encodeEntry);
}

function inOrder(a: ManagedEntry, b: ManagedEntry): number {
  return (
    byText(a.operation, b.operation) ||
    // All times have the same form and zone, so that text order is time order; none is the oldest.
    byText(a.time ?? '', b.time ?? '') ||
    byText(a.manager, b.manager) ||
    byText(a.apiVersion, b.apiVersion) ||
    byText(a.subresource, b.subresource)
  );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function encodeEntry(entry: ManagedEntry): JsonObject {
  if (entry.source) return entry.source;
  return {
    ...(entry.manager !== '' && { manager: entry.manager }),
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time !== undefined && { time: entry.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsV1Of(entry.fields),
    ...(entry.subresource !== '' && { subresource: entry.subresource }),
  };
}

/** The entry with other fields. */
export function withFields(entry: ManagedEntry, fields: FieldSet): ManagedEntry {
  if (fields === entry.fields) return entry;
  const { source: _unchanged, ...rest } = entry;
  return { ...rest, fields };
}

/** The entry's time is now. */
export function touched(entry: ManagedEntry, nowMs: number): ManagedEntry {
  const { source: _unchanged, ...rest } = entry;
  // What came through a scale is known by whom it came, not when.
  return { ...rest, time: entry.subresource === 'scale' ? undefined : rfc3339Seconds(nowMs) };
}

/** Keeps the number of update managers within the limit. */
export function capUpdateManagers(entries: readonly ManagedEntry[]): readonly ManagedEntry[] {
  const updaters = entries.filter((entry) => entry.operation === 'Update');
  let excess = updaters.length - updateManagersLimit;
  if (excess <= 0) return entries;
  const kept = new Set(entries);
  const firstOfVersion = new Map<string, ManagedEntry>();
  for (const entry of updaters.toSorted(
    (a, b) => byText(a.time ?? '', b.time ?? '') || byText(a.manager, b.manager),
  )) {
    if (excess <= 0) break;
    const first = firstOfVersion.get(entry.apiVersion);
    if (!first) {
      firstOfVersion.set(entry.apiVersion, entry);
      continue;
    }
    const bucket: ManagedEntry = {
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion: entry.apiVersion,
      subresource: '',
      time: entry.time,
      fields: unionOfSets(first.fields, entry.fields),
    };
    kept.delete(first);
    kept.delete(entry);
    kept.add(bucket);
    firstOfVersion.set(entry.apiVersion, bucket);
    excess--;
  }
  return [...kept];
}
