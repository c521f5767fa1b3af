import type { TypedClient } from '../../apimachinery/kinds.ts';
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { AppliedWork, Work } from '../kinds/placement.ts';
import type { ServedKinds } from '../shared/discovery.ts';

export interface WorkApplierContext {
  readonly hub: TypedClient;
  readonly member: TypedClient;
  readonly memberName: string;
  readonly works: Informer<Work>;
  readonly appliedWorks: Informer<AppliedWork>;
  /** What the member serves. */
  readonly served: ServedKinds;
  readonly pace: Pace;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The member's place in the fleet as its agent knows it. */
export interface Membership {
  readonly isJoined: boolean;
  /** Of the hub's InternalMemberCluster; a member that comes back has another one. */
  readonly uid: string;
}

/** How soon a Work is looked at again; see `pace.ts`. */
export interface Pace {
  next(key: string, state: { readonly essence: string; readonly isSettled: boolean }): number;
  forget(key: string): void;
}
