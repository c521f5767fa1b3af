import { type Model, systemDataModel } from '../../shape/flatten.ts';

const nothing = (names: string): { readonly [key: string]: Model } =>
  Object.fromEntries(names.split(' ').map((name) => [name, null]));

/** A node pool as printed. */
export const agentPoolModel: { readonly [key: string]: Model } = {
  ...nothing(
    'artifactStreamingProfile availabilityZones capacityReservationGroupId count creationData currentOrchestratorVersion eTag enableAutoScaling enableEncryptionAtHost enableFips enableNodePublicIp enableUltraSsd gatewayProfile gpuInstanceProfile gpuProfile hostGroupId kubeletConfig kubeletDiskType linuxOsConfig localDnsProfile maxCount maxPods messageOfTheDay minCount mode name networkProfile nodeImageVersion nodeLabels nodePublicIpPrefixId nodeTaints orchestratorVersion osDiskSizeGb osDiskType osSku osType podIpAllocationMode podSubnetId powerState provisioningState proximityPlacementGroupId scaleDownMode scaleSetEvictionPolicy scaleSetPriority spotMaxPrice status tags type virtualMachineNodesStatus virtualMachinesProfile vmSize vnetSubnetId windowsProfile workloadRuntime',
  ),
  securityProfile: nothing('enableSecureBoot enableVtpm sshAccess'),
  upgradeSettings: nothing(
    'drainTimeoutInMinutes maxSurge maxUnavailable nodeSoakDurationInMinutes undrainableNodeBehavior',
  ),
};

/** A managed cluster as printed. */
export const clusterModel: Model = {
  ...nothing(
    'addonProfiles aiToolchainOperatorProfile autoScalerProfile azurePortalFqdn currentKubernetesVersion disableLocalAccounts diskEncryptionSetId dnsPrefix eTag enableRbac extendedLocation fqdn fqdnSubdomain hostedSystemProfile httpProxyConfig id identityProfile ingressProfile kind kubernetesVersion location maxAgentPools name nodeResourceGroup podIdentityProfile privateFqdn privateLinkResources provisioningState publicNetworkAccess resourceUid schedulerProfile serviceMeshProfile status supportPlan tags type upgradeSettings windowsProfile',
  ),
  aadProfile: nothing(
    'adminGroupObjectIDs clientAppId enableAzureRbac managed serverAppId serverAppSecret tenantId',
  ),
  agentPoolProfiles: [agentPoolModel],
  apiServerAccessProfile: nothing(
    'authorizedIpRanges disableRunCommand enablePrivateCluster enablePrivateClusterPublicFqdn enableVnetIntegration privateDnsZone subnetId',
  ),
  autoUpgradeProfile: nothing('nodeOsUpgradeChannel upgradeChannel'),
  azureMonitorProfile: nothing('appMonitoring containerInsights metrics'),
  bootstrapProfile: nothing('artifactSource containerRegistryId'),
  identity: nothing('delegatedResources principalId tenantId type userAssignedIdentities'),
  linuxProfile: { adminUsername: null, ssh: { publicKeys: [{ keyData: null }] } },
  metricsProfile: nothing('costAnalysis'),
  networkProfile: {
    ...nothing(
      'advancedNetworking dnsServiceIp ipFamilies loadBalancerSku natGatewayProfile networkDataplane networkMode networkPlugin networkPluginMode networkPolicy outboundType podCidr podCidrs serviceCidr serviceCidrs staticEgressGatewayProfile',
    ),
    loadBalancerProfile: {
      ...nothing(
        'allocatedOutboundPorts backendPoolType effectiveOutboundIPs enableMultipleStandardLoadBalancers idleTimeoutInMinutes outboundIPs outboundIpPrefixes',
      ),
      managedOutboundIPs: nothing('count countIpv6'),
    },
  },
  nodeProvisioningProfile: nothing('defaultNodePools mode'),
  nodeResourceGroupProfile: nothing('restrictionLevel'),
  oidcIssuerProfile: nothing('enabled issuerUrl'),
  powerState: nothing('code'),
  securityProfile: nothing(
    'azureKeyVaultKms customCaTrustCertificates defender imageCleaner workloadIdentity',
  ),
  servicePrincipalProfile: nothing('clientId secret'),
  sku: nothing('name tier'),
  storageProfile: nothing('blobCsiDriver diskCsiDriver fileCsiDriver snapshotController'),
  systemData: systemDataModel,
  workloadAutoScalerProfile: nothing('keda verticalPodAutoscaler'),
};
