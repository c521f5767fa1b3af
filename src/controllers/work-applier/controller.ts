import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, Informer, runController, watchKeys } from '../../reconcile/index.ts';
import { memberNamespace } from '../kinds/fleet.ts';
import { appliedWorks, works } from '../kinds/placement.ts';
import { ServedKinds } from '../shared/discovery.ts';
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
        return isSame ? undefined : objectKey(work);
      }),
      watchKeys(appliedInformer, ({ metadata: { name } }, _previous, type) =>
        type === 'deleted' ? `${namespace}/${name}` : undefined,
      ),
    ],
    concurrency: 5,
    reconcile: (key) => reconcileWork(key, context),
  });
}
