import {
  ArmError,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { demandCustomLocation } from '../../custom-location.ts';
import { Fields } from '../../fields.ts';
import type { ArcSettings } from '../../kubernetes/settings.ts';
import { deploysToCustomLocation, joins, notReferenced } from '../../references.ts';
import { hybridVersions } from '../api-versions.ts';
import { kubeconfigActions } from './kubeconfigs.ts';
import { checkNetwork } from './network.ts';
import { connectedClusterIdOf } from './record.ts';
import { controlPlane, nodePools, publicKeys, refuseFixedChanges, supportedVersion } from './validate.ts';

/** The Kubernetes cluster of a connected cluster of kind ProvisionedCluster: AKS on Azure Local. */
export function provisionedClusterInstances(settings: ArcSettings): ResourceType {
  return {
    namespace: 'Microsoft.HybridContainerService',
    type: 'provisionedClusterInstances',
    apiVersions: hybridVersions,
    lowestApiVersion: '2023-11-15-preview',
    scope: 'extension',
    name: { pattern: /^default$/i, rule: "the name is always 'default'" },
    lifecycle: 'converged',
    createState: 'Accepted',
    envelope: ['extendedLocation'],
    references: [
      deploysToCustomLocation,
      joins(
        'properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds[]',
        'Microsoft.AzureStackHCI/logicalNetworks',
        notReferenced,
      ),
    ],
    prepare,
    present,
    actions: kubeconfigActions(settings),
  };
}

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  await demandConnectedCluster(write);
  const customLocation = await demandCustomLocation(write);
  const body = new Fields(write.body['properties'], 'properties');
  const stored = new Fields(write.stored?.properties);
  if (write.stored) refuseFixedChanges(body, stored);
  const version = supportedVersion(body, stored);
  const networkId = await checkNetwork(write, { body, stored, customLocation });
  const pools = nodePools(body.has('agentPoolProfiles') ? body : stored, {
    clusterName: clusterName(write),
    version,
  });
  const network = body.object('networkProfile');
  const networkBefore = stored.object('networkProfile');
  return {
    extendedLocation: { type: 'CustomLocation', name: customLocation },
    properties: {
      ...carried(body, stored),
      linuxProfile: { ssh: { publicKeys: publicKeys(body, stored) } },
      controlPlane: controlPlane(body.has('controlPlane') ? body : stored),
      kubernetesVersion: version,
      networkProfile: {
        ...networkBefore.value,
        ...network.value,
        networkPolicy:
          network.choice('networkPolicy', ['calico', 'cilium']) ??
          networkBefore.string('networkPolicy') ??
          'calico',
        loadBalancerProfile: {
          count: network.object('loadBalancerProfile').integer('count', { min: 0, max: 3 }) ?? 0,
        },
        podCidr: network.string('podCidr') ?? networkBefore.string('podCidr') ?? '10.244.0.0/16',
      },
      storageProfile: {
        smbCsiDriver: {
          enabled: body.object('storageProfile').object('smbCsiDriver').boolean('enabled') ?? true,
        },
        nfsCsiDriver: {
          enabled: body.object('storageProfile').object('nfsCsiDriver').boolean('enabled') ?? true,
        },
      },
      agentPoolProfiles: pools,
      cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [networkId] } },
      licenseProfile: {
        azureHybridBenefit:
          body.object('licenseProfile').choice('azureHybridBenefit', ['True', 'False', 'NotApplicable']) ??
          'NotApplicable',
      },
    },
  };
}

function carried(body: Fields, stored: Fields): JsonObject {
  const names = ['autoScalerProfile', 'clusterVMAccessProfile', 'securityProfile'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = body.value[name] ?? stored.value[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function clusterName(write: ResourceWrite): string {
  return connectedClusterIdOf(write.id).split('/').at(-1) ?? '';
}

/** The connected cluster must be there first, and be of the kind that is provisioned. */
async function demandConnectedCluster(write: ResourceWrite): Promise<void> {
  const parentId = connectedClusterIdOf(write.id);
  const parent = await write.context.records.get(parentId);
  if (!parent) {
    throw new ArmError(
      404,
      'ParentResourceNotFound',
      `Failed to perform 'write' on resource(s) of type 'provisionedClusterInstances', because the parent resource '${parentId}' could not be found.`,
    );
  }
  if (parent.kind === 'ProvisionedCluster') return;
  throw new ArmError(
    400,
    'BadRequest',
    `The connected cluster '${parent.id}' is of kind '${parent.kind ?? ''}'. A provisioned cluster instance needs a connected cluster of kind 'ProvisionedCluster'.`,
  );
}

const phases: Readonly<Record<string, string>> = {
  Succeeded: 'provisioned',
  Failed: 'failed',
  Deleting: 'deleting',
};

function present(record: ResourceRecord): JsonObject {
  const running = record.provisioningState === 'Succeeded';
  const phase = phases[record.provisioningState] ?? 'provisioning';
  const failure = record.lastOperation?.error?.message;
  return {
    ...record.properties,
    status: {
      controlPlaneStatus: ['ArcAgent', 'CloudProvider', 'Telemetry'].map((name) => ({
        name,
        phase,
        ready: running,
        errorMessage: '',
      })),
      currentState: record.provisioningState,
      ...(failure === undefined ? {} : { errorMessage: failure }),
    },
  };
}
