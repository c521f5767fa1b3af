import type { Informer } from '../../reconcile/index.ts';
import type { InternalMemberCluster, MemberCluster } from '../kinds/fleet.ts';
import type { ClusterContext } from '../shared/context.ts';

export interface MemberClusterContext extends ClusterContext {
  readonly members: Informer<MemberCluster>;
  readonly internal: Informer<InternalMemberCluster>;
}
