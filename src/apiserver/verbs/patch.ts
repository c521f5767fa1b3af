import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import {
  badRequest,
  conflict,
  invalid,
  StatusError,
  unsupportedMediaType,
} from '../../apimachinery/status.ts';
import { goJson, sortedGoJson } from '../../apimachinery/validation/go-text.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  checkConfiguration,
  goPlain,
  PatchError,
} from '../../merge/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import type { Answer, Call, ClusterParts, PatchType } from '../call/call.ts';
import { require } from '../call/find.ts';
import { findingsOfPatched } from '../request/patch-findings.ts';
import { writtenVersion } from '../request/resource-version.ts';
import { UnreadableBody } from '../request/unreadable-body.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { changeObject } from '../write/change.ts';
import { checkPatched } from '../write/decode.ts';
import { applyConfiguration } from '../write/field-managers.ts';
import { afterMutation, dedupeOwners } from '../write/owner-references.ts';
import { checkNamed, checkNamesPath, checkNamespace, checkVersion } from '../write/place.ts';

const patchMediaTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** `patch` of an object or its status in one of the four forms; apply may create. */
export async function patch(parts: ClusterParts, call: Call): Promise<Answer> {
  const { patchType } = call.body;
  const offered = offeredTypes(call);
  if (patchType === undefined) {
    throw call.resource.custom ? unsupportedMediaType(offered) : unroutableType();
  }
  if (!offered.includes(patchMediaTypes[patchType])) throw unsupportedMediaType(offered);
  checkNamed(call);
  checkPatchOptions(call, patchType === 'apply');
  const body = await readPatch(call, patchType).catch(async (thrown: unknown) => {
    // A patch is read against the object: where there is none, that is what there is to say.
    if (patchType !== 'apply') await require(parts, call);
    throw thrown;
  });
  checkReadable(call, patchType);
  try {
    return await (patchType === 'apply' ? apply(parts, call, body) : change(parts, call, body));
  } catch (thrown) {
    throw thrown instanceof PatchError ? patchStatusError(thrown) : thrown;
  }
}

/** What no route takes is refused before the resource is asked which patches it has. */
export function unroutableType(): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** The body of a patch. Throws 400 in the words of its type. */
export async function readPatch({ body }: Call, patchType: PatchType): Promise<Json> {
  try {
    const value = await body.read();
    if (value !== null) return value;
    // An absent patch changes nothing; of a merge patch the real server says that it is none.
    if (patchType === 'merge') throw badRequest('Invalid JSON Patch');
    return patchType === 'json' ? [] : {};
  } catch (thrown) {
    if (!(thrown instanceof UnreadableBody)) throw thrown;
    throw badRequest(unreadablePatch(thrown, patchType));
  }
}

function unreadablePatch({ why, format }: UnreadableBody, patchType: PatchType): string {
  if (patchType === 'strategic') return why;
  if (patchType !== 'apply') return `error decoding patch: ${why}`;
  return format === 'yaml'
    ? `error decoding YAML: error converting YAML to JSON: ${why}`
    : `error decoding YAML: ${why}`;
}

function offeredTypes({ resource }: Call): string[] {
  const { json, merge, strategic, apply } = patchMediaTypes;
  return resource.custom ? [json, merge, apply] : [json, merge, strategic, apply];
}

/** Throws 422 for options that the type of patch does not take. */
export function checkPatchOptions({ options }: Call, applying: boolean): void {
  const errors: FieldError[] = [];
  if (applying && options.fieldManager === '') {
    const message = 'Required value: is required for apply patch';
    errors.push({ reason: 'FieldValueRequired', field: 'fieldManager', message });
  }
  if (!applying && options.force !== undefined) {
    const message = 'Forbidden: may not be specified for non-apply patch';
    errors.push({ reason: 'FieldValueForbidden', field: 'force', message });
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', errors);
}

/** Numbers that no double holds spoil a patch before it is applied, and an apply whose text is doubtful. */
function checkReadable({ body, options }: Call, patchType: PatchType): void {
  const { strict, tooLarge } = body.findings;
  if (tooLarge !== undefined) {
    const reason = `json: cannot unmarshal number ${tooLarge} into Go value of type float64`;
    throw badRequest(patchType === 'strategic' ? reason : `error decoding patch: ${reason}`);
  }
  const [doubtful] = strict;
  if (patchType === 'apply' && options.fieldValidation === 'Strict' && doubtful !== undefined) {
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${doubtful}`);
  }
}

function apply(parts: ClusterParts, call: Call, body: Json): Promise<Answer> {
  if (!isObject(body)) {
    const why = `json: cannot unmarshal ${goTypeWord(body)} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`);
  }
  return changeObject(parts, call, {
    creates: call.subresource === '' ? 'if-missing' : 'never',
    mayRetry: true,
    tracked: true,
    compute: (current, old) => {
      const config = cloneJson(body);
      const { definition, apiVersion } = call.resource;
      checkConfiguration({ config, apiVersion, kind: definition.kind, schema: definition.schema.root });
      checkPatched(config, call, () => goJson(body));
      if (current) checkAppliedVersion(call, current, config);
      else {
        checkNotMeantForAnother(call, config);
        delete metadataOf(config)['resourceVersion'];
      }
      // Copying what is decoded already costs a third of decoding it once more.
      const live = old && cloneJson(old);
      return applyConfiguration(parts, call, { live, config });
    },
  });
}

function change(parts: ClusterParts, call: Call, body: Json): Promise<Answer> {
  const findings =
    call.body.patchType === 'json' ? findingsOfPatched(call.body.findings, body) : call.body.findings;
  const { body: sent } = call;
  const patchedBody = {
    patchType: sent.patchType,
    empty: sent.empty,
    findings,
    read: () => sent.read(),
    bytes: () => sent.bytes(),
  };
  const patchedCall: Call = { ...call, body: patchedBody };
  return changeObject(parts, call, {
    creates: 'never',
    mayRetry: true,
    compute: (current, old) => {
      if (!current || !old) throw new Error('a patch never creates');
      // What the patch brings becomes part of the object, and another attempt needs it as it was sent.
      const next = patched(call, cloneJson(old), cloneJson(body));
      keepKind(next, call);
      checkPatched(next, patchedCall, () => shownPatch(call, { next, body }));
      dedupeOwners(next, call.warnings, afterMutation);
      checkTarget(call, current, next);
      return next;
    },
  });
}

/** A strategic patch acts on what is in the object, which is of its kind whatever the patch says. */
function keepKind(next: JsonObject, { resource, body: { patchType } }: Call): void {
  if (patchType !== 'strategic') return;
  next['kind'] = resource.definition.kind;
  next['apiVersion'] = resource.apiVersion;
}

/** What a refusal calls the invalid value: what became of the object, of a strategic patch what was sent. */
function shownPatch(
  { body: { patchType }, resource }: Call,
  { next, body }: { next: JsonObject; body: Json },
): string {
  if (patchType === 'strategic') return goPlain(body);
  return resource.custom ? sortedGoJson(next) : goJson(next);
}

function patched(call: Call, base: JsonObject, body: Json): JsonObject {
  switch (call.body.patchType) {
    case 'json':
      return applyJsonPatch(base, body);
    case 'strategic':
      return applyStrategicMergePatch(base, body, call.resource.definition.schema.root);
    default:
      return applyMergePatch(base, body);
  }
}

/** Throws for a result that is not what the path names, or not for the version that there is. */
function checkTarget(call: Call, current: StoredObject, next: JsonObject): void {
  const metadata = metadataOf(next);
  checkNamesPath(call, textOf(metadata['name']));
  if (call.resource.definition.namespaced) checkNamespace(next, call);
  checkVersion(call, current, writtenVersion(textOf(metadata['resourceVersion'])));
}

/** An apply need not name a version. */
function checkAppliedVersion(call: Call, current: StoredObject, config: JsonObject): void {
  const version = writtenVersion(textOf(metadataOf(config)['resourceVersion']));
  if (version !== 0n) checkVersion(call, current, version);
}

/** What is to be created cannot be the object that a uid names. */
function checkNotMeantForAnother(call: Call, config: JsonObject): void {
  const uid = textOf(readMetadata(config)['uid']);
  if (uid === '') return;
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(call.resource.subject(call.name), why);
}

/** Without an explanation the real server answers as it does for errors of its own. */
const unexplained = 'the server rejected our request due to an error in our request';

/** A patch that does not apply, as the Status of the real server. */
export function patchStatusError({ status, reason, message, causes }: PatchError): StatusError {
  const details = causes.length > 0 ? { causes: causes.map((c) => ({ ...c })) } : undefined;
  return new StatusError(status, reason, message, details ?? (message === unexplained ? {} : undefined));
}
