/** A feature gate as the real server v1.34 has it when nobody says otherwise. Source: `kubernetes_feature_enabled` of its metrics. */
export interface KnownGate {
  readonly stage: 'alpha' | 'beta' | 'ga' | 'deprecated';
  readonly isOn: boolean;
  /** It cannot be set to anything else. */
  readonly isLocked: boolean;
}

const gates = new Map<string, KnownGate>();

function know(
  names: string,
  stage: KnownGate['stage'],
  state: 'on' | 'off' | 'locked on' | 'locked off',
): void {
  const gate = { stage, isOn: state.endsWith('on'), isLocked: state.startsWith('locked') };
  for (const name of names.trim().split(/\s+/)) gates.set(name, gate);
}

know(
  `
  APIServingWithRoutine AllowUnsafeMalformedObjectDeletion CBORServingAndStorage
  CPUManagerPolicyAlphaOptions CSIVolumeHealth ClearingNominatedNodeNameAfterBinding
  ClientsAllowCBOR ClientsPreferCBOR CloudControllerManagerWebhook ComponentFlagz ComponentStatusz
  ContainerRestartRules ContainerStopSignals CrossNamespaceVolumeDataSource
  CustomCPUCFSQuotaPeriod DRAConsumableCapacity DRADeviceBindingConditions DRADeviceTaints
  DRAExtendedResource DRAPartitionableDevices DeploymentReplicaSetTerminatingReplicas EnvFiles
  EventedPLEG HPAConfigurableTolerance HPAScaleToZero HostnameOverride
  InPlacePodVerticalScalingExclusiveCPUs InPlacePodVerticalScalingExclusiveMemory
  InTreePluginPortworxUnregister InformerResourceVersion KubeletCrashLoopBackOffMax
  KubeletEnsureSecretPulledImages KubeletInUserNamespace LoggingAlphaOptions
  MaxUnavailableStatefulSet MemoryQoS NominatedNodeNameForExpectation PodAndContainerStatsFromCRI
  PodCertificateRequest PodLogsQuerySplitStreams PodTopologyLabelsAdmission QOSReserved
  ReduceDefaultCrashLoopBackOffDecay RelaxedServiceNameValidation ResourceHealthStatus
  RuntimeClassInImageCriApi StorageCapacityScoring StorageVersionAPI StorageVersionMigrator
  StrictIPCIDRValidation TopologyManagerPolicyAlphaOptions UnknownVersionInteroperabilityProxy
  UserNamespacesPodSecurityStandards WindowsCPUAndMemoryAffinity
`,
  'alpha',
  'off',
);
know(
  `
  ClusterTrustBundle ClusterTrustBundleProjection ConcurrentWatchObjectDecode
  CoordinatedLeaderElection DeclarativeValidationTakeover ImageVolume
  LocalStorageCapacityIsolationFSQuotaMonitoring MutableCSINodeAllocatableCount
  MutatingAdmissionPolicy NodeLogQuery SELinuxMount SchedulerAsyncAPICalls
  WatchCacheInitializationPostStartHook WatchListClient
`,
  'beta',
  'off',
);
know(
  `
  APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth
  CPUManagerPolicyBetaOptions ContainerCheckpoint ContextualLogging DRAAdminAccess
  DRAPrioritizedList DRAResourceClaimDeviceStatus DRASchedulerFilterTimeout DeclarativeValidation
  DetectCacheInconsistency DisableCPUQuotaWithExclusiveCPUs ExternalServiceAccountTokenSigner
  GracefulNodeShutdown GracefulNodeShutdownBasedOnPodPriority ImageMaximumGCAge InOrderInformers
  InPlacePodVerticalScaling JobManagedBy KubeletFineGrainedAuthz KubeletPSI
  KubeletPodResourcesDynamicResources KubeletPodResourcesGet KubeletSeparateDiskGC
  KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot LoggingBetaOptions
  MatchLabelKeysInPodTopologySpread MatchLabelKeysInPodTopologySpreadSelectorMerge OpenAPIEnums
  PodDeletionCost PodLevelResources PodObservedGenerationTracking
  PodReadyToStartContainersCondition PortForwardWebsockets PreferSameTrafficDistribution
  PreventStaticPodAPIReferences ProcMountType ReloadKubeletServerCertificateFile
  RemoteRequestHeaderUID RotateKubeletServerCertificate SELinuxChangePolicy
  SELinuxMountReadWriteOncePod SchedulerAsyncPreemption SchedulerPopFromBackoffQ
  ServiceAccountNodeAudienceRestriction SizeBasedListCostEstimate
  StatefulSetSemanticRevisionComparison StorageVersionHash
  StructuredAuthenticationConfigurationEgressSelector SupplementalGroupsPolicy SystemdWatchdog
  TokenRequestServiceAccountUIDValidation TopologyManagerPolicyBetaOptions
  TranslateStreamCloseWebsocketRequests UnauthenticatedHTTP2DOSMitigation UserNamespacesSupport
  WatchList WindowsGracefulNodeShutdown
`,
  'beta',
  'on',
);
know(
  `
  ComponentSLIs DisableAllocatorDualWrite DynamicResourceAllocation ExecProbeTimeout
  TopologyManagerPolicyOptions VolumeAttributesClass
`,
  'ga',
  'on',
);
know(
  `
  APIServerTracing AnonymousAuthConfigurableEndpoints AnyVolumeDataSource
  AuthorizeNodeWithSelectors AuthorizeWithSelectors BtreeWatchCache CPUManagerPolicyOptions
  CRDValidationRatcheting CSIMigrationPortworx ConsistentListFromCache CronJobsScheduledAnnotation
  CustomResourceFieldSelectors HonorPVReclaimPolicy JobBackoffLimitPerIndex
  JobPodReplacementPolicy JobSuccessPolicy KubeletCgroupDriverFromCRI KubeletTracing
  LoadBalancerIPMode LogarithmicScaleDown MatchLabelKeysInPodAffinity MemoryManager
  MultiCIDRServiceAllocator NFTablesProxyMode NodeInclusionPolicyInPodTopologySpread NodeSwap
  OrderedNamespaceDeletion PodIndexLabel PodLifecycleSleepAction PodLifecycleSleepActionAllowZero
  PodSchedulingReadiness ProbeHostPodSecurityStandards RecoverVolumeExpansionFailure
  RecursiveReadOnlyMounts RelaxedDNSSearchValidation RelaxedEnvironmentVariableValidation
  ResilientWatchCacheInitialization RetryGenerateName SchedulerQueueingHints
  SeparateTaintEvictionController ServiceAccountTokenJTI ServiceAccountTokenNodeBinding
  ServiceAccountTokenNodeBindingValidation ServiceAccountTokenPodNodeInfo
  ServiceTrafficDistribution SidecarContainers SizeMemoryBackedVolumes StatefulSetAutoDeletePVC
  StreamingCollectionEncodingToJSON StreamingCollectionEncodingToProtobuf
  StrictCostEnforcementForVAP StrictCostEnforcementForWebhooks
  StructuredAuthenticationConfiguration StructuredAuthorizationConfiguration TopologyAwareHints
  WinDSR WinOverlay
`,
  'ga',
  'locked on',
);
know(
  `
  AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests
  AllowOverwriteTerminationGracePeriodSeconds GitRepoVolumeDriver
  InPlacePodVerticalScalingAllocatedStatus KMSv1 KubeletRegistrationGetOnExistsOnly
  SeparateCacheWatchRPC WindowsHostNetwork
`,
  'deprecated',
  'off',
);
know(
  `
  AggregatedDiscoveryRemoveBetaType DisableNodeKubeProxyVersion
  KubeletPodResourcesListUseActivePods StorageNamespaceIndex
`,
  'deprecated',
  'on',
);
know(
  `
  AllowServiceLBStatusOnNonLB WatchFromStorageWithoutResourceVersion
`,
  'deprecated',
  'locked off',
);

/** All gates by name, but for those that stand for others. */
export const knownGates: ReadonlyMap<string, KnownGate> = gates;
