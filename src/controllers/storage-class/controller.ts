import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { storageClasses } from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { defaultClass } from './default-class.ts';
import { reconcileStorageClass } from './reconcile.ts';

/** Keeps the storage class that a cluster on Azure Local comes with; what people change in it stays. */
export function startStorageClassController(context: ClusterContext): Controller {
  const { name } = defaultClass.metadata;
  const classes = context.informers.of(storageClasses);
  const controller = runController({
    ...context,
    name: 'storage-class',
    watches: [watchKeys(classes, ({ metadata }) => (metadata.name === name ? name : undefined))],
    reconcile: () => reconcileStorageClass({ ...context, classes }),
  });
  // Nothing tells of a class that was never there.
  controller.enqueue(name);
  return controller;
}
