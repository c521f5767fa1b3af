import {
  finalizersOf,
  metadataOf,
  readMetadata,
  splitApiVersion,
  textOf,
} from '../../apimachinery/metadata.ts';
import { conflict, notFound, StatusError, successStatus } from '../../apimachinery/status.ts';
import { isObject, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { objectNode } from '../../kinds/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { withDeleteBody } from '../request/options.ts';
import { UnreadableBody } from '../request/unreadable-body.ts';
import { encodeStored } from '../storage/encode.ts';
import { objectKey } from '../storage/keys.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { admitDelete } from './admit.ts';
import { checkFields } from './check-fields.ts';
import { remember } from './create.ts';
import { find } from './get.ts';
import { typeMeta, versionUnknown } from './read-body.ts';
import { isFullyReleased } from './update.ts';

const attempts = 16;
const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

/** `delete`: the Status of a finished delete, or the object when something still holds it. */
export async function remove(parts: ClusterParts, call: Call): Promise<Answer> {
  const deletion = await withDeletionOptions(call);
  warnOfOrphans(deletion);
  return removeObject(parts, deletion);
}

/** Throws 500 as the real server does for what its decoder of delete options does not take. */
function checkDeleteOptions(body: JsonObject, { body: { findings } }: Call): void {
  const kind = textOf(body['kind']);
  if (kind !== '' && kind !== 'DeleteOptions') {
    const [, version] = splitApiVersion(textOf(body['apiVersion']));
    const scheme = 'in scheme "pkg/runtime/scheme.go:110"';
    throw new StatusError(500, '', `no kind "${kind}" is registered for version "${version}" ${scheme}`);
  }
  const { mistyped } = checkFields(body, objectNode('meta.v1.DeleteOptions'), findings.numbers);
  if (mistyped !== undefined) throw new StatusError(500, '', mistyped);
}

/** What is no DeleteOptions is a 500, as the real server answers. */
async function readDeleteOptions({ body }: Call): Promise<JsonObject> {
  try {
    const value = await body.read();
    if (isObject(value)) return value;
    const why = `json: cannot unmarshal ${goTypeWord(value)} into Go value of type ${typeMeta}`;
    throw new StatusError(500, '', `${versionUnknown}: ${why}`);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableBody)) throw thrown;
    throw new StatusError(500, '', `${versionUnknown}: ${thrown.why}`);
  }
}

/** The call with the options that its body adds. */
export async function withDeletionOptions(call: Call): Promise<Call> {
  if (call.body.empty) return call;
  const body = await readDeleteOptions(call);
  checkDeleteOptions(body, call);
  return { ...call, options: withDeleteBody(call.options, body) };
}

/** Deletes the object that the call names; options have been read. */
export async function removeObject(parts: ClusterParts, call: Call): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const current = await find(parts, call);
    if (!current) throw notFound(call.resource.subject(call.name));
    checkPreconditions(call, current);
    const old = current.peek(call.resource);
    await admitDelete(parts, call, old);
    const next = markedForDeletion(parts, call, current);
    const answer = isFullyReleased(next)
      ? await erase(parts, call, {
          current,
          old,
          next: endsInSteps(call) ? next : current.copy(call.resource),
        })
      : await keepMarked(parts, call, { current, old, next });
    if (answer) return answer;
    if (attempt === attempts) throw conflict(call.resource.subject(call.name));
  }
}

/** Throws 409 when the object is not the one that the options name. */
export function checkPreconditions(call: Call, current: StoredObject): void {
  const { uid, resourceVersion } = call.options.deletion;
  const { group, kind } = call.resource.definition;
  // The real server names the kind where it names resources elsewhere.
  const subject = { group, resource: kind, name: call.name };
  const actual = textOf(readMetadata(current.peek(call.resource))['uid']);
  if (uid !== undefined && uid !== actual) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${actual})`;
    throw conflict(subject, `${why}. The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== String(current.revision)) {
    const versions = `(${resourceVersion}) does not match the ResourceVersion in record (${current.revision})`;
    throw conflict(
      subject,
      `the ResourceVersion in the precondition ${versions}. The object might have been modified`,
    );
  }
}

/** The object as the delete leaves it: finalizers by policy, and the time of deletion. */
function markedForDeletion(parts: ClusterParts, call: Call, current: StoredObject): JsonObject {
  const object = current.copy(call.resource);
  const metadata = metadataOf(object);
  const finalizers = policyFinalizers(finalizersOf(metadata), call);
  if (isCustomResourceDefinition(call) && metadata['deletionTimestamp'] === undefined) {
    finalizers.push('customresourcecleanup.apiextensions.k8s.io');
  }
  if (finalizers.length > 0) metadata['finalizers'] = finalizers;
  else delete metadata['finalizers'];
  const graceSeconds = graceOf(call, object);
  const marked = metadata['deletionTimestamp'] !== undefined;
  const previousGrace = metadata['deletionGracePeriodSeconds'];
  if (!marked) {
    metadata['deletionTimestamp'] = rfc3339Seconds(parts.clock.now() + graceSeconds * 1000);
    if (!isNamespace(object)) metadata['deletionGracePeriodSeconds'] = graceSeconds;
    if (typeof metadata['generation'] === 'number') metadata['generation'] += 1;
  } else if (typeof previousGrace === 'number' && graceSeconds < previousGrace && asksForGrace(call)) {
    const began = Date.parse(textOf(metadata['deletionTimestamp'])) - previousGrace * 1000;
    metadata['deletionTimestamp'] = rfc3339Seconds(began + graceSeconds * 1000);
    metadata['deletionGracePeriodSeconds'] = graceSeconds;
  }
  if (isNamespace(object)) {
    object['status'] = { ...(isObject(object['status']) ? object['status'] : {}), phase: 'Terminating' };
  }
  return object;
}

/** Pods are told to end before they go, also when no time is given for it: their last state says so. */
function endsInSteps({ resource }: Call): boolean {
  return resource.storageKey === 'core/pods';
}

/** A namespace goes when it is empty, however long that takes. */
function isNamespace(object: JsonObject): boolean {
  return object['kind'] === 'Namespace' && object['apiVersion'] === 'v1';
}

/** Definitions stay until the registrar has deleted their instances. */
function isCustomResourceDefinition({ resource }: Call): boolean {
  return resource.storageKey === 'apiextensions.k8s.io/customresourcedefinitions';
}

function asksForGrace({ options }: Call): boolean {
  return options.deletion.gracePeriodSeconds !== undefined;
}

/** Only pods that run somewhere get time to end; everything else goes at once. */
function graceOf({ options, resource }: Call, object: JsonObject): number {
  const { group, kind } = resource.definition;
  if (group !== '' || kind !== 'Pod') return 0;
  const spec = isObject(object['spec']) ? object['spec'] : {};
  const phase = isObject(object['status']) ? object['status']['phase'] : undefined;
  if (textOf(spec['nodeName']) === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const own = spec['terminationGracePeriodSeconds'];
  return Math.max(0, options.deletion.gracePeriodSeconds ?? (typeof own === 'number' ? own : 30));
}

/** Kinds whose dependents stay when nobody says otherwise, as they did before there was garbage collection. */
const orphansByDefault = new Set(['batch/jobs', 'core/replicationcontrollers']);

/** What a caller hears who leaves that open, whether there is such an object or not. */
export function warnOfOrphans({ resource, options, warnings }: Call): void {
  const { propagationPolicy, orphanDependents } = options.deletion;
  if (resource.storageKey !== 'batch/jobs' || propagationPolicy !== undefined) return;
  if (orphanDependents !== undefined) return;
  warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  );
}

function policyFinalizers(finalizers: readonly string[], { options, resource }: Call): string[] {
  const { deletion } = options;
  const policy =
    deletion.propagationPolicy ??
    (deletion.orphanDependents === undefined
      ? undefined
      : deletion.orphanDependents
        ? 'Orphan'
        : 'Background');
  if (policy === undefined) {
    const isSaid = finalizers.includes(orphanFinalizer) || finalizers.includes(foregroundFinalizer);
    return !isSaid && orphansByDefault.has(resource.storageKey)
      ? [...finalizers, orphanFinalizer]
      : [...finalizers];
  }
  const rest = finalizers.filter((each) => each !== orphanFinalizer && each !== foregroundFinalizer);
  if (policy === 'Orphan') return [...rest, orphanFinalizer];
  return policy === 'Foreground' ? [...rest, foregroundFinalizer] : rest;
}

/** Kinds of which a finished delete shows the last state, where others answer with a Status. */
const answersWithObject = new Set([
  'core/namespaces',
  'core/persistentvolumeclaims',
  'core/persistentvolumes',
  'core/pods',
  'core/podtemplates',
  'core/resourcequotas',
  'core/serviceaccounts',
  'core/services',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourceclaimtemplates',
  'resource.k8s.io/resourceslices',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
]);

async function erase(
  parts: ClusterParts,
  call: Call,
  { current, old, next }: { current: StoredObject; old: JsonObject; next: JsonObject },
): Promise<Answer | undefined> {
  const { resource } = call;
  if (!call.options.dryRun) {
    const key = parts.storage.storeKey(resource, objectKey(current.namespace, current.name));
    const guards = [{ key, revision: current.storeRevision }];
    const result = await parts.storage.commit({ guards, writes: [{ delete: key }] }, call.fence);
    if (!result.ok) return undefined;
  }
  if (answersWithObject.has(resource.storageKey)) {
    return { type: 'value', code: 200, value: { ...next }, resource };
  }
  const uid = textOf(readMetadata(old)['uid']);
  const value = successStatus(resource.subject(call.name), uid);
  return { type: 'value', code: 200, value, resource: undefined };
}

async function keepMarked(
  parts: ClusterParts,
  call: Call,
  { current, old, next }: { current: StoredObject; old: JsonObject; next: JsonObject },
): Promise<Answer | undefined> {
  const { resource } = call;
  if (call.options.dryRun) return { type: 'value', code: 200, value: next, resource };
  const unchanged = readMetadata(old)['deletionTimestamp'] !== undefined && sameMarks(old, next);
  if (unchanged) return { type: 'object', code: 200, resource, object: current };
  const key = parts.storage.storeKey(resource, objectKey(current.namespace, current.name));
  const guards = [{ key, revision: current.storeRevision }];
  const writes = [{ put: key, value: encodeStored(resource, next) }];
  const result = await parts.storage.commit({ guards, writes }, call.fence);
  if (!result.ok) return undefined;
  const stored = await find(parts, { resource, namespace: current.namespace, name: current.name });
  if (!stored) return { type: 'value', code: 200, value: next, resource };
  remember(stored, next, resource);
  return { type: 'object', code: 200, resource, object: stored };
}

function sameMarks(old: JsonObject, next: JsonObject): boolean {
  const [before, after] = [readMetadata(old), readMetadata(next)];
  return (
    before['deletionTimestamp'] === after['deletionTimestamp'] &&
    finalizersOf(before).join() === finalizersOf(after).join()
  );
}
