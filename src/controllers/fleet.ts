import type { Clock, Logger, Random } from '../base/index.ts';
import { type ClusterClient, isAlreadyExists, typedClient } from '../reconcile/index.ts';
import { startClusterProfileController } from './cluster-profile/controller.ts';
import { namespaces } from './kinds/core.ts';
import { fleetNamespace } from './kinds/fleet.ts';
import { startMembershipController } from './member-agent/controller.ts';
import { startMemberClusterController } from './membercluster/controller.ts';
import { clusterContext, type RunningControllers } from './shared/context.ts';
import { eventRecorder } from './shared/event-recorder.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Starts the fleet's loops on a hub. The fleet kinds (`fleetCustomResources`) must have been installed. */
export function startHubControllers(
  options: Surroundings & {
    readonly hub: ClusterClient;
  },
): RunningControllers {
  const { context, close } = clusterContext({ ...options, client: options.hub });
  void ensureFleetNamespace(options.hub).catch((thrown) =>
    options.log.warn('fleet-system was not made', { error: String(thrown) }),
  );
  const controllers = [startMemberClusterController(context), startClusterProfileController(context)];
  return {
    async close() {
      close();
      await Promise.all(controllers.map((controller) => controller.stopped));
    },
  };
}

async function ensureFleetNamespace(hub: ClusterClient): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: fleetNamespace } };
  try {
    await hub.create(namespaces, namespace);
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
  }
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
  },
): RunningControllers {
  const stop = new AbortController();
  const hub = typedClient(options.hub);
  const events = eventRecorder({ ...options, client: hub });
  const controller = startMembershipController({
    ...options,
    hub,
    member: typedClient(options.member),
    events,
    applier: { setJoined() {} },
    signal: stop.signal,
  });
  return {
    async close() {
      stop.abort();
      events.close();
      await controller.stopped;
    },
  };
}
