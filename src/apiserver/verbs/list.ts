import type { FieldError } from '../../apimachinery/contract.ts';
import { badRequest, expired, invalid, type StatusError } from '../../apimachinery/status.ts';
import { CodedError } from '../../base/index.ts';
import type { Answer, Call, ClusterParts, ListAnswer } from '../call/call.ts';
import { invalidVersionText, isVersion, tooLargeVersion } from '../request/resource-version.ts';
import { decodeContinueToken, encodeContinueToken } from '../storage/continue-token.ts';
import { namespacePrefix, objectKey } from '../storage/keys.ts';
import { Selection } from '../storage/selection.ts';
import type { StoredObject } from '../storage/stored-object.ts';

const listOptionsKind = { group: 'meta.k8s.io', kind: 'ListOptions' };
/** Objects read from the past at a time while a selector looks for a full page. */
const pastPageObjects = 1_000;

/** `list`, in pages of one consistent state when there is a limit. */
export async function list(parts: ClusterParts, call: Call): Promise<Answer> {
  const { resource, options } = call;
  checkVersionOptions(call);
  const namespace = resource.definition.namespaced ? call.namespace : '';
  const selection = new Selection(resource, namespace, options, call.name);
  const prefix = namespacePrefix(namespace);
  const place = readPlace(parts, call, prefix);
  const looksElsewhere = resource.isConvertedElsewhere && selection.looksInside;
  const page: Page = {
    call,
    selection,
    prefix,
    limit: Math.max(0, options.limit),
    brought: looksElsewhere ? await bringAll(parts, call, prefix) : undefined,
  };
  if (place.revision === undefined) return fromCurrent(parts, page, place.afterKey);
  const collection = await parts.storage.collection(resource);
  const unchanged = collection.lastRevision <= place.revision && place.revision <= parts.storage.revision();
  if (unchanged && place.revision >= collection.loadedRevision) {
    return fromCurrent(parts, page, place.afterKey, place.revision);
  }
  return fromPast(parts, page, { revision: place.revision, afterKey: place.afterKey });
}

/** Fields of a version are known once objects are in it. */
async function bringAll(
  parts: ClusterParts,
  { resource }: Call,
  prefix: string,
): Promise<ReadonlyMap<StoredObject, StoredObject>> {
  const collection = await parts.storage.collection(resource);
  const objects = [...collection.scan(prefix)];
  const brought = await parts.conversions.bring(objects, resource);
  return new Map(objects.map((object, at) => [object, brought[at] ?? object]));
}

interface Page {
  readonly call: Call;
  readonly selection: Selection;
  readonly prefix: string;
  /** 0: no limit. */
  readonly limit: number;
  /** Objects in the version of the request, where a webhook makes them and what is in them decides. */
  readonly brought: ReadonlyMap<StoredObject, StoredObject> | undefined;
}

/** `revision` undefined: the current state. */
function readPlace(
  parts: ClusterParts,
  { options }: Call,
  prefix: string,
): { revision?: number; afterKey?: string } {
  if (options.continueToken !== '') {
    const { revision, afterKey: within } = decodeContinueToken(options.continueToken);
    const place = { revision, afterKey: prefix + within };
    if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    // A token that the refusal of an older one gave out: the rest as it stands now.
    if (place.revision < 0) return { afterKey: place.afterKey };
    const newest = parts.storage.revision();
    if (place.revision > newest) throw tooLargeVersion(place.revision, newest);
    return place;
  }
  const version = options.resourceVersion;
  if (version === '' || version === '0') return {};
  const revision = Number(version);
  const exact =
    options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  const current = parts.storage.revision();
  if (revision > current) throw tooLargeVersion(revision, current);
  return exact ? { revision } : {};
}

function checkVersionOptions({ options }: Call): void {
  const { resourceVersion, sendInitialEvents } = options;
  const refusals = [...matchRefusals(options)];
  if (sendInitialEvents !== undefined) {
    refusals.push({
      reason: 'FieldValueForbidden',
      field: 'sendInitialEvents',
      message: 'Forbidden: sendInitialEvents is forbidden for list',
    });
  }
  if (refusals.length > 0) throw invalid(listOptionsKind, '', refusals);
  if (resourceVersion !== '' && !isVersion(resourceVersion)) {
    throw badRequest(`invalid resource version: ${invalidVersionText(resourceVersion)}`);
  }
}

function* matchRefusals({
  resourceVersion,
  resourceVersionMatch,
  continueToken,
}: Call['options']): Generator<FieldError> {
  if (resourceVersionMatch === '') return;
  const field = 'resourceVersionMatch';
  const forbidden = (why: string) => ({
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: resourceVersionMatch ${why}`,
  });
  if (resourceVersion === '') yield forbidden('is forbidden unless resourceVersion is provided');
  if (continueToken !== '') yield forbidden('is forbidden when continue is provided');
  if (resourceVersionMatch !== 'Exact' && resourceVersionMatch !== 'NotOlderThan') {
    const message = `Unsupported value: "${resourceVersionMatch}": supported values: "Exact", "NotOlderThan", ""`;
    yield { reason: 'FieldValueNotSupported', field, message };
  } else if (resourceVersionMatch === 'Exact' && resourceVersion === '0') {
    yield forbidden('"exact" is forbidden for resourceVersion "0"');
  }
}

async function fromCurrent(
  parts: ClusterParts,
  page: Page,
  afterKey: string | undefined,
  atRevision?: number,
): Promise<ListAnswer> {
  const { resource, options } = page.call;
  const collection = await parts.storage.collection(resource);
  const revision = atRevision ?? parts.storage.revision();
  const selectedBy = page.selection.selective ? `${options.labelSelector} ${options.fieldSelector}` : '';
  const objects: StoredObject[] = [];
  const { selective } = page.selection;
  for (const piece of page.selection.piecesOf(collection, afterKey)) {
    for (const { object } of piece) {
      if (page.limit > 0 && objects.length === page.limit) {
        const last = keyOf(objects.at(-1));
        const remaining = selective ? undefined : collection.countAfter(page.prefix, last);
        return {
          ...(await answer(parts, page, objects, revision, { afterKey: last, remaining })),
          selectedBy,
        };
      }
      const shown = page.brought?.get(object) ?? object;
      if (!selective || page.selection.matches(shown)) objects.push(shown);
    }
  }
  return { ...(await answer(parts, page, objects, revision)), selectedBy };
}

async function fromPast(
  parts: ClusterParts,
  page: Page,
  place: { revision: number; afterKey?: string | undefined },
): Promise<ListAnswer> {
  const objects: StoredObject[] = [];
  let { afterKey } = place;
  try {
    for (;;) {
      const want =
        page.limit > 0 && !page.selection.selective ? page.limit - objects.length : pastPageObjects;
      const query = { prefix: page.prefix, revision: place.revision, afterKey, limit: want };
      const range = await parts.storage.rangeAt(page.call.resource, query);
      const shown = page.brought
        ? await parts.conversions.bring(range.objects, page.call.resource)
        : range.objects;
      for (const [at, object] of shown.entries()) {
        afterKey = keyOf(object);
        if (page.selection.matches(object)) objects.push(object);
        const more = range.more || at < range.objects.length - 1;
        if (page.selection.namesOne && objects.length > 0)
          return await answer(parts, page, objects, place.revision);
        if (page.limit > 0 && objects.length === page.limit && more) {
          return await answer(parts, page, objects, place.revision, { afterKey, remaining: undefined });
        }
      }
      if (!range.more) return await answer(parts, page, objects, place.revision);
    }
  } catch (thrown) {
    if (!(thrown instanceof CodedError) || thrown.code !== 'gone') throw thrown;
    throw page.call.options.continueToken === ''
      ? expired('The resourceVersion for the provided list is too old.')
      : continueExpired((place.afterKey ?? '').slice(page.prefix.length));
  }
}

/** With a token that goes on from the same place at the newest revision. */
function continueExpired(afterKey: string): StatusError {
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    { continue: encodeContinueToken({ revision: -1, afterKey }) },
  );
}

async function answer(
  parts: ClusterParts,
  page: Page,
  objects: readonly StoredObject[],
  revision: number,
  next?: { afterKey: string; remaining: number | undefined },
): Promise<ListAnswer> {
  const { resource } = page.call;
  return {
    type: 'list',
    resource: page.call.resource,
    objects: resource.isConvertedElsewhere ? await parts.conversions.bring(objects, resource) : objects,
    resourceVersion: String(revision),
    continueToken: next
      ? encodeContinueToken({ revision, afterKey: next.afterKey.slice(page.prefix.length) })
      : '',
    remainingItemCount: next?.remaining,
    selectedBy: undefined,
  };
}

function keyOf(object: StoredObject | undefined): string {
  return object ? objectKey(object.namespace, object.name) : '';
}
