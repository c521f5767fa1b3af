import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand, type Values } from '../../declaration.ts';
import {
  integer,
  list,
  location,
  noWait,
  required,
  resourceGroup,
  tags,
  text,
  textOr,
  toggle,
} from '../../declare/flags.ts';
import { getResource, putResource } from '../../declare/verbs.ts';
import { AzError, ServiceError } from '../../errors.ts';
import { readLabels } from '../../shape/labels.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { demandAutoscalerCounts } from './autoscaler-counts.ts';
import { cluster } from './noun.ts';
import { publicKeyOf } from './ssh.ts';

const defaultNodes = 3;

const flags = {
  name: required('--name -n', 'Name of the managed cluster.'),
  resourceGroup: resourceGroup(),
  location: location(),
  tags: tags(),
  kubernetesVersion: text('--kubernetes-version -k', 'Version of Kubernetes, such as "1.33" or "1.33.1".'),
  nodeCount: integer('--node-count -c', 'Number of nodes in the node pool.', {
    defaultText: String(defaultNodes),
  }),
  vmSize: text('--node-vm-size -s', 'Size of the nodes.'),
  poolName: textOr('--nodepool-name', 'Node pool name.', 'nodepool1'),
  poolLabels: list('--nodepool-labels', 'Node pool labels: key=value.'),
  poolTaints: text('--nodepool-taints', 'Node taints, separated by commas.'),
  maxPods: integer('--max-pods -m', 'Maximum number of pods on a node.'),
  autoscaler: toggle('--enable-cluster-autoscaler', 'Let the number of nodes follow the load.'),
  minCount: integer('--min-count', 'Least number of nodes with the autoscaler.'),
  maxCount: integer('--max-count', 'Most nodes with the autoscaler.'),
  osSku: text('--os-sku', 'Operating system of the nodes.'),
  subnet: text('--vnet-subnet-id', 'ID of the subnet for the nodes.'),
  dnsPrefix: text('--dns-name-prefix -p', 'Prefix of the host name of the API server.'),
  adminUsername: textOr('--admin-username -u', 'User name on the nodes.', 'azureuser'),
  sshKey: text('--ssh-key-value', 'Public key file or text for the nodes.'),
  generateKeys: toggle('--generate-ssh-keys', 'Generate a key pair if there is none.'),
  noKey: toggle('--no-ssh-key -x', 'Do not send a key.'),
  managedIdentity: toggle('--enable-managed-identity', 'Use a system-assigned identity (the default).'),
  assignIdentity: text('--assign-identity', 'ID of a user-assigned identity.'),
  enableAad: toggle('--enable-aad', 'Sign in to the cluster with Entra ID.'),
  azureRbac: toggle('--enable-azure-rbac', 'Authorize by role assignments.'),
  adminGroups: text(
    '--aad-admin-group-object-ids',
    'Object ids of administrator groups, separated by commas.',
  ),
  aadTenant: text('--aad-tenant-id', 'Tenant of the cluster.'),
  noLocalAccounts: toggle('--disable-local-accounts', 'Refuse static credentials.'),
  privateCluster: toggle('--enable-private-cluster', 'Make the API server reachable from its network only.'),
  networkPlugin: text('--network-plugin', 'Network plugin.', { choices: ['azure', 'kubenet', 'none'] }),
  networkPolicy: text('--network-policy', 'Network policy.'),
  podCidr: text('--pod-cidr', 'Address range of pods.'),
  serviceCidr: text('--service-cidr', 'Address range of services.'),
  dnsServiceIp: text('--dns-service-ip', 'Address of the DNS service.'),
  loadBalancerSku: textOr('--load-balancer-sku', 'Load balancer SKU.', 'standard', {
    choices: ['basic', 'standard'],
  }),
  outboundType: textOr('--outbound-type', 'How nodes reach the outside.', 'loadBalancer'),
  tier: textOr('--tier', 'Tier of the control plane.', 'free', { choices: ['free', 'standard', 'premium'] }),
  nodeResourceGroup: text('--node-resource-group', 'Group for the resources of the nodes.'),
  oidcIssuer: toggle('--enable-oidc-issuer', 'Enable the OIDC issuer.'),
  yes: toggle('--yes -y', 'Do not prompt for confirmation.'),
  noWait: noWait(),
} as const;

/** `az aks create`. */
export const command = defineCommand({
  words: 'aks create',
  summary: 'Create a managed Kubernetes cluster.',
  flags,
  examples: [
    {
      text: 'Create a cluster without an SSH key.',
      command: 'az aks create -g MyResourceGroup -n MyManagedCluster --node-count 2 --no-ssh-key',
    },
    {
      text: 'Create a cluster with an existing SSH public key.',
      command: 'az aks create -g MyResourceGroup -n MyManagedCluster --ssh-key-value /path/to/publickey',
    },
  ],
  async run(call) {
    const given = call.flags;
    const { autoscaler: isOn, minCount, maxCount, nodeCount = defaultNodes } = given;
    const bounds = { isOn, minCount, maxCount, mode: 'System', nodeCount };
    demandAutoscalerCounts(bounds, '--enable-cluster-autoscaler');
    const key = given.noKey
      ? undefined
      : publicKeyOf(call.context, { typed: given.sshKey, generate: given.generateKeys, warn: call.warn });
    if (await exists(() => getResource(cluster, call))) {
      throw new AzError(
        `The cluster '${given.name}' under resource group '${given.resourceGroup}' already exists. Please use command 'az aks update' to update the existing cluster, or select a different cluster name to create a new cluster.`,
      );
    }
    const place = await locationOrGroups(call.session, given.location, given.resourceGroup);
    const subscription = call.session.subscriptionId.slice(0, 6);
    const dnsPrefix = given.dnsPrefix ?? defaultDnsPrefix(given.name, given.resourceGroup, subscription);
    return putResource(cluster, call, {
      location: place,
      ...(given.tags ? { tags: given.tags } : {}),
      properties: { ...propertiesOf(given), dnsPrefix, ...linuxProfileOf(given.adminUsername, key) },
      identity: given.assignIdentity
        ? { type: 'UserAssigned', userAssignedIdentities: { [given.assignIdentity]: {} } }
        : { type: 'SystemAssigned' },
      sku: { name: 'Base', tier: given.tier.charAt(0).toUpperCase() + given.tier.slice(1) },
    });
  },
});

type Given = Values<typeof flags>;

async function exists(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (thrown) {
    if (thrown instanceof ServiceError && thrown.status === 404) return false;
    throw thrown;
  }
}

/** At most 10 letters of the name (it must begin with one) and 16 of the group. */
function defaultDnsPrefix(name: string, group: string, subscription: string): string {
  const word = name.replace(/[^A-Za-z0-9-]/g, '').slice(0, 10);
  const start = /^[A-Za-z]/.test(word) ? word : `a${word}`.slice(0, 10);
  return `${start}-${group.replace(/[^A-Za-z0-9-]/g, '').slice(0, 16)}-${subscription}`;
}

function linuxProfileOf(adminUsername: string, key: string | undefined): JsonObject {
  if (key === undefined) return {};
  return { linuxProfile: { adminUsername, ssh: { publicKeys: [{ keyData: key }] } } };
}

function propertiesOf(given: Given): JsonObject {
  const network = defined({
    loadBalancerSku: given.loadBalancerSku,
    outboundType: given.outboundType,
    networkPlugin: given.networkPlugin,
    networkPolicy: given.networkPolicy,
    podCidr: given.podCidr,
    serviceCidr: given.serviceCidr,
    dnsServiceIP: given.dnsServiceIp,
  });
  const directory = given.enableAad || given.azureRbac || given.adminGroups !== undefined;
  return {
    agentPoolProfiles: [poolOf(given)],
    kubernetesVersion: given.kubernetesVersion ?? '',
    disableLocalAccounts: given.noLocalAccounts,
    enableRBAC: true,
    networkProfile: network,
    addonProfiles: {},
    storageProfile: {},
    bootstrapProfile: { artifactSource: 'Direct' },
    ...(given.nodeResourceGroup ? { nodeResourceGroup: given.nodeResourceGroup } : {}),
    ...(given.oidcIssuer ? { oidcIssuerProfile: { enabled: true } } : {}),
    ...(given.privateCluster ? { apiServerAccessProfile: { enablePrivateCluster: true } } : {}),
    ...(directory ? { aadProfile: aadProfileOf(given) } : {}),
  };
}

function aadProfileOf(given: Given): JsonObject {
  return {
    managed: true,
    enableAzureRBAC: given.azureRbac,
    ...defined({ adminGroupObjectIDs: given.adminGroups?.split(','), tenantID: given.aadTenant }),
  };
}

function poolOf(given: Given): JsonObject {
  return {
    name: given.poolName,
    orchestratorVersion: given.kubernetesVersion ?? '',
    vmSize: given.vmSize ?? '',
    osType: 'Linux',
    enableNodePublicIP: false,
    count: given.nodeCount ?? defaultNodes,
    enableAutoScaling: given.autoscaler,
    scaleSetPriority: 'Regular',
    nodeTaints: given.poolTaints ? given.poolTaints.split(',') : [],
    upgradeSettings: {},
    type: 'VirtualMachineScaleSets',
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    enableFIPS: false,
    mode: 'System',
    ...defined({
      maxPods: given.maxPods,
      minCount: given.minCount,
      maxCount: given.maxCount,
      osSKU: given.osSku,
      vnetSubnetID: given.subnet,
      nodeLabels: given.poolLabels ? readLabels(given.poolLabels.join(' ')) : undefined,
    }),
  };
}

function defined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
