import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand, type Values } from '../../declaration.ts';
import {
  integer,
  location,
  noWait,
  required,
  requiredList,
  resourceGroup,
  tags,
  text,
  toggle,
} from '../../declare/flags.ts';
import { putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { readLabels } from '../../shape/labels.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { publicKeyOf } from '../aks/ssh.ts';
import { countFlags, demandCounts, profileFlag, readProfile } from './autoscaler.ts';
import { arcCluster, arcHost } from './noun.ts';

const flags = {
  name: required('--name -n', 'Name of the AKS Arc cluster.'),
  resourceGroup: resourceGroup(),
  customLocation: required('--custom-location', 'ID of the custom location.'),
  vnetIds: requiredList('--vnet-ids', 'ID of the logical network.'),
  location: location(),
  tags: tags(),
  adminGroups: text(
    '--aad-admin-group-object-ids',
    'Object ids of administrator groups, separated by commas.',
  ),
  azureRbac: toggle('--enable-azure-rbac', 'Authorize by role assignments.'),
  generateKeys: toggle('--generate-ssh-keys', 'Generate a key pair if there is none.'),
  sshKey: text('--ssh-key-value', 'Public key file or text for the nodes.'),
  sshAuthIps: text('--ssh-auth-ips --ssh-authorized-ip-ranges', 'Addresses that may connect by SSH.'),
  controlPlaneIp: text('--control-plane-ip', 'Address of the API server.'),
  controlPlaneCount: integer('--control-plane-count', 'Number of control plane nodes: 1, 3 or 5.'),
  controlPlaneSize: text('--control-plane-vm-size', 'Size of control plane nodes.'),
  kubernetesVersion: text('--kubernetes-version', 'Version of Kubernetes.'),
  nodeCount: integer('--node-count', 'Number of nodes of the first pool.', { defaultText: '1' }),
  nodeSize: text('--node-vm-size', 'Size of the nodes of the first pool.'),
  nodeLabels: text('--nodepool-labels', 'Labels of the nodes of the first pool: key=value.'),
  nodeTaints: text('--nodepool-taints', 'Taints of the nodes of the first pool, separated by commas.'),
  autoscaler: toggle('--enable-cluster-autoscaler -e', 'Let the number of nodes follow the load.'),
  ...countFlags,
  profile: profileFlag,
  podCidr: text('--pod-cidr', 'Address range of pods.'),
  loadBalancers: integer('--load-balancer-count', 'Number of load balancers.'),
  enableAhub: toggle('--enable-ahub', 'Use the Azure Hybrid Benefit.'),
  disableNfs: toggle('--disable-nfs-driver', 'Run no NFS driver.'),
  disableSmb: toggle('--disable-smb-driver', 'Run no SMB driver.'),
  validate: toggle('--validate', 'Check what the cluster would be made of, and make nothing.'),
  noWait: noWait(),
} as const;

/** `az aksarc create`. */
export const command = defineCommand({
  words: 'aksarc create',
  summary: 'Create an AKS Arc cluster.',
  flags,
  examples: [
    {
      text: 'Create a cluster.',
      command:
        'az aksarc create -n MyCluster -g MyGroup --custom-location CL_ID --vnet-ids LNET_ID --aad-admin-group-object-ids GROUP_ID --generate-ssh-keys',
    },
  ],
  async run(call) {
    const given = call.flags;
    demandCounts(given);
    const autoScalerProfile = given.profile && readProfile(given.profile);
    if (given.validate) {
      const { validateParts } = await import('./validate.ts');
      await validateParts(call, given);
      return undefined;
    }
    const key = publicKeyOf(call.context, {
      typed: given.sshKey,
      generate: given.generateKeys,
      warn: call.warn,
    });
    if (key === undefined) {
      throw new AzError('An SSH key is needed: pass --ssh-key-value, or --generate-ssh-keys to make one.');
    }
    const { session } = call;
    const place = await locationOrGroups(session, given.location, given.resourceGroup);
    // The host must stand before the cluster can hang on it, whether or not the cluster is waited for.
    await session.arm.long({
      method: 'PUT',
      path: hostPath(session.subscriptionId, given),
      apiVersion: arcHost.apiVersion,
      body: hostBody(place, session.subscription.tenantId, given),
    });
    return putResource(arcCluster, call, {
      extendedLocation: { type: 'CustomLocation', name: given.customLocation },
      properties: {
        ...clusterProperties(given),
        ...(autoScalerProfile && { autoScalerProfile }),
        linuxProfile: { ssh: { publicKeys: [{ keyData: key }] } },
      },
    });
  },
});

type Given = Values<typeof flags>;

function hostPath(subscription: string, given: Given): string {
  return arcHost.path
    .replace('{subscription}', subscription)
    .replace('{resourceGroup}', encodeURIComponent(given.resourceGroup))
    .replace('{name}', encodeURIComponent(given.name));
}

function hostBody(place: string, tenantId: string, given: Given): JsonObject {
  return {
    location: place,
    kind: 'ProvisionedCluster',
    identity: { type: 'SystemAssigned' },
    ...(given.tags ? { tags: given.tags } : {}),
    properties: {
      agentPublicKeyCertificate: '',
      aadProfile: {
        enableAzureRBAC: given.azureRbac,
        adminGroupObjectIDs: given.adminGroups?.split(',') ?? [],
        tenantID: tenantId,
      },
    },
  };
}

function clusterProperties(given: Given): JsonObject {
  const { controlPlaneIp, kubernetesVersion, podCidr, loadBalancers, sshAuthIps } = given;
  return {
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: given.vnetIds } },
    controlPlane: {
      count: given.controlPlaneCount ?? 1,
      ...(given.controlPlaneSize === undefined ? {} : { vmSize: given.controlPlaneSize }),
      ...(controlPlaneIp === undefined ? {} : { controlPlaneEndpoint: { hostIP: controlPlaneIp } }),
    },
    networkProfile: {
      networkPolicy: 'calico',
      ...(podCidr === undefined ? {} : { podCidr }),
      ...(loadBalancers === undefined ? {} : { loadBalancerProfile: { count: loadBalancers } }),
    },
    ...(sshAuthIps === undefined ? {} : { clusterVMAccessProfile: { authorizedIPRanges: sshAuthIps } }),
    ...(given.enableAhub && { licenseProfile: { azureHybridBenefit: 'True' } }),
    ...((given.disableSmb || given.disableNfs) && {
      storageProfile: {
        ...(given.disableSmb && { smbCsiDriver: { enabled: false } }),
        ...(given.disableNfs && { nfsCsiDriver: { enabled: false } }),
      },
    }),
    agentPoolProfiles: [
      {
        name: 'nodepool1',
        count: given.nodeCount ?? given.minCount ?? 1,
        osType: 'Linux',
        ...(given.nodeSize === undefined ? {} : { vmSize: given.nodeSize }),
        ...(given.nodeLabels === undefined ? {} : { nodeLabels: readLabels(given.nodeLabels) }),
        ...(given.nodeTaints && { nodeTaints: given.nodeTaints.split(',') }),
        ...(given.autoscaler && {
          enableAutoScaling: true,
          minCount: given.minCount ?? null,
          maxCount: given.maxCount ?? null,
        }),
      },
    ],
  };
}
