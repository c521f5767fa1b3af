import { ClusterError, type KubeObject } from '../../apimachinery/client.ts';
import { refOf } from '../../apimachinery/kinds.ts';
import { objectsAt } from '../../apimachinery/read.ts';
import { errorMessage, isObject, type JsonObject } from '../../base/index.ts';
import { builtInNode } from '../../kinds/index.ts';
import { threeWayMergePatch, threeWayStrategicPatch } from '../../merge/index.ts';
import { lastAppliedAnnotation, specHashAnnotation } from '../kinds/fleet-names.ts';
import { checkOwners, otherOwners, ownerReference } from './ownership.ts';
import { goJson } from './sanitize.ts';
import { fieldManager, type Step, StepFailure, serverError } from './step.ts';

/** All annotations of an object together, as API servers allow. */
const annotationsBytes = 256 * 1024;

/** Brings a manifest onto the member in the way that its strategy says; resolves to the object as it then is. */
export async function applyManifest(
  live: KubeObject | undefined,
  step: Step,
  hash: string,
): Promise<KubeObject> {
  if (live) checkOwners(live, step);
  const { wanted, owner, strategy } = step;
  const { metadata } = wanted;
  const marked: KubeObject = {
    ...wanted,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [specHashAnnotation]: hash },
      ownerReferences: [ownerReference(owner)],
    },
  };
  if (strategy.type === 'ServerSideApply') {
    return applyOnServer(marked, live, { ...step, force: strategy.serverSideApplyConfig?.force === true });
  }
  const text = goJson(marked);
  const isNoted =
    annotationBytes(marked) + lastAppliedAnnotation.length + Buffer.byteLength(text) <= annotationsBytes;
  const noted = annotated(marked, isNoted ? text : '');
  if (!live) return create(noted, step);
  return isNoted ? mergeThreeWays(noted, live, step) : applyOnServer(noted, live, { ...step, force: false });
}

function annotated(object: KubeObject, lastApplied: string): KubeObject {
  const annotations = { ...object.metadata.annotations, [lastAppliedAnnotation]: lastApplied };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function annotationBytes({ metadata }: KubeObject): number {
  const texts = Object.entries(metadata.annotations ?? {}).flat();
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
}

function failure(what: string, thrown: unknown): StepFailure {
  const message = `failed to apply the manifest: ${what}: ${errorMessage(thrown)}`;
  return new StepFailure('ManifestApplyFailed', message);
}

async function create(object: KubeObject, { kind, context }: Step): Promise<KubeObject> {
  try {
    return await context.member.cluster.create(kind, object, { fieldManager });
  } catch (thrown) {
    throw failure(`failed to create manifest object: ${serverError}`, thrown);
  }
}

/**
 * As `kubectl apply` on the client's side: what left the manifest goes, what others added stays. Nothing is sent when
 * nothing is to be done.
 */
async function mergeThreeWays(object: KubeObject, live: KubeObject, step: Step): Promise<KubeObject> {
  const { kind, strategy, context, owner } = step;
  const node = builtInNode(object.apiVersion, object.kind);
  const original = lastApplied(live);
  let body: JsonObject;
  if (node) {
    try {
      body = threeWayStrategicPatch({ original, modified: object, current: live }, node);
    } catch (thrown) {
      throw failure(
        'failed to create three-way merge patch: failed to create three-way strategic merge patch',
        thrown,
      );
    }
  } else {
    // A merge patch replaces lists: others who may own the object must not get lost.
    const ownerReferences = [...otherOwners(live, owner), ownerReference(owner)];
    const modified = { ...object, metadata: { ...object.metadata, ownerReferences } };
    body = threeWayMergePatch({ original, modified, current: live });
  }
  if (Object.keys(body).length === 0) return live;
  const type = node ? 'strategic' : 'merge';
  const patch = {
    type,
    body: strategy.whenToApply === 'IfNotDrifted' ? atVersion(body, live) : body,
  } as const;
  try {
    return await context.member.cluster.patch(kind, refOf(object), patch, { fieldManager });
  } catch (thrown) {
    throw failure(`failed to patch the manifest object: ${serverError}`, thrown);
  }
}

/** What somebody spoilt says nothing. */
function lastApplied({ metadata }: KubeObject): JsonObject {
  try {
    const noted: unknown = JSON.parse(metadata.annotations?.[lastAppliedAnnotation] ?? '');
    return isObject(noted) ? noted : {};
  } catch {
    return {};
  }
}

/** Applied to no other state than the one that was looked at. */
function atVersion(body: JsonObject, { metadata: { resourceVersion = '' } }: KubeObject): JsonObject {
  return { ...body, metadata: { ...(isObject(body['metadata']) ? body['metadata'] : {}), resourceVersion } };
}

async function applyOnServer(
  object: KubeObject,
  live: KubeObject | undefined,
  { kind, strategy, context, force }: Step & { readonly force: boolean },
): Promise<KubeObject> {
  const known = live && (await adoptOwnFields(live, { kind, context }));
  const body = known && strategy.whenToApply === 'IfNotDrifted' ? atVersion(object, known) : object;
  const send = (isForced: boolean) => {
    const options = { fieldManager, force: isForced };
    return context.member.cluster.patch(kind, refOf(object), { type: 'apply', body }, options);
  };
  const isOurs = known !== undefined && isManagedByUs(known);
  try {
    return await send(force || isOurs);
  } catch (thrown) {
    const why = 'failed to apply the manifest object: an error is returned by the API server';
    if (!isConflictWithOurselves(thrown)) throw failure(why, thrown);
    try {
      return await send(true);
    } catch (again) {
      throw failure(why, again);
    }
  }
}

/**
 * What we wrote in another way before becomes what we applied: else it would never go, for a server takes away only what
 * was applied.
 */
async function adoptOwnFields(
  live: KubeObject,
  { kind, context }: Pick<Step, 'kind' | 'context'>,
): Promise<KubeObject> {
  const entries = objectsAt(live.metadata, 'managedFields');
  const own = entries.filter(({ manager, subresource }) => manager === fieldManager && !subresource);
  const [first] = own;
  if (!first || own.some(({ operation }) => operation === 'Apply')) return live;
  const at = entries.indexOf(first);
  const body = [
    { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion ?? '' },
    { op: 'replace', path: `/metadata/managedFields/${at}/operation`, value: 'Apply' },
  ];
  try {
    return await context.member.cluster.patch(kind, refOf(live), { type: 'json', body }, { fieldManager });
  } catch (thrown) {
    throw failure(`failed to patch the manifest object: ${serverError}`, thrown);
  }
}

/** Nobody else has said anything of the object: a conflict would be one with what we wrote in another way. */
function isManagedByUs({ metadata }: KubeObject): boolean {
  const names = objectsAt(metadata, 'managedFields').map((entry) => entry['manager']);
  return names.every((name) => name === fieldManager || name === 'before-first-apply');
}

/** Fields that we set ourselves when another way of applying was asked for. */
function isConflictWithOurselves(thrown: unknown): boolean {
  if (!(thrown instanceof ClusterError) || thrown.reason !== 'Conflict') return false;
  const causes = objectsAt(thrown.details, 'causes');
  const ours = `conflict with "${fieldManager}"`;
  return (
    causes.length > 0 &&
    causes.every(({ message }) => typeof message === 'string' && message.startsWith(ours))
  );
}
