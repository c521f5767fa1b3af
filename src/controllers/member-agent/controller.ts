import { type Controller, Informer, runController, watchKeys } from '../../reconcile/index.ts';
import { internalMemberClusters, memberNamespace } from '../kinds/fleet.ts';
import type { MemberAgentContext } from './context.ts';
import { reconcileMembership } from './reconcile.ts';

/** Answers the hub's requests to join and leave, and reports the member's health and properties. */
export function startMembershipController(context: MemberAgentContext): Controller {
  const twins = new Informer({
    client: context.hub.cluster,
    kind: internalMemberClusters,
    // An agent may see its own namespace of the hub and nothing else.
    select: { namespace: memberNamespace(context.memberName) },
    clock: context.clock,
    log: context.log,
  });
  context.signal.addEventListener('abort', () => twins.close(), { once: true });
  return runController({
    ...context,
    name: 'internalmembercluster',
    watches: [
      watchKeys(twins, (twin, previous) =>
        // A heartbeat changes only the status: it must not cause the next one.
        twin.metadata.generation === previous?.metadata.generation ? undefined : twin.metadata.name,
      ),
    ],
    reconcile: () => reconcileMembership(twins, context),
  });
}
