import { type Controller, Informer, runController, watchKeys } from '../../reconcile/index.ts';
import { configMaps, namespaces, serviceAccounts } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileNamespaceDefaults, rootCaName } from './reconcile.ts';

/** Gives every namespace its `default` service account and the ConfigMap with the cluster's authority. */
export function startServiceAccountController(
  context: ClusterContext,
  certificateAuthority: string | undefined,
): Controller {
  const all = context.informers.of(namespaces);
  const surroundings = { client: context.client.cluster, clock: context.clock, log: context.log };
  const named = (name: string) => ({ fieldSelector: `metadata.name=${name}` });
  const accounts = new Informer({ ...surroundings, kind: serviceAccounts, select: named('default') });
  const authorities = new Informer({ ...surroundings, kind: configMaps, select: named(rootCaName) });
  context.signal.addEventListener(
    'abort',
    () => {
      accounts.close();
      authorities.close();
    },
    { once: true },
  );
  return runController({
    ...context,
    name: 'serviceaccount',
    watches: [
      watchKeys(all, (namespace) => namespace.metadata.name),
      watchKeys(accounts, (account, _previous, type) =>
        type === 'deleted' ? account.metadata.namespace : undefined,
      ),
      watchKeys(authorities, (map, _previous, type) =>
        type === 'added' ? undefined : map.metadata.namespace,
      ),
    ],
    concurrency: 4,
    reconcile: (name) =>
      reconcileNamespaceDefaults(name, {
        ...context,
        namespaces: all,
        accounts,
        authorities,
        certificateAuthority,
      }),
  });
}
