import type { ClusterClient } from '../apimachinery/client.ts';
import { type Clock, errorMessage, type Logger, type Random, type Timer } from '../base/index.ts';
import type { Controller } from '../reconcile/index.ts';
import { type PolicyWarnings, startAdmissionPolicyStatus } from './admission-policy-status/controller.ts';
import { startCertificateApprover } from './certificate-approver/controller.ts';
import { startCertificateCleaner } from './certificate-cleaner/controller.ts';
import { startCertificateSigner } from './certificate-signer/controller.ts';
import { startClusterRoleAggregation } from './cluster-role-aggregation/controller.ts';
import { startCronJobController } from './cronjob/controller.ts';
import { startDaemonSetController } from './daemonset/controller.ts';
import { startDeploymentController } from './deployment/controller.ts';
import { startDisruptionController } from './disruption/controller.ts';
import { startStaleDisruptions } from './disruption/stale.ts';
import { startEndpointSliceController } from './endpointslice/controller.ts';
import { startEndpointSliceMirroring } from './endpointslice-mirroring/controller.ts';
import { startGarbageCollector } from './garbage-collector/controller.ts';
import { startHorizontalPodAutoscaler } from './horizontal-pod-autoscaler/controller.ts';
import { startJobController } from './job/controller.ts';
import { startKubelet } from './kubelet/controller.ts';
import { claimedAddresses, type NodeAddresses, ownAddresses } from './kubelet/node-addresses.ts';
import type { NodePool } from './kubelet/node-pools.ts';
import { SimulatedNodes } from './kubelet/nodes.ts';
import { startLoadBalancerController } from './load-balancer/controller.ts';
import { startNamespaceController } from './namespace/controller.ts';
import { startNodeLifecycleController } from './node-lifecycle/controller.ts';
import { startPodGarbage } from './pod-garbage/controller.ts';
import { startReplicaSetController, startReplicationController } from './replicaset/controller.ts';
import { startResourceQuotaController } from './resource-quota/controller.ts';
import { startScheduler } from './scheduler/controller.ts';
import { startServiceAccountController } from './service-account/controller.ts';
import { type SecretToken, startTokenController } from './service-account-token/controller.ts';
import { startServiceCidrController } from './service-cidr/controller.ts';
import type { AddressSupply } from './shared/addresses.ts';
import type { ClusterAuthority } from './shared/certificate-authority.ts';
import { type ClusterContext, clusterContext, type RunningControllers } from './shared/context.ts';
import { startStatefulSetController } from './statefulset/controller.ts';
import { startStorageClassController } from './storage-class/controller.ts';
import {
  startClassProtection,
  startIdleClaimProtection,
  startVolumeProtection,
} from './storage-protection/controller.ts';
import { startVolumeClaimController, startVolumeReclaimer } from './volume-claim/controller.ts';

/** What nodes say they run when nobody says. */
const defaultVersion = '1.34.4';

export interface ClusterControllersOptions {
  /** A client with the rights of `system:masters`. */
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** `hub`: no workloads, no nodes. `member` and `arc`: both. */
  readonly profile: 'hub' | 'member' | 'arc';
  /** Stable; machine ids of nodes hang on it. */
  readonly clusterId?: string;
  /** What nodes say they run, e.g. `1.33.4`. */
  readonly kubernetesVersion?: string;
  /** The nodes to simulate. */
  readonly nodes?: readonly NodePool[];
  /** PEM of the cluster's authority, for the ConfigMap `kube-root-ca.crt` of each namespace. */
  readonly certificateAuthority?: string;
  /** Signs what is asked of the cluster's own signers; without it requests for certificates wait. */
  readonly authority?: ClusterAuthority;
  /** The token that a Secret of a service account gets; without it, or where it gives none, such Secrets stay empty. */
  readonly secretToken?: SecretToken;
  /** What is wrong with the expressions of an admission policy; without it no policy says so. */
  readonly policyWarnings?: PolicyWarnings;
  /** Addresses of load balancers and of nodes in a shared network; without it such Services wait, as where no cloud is. */
  readonly addresses?: AddressSupply;
}

/** What nodes a cluster has. */
interface NodesSpec {
  readonly nodes: readonly NodePool[];
  readonly kubernetesVersion: string;
}

export interface ClusterControllers extends RunningControllers {
  /** Brings nodes and their version to what the cluster is to have now; resolves when the nodes are ready. */
  update(spec: NodesSpec): Promise<void>;
}

type Start = (context: ClusterContext) => Controller;

/** Every cluster has these. */
const commonControllers: readonly Start[] = [
  startNamespaceController,
  startGarbageCollector,
  startClusterRoleAggregation,
  startServiceCidrController,
  startCertificateCleaner,
  startVolumeProtection,
  startClassProtection,
  startResourceQuotaController,
];

/** Only clusters that run workloads. */
const workloadControllers: readonly Start[] = [
  startScheduler,
  startDeploymentController,
  startReplicaSetController,
  startReplicationController,
  startDaemonSetController,
  startStatefulSetController,
  startJobController,
  startCronJobController,
  startHorizontalPodAutoscaler,
  startEndpointSliceController,
  startEndpointSliceMirroring,
  startDisruptionController,
  startStaleDisruptions,
  startVolumeClaimController,
  startVolumeReclaimer,
  startNodeLifecycleController,
  (context) => startPodGarbage(context),
];

/** Starts what a Kubernetes cluster has beside its API server: controllers, scheduler, simulated nodes. */
export function startClusterControllers(options: ClusterControllersOptions): ClusterControllers {
  const { context, close } = clusterContext(options);
  const controllers = commonControllers.map((start) => start(context));
  controllers.push(startServiceAccountController(context, options.certificateAuthority));
  if (options.secretToken) {
    const { certificateAuthority = '', secretToken } = options;
    controllers.push(startTokenController(context, { certificateAuthority, secretToken }));
  }
  if (options.authority) {
    controllers.push(startCertificateApprover(context, options.authority));
    controllers.push(startCertificateSigner(context, options.authority));
  }
  if (options.policyWarnings) controllers.push(startAdmissionPolicyStatus(context, options.policyWarnings));
  if (options.profile === 'hub') controllers.push(startIdleClaimProtection(context));
  if (options.profile === 'arc') controllers.push(startStorageClassController(context));
  const nodes = options.profile === 'hub' ? undefined : startWorkloads(options, context, controllers);
  const { nodes: pools = [], kubernetesVersion = defaultVersion } = options;
  const update = nodes && keepNodes(nodes, { nodes: pools, kubernetesVersion }, context);
  return {
    update: async (spec) => update?.(spec),
    async close() {
      close();
      await Promise.all(controllers.map((controller) => controller.stopped));
    },
  };
}

const nodesRetryMs = 1_000;

/** Nobody waits for the first nodes: what fails of them is tried again here. Answers how to ask for others. */
function keepNodes(
  nodes: SimulatedNodes,
  first: NodesSpec,
  { clock, log, signal }: ClusterContext,
): ClusterControllers['update'] {
  let asked = first;
  let retry: Timer | undefined;
  const bring = () => nodes.setPools(asked.nodes, asked.kubernetesVersion);
  const keepTrying = () => {
    bring().catch((thrown: unknown) => {
      if (signal.aborted) return;
      log.warn('nodes not registered', { error: errorMessage(thrown) });
      retry = clock.after(nodesRetryMs, keepTrying);
    });
  };
  signal.addEventListener('abort', () => retry?.cancel(), { once: true });
  if (first.nodes.length > 0) keepTrying();
  return (spec) => {
    asked = spec;
    return bring();
  };
}

/** Nodes of AKS have a subnet to themselves; those of an Arc cluster stand in a network with others. */
function nodeAddresses({ addresses, profile }: ClusterControllersOptions): NodeAddresses {
  if (!addresses) return ownAddresses(() => false);
  return profile === 'arc'
    ? claimedAddresses(addresses)
    : ownAddresses((address) => addresses.isHeld('node', address));
}

function startWorkloads(
  options: ClusterControllersOptions,
  context: ClusterContext,
  controllers: Controller[],
): SimulatedNodes {
  const simulated = new SimulatedNodes({
    context,
    clusterId: options.clusterId ?? 'drydock',
    addresses: nodeAddresses(options),
  });
  controllers.push(...workloadControllers.map((start) => start(context)), startKubelet(context, simulated));
  if (options.addresses) controllers.push(startLoadBalancerController(context, options.addresses));
  return simulated;
}
