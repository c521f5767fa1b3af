import { metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { type Guard, inTransactions } from '../../store/index.ts';
import type { ClusterParts } from '../call/call.ts';
import { encodeStored } from '../storage/encode.ts';
import { objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/**
 * Writes what every cluster has from the start, as far as it is missing: a restart after a crash completes it, and
 * what somebody changed stays changed. Nothing is written unless `fence` holds: `unavailable`.
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

/** False when another process wrote some of it meanwhile: then it is looked at again. */
async function writeMissing(
  parts: ClusterParts,
  objects: readonly JsonObject[],
  fence: (() => Guard) | undefined,
): Promise<boolean> {
  const { storage } = parts;
  const writes: { put: string; value: Uint8Array }[] = [];
  const present = new Map<ServedResource, Set<string>>();
  for (const object of objects) {
    const served = servedAs(parts, object);
    const { name, namespace } = readMetadata(object);
    const key = objectKey(textOf(namespace), textOf(name));
    let keys = present.get(served);
    if (!keys) {
      const stored = await storage.range(served);
      keys = new Set(stored.map((each) => objectKey(each.namespace, each.name)));
      present.set(served, keys);
    }
    if (keys.has(key)) continue;
    writes.push({
      put: storage.storeKey(served, key),
      value: encodeStored(served, stamped(parts, object)),
    });
  }
  for (const part of inTransactions(writes, storage.limits)) {
    const guards = part.flatMap((write) => ('put' in write ? { key: write.put, revision: 0 } : []));
    if (!(await storage.commit({ guards, writes: part }, fence?.())).ok) return false;
  }
  return true;
}

function servedAs({ resources }: ClusterParts, object: JsonObject): ServedResource {
  const [group = '', version = ''] = splitVersion(textOf(object['apiVersion']));
  const served = resources.findKind(group, version, textOf(object['kind']));
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
