import type { JsonObject } from '../../../../base/index.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { fillModel, type Model, systemDataModel } from '../../shape/flatten.ts';

const statusModel: Model = { lastOperationError: null, lastOperationId: null };

const fleetModel: Model = {
  eTag: null,
  hubProfile: {
    agentProfile: { subnetId: null, vmSize: null },
    apiServerAccessProfile: { enablePrivateCluster: null, enableVnetIntegration: null, subnetId: null },
    dnsPrefix: null,
    fqdn: null,
    kubernetesVersion: null,
    portalFqdn: null,
  },
  id: null,
  identity: { principalId: null, tenantId: null, type: null, userAssignedIdentities: null },
  location: null,
  name: null,
  provisioningState: null,
  status: statusModel,
  systemData: systemDataModel,
  tags: null,
  type: null,
};

/** The api-version of every fleet call of the extension whose manners these commands follow. */
const fleetApiVersion = '2025-08-01-preview';

/** Where fleets are. */
export const fleetPath =
  '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ContainerService/fleets/{name}';

/** A fleet. */
export const fleet: Noun = {
  path: fleetPath,
  apiVersion: fleetApiVersion,
  names: { resourceGroup: resourceGroup(), name: required('--name -n', 'Specify the fleet name.') },
  present: (body: JsonObject) => fillModel(fleetModel, body),
  pollSeconds: 5,
};

/** A fleet as `wait` names it. */
export const awaitedFleet: Noun = {
  ...fleet,
  names: { resourceGroup: resourceGroup(), name: required('--fleet-name', 'The name of the fleet.') },
};

const memberModel = {
  clusterResourceId: null,
  eTag: null,
  group: null,
  id: null,
  labels: null,
  name: null,
  provisioningState: null,
  status: statusModel,
  systemData: systemDataModel,
  type: null,
} as const satisfies Model;

/** A member of a fleet. */
export const member: Noun = {
  path: `${fleetPath.replace('{name}', '{fleetName}')}/members/{name}`,
  apiVersion: fleetApiVersion,
  names: {
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    name: required('--name -n', 'Specify the fleet member name.'),
  },
  present: (body: JsonObject) => fillModel(memberModel, body),
};

/** A member as `wait` names it. */
export const awaitedMember: Noun = {
  ...member,
  names: {
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'The name of the fleet.'),
    name: required('--fleet-member-name', 'The name of the fleet member.'),
  },
};

const namespaceModel: Model = {
  adoptionPolicy: null,
  deletePolicy: null,
  eTag: null,
  id: null,
  location: null,
  managedNamespaceProperties: {
    annotations: null,
    defaultNetworkPolicy: { egress: null, ingress: null },
    defaultResourceQuota: { cpuLimit: null, cpuRequest: null, memoryLimit: null, memoryRequest: null },
    labels: null,
  },
  name: null,
  propagationPolicy: {
    placementProfile: {
      defaultClusterResourcePlacement: {
        policy: { affinity: null, clusterNames: null, placementType: null, tolerations: null },
      },
    },
    type: null,
  },
  provisioningState: null,
  status: statusModel,
  systemData: systemDataModel,
  tags: null,
  type: null,
};

/** A managed namespace of a fleet. */
export const managedNamespace: Noun = {
  path: `${fleetPath.replace('{name}', '{fleetName}')}/managedNamespaces/{name}`,
  apiVersion: fleetApiVersion,
  names: {
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    name: required('--name -n', 'Specify the managed namespace name.'),
  },
  present: (body: JsonObject) => fillModel(namespaceModel, body),
  pollSeconds: 5,
};

const meshApiVersion = '2026-06-02-preview';

/** A cluster mesh profile of a fleet; printed as it is sent. */
export const clusterMeshProfile: Noun = {
  path: `${fleetPath.replace('{name}', '{fleetName}')}/clusterMeshProfiles/{name}`,
  apiVersion: meshApiVersion,
  names: {
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    name: required('--name -n', 'Specify the cluster mesh profile name.'),
  },
  present: (body: JsonObject) => body,
};

/** A member with what a cluster mesh profile made of it. */
export const meshMember: Noun = {
  ...member,
  apiVersion: meshApiVersion,
  present: (body: JsonObject) => fillModel({ ...memberModel, meshProperties: null }, body),
};
