import type { KubeObject, OwnerReference } from '../../apimachinery/client.ts';
import { isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { errorMessage } from '../../base/index.ts';
import { lastAppliedAnnotation, specHashAnnotation } from '../kinds/fleet-names.ts';
import { type AppliedWork, type ApplyStrategy, appliedWorks } from '../kinds/placement.ts';
import type { WorkApplierContext } from './context.ts';
import { type Difference, differencesOf } from './differences.ts';
import { type Manifest, manifestHash, sanitizeManifest } from './manifests.ts';

export const fieldManager = 'work-api-agent';
/** The largest note of what was last applied; a larger one is left empty. */
const lastAppliedBytes = 256 * 1024;

/** What became of one manifest. */
export interface Outcome {
  readonly manifest: Manifest;
  /** Reason of the condition `Applied` (or `DiffReported`). */
  readonly reason: string;
  readonly message: string;
  readonly isApplied: boolean;
  /** The object on the member, once there is one. */
  readonly object: KubeObject | undefined;
  readonly drifts?: readonly Difference[];
  readonly diffs?: readonly Difference[];
}

export interface Applying {
  readonly owner: AppliedWork;
  readonly strategy: ApplyStrategy;
  readonly context: WorkApplierContext;
}

/** A step that cannot go on, with the reason that the manifest's condition gets. */
class StepFailure extends Error {
  readonly reason: string;
  readonly extra: Partial<Outcome>;

  constructor(reason: string, message: string, extra: Partial<Outcome> = {}) {
    super(message);
    this.reason = reason;
    this.extra = extra;
  }
}

/** Brings one manifest onto the member: find, take over, check ownership and drift, apply. */
export async function processManifest(manifest: Manifest, applying: Applying): Promise<Outcome> {
  const failed = (reason: string, message: string, extra: Partial<Outcome> = {}): Outcome => ({
    manifest,
    reason,
    message,
    isApplied: false,
    object: undefined,
    ...extra,
  });
  const tried =
    applying.strategy.type === 'ReportDiff'
      ? 'Failed to report the diff between the hub cluster and the member cluster'
      : 'Failed to apply the manifest';
  const because = (message: string) => `${tried} (error: ${message})`;
  if (manifest.problem) return failed(manifest.problem.reason, because(manifest.problem.message));
  try {
    return await runSteps(manifest, applying);
  } catch (thrown) {
    if (thrown instanceof StepFailure) return failed(thrown.reason, because(thrown.message), thrown.extra);
    return failed('ManifestApplyFailed', because(errorMessage(thrown)));
  }
}

async function runSteps(manifest: Manifest, applying: Applying): Promise<Outcome> {
  const wanted = sanitizeManifest(objectOf(manifest));
  const { strategy, owner } = applying;
  let live = await find(manifest, wanted, applying);
  const mayTakeOver = strategy.whenToTakeOver !== 'Never';
  if (live && !isOwnedBy(live, owner) && mayTakeOver)
    live = await takeOver(live, { manifest, wanted, applying });
  if (strategy.type === 'ReportDiff') return reportDiff(live, { manifest, wanted, applying });
  if (live && !isOwnedBy(live, owner)) {
    throw new StepFailure(
      'NotTakenOver',
      'no ownership of the object in the member cluster; takeover is needed',
    );
  }
  const hash = manifestHash(wanted);
  if (
    live &&
    strategy.whenToApply === 'IfNotDrifted' &&
    live.metadata.annotations?.[specHashAnnotation] === hash
  ) {
    const drifts = await compareObjects(wanted, live, { manifest, applying });
    if (drifts.length > 0) {
      const message =
        'cannot apply manifest: drifts are found between the manifest and the object from the member cluster';
      throw new StepFailure('FoundDrifts', message, { drifts, object: live });
    }
  }
  const object = await apply(wanted, live, { manifest, applying, hash });
  const drifts = strategy.comparisonOption === 'FullComparison' ? differencesOf(wanted, object) : undefined;
  return {
    manifest,
    reason: 'Applied',
    message: 'Manifest has been applied successfully',
    isApplied: true,
    object,
    ...(drifts && drifts.length > 0 ? { drifts } : {}),
  };
}

function objectOf({ object }: Manifest): KubeObject {
  if (!object) throw new StepFailure('DecodingErred', 'the manifest is not a Kubernetes object');
  return object;
}

function kindOf({ kind }: Manifest): NonNullable<Manifest['kind']> {
  if (!kind) throw new StepFailure('DecodingErred', 'the member does not serve the kind of the manifest');
  return kind;
}

async function find(
  manifest: Manifest,
  wanted: KubeObject,
  { context }: Applying,
): Promise<KubeObject | undefined> {
  try {
    return await context.member.cluster.get(kindOf(manifest), refOf(wanted));
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    throw new StepFailure('FailedToFindObjInMemberCluster', errorMessage(thrown));
  }
}

function isAppliedWork({ apiVersion, kind }: OwnerReference): boolean {
  return kind === appliedWorks.kind && apiVersion.startsWith('placement.kubernetes-fleet.io/');
}

function isOwnedBy(object: KubeObject, owner: AppliedWork): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}

/** The reference by which a Work owns what was applied for it. */
function ownerReference({ metadata: { name = '', uid = '' } }: AppliedWork): OwnerReference {
  return {
    apiVersion: appliedWorks.apiVersion,
    kind: appliedWorks.kind,
    name,
    uid,
    blockOwnerDeletion: true,
  };
}

interface Step {
  readonly manifest: Manifest;
  readonly wanted: KubeObject;
  readonly applying: Applying;
}

/** Puts our reference on an object that was there before us. */
async function takeOver(live: KubeObject, { manifest, wanted, applying }: Step): Promise<KubeObject> {
  const { strategy, owner, context } = applying;
  const others = await livingOwners(live, context);
  if (others.some(isAppliedWork)) {
    throw new StepFailure('FailedToTakeOver', 'the object is already owned by another placement');
  }
  if (others.length > 0 && !strategy.allowCoOwnership) {
    throw new StepFailure(
      'FailedToTakeOver',
      'the object is owned by others and co-ownership is not allowed',
    );
  }
  if (strategy.whenToTakeOver === 'IfNoDiff') {
    const diffs = await compareObjects(wanted, live, { manifest, applying });
    if (diffs.length > 0) {
      const message = 'cannot take over the object: it differs from the manifest';
      throw new StepFailure('FailedToTakeOver', message, { diffs, object: live });
    }
  }
  const metadata = { ...live.metadata, ownerReferences: [...others, ownerReference(owner)] };
  try {
    return await context.member.cluster.update(kindOf(manifest), { ...live, metadata }, { fieldManager });
  } catch (thrown) {
    throw new StepFailure('FailedToTakeOver', errorMessage(thrown));
  }
}

/** Owners without those AppliedWorks whose Work is gone. */
async function livingOwners(live: KubeObject, context: WorkApplierContext): Promise<OwnerReference[]> {
  const owners: OwnerReference[] = [];
  for (const owner of live.metadata.ownerReferences ?? []) {
    if (isAppliedWork(owner)) {
      const found = await context.member.find(appliedWorks, { name: owner.name });
      if (found?.metadata.uid !== owner.uid) continue;
    }
    owners.push(owner);
  }
  return owners;
}

async function reportDiff(
  live: KubeObject | undefined,
  { manifest, wanted, applying }: Step,
): Promise<Outcome> {
  const answer = (reason: string, diffs: readonly Difference[]): Outcome => ({
    manifest,
    reason,
    message:
      diffs.length > 0 ? 'Found configuration differences' : 'No configuration differences have been found',
    isApplied: false,
    object: live,
    ...(diffs.length > 0 ? { diffs } : {}),
  });
  if (!live) return answer('FoundDiff', [{ path: '/', valueInHub: '(the whole object)' }]);
  const diffs = await compareObjects(wanted, live, { manifest, applying });
  return answer(diffs.length > 0 ? 'FoundDiff' : 'NoDiffFound', diffs);
}

/** Partial: what applying would change. Full: everything that is not as in the manifest. */
async function compareObjects(
  wanted: KubeObject,
  live: KubeObject,
  { manifest, applying }: { readonly manifest: Manifest; readonly applying: Applying },
): Promise<Difference[]> {
  const { strategy, context } = applying;
  if (strategy.comparisonOption === 'FullComparison') return differencesOf(wanted, live);
  const options = { fieldManager, force: true, dryRun: true };
  const patch = { type: 'apply', body: wanted } as const;
  const result = await context.member.cluster.patch(kindOf(manifest), refOf(wanted), patch, options);
  return differencesOf(result, live);
}

/**
 * Applies on the server's side, whatever the strategy says: fields that others own stay theirs, fields that left the
 * manifest go. `ClientSideApply` takes over fields in dispute, as a client-side patch would.
 */
async function apply(
  wanted: KubeObject,
  live: KubeObject | undefined,
  {
    manifest,
    applying,
    hash,
  }: { readonly manifest: Manifest; readonly applying: Applying; readonly hash: string },
): Promise<KubeObject> {
  const { strategy, owner, context } = applying;
  const others = live?.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
  if (others.some(isAppliedWork) || (others.length > 0 && !strategy.allowCoOwnership)) {
    throw new StepFailure('ManifestApplyFailed', 'the object has other owners');
  }
  const isClientSide = strategy.type !== 'ServerSideApply';
  const text = JSON.stringify(wanted);
  const annotations = {
    ...wanted.metadata.annotations,
    [specHashAnnotation]: hash,
    ...(isClientSide
      ? { [lastAppliedAnnotation]: Buffer.byteLength(text) > lastAppliedBytes ? '' : text }
      : {}),
  };
  const ownerReferences = [ownerReference(owner)];
  const checked =
    live && strategy.whenToApply === 'IfNotDrifted'
      ? { resourceVersion: live.metadata.resourceVersion ?? '' }
      : {};
  const body = { ...wanted, metadata: { ...wanted.metadata, ...checked, annotations, ownerReferences } };
  const force = isClientSide || strategy.serverSideApplyConfig?.force === true || !live;
  return context.member.cluster.patch(
    kindOf(manifest),
    refOf(wanted),
    { type: 'apply', body },
    { fieldManager, force },
  );
}
