import type { JsonObject } from '../../../../base/index.ts';
import type { TableTransformer } from '../../declaration.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { fillModel, type Model, systemDataModel, time } from '../../shape/flatten.ts';
import { rows } from '../../shape/rows.ts';

const model: Model = Object.fromEntries(
  'aadProfile agentPublicKeyCertificate agentVersion arcAgentProfile arcAgentryConfigurations azureHybridBenefit connectivityStatus distribution distributionVersion gateway id identity infrastructure kind kubernetesVersion lastConnectivityTime location managedIdentityCertificateExpirationTime miscellaneousProperties name offering oidcIssuerProfile privateLinkScopeResourceId privateLinkState provisioningState securityProfile systemData tags totalCoreCount totalNodeCount type'
    .split(' ')
    .map((name) => [name, modelOf(name)]),
);

function modelOf(name: string): Model {
  if (name === 'systemData') return systemDataModel;
  return name === 'lastConnectivityTime' || name === 'managedIdentityCertificateExpirationTime' ? time : null;
}

/** A connected cluster. */
export const connectedCluster: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Kubernetes/connectedClusters/{name}',
  apiVersion: '2025-08-01-preview',
  names: {
    resourceGroup: resourceGroup(),
    name: required('--name -n', 'The name of the connected cluster.'),
  },
  present: (body: JsonObject) => fillModel(model, body),
  headers: { 'x-ms-azurearc-cli': 'true' },
};

/** Columns of connected clusters. */
export const connectedTable: TableTransformer = rows((one) => ({
  Name: one['name'],
  Location: one['location'],
  ResourceGroup: one['resourceGroup'],
}));
