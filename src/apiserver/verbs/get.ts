import { notFound, StatusError } from '../../apimachinery/status.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { checkServedIn } from '../storage/conversion.ts';
import { objectKey } from '../storage/keys.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { invalidVersionText, isVersion, tooLargeVersion } from './resource-version.ts';

/** `get` of an object or its status. */
export async function get(parts: ClusterParts, call: Call): Promise<Answer> {
  const { resourceVersion } = call.options;
  if (resourceVersion !== '') checkVersion(parts, resourceVersion);
  return { type: 'object', code: 200, resource: call.resource, object: await require(parts, call) };
}

function checkVersion({ storage }: ClusterParts, text: string): void {
  if (!isVersion(text)) throw new StatusError(500, '', invalidVersionText(text));
  const current = storage.revision();
  if (Number(text) > current) throw tooLargeVersion(Number(text), current);
}

/** The object that the call names, as readers see it now. Throws 404. */
export async function require(parts: ClusterParts, call: Call): Promise<StoredObject> {
  const found = await find(parts, call);
  if (!found) throw notFound(call.resource.subject(call.name));
  return found;
}

export async function find(
  { storage }: ClusterParts,
  { resource, namespace, name }: Pick<Call, 'resource' | 'namespace' | 'name'>,
): Promise<StoredObject | undefined> {
  const collection = storage.loaded(resource) ?? (await storage.collection(resource));
  const found = collection.get(objectKey(resource.definition.namespaced ? namespace : '', name));
  if (found && resource.isConvertedElsewhere) checkServedIn(found, resource);
  return found;
}
