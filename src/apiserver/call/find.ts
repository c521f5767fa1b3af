import { badRequest, notFound } from '../../apimachinery/status.ts';
import { objectKey } from '../storage/keys.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Call, ClusterParts } from './call.ts';

/** The object that the call names, as readers see it now. Throws 404. */
export async function require(parts: ClusterParts, call: Call): Promise<StoredObject> {
  checkName(call.name);
  const found = await find(parts, call);
  if (!found) throw notFound(call.resource.subject(call.name));
  return found;
}

/** The object that the call names; undefined when there is none. */
export async function find(
  { storage, conversions }: ClusterParts,
  { resource, namespace, name }: Pick<Call, 'resource' | 'namespace' | 'name'>,
): Promise<StoredObject | undefined> {
  const collection = storage.loaded(resource) ?? (await storage.collection(resource));
  const found = collection.get(objectKey(resource.definition.namespaced ? namespace : '', name));
  if (!found || !resource.isConvertedElsewhere) return found;
  const [brought] = await conversions.bring([found], resource);
  return brought;
}

/** Throws 400 for a name that would lead elsewhere in a path. */
export function checkName(name: string): void {
  const why =
    name === '.' || name === '..' ? `may not be '${name}'` : ['/', '%'].find((mark) => name.includes(mark));
  if (why === undefined) return;
  const told = why.length === 1 ? `may not contain '${why}'` : why;
  throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${told}`);
}
