import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { namespaces } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileNamespace } from './reconcile.ts';

/** Empties namespaces that are being deleted, then lets them go. */
export function startNamespaceController(context: ClusterContext): Controller {
  const informer = context.informers.of(namespaces);
  return runController({
    ...context,
    name: 'namespace',
    watches: [
      watchKeys(informer, (namespace) =>
        namespace.metadata.deletionTimestamp ? objectKey(namespace) : undefined,
      ),
    ],
    concurrency: 5,
    reconcile: (name) => reconcileNamespace(name, { ...context, namespaces: informer }),
  });
}
