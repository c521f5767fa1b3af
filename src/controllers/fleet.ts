import type { ClusterClient } from '../apimachinery/client.ts';
import { isAlreadyExists, typedClient } from '../apimachinery/kinds.ts';
import { type Clock, errorMessage, type Logger, type Random } from '../base/index.ts';
import { type Controller, InformerSet } from '../reconcile/index.ts';
import { startClusterProfileController } from './cluster-profile/controller.ts';
import { startEvictionController } from './eviction/controller.ts';
import { namespaces } from './kinds/core.ts';
import { fleetNamespace } from './kinds/fleet.ts';
import { clusterFamily, namespacedFamily } from './kinds/placement.ts';
import { clusterUpdateRuns, namespacedUpdateRuns } from './kinds/staged.ts';
import { startManagedResourceGuard } from './managed-namespace/guard.ts';
import { startMembershipController } from './member-agent/controller.ts';
import type { HourlyPrice } from './member-agent/costs.ts';
import { startMemberClusterController } from './membercluster/controller.ts';
import { startOverrideControllers } from './override/controller.ts';
import { defaultSnapshotDelays, placementContext, type SnapshotDelays } from './placement/context.ts';
import { startPlacementController } from './placement/controller.ts';
import { type ChangeTarget, followResourceChanges } from './placement/resource-changes.ts';
import { startPlacementScheduler } from './placement-scheduler/controller.ts';
import { startRolloutController } from './rollout/controller.ts';
import { type ClusterContext, clusterContext, type RunningControllers } from './shared/context.ts';
import { eventRecorder } from './shared/event-recorder.ts';
import { startUpdateRunController } from './staged-update-run/controller.ts';
import { startStatusBackReporter } from './status-back-reporter/controller.ts';
import { startWorkApplier } from './work-applier/controller.ts';
import { startWorkGenerator } from './work-generator/controller.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Starts the fleet's loops on a hub. The fleet kinds (`fleetCustomResources`) must have been installed. */
export function startHubControllers(
  options: Surroundings & {
    readonly hub: ClusterClient;
    /** How long changed resources wait before they are rolled out. */
    readonly snapshotDelays?: SnapshotDelays;
  },
): RunningControllers {
  const { context, close } = clusterContext({ ...options, client: options.hub });
  void ensureFleetNamespace(context);
  const controllers = [
    startMemberClusterController(context),
    startClusterProfileController(context),
    startEvictionController(context),
    startManagedResourceGuard(context),
    ...startOverrideControllers(context),
    startStatusBackReporter(context),
    ...startPlacements(context, options.snapshotDelays ?? defaultSnapshotDelays),
  ];
  return {
    async close() {
      close();
      await Promise.all(controllers.map((controller) => controller.stopped));
    },
  };
}

const namespaceRetryMs = 500;

async function ensureFleetNamespace({ client, clock, log, signal }: ClusterContext): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: fleetNamespace } };
  while (!signal.aborted) {
    try {
      await client.create(namespaces, namespace);
      return;
    } catch (thrown) {
      if (isAlreadyExists(thrown)) return;
      log.debug('fleet-system was not made', { error: errorMessage(thrown) });
      await clock.sleep(namespaceRetryMs, signal);
    }
  }
}

const families = [
  [clusterFamily, clusterUpdateRuns],
  [namespacedFamily, namespacedUpdateRuns],
] as const;

/** The chain from placement to Works, once for the hub's own placements and once for those in namespaces. */
function startPlacements(context: ClusterContext, delays: SnapshotDelays): Controller[] {
  const controllers: Controller[] = [];
  const targets: ChangeTarget[] = [];
  for (const [family, runs] of families) {
    const parts = placementContext(context, family, delays);
    const placement = startPlacementController(parts);
    controllers.push(
      placement,
      startPlacementScheduler(parts),
      startRolloutController(parts),
      startUpdateRunController(parts, runs),
      startWorkGenerator(parts),
    );
    targets.push({ placements: parts.placements, enqueue: (key) => placement.enqueue(key) });
  }
  followResourceChanges(context, targets);
  return controllers;
}

/**
 * Starts the agent of one member: it joins the hub when the hub asks, sends heartbeats, applies Works, and leaves.
 * `hub` should be the identity named in the MemberCluster. AppliedWork (`memberCustomResources`) must be installed on
 * the member before Works are placed there.
 */
export function startMemberAgent(
  options: Surroundings & {
    readonly hub: ClusterClient;
    readonly member: ClusterClient;
    readonly memberName: string;
    readonly certificateAuthority?: string;
    /** What machines cost in an hour; without it the member says nothing of costs. */
    readonly hourlyPrice?: HourlyPrice;
  },
): RunningControllers {
  const stop = new AbortController();
  const hub = typedClient(options.hub);
  const member = typedClient(options.member);
  const events = eventRecorder({ ...options, client: hub });
  const informers = new InformerSet({ ...options, client: options.member });
  const membership = { isJoined: false, uid: '' };
  const parts = { ...options, hub, member, signal: stop.signal };
  const controllers = [
    startMembershipController({
      ...parts,
      informers,
      events,
      applier: {
        setJoined(joined, membershipUid) {
          membership.isJoined = joined;
          membership.uid = membershipUid;
        },
      },
    }),
    startWorkApplier({ ...parts, membership }),
    startManagedResourceGuard({ ...parts, client: member, informers }),
  ];
  return {
    async close() {
      stop.abort();
      events.close();
      informers.close();
      await Promise.all(controllers.map((controller) => controller.stopped));
    },
  };
}
