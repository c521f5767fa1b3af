import type { Informer } from '../../reconcile/index.ts';
import type { Pod } from '../kinds/core.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';

export interface VolumeClaimContext extends ClusterContext {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly classes: Informer<StorageClass>;
  /** Keys of claims that have no volume yet, with what their owners were told last. */
  readonly waiting: Map<string, string>;
  /** Pods that have not ended and mount the claim. */
  usersOf(claim: string): readonly Pod[];
}

export const binder = 'persistentvolume-controller';
