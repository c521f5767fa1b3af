import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type StorageClass,
} from '../kinds/storage.ts';
import { release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { bind, bindCompleted } from './bind.ts';
import { binder, type VolumeClaimContext } from './context.ts';
import { bestMatch, classOf, isMeantFor, mismatch } from './match.ts';
import { provision, usualProvisioner } from './provision.ts';

const claimProtection = 'kubernetes.io/pvc-protection';
const selectedNode = 'volume.kubernetes.io/selected-node';
const storageProvisioner = 'volume.kubernetes.io/storage-provisioner';

/** Classes that every AKS cluster has; what they make here is the same. */
const aksClasses = /^(default|managed(-premium|-csi|-csi-premium)?|azurefile(-premium|-csi|-csi-premium)?)$/;

/** One pass over a claim: it finds or gets a volume, or is told why not. */
export async function reconcileClaim(key: string, context: VolumeClaimContext): Promise<undefined> {
  const claim = context.claims.get(key);
  if (!claim) {
    context.waiting.delete(key);
    return undefined;
  }
  if (claim.metadata.deletionTimestamp && context.usersOf(key).length === 0) {
    await release(claim, claimProtection, { client: context.client, informer: context.claims });
    return undefined;
  }
  if (claim.metadata.annotations?.[bindCompleted] !== undefined) await keepBound(key, claim, context);
  else if (claim.spec.volumeName) await bindNamed(key, claim, claim.spec.volumeName, context);
  else await findVolume(key, claim, context);
  return undefined;
}

/** A claim that names its volume waits for that one, and gets it when it is free and will do. */
async function bindNamed(
  key: string,
  claim: PersistentVolumeClaim,
  volumeName: string,
  context: VolumeClaimContext,
): Promise<void> {
  const volume = context.volumes.get(volumeName);
  if (!volume) return stayPending(key, claim, context);
  if (volume.spec.claimRef) {
    if (isMeantFor(volume, claim)) return bindNow(key, { volume, claim }, context);
    const message = `volume ${JSON.stringify(volumeName)} already bound to a different claim.`;
    return stayPending(key, claim, context, { type: 'Warning', reason: 'FailedBinding', message });
  }
  const why = mismatch(volume, claim);
  if (why === undefined) return bindNow(key, { volume, claim }, context);
  const message = `Cannot bind to requested volume ${JSON.stringify(volumeName)}: ${why}`;
  return stayPending(key, claim, context, { type: 'Warning', reason: 'VolumeMismatch', message });
}

async function findVolume(
  key: string,
  claim: PersistentVolumeClaim,
  context: VolumeClaimContext,
): Promise<void> {
  const storageClass = context.classes.get(classOf(claim));
  const users = context.usersOf(key);
  const node =
    claim.metadata.annotations?.[selectedNode] ?? users.find((pod) => pod.spec.nodeName)?.spec.nodeName;
  const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && node === undefined;
  const volume = bestMatch(claim, context.volumes.list(), { waits });
  if (volume) return bindNow(key, { volume, claim }, context);
  if (waits) {
    const [first] = users;
    return stayPending(key, claim, context, {
      type: 'Normal',
      reason: first ? 'WaitForPodScheduled' : 'WaitForFirstConsumer',
      message: first
        ? `waiting for pod ${first.metadata.name} to be scheduled`
        : 'waiting for first consumer to be created before binding',
    });
  }
  const refusal = whyNotProvisioned(claim, storageClass);
  if (refusal) return stayPending(key, claim, context, refusal);
  const marked = await markProvisioned(claim, { storageClass, node }, context);
  return bindNow(key, { volume: await provision(marked, storageClass, context), claim: marked }, context);
}

type Told = { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };

function whyNotProvisioned(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
): Told | undefined {
  const name = classOf(claim);
  if (name === '' && claim.spec.storageClassName === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { type: 'Normal', reason: 'FailedBinding', message };
  }
  const failed = (message: string): Told => ({ type: 'Warning', reason: 'ProvisioningFailed', message });
  if (!storageClass) {
    const isKnown = name === '' || aksClasses.test(name);
    return isKnown ? undefined : failed(`storageclass.storage.k8s.io "${name}" not found`);
  }
  if (storageClass.provisioner !== 'kubernetes.io/no-provisioner') return undefined;
  return failed('no volume plugin matched name: kubernetes.io/no-provisioner');
}

async function markProvisioned(
  claim: PersistentVolumeClaim,
  {
    storageClass,
    node,
  }: { readonly storageClass: StorageClass | undefined; readonly node: string | undefined },
  context: VolumeClaimContext,
): Promise<PersistentVolumeClaim> {
  const annotations = {
    ...claim.metadata.annotations,
    [storageProvisioner]: storageClass?.provisioner ?? usualProvisioner,
    ...(storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && node && { [selectedNode]: node }),
  };
  const marked = await context.client.update(persistentVolumeClaims, {
    ...claim,
    metadata: { ...claim.metadata, annotations },
  });
  context.claims.observe(marked);
  return marked;
}

async function bindNow(
  key: string,
  { volume, claim }: { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim },
  context: VolumeClaimContext,
): Promise<void> {
  await bind(volume, claim, context);
  context.waiting.delete(key);
}

/** Said once for as long as it stays the same. */
async function stayPending(
  key: string,
  claim: PersistentVolumeClaim,
  context: VolumeClaimContext,
  told?: Told,
): Promise<void> {
  const message = told?.message ?? '';
  if (told && context.waiting.get(key) !== message)
    context.events.record(claim, { ...told, component: binder });
  context.waiting.set(key, message);
  const place = { client: context.client, informer: context.claims };
  await commitStatus(claim, { ...claim.status, phase: 'Pending' }, place);
}

/** A claim that was bound has its volume, or has lost it and says so until it is there again. */
async function keepBound(
  key: string,
  claim: PersistentVolumeClaim,
  context: VolumeClaimContext,
): Promise<void> {
  const { volumeName } = claim.spec;
  const volume = volumeName ? context.volumes.get(volumeName) : undefined;
  if (volume && (!volume.spec.claimRef || isMeantFor(volume, claim)))
    return bindNow(key, { volume, claim }, context);
  context.waiting.set(key, '');
  if (claim.status?.phase === 'Lost') return;
  const lost = volumeName ? 'its PersistentVolume' : 'reference to PersistentVolume';
  const [reason, message] = volume
    ? ['ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly']
    : ['ClaimLost', `Bound claim has lost ${lost}. Data on the volume is lost!`];
  context.events.record(claim, { type: 'Warning', reason, message, component: binder });
  const { capacity: _capacity, accessModes: _modes, ...status } = claim.status ?? {};
  const place = { client: context.client, informer: context.claims };
  await commitStatus(claim, { ...status, phase: 'Lost' }, place);
}
