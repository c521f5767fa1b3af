import { ignoringMissing, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '../kinds/storage.ts';
import { setPhase, unbind } from './bind.ts';
import { binder, type VolumeClaimContext } from './context.ts';
import { provisionedBy } from './provision.ts';

/** One pass over a volume: which phase it is in, and what becomes of it when its claim is gone. */
export async function reconcileVolume(name: string, context: VolumeClaimContext): Promise<undefined> {
  const volume = context.volumes.get(name);
  if (!volume) return undefined;
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) {
    await setPhase(volume, 'Available', context);
    return undefined;
  }
  const claim = await liveClaim(volume, context);
  if (!claim) await reclaim(volume, context);
  else if (claim.spec.volumeName === name) await setPhase(volume, 'Bound', context);
  else if (claim.spec.volumeName) await leave(volume, context);
  return undefined;
}

/** The claim that the volume is bound to. What the informer has not seen is asked for: nothing is reclaimed on hearsay. */
async function liveClaim(
  { spec: { claimRef } }: PersistentVolume,
  context: VolumeClaimContext,
): Promise<PersistentVolumeClaim | undefined> {
  const { namespace = '', name = '', uid } = claimRef ?? {};
  const known = context.claims.get(`${namespace}/${name}`);
  if (known?.metadata.uid === uid) return known;
  try {
    const claim = await context.client.get(persistentVolumeClaims, { namespace, name });
    return claim.metadata.uid === uid ? claim : undefined;
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    throw thrown;
  }
}

/** Its claim has another volume. */
async function leave(volume: PersistentVolume, context: VolumeClaimContext): Promise<void> {
  const isMadeForIt = volume.metadata.annotations?.[provisionedBy] !== undefined;
  if (isMadeForIt && volume.spec.persistentVolumeReclaimPolicy === 'Delete') await reclaim(volume, context);
  else await unbind(volume, context);
}

async function reclaim(volume: PersistentVolume, context: VolumeClaimContext): Promise<void> {
  const policy = volume.spec.persistentVolumeReclaimPolicy ?? 'Retain';
  const why = policy === 'Retain' ? undefined : whyNotReclaimed(volume, policy);
  if (why === undefined) {
    if (volume.status?.phase !== 'Failed') await setPhase(volume, 'Released', context);
    if (policy === 'Delete') await ignoringMissing(context.client.delete(persistentVolumes, refOf(volume)));
    return;
  }
  const [reason, message] = why;
  if (volume.status?.phase === 'Failed' && volume.status.message === message) return;
  context.events.record(volume, { type: 'Warning', reason, message, component: binder });
  await setPhase(volume, 'Failed', context, message);
}

/** What no simulated driver stands behind is neither emptied nor deleted by anybody. */
function whyNotReclaimed(volume: PersistentVolume, policy: string): readonly [string, string] | undefined {
  if (policy === 'Recycle') return ['VolumeFailedRecycle', 'No recycler plugin found for the volume!'];
  const { name = '', annotations } = volume.metadata;
  if (annotations?.[provisionedBy] !== undefined || volume.spec.csi) return undefined;
  const { hostPath } = volume.spec;
  if (!hostPath) {
    const why = 'no deletable volume plugin matched';
    return [
      'VolumeFailedDelete',
      `error getting deleter volume plugin for volume ${JSON.stringify(name)}: ${why}`,
    ];
  }
  const { path = '' } = hostPath;
  if (/\/tmp\/./.test(path)) return undefined;
  return ['VolumeFailedDelete', `host_path deleter only supports /tmp/.+ but received provided ${path}`];
}
