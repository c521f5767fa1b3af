import { badRequest, notFound } from '../../apimachinery/status.ts';
import { objectKey } from '../storage/keys.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Call, ClusterParts } from './call.ts';

/** The object that the call names, as readers see it now; a promise when that has to be waited for. Throws 404. */
export function require(parts: ClusterParts, call: Call): StoredObject | Promise<StoredObject> {
  checkName(call.name);
  const found = find(parts, call);
  return found instanceof Promise ? found.then((one) => demanded(one, call)) : demanded(found, call);
}

function demanded(found: StoredObject | undefined, { resource, name }: Call): StoredObject {
  if (!found) throw notFound(resource.subject(name));
  return found;
}

/** The object that the call names; undefined when there is none. A promise when that has to be waited for. */
export function find(
  parts: ClusterParts,
  call: Pick<Call, 'resource' | 'namespace' | 'name'>,
): StoredObject | undefined | Promise<StoredObject | undefined> {
  const { resource } = call;
  const collection = resource.isConvertedElsewhere ? undefined : parts.storage.loaded(resource);
  return collection ? collection.get(keyOf(call)) : findLater(parts, call);
}

async function findLater(
  { storage, conversions }: ClusterParts,
  call: Pick<Call, 'resource' | 'namespace' | 'name'>,
): Promise<StoredObject | undefined> {
  const { resource } = call;
  const collection = storage.loaded(resource) ?? (await storage.collection(resource));
  const found = collection.get(keyOf(call));
  if (!found || !resource.isConvertedElsewhere) return found;
  const [brought] = await conversions.bring([found], resource);
  return brought;
}

function keyOf({ resource, namespace, name }: Pick<Call, 'resource' | 'namespace' | 'name'>): string {
  return objectKey(resource.definition.namespaced ? namespace : '', name);
}

/** Throws 400 for a name that would lead elsewhere in a path. */
export function checkName(name: string): void {
  const isSpecial = name === '.' || name === '..';
  const mark = name.includes('/') ? '/' : name.includes('%') ? '%' : '';
  if (!isSpecial && mark === '') return;
  const told = isSpecial ? `may not be '${name}'` : `may not contain '${mark}'`;
  throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${told}`);
}
