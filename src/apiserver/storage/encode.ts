import { cloneJson } from '../../apimachinery/clone.ts';
import type { StoredForm } from '../../apimachinery/contract.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { ServedResource } from './served-resource.ts';

const formsWritten = new WeakMap<Uint8Array, StoredForm>();

/** The form in which this process wrote the bytes; undefined for what it has read from the store. */
export function formWritten(bytes: Uint8Array): StoredForm | undefined {
  return formsWritten.get(bytes);
}

/** The stored bytes of an object (of one that a webhook converts: after that): storage version, no resourceVersion, kind, apiVersion and metadata in front. */
export function encodeStored(served: ServedResource, object: JsonObject): Uint8Array {
  let source = object;
  if (served.definition.conversion) {
    source = cloneJson(object);
    served.definition.conversion.toStorage(source);
  }
  const { kind: _kind, apiVersion, metadata, ...rest } = source;
  const stored = {
    kind: served.definition.kind,
    apiVersion: served.keepsVersion && apiVersion !== undefined ? apiVersion : served.storageApiVersion,
    metadata: isObject(metadata) ? { ...metadata, resourceVersion: undefined } : {},
    ...rest,
  };
  // From Node's pool, because they live briefly: whoever shows the object keeps a copy with its revision.
  const bytes = Buffer.from(JSON.stringify(stored));
  const { convertedBy, storedForm } = served.definition;
  const form = convertedBy ? convertedBy.storedForm : storedForm;
  if (form) formsWritten.set(bytes, form);
  return bytes;
}
