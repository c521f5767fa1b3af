import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, Informer, runController, watchKeys } from '../../reconcile/index.ts';
import { memberNamespace } from '../kinds/fleet.ts';
import { workFinalizer } from '../kinds/fleet-names.ts';
import { appliedWorks, works } from '../kinds/placement.ts';
import { ServedKinds } from '../shared/discovery.ts';
import { hasLost } from '../shared/finalizers.ts';
import type { WorkApplierContext } from './context.ts';
import { createPace } from './pace.ts';
import { reconcileWork } from './reconcile.ts';

/** Applies Works of the hub on the member. */
export function startWorkApplier(
  options: Omit<WorkApplierContext, 'works' | 'appliedWorks' | 'served' | 'pace'>,
): Controller {
  const { hub, member, memberName, clock, log, signal } = options;
  const namespace = memberNamespace(memberName);
  const workInformer = new Informer({ client: hub.cluster, kind: works, select: { namespace }, clock, log });
  const appliedInformer = new Informer({ client: member.cluster, kind: appliedWorks, clock, log });
  signal.addEventListener(
    'abort',
    () => {
      workInformer.close();
      appliedInformer.close();
    },
    { once: true },
  );
  const context: WorkApplierContext = {
    ...options,
    works: workInformer,
    appliedWorks: appliedInformer,
    served: new ServedKinds(member.cluster),
    pace: createPace(),
  };
  return runController({
    ...options,
    name: 'work-applier',
    watches: [
      watchKeys(workInformer, (work, previous) => {
        const { generation, deletionTimestamp } = work.metadata;
        const isSame =
          generation === previous?.metadata.generation &&
          deletionTimestamp === previous?.metadata.deletionTimestamp;
        return isSame && !hasLost(work, previous, workFinalizer) ? undefined : objectKey(work);
      }),
      watchKeys(appliedInformer, ({ metadata: { name } }, previous, type) => {
        const key = `${namespace}/${name}`;
        // One without a Work is looked at when it comes into sight: its Work may have gone while nobody watched.
        return type === 'deleted' || (!previous && !workInformer.get(key)) ? key : undefined;
      }),
    ],
    concurrency: 5,
    reconcile: (key) => reconcileWork(key, context),
  });
}
