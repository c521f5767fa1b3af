import { jsonEqual } from '../../base/index.ts';
import { type Controller, Informer, runController, watchKeys } from '../../reconcile/index.ts';
import { type Node, namespaces, nodes } from '../kinds/core.ts';
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
  const controller = runController({
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
  reportChanges(context, () => controller.enqueue(context.memberName, reportDelayMs));
  return controller;
}

/** What happens on the member in so short a time is told in one report. */
const reportDelayMs = 1000;

/**
 * Asks for a report when namespaces or machines come, go or change: what the hub decides by them should not wait for the
 * next heartbeat. What pods leave free is told with the heartbeats alone.
 */
function reportChanges({ informers, signal }: MemberAgentContext, report: () => void): void {
  const ends = [
    informers.of(namespaces).subscribe({
      added: report,
      deleted: report,
      updated: (next, previous) => {
        const { deletionTimestamp, ownerReferences } = previous.metadata;
        const isSame =
          next.metadata.deletionTimestamp === deletionTimestamp &&
          jsonEqual(next.metadata.ownerReferences, ownerReferences);
        if (!isSame) report();
      },
    }),
    informers.of(nodes).subscribe({
      added: report,
      deleted: report,
      updated: (next, previous) => {
        if (!jsonEqual(toldOf(next), toldOf(previous))) report();
      },
    }),
  ];
  const stop = () => {
    for (const end of ends) end();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}

/** What of a node a report speaks of. */
function toldOf({ metadata, status }: Node) {
  return { labels: metadata.labels, capacity: status?.capacity, allocatable: status?.allocatable };
}
