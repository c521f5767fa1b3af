import type { KubeObject } from '../../apimachinery/client.ts';
import { isNotFound, refOf } from '../../apimachinery/kinds.ts';
import { errorMessage } from '../../base/index.ts';
import { specHashAnnotation } from '../kinds/fleet-names.ts';
import { applyManifest } from './apply.ts';
import { type Comparison, compareWithMember } from './compare.ts';
import { differencesOf } from './differences.ts';
import { degraded, isOwnedBy, takeOver } from './ownership.ts';
import { manifestHash, sanitizeManifest } from './sanitize.ts';
import type { Manifest } from './step.ts';
import { type Applying, type Outcome, type Step, StepFailure, serverError } from './step.ts';

/** Brings one manifest onto the member: find, take over, report or check ownership and drift, apply. */
export async function processManifest(manifest: Manifest, applying: Applying): Promise<Outcome> {
  const { object, kind, problem } = manifest;
  if (problem || !object || !kind) {
    const { reason = 'DecodingErred', message = 'failed to decode manifest' } = problem ?? {};
    return { manifest, reason, error: message, isApplied: false, object: undefined };
  }
  const step: Step = { ...applying, kind, wanted: sanitizeManifest(object) };
  const seen: Seen = { live: undefined };
  try {
    return { manifest, ...(await runSteps(step, seen)) };
  } catch (thrown) {
    const failed = { manifest, isApplied: false, object: seen.live, error: errorMessage(thrown) };
    if (thrown instanceof StepFailure) return { ...failed, reason: thrown.reason, ...thrown.found };
    return { ...failed, reason: 'ManifestApplyFailed' };
  }
}

/** The object on the member as the last step left it: a failure tells of it too. */
interface Seen {
  live: KubeObject | undefined;
}

async function runSteps(step: Step, seen: Seen): Promise<Omit<Outcome, 'manifest'>> {
  const { strategy, owner, wanted } = step;
  let live = await find(step);
  seen.live = live;
  if (live && !isOwnedBy(live, owner) && strategy.whenToTakeOver !== 'Never') {
    live = await takeOver(live, step);
    seen.live = live;
  }
  if (strategy.type === 'ReportDiff') return reportDiff(live, step);
  if (live && !isOwnedBy(live, owner)) {
    const message = 'no ownership of the object in the member cluster; takeover is needed';
    throw new StepFailure('NotTakenOver', message);
  }
  const hash = manifestHash(wanted);
  const wasApplied = live?.metadata.annotations?.[specHashAnnotation] === hash;
  if (live && wasApplied && strategy.whenToApply === 'IfNotDrifted') await refuseDrift(live, step);
  const object = await applyManifest(live, step, hash);
  const drifts = strategy.comparisonOption === 'FullComparison' ? differencesOf(wanted, object) : [];
  return { reason: 'Applied', isApplied: true, object, ...(drifts.length > 0 ? { drifts } : {}) };
}

async function find({ wanted, kind, context }: Step): Promise<KubeObject | undefined> {
  try {
    return await context.member.cluster.get(kind, refOf(wanted));
  } catch (thrown) {
    if (isNotFound(thrown)) return undefined;
    const message = `failed to find the corresponding object for the manifest object in the member cluster: ${serverError}: ${errorMessage(thrown)}`;
    throw new StepFailure('FailedToFindObjInMemberCluster', message);
  }
}

/** What differs is told; the object stays as it is. */
async function reportDiff(live: KubeObject | undefined, step: Step): Promise<Omit<Outcome, 'manifest'>> {
  const found = { isApplied: false, object: live } as const;
  if (!live) {
    return { ...found, reason: 'FoundDiff', diffs: [{ path: '/', valueInHub: '(the whole object)' }] };
  }
  let comparison: Comparison;
  try {
    comparison = await compareWithMember(live, step);
  } catch (thrown) {
    const message = `failed to calculate configuration diffs between the manifest object and the object from the member cluster: ${errorMessage(thrown)}`;
    throw new StepFailure('FailedToReportDiff', message);
  }
  const { differences, isDegraded } = comparison;
  if (differences.length === 0) return { ...found, reason: 'NoDiffFound' };
  return { ...found, reason: isDegraded ? 'FoundDiffInDegradedMode' : 'FoundDiff', diffs: differences };
}

/** The same manifest was applied before: what is not as in it was changed by others, and stays. */
async function refuseDrift(live: KubeObject, step: Step): Promise<void> {
  let comparison: Comparison;
  try {
    comparison = await compareWithMember(live, step);
  } catch (thrown) {
    const message = `failed to calculate pre-apply drifts between the manifest and the object from the member cluster: ${errorMessage(thrown)}`;
    throw new StepFailure('FailedToRunDriftDetection', message);
  }
  const { differences: drifts, isDegraded } = comparison;
  if (drifts.length === 0) return;
  const found =
    'cannot apply manifest: drifts are found between the manifest and the object from the member cluster';
  if (!isDegraded) throw new StepFailure('FoundDrifts', found, { drifts });
  throw new StepFailure('FoundDriftsInDegradedMode', found + degraded, { drifts });
}
