import { isAlreadyExists, isNotFound } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import {
  type ConfigMap,
  configMaps,
  type Namespace,
  type ServiceAccount,
  serviceAccounts,
} from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';

export const rootCaName = 'kube-root-ca.crt';

export interface ServiceAccountContext extends ClusterContext {
  readonly namespaces: Informer<Namespace>;
  readonly accounts: Informer<ServiceAccount>;
  readonly authorities: Informer<ConfigMap>;
  readonly certificateAuthority: string | undefined;
}

/** One pass over a namespace. */
export async function reconcileNamespaceDefaults(
  name: string,
  context: ServiceAccountContext,
): Promise<undefined> {
  const namespace = context.namespaces.get(name);
  if (!namespace || namespace.metadata.deletionTimestamp) return undefined;
  await ensureAccount(name, context);
  await ensureAuthority(name, context);
  return undefined;
}

async function ensureAccount(namespace: string, context: ServiceAccountContext): Promise<void> {
  if (context.accounts.get(`${namespace}/default`)) return;
  const account: ServiceAccount = {
    apiVersion: serviceAccounts.apiVersion,
    kind: serviceAccounts.kind,
    metadata: { name: 'default', namespace },
  };
  await unlessInTheWay(context.client.create(serviceAccounts, account));
}

async function ensureAuthority(namespace: string, context: ServiceAccountContext): Promise<void> {
  if (!context.certificateAuthority) return;
  const data = { 'ca.crt': context.certificateAuthority };
  const current = context.authorities.get(`${namespace}/${rootCaName}`);
  if (current) {
    if (!jsonEqual(current.data, data)) {
      await context.client.update(configMaps, { ...current, data });
    }
    return;
  }
  const description = "The authority that signed the certificate of this cluster's API server.";
  const metadata = {
    name: rootCaName,
    namespace,
    annotations: { 'kubernetes.io/description': description },
  };
  await unlessInTheWay(
    context.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }),
  );
}

/** It is there already, or its namespace has begun to go. */
async function unlessInTheWay(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    const isTerminating = thrown instanceof Error && /is being terminated/.test(thrown.message);
    if (!isAlreadyExists(thrown) && !isNotFound(thrown) && !isTerminating) throw thrown;
  }
}
