import { metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { type Guard, inTransactions, type Write } from '../../store/index.ts';
import type { ClusterParts } from '../call/call.ts';
import { encodeStored } from '../storage/encode.ts';
import { objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { kept } from './kept.ts';
import { withManagers } from './managers.ts';

/**
 * Writes what every cluster has from the start, as far as it is missing: a restart after a crash completes it. What somebody
 * changed stays changed, but for roles and bindings, which get back what they lack. Nothing is written unless `fence` holds:
 * `unavailable`.
 */
export async function bootstrap(
  parts: ClusterParts,
  objects: readonly JsonObject[],
  fence?: () => Guard,
): Promise<void> {
  for (;;) {
    if (await writeMissing(parts, objects, fence)) return;
  }
}

/** False when it is to be looked at again: another process wrote some of it, or something had to go before it comes. */
async function writeMissing(
  parts: ClusterParts,
  objects: readonly JsonObject[],
  fence: (() => Guard) | undefined,
): Promise<boolean> {
  const { storage } = parts;
  const writes = new Map<string, { readonly write: Write; readonly revision: number }>();
  const stored = await readStored(parts, objects);
  let isDone = true;
  for (const object of objects) {
    const served = servedAs(parts, object);
    const key = keyOf(object);
    const place = storage.storeKey(served, key);
    const current = stored.get(served)?.get(key);
    const put = (content: JsonObject) => ({ put: place, value: encodeStored(served, content) });
    if (!current) {
      const first = withManagers(parts, served, stamped(parts, object));
      writes.set(place, { write: put(first), revision: 0 });
      continue;
    }
    const verdict = kept(current.decoded(served), object);
    if (verdict === 'as it is') continue;
    if (verdict === 'made anew') isDone = false;
    const write = verdict === 'made anew' ? { delete: place } : put(verdict);
    writes.set(place, { write, revision: current.storeRevision });
  }
  const all = [...writes.values()].map(({ write }) => write);
  for (const part of inTransactions(all, storage.limits)) {
    const guards = part.map((write) => {
      const key = 'put' in write ? write.put : write.delete;
      return { key, revision: writes.get(key)?.revision ?? 0 };
    });
    if (!(await storage.commit({ guards, writes: part }, fence?.())).ok) return false;
  }
  return isDone;
}

/** What there is of the kinds of `objects` in their namespaces, by its key. */
async function readStored(
  parts: ClusterParts,
  objects: readonly JsonObject[],
): Promise<ReadonlyMap<ServedResource, ReadonlyMap<string, StoredObject>>> {
  const read = new Map<ServedResource, Map<string, StoredObject>>();
  const places = new Set<string>();
  for (const object of objects) {
    const served = servedAs(parts, object);
    const namespace = textOf(readMetadata(object)['namespace']);
    const known = read.get(served) ?? new Map<string, StoredObject>();
    read.set(served, known);
    const prefix = namespace === '' ? '' : `${namespace}/`;
    const place = parts.storage.storeKey(served, prefix);
    if (places.has(place)) continue;
    places.add(place);
    for (const one of await parts.storage.range(served, prefix))
      known.set(objectKey(one.namespace, one.name), one);
  }
  return read;
}

function keyOf(object: JsonObject): string {
  const { name, namespace } = readMetadata(object);
  return objectKey(textOf(namespace), textOf(name));
}

function servedAs({ resources }: ClusterParts, object: JsonObject): ServedResource {
  const [group = '', version = ''] = splitVersion(textOf(object['apiVersion']));
  const served = resources.builtInKind(group, version, textOf(object['kind']));
  if (!served) throw new Error(`no resource for ${textOf(object['apiVersion'])} ${textOf(object['kind'])}`);
  return served;
}

function splitVersion(apiVersion: string): string[] {
  return apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
}

function stamped({ clock, random }: ClusterParts, object: JsonObject): JsonObject {
  const metadata = { ...metadataOf(object) };
  metadata['uid'] = random.uuid();
  metadata['creationTimestamp'] = rfc3339Seconds(clock.now());
  return { ...object, metadata };
}
