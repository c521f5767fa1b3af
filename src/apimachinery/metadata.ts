import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { cloneJson } from './clone.ts';
import type { Labels } from './selectors/labels.ts';

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

/** Gives an object the metadata of another state of it, but for who owns which field. */
export function keepMetadata(object: JsonObject, old: JsonObject): void {
  if (!isObject(old['metadata'])) return;
  const kept: JsonObject = cloneJson(old['metadata']);
  const owners = readMetadata(object)['managedFields'];
  if (owners === undefined) delete kept['managedFields'];
  else kept['managedFields'] = owners;
  object['metadata'] = kept;
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

export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
