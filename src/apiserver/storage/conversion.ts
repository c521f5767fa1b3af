import type { JsonObject } from '../../base/index.ts';
import type { ServedResource } from './served-resource.ts';
import type { StoredObject } from './stored-object.ts';

/** Objects in other versions than they lie in, where only a webhook makes them. */
export interface Conversions {
  /**
   * The objects in the version of `served`, in the same order: what is not there yet is made in as few calls as it takes.
   * Throws 500.
   */
  bring(objects: readonly StoredObject[], served: ServedResource): Promise<readonly StoredObject[]>;
  /** An object of that version in the version that is stored, filled and pruned. Throws 500. */
  toStorage(object: JsonObject, served: ServedResource): Promise<JsonObject>;
}
