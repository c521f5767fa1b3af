import { isAlreadyExists } from '../../apimachinery/kinds.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type StorageClass, storageClasses } from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { defaultClass } from './default-class.ts';

/** Makes the class when there is none. */
export async function reconcileStorageClass({
  client,
  classes,
}: ClusterContext & { readonly classes: Informer<StorageClass> }): Promise<undefined> {
  if (classes.get(defaultClass.metadata.name)) return;
  try {
    await client.create(storageClasses, defaultClass);
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
  }
}
