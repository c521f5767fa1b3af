import type { Informer } from '../../reconcile/index.ts';
import type { ControllerRevision, StatefulSet } from '../kinds/apps.ts';
import type { Pod } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';

export interface StatefulSetContext extends ClusterContext {
  readonly sets: Informer<StatefulSet>;
  readonly pods: Informer<Pod>;
  readonly revisions: Informer<ControllerRevision>;
}

/** A set with the revision that it leaves and the one that it moves to. */
export interface StatefulRollout {
  readonly set: StatefulSet;
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly context: StatefulSetContext;
}
