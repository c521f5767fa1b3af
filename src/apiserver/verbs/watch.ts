import type { FieldError } from '../../apimachinery/contract.ts';
import { expired, invalid, StatusError } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { CodedError } from '../../base/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { invalidVersionText, isVersion, tooLargeVersion } from '../request/resource-version.ts';
import type { Collection } from '../storage/collection.ts';
import { Selection } from '../storage/selection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type WatchPlan, WatchSource } from '../storage/watch-source.ts';

/** A watch without `timeoutSeconds` lasts between these, so that not all end at once. */
const defaultTimeoutSeconds = { atLeast: 1_800, atMost: 3_600 };

/** `watch` of a resource, a namespace or one object. */
export async function watch(parts: ClusterParts, call: Call): Promise<Answer> {
  const { resource, options } = call;
  checkInitialEvents(call);
  const asked = options.resourceVersion;
  if (asked !== '' && !isVersion(asked)) throw new StatusError(500, '', invalidVersionText(asked));
  const namespace = resource.definition.namespaced ? call.namespace : '';
  const selection = new Selection(resource, namespace, options, call.name);
  const collection = await parts.storage.collection(resource);
  if (resource.isConvertedElsewhere) await checkWatchable(parts, collection, resource);
  const seconds = options.timeoutSeconds || randomTimeoutSeconds(parts);
  const plan: WatchPlan = {
    collection,
    selection,
    clock: parts.clock,
    begin: await beginning(parts, call, collection.floor),
    bookmarks: options.allowWatchBookmarks,
    timeoutMs: seconds * 1000,
    ...(resource.isConvertedElsewhere && {
      prepare: (objects: readonly StoredObject[]) => parts.conversions.bring(objects, resource),
    }),
    currentRevision: () => parts.storage.revision(),
  };
  return { type: 'watch', resource, source: new WatchSource(plan) };
}

/** A real server's cache of a version never fills while one object cannot be converted to it. Throws 429. */
async function checkWatchable(
  { conversions }: ClusterParts,
  collection: Collection,
  resource: ServedResource,
): Promise<void> {
  const { apiVersion, definition } = resource;
  try {
    await conversions.bring([...collection.scan('')], resource);
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
    const why = `failed to list ${apiVersion}, Kind=${definition.kind}: ${thrown.message}`;
    throw new StatusError(429, 'TooManyRequests', `storage is (re)initializing: ${why}`, {
      retryAfterSeconds: 1,
    });
  }
}

async function beginning(parts: ClusterParts, call: Call, floor: number): Promise<WatchPlan['begin']> {
  const { options, resource } = call;
  const version = options.resourceVersion;
  if (options.sendInitialEvents === true) {
    const current = parts.storage.revision();
    if (Number(version) > current) return { from: 'error', error: tooLargeVersion(Number(version), current) };
    return { from: 'state', announceEnd: options.allowWatchBookmarks };
  }
  if (version === '' || version === '0') {
    return options.sendInitialEvents === false ? { from: 'now' } : { from: 'state', announceEnd: false };
  }
  const revision = Number(version);
  if (revision >= floor) return { from: 'revision', revision };
  try {
    return { from: 'history', ...(await parts.storage.eventsAfter(resource, revision)) };
  } catch (thrown) {
    if (!(thrown instanceof CodedError) || thrown.code !== 'gone') throw thrown;
    const oldest = parts.storage.compactedRevision();
    return { from: 'error', error: expired(`too old resource version: ${revision} (${oldest})`) };
  }
}

function checkInitialEvents({ options }: Call): void {
  const { sendInitialEvents, resourceVersionMatch, continueToken } = options;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  const refuse = (why: string) => {
    errors.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
  };
  if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan') {
    refuse('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (resourceVersionMatch !== '') {
    if (sendInitialEvents === undefined) {
      refuse('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    }
    if (resourceVersionMatch !== 'NotOlderThan') {
      const message = `Unsupported value: ${goQuote(resourceVersionMatch)}: supported values: "NotOlderThan"`;
      errors.push({ reason: 'FieldValueNotSupported', field, message });
    }
    if (continueToken !== '') refuse('resourceVersionMatch is forbidden when continue is provided');
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

function randomTimeoutSeconds({ random }: ClusterParts): number {
  const { atLeast, atMost } = defaultTimeoutSeconds;
  return atLeast + random.integer(atMost - atLeast);
}
