import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import type { TableTransformer } from '../../declaration.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { camelNames } from '../../shape/casing.ts';
import { fillModel, type Model, systemDataModel } from '../../shape/flatten.ts';
import { rows } from '../../shape/rows.ts';
import { agentPoolModel, clusterModel } from './model.ts';

export const aksApiVersion = '2026-06-01';

const path =
  '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ContainerService/managedClusters/{name}';

const presenter =
  (model: Model) =>
  (body: JsonObject): Json => {
    const named = camelNames(body);
    return fillModel(model, isObject(named) ? named : {});
  };

/** A managed Kubernetes cluster. */
export const cluster: Noun = {
  path,
  apiVersion: aksApiVersion,
  names: { resourceGroup: resourceGroup(), name: required('--name -n', 'Name of the managed cluster.') },
  present: presenter(clusterModel),
};

/** A node pool of a managed cluster. */
export const agentPool: Noun = {
  path: `${path.replace('{name}', '{clusterName}')}/agentPools/{name}`,
  apiVersion: aksApiVersion,
  names: {
    resourceGroup: resourceGroup(),
    clusterName: required('--cluster-name', 'The cluster name.'),
    name: required('--name --nodepool-name -n', 'The node pool name.'),
  },
  present: (body) => {
    // The pool's own `type` hides behind that of the resource.
    const properties = isObject(body['properties']) ? body['properties'] : {};
    const pool = { ...body, typePropertiesType: properties['type'] };
    return presenter({ ...agentPoolModel, id: null, systemData: systemDataModel, typePropertiesType: null })(
      pool,
    );
  },
};

/** Columns of node pools. */
export const agentPoolTable: TableTransformer = rows((one) => ({
  Name: one['name'],
  OsType: one['osType'],
  KubernetesVersion: one['orchestratorVersion'],
  VmSize: one['vmSize'],
  Count: one['count'],
  MaxPods: one['maxPods'],
  ProvisioningState: one['provisioningState'],
  Mode: one['mode'],
}));

/** Columns of cluster lists. */
export const clusterTable: TableTransformer = rows((one) => ({
  Name: one['name'],
  Location: one['location'],
  ResourceGroup: one['resourceGroup'],
  KubernetesVersion: one['kubernetesVersion'],
  CurrentKubernetesVersion: one['currentKubernetesVersion'],
  ProvisioningState: one['provisioningState'],
  Fqdn: one['fqdn'] ?? one['privateFqdn'],
}));
