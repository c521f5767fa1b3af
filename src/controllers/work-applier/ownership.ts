import type { KubeObject, OwnerReference } from '../../apimachinery/client.ts';
import { errorMessage } from '../../base/index.ts';
import { memberNamespace } from '../kinds/fleet.ts';
import { withoutManagedLabel } from '../kinds/fleet-names.ts';
import { type AppliedWork, appliedWorks, works } from '../kinds/placement.ts';
import { type Comparison, compareWithMember } from './compare.ts';
import type { WorkApplierContext } from './context.ts';
import { fieldManager, type Step, StepFailure, serverError } from './step.ts';

/** The reference by which a Work owns what was applied for it. */
export function ownerReference({ metadata: { name = '', uid = '' } }: AppliedWork): OwnerReference {
  const { apiVersion, kind } = appliedWorks;
  return { apiVersion, kind, name, uid, blockOwnerDeletion: true };
}

export function isOwnedBy(object: KubeObject, owner: AppliedWork): boolean {
  return object.metadata.ownerReferences?.some((reference) => isOf(reference, owner)) ?? false;
}

/** The owners of an object without us. */
export function otherOwners(object: KubeObject, owner: AppliedWork): OwnerReference[] {
  return (object.metadata.ownerReferences ?? []).filter((reference) => !isOf(reference, owner));
}

function isOf({ apiVersion, kind, name, uid }: OwnerReference, { metadata }: AppliedWork): boolean {
  const isAnAppliedWork = apiVersion === appliedWorks.apiVersion && kind === appliedWorks.kind;
  return isAnAppliedWork && name === metadata.name && uid === metadata.uid;
}

function isAppliedWork({ apiVersion, kind }: OwnerReference): boolean {
  return kind === appliedWorks.kind && apiVersion.startsWith(`${appliedWorks.group}/`);
}

/** Throws when others own the object and that is not allowed. */
export function checkOwners(live: KubeObject, { owner, strategy }: Step): void {
  const others = otherOwners(live, owner);
  const refuse = (problem: string): never => {
    const message = `failed to apply the manifest: failed to validate owner references: ${problem}`;
    throw new StepFailure('ManifestApplyFailed', message);
  };
  if (others.length > 0 && !strategy.allowCoOwnership) {
    refuse('object is co-owned by multiple objects but co-ownership has been disallowed');
  }
  if (others.some(isAppliedWork)) refuse('object is already owned by another AppliedWork object');
}

/** Puts our reference on an object that was there before us. */
export async function takeOver(live: KubeObject, step: Step): Promise<KubeObject> {
  const { strategy, owner, context, kind } = step;
  const fail = (problem: string, found: Pick<StepFailure['found'], 'diffs'> = {}): never => {
    throw new StepFailure('FailedToTakeOver', problem, found);
  };
  const failed = 'failed to take over a pre-existing object';
  const others = await livingOwners(live, context);
  if (others.length > 0 && !strategy.allowCoOwnership) {
    const named = others.map(({ kind: other, name }) => `${other} ${name}`).join(', ');
    const problem = 'the object is already owned by some other sources(s) and co-ownership is disallowed';
    fail(`${failed}: ${problem} (existingOwnerRefs: ${named})`);
  }
  if (others.some(isAppliedWork)) {
    fail(`${failed}: the object is already owned by another Fleet AppliedWork object`);
  }
  if (strategy.whenToTakeOver === 'IfNoDiff') {
    const { differences, isDegraded } = await compareBefore(live, unmanaged(step));
    if (differences.length > 0) fail(differenceMessage(isDegraded), { diffs: differences });
  }
  const metadata = { ...live.metadata, ownerReferences: [...others, ownerReference(owner)] };
  try {
    return await context.member.cluster.update(kind, { ...live, metadata }, { fieldManager });
  } catch (thrown) {
    return fail(`${failed}: failed to take over the object: ${serverError}: ${errorMessage(thrown)}`);
  }
}

/** The mark of Resource Manager comes with its management, so that nothing can have it before. */
function unmanaged(step: Step): Step {
  const { metadata } = step.wanted;
  if (!metadata.labels) return step;
  const labels = withoutManagedLabel(metadata.labels);
  return { ...step, wanted: { ...step.wanted, metadata: { ...metadata, labels } } };
}

async function compareBefore(live: KubeObject, step: Step): Promise<Comparison> {
  try {
    return await compareWithMember(live, step);
  } catch (thrown) {
    const message = `failed to take over a pre-existing object: failed to calculate configuration diffs between the manifest object and the object from the member cluster: ${errorMessage(thrown)}`;
    throw new StepFailure('FailedToTakeOver', message);
  }
}

/** Said after what was compared when the member refuses the manifest. */
export const degraded =
  ' in degraded mode (full comparison is performed instead of partial comparison, as the manifest object is considered to be invalid by the member cluster API server)';

function differenceMessage(isDegraded: boolean): string {
  const found =
    'cannot take over object: configuration differences are found between the manifest object and the corresponding object in the member cluster';
  return isDegraded ? found + degraded : found;
}

/** Owners without those AppliedWorks that stand for no Work any more, as one that an earlier membership left. */
async function livingOwners(live: KubeObject, context: WorkApplierContext): Promise<OwnerReference[]> {
  const owners: OwnerReference[] = [];
  for (const owner of live.metadata.ownerReferences ?? []) {
    if (!isAppliedWork(owner) || (await isAlive(owner, context))) owners.push(owner);
  }
  return owners;
}

async function isAlive({ name, uid }: OwnerReference, context: WorkApplierContext): Promise<boolean> {
  const namespace = memberNamespace(context.memberName);
  const work =
    context.works.get(`${namespace}/${name}`) ?? (await context.hub.find(works, { name, namespace }));
  if (!work) return false;
  const applied = await context.member.find(appliedWorks, { name });
  return applied?.metadata.uid === uid;
}
