import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  goPlain,
  PatchError,
} from '../apply/index.ts';
import type { FieldError } from '../contract.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { cloneJson } from '../wire/clone.ts';
import { findingsOfPatched } from '../wire/patch-findings.ts';
import { badRequest, conflict, invalid, StatusError, unsupportedMediaType } from '../wire/status.ts';
import type { Answer, Call, ClusterParts, PatchType } from './call.ts';
import { checkPatched } from './decode.ts';
import { applyConfiguration } from './field-managers.ts';
import { metadataOf, textOf } from './metadata.ts';
import { afterMutation, dedupeOwners } from './owner-references.ts';
import { checkWrittenVersion } from './resource-version.ts';
import { modify } from './update.ts';

export const patchMediaTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** `patch` of an object or its status in one of the four forms; apply may create. */
export async function patch(parts: ClusterParts, call: Call): Promise<Answer> {
  const { patchType } = call.body;
  const offered = offeredTypes(call);
  if (patchType === undefined || !offered.includes(patchMediaTypes[patchType])) {
    throw unsupportedMediaType(offered);
  }
  checkPatchOptions(call, patchType === 'apply');
  const body = await call.body.read();
  checkReadable(call, patchType);
  try {
    return await (patchType === 'apply' ? apply(parts, call, body) : change(parts, call, body));
  } catch (thrown) {
    throw thrown instanceof PatchError ? patchStatusError(thrown) : thrown;
  }
}

function offeredTypes({ resource }: Call): string[] {
  const { json, merge, strategic, apply } = patchMediaTypes;
  return resource.custom ? [json, merge, apply] : [json, merge, strategic, apply];
}

function checkPatchOptions({ options }: Call, applying: boolean): void {
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
  if (!isObject(body)) throw badRequest('the body of an apply patch is a whole object');
  return modify(parts, call, {
    mayCreate: call.subresource === '',
    mayRetry: true,
    tracked: true,
    compute: (current) => {
      const config = cloneJson(body);
      checkPatched(config, call, () => JSON.stringify(body));
      checkVersion(call, current, config);
      const live = current?.copy(call.resource);
      return applyConfiguration(parts, call, { live, config });
    },
  });
}

function change(parts: ClusterParts, call: Call, body: Json): Promise<Answer> {
  const findings =
    call.body.patchType === 'json' ? findingsOfPatched(call.body.findings, body) : call.body.findings;
  const patchedCall: Call = { ...call, body: { ...call.body, findings } };
  return modify(parts, call, {
    mayCreate: false,
    mayRetry: true,
    compute: (current) => {
      if (!current) throw new Error('a patch never creates');
      const next = patched(call, current.copy(call.resource), body);
      checkPatched(next, patchedCall, () => shownPatch(call, { next, body }));
      dedupeOwners(next, call.warnings, afterMutation);
      checkVersion(call, current, next);
      return next;
    },
  });
}

/** What a refusal calls the invalid value: what became of the object, of a strategic patch what was sent. */
function shownPatch({ body: { patchType } }: Call, { next, body }: { next: JsonObject; body: Json }): string {
  return patchType === 'strategic' ? goPlain(body) : JSON.stringify(next);
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

/** A patch that names a version is meant for that version only. */
function checkVersion(call: Call, current: StoredObject | undefined, next: JsonObject): void {
  const version = textOf(metadataOf(next)['resourceVersion']);
  if (version === '' || version === '0') return;
  checkWrittenVersion(version);
  if (!current || version !== String(current.revision)) throw conflict(call.resource.subject(call.name));
}

/** A patch that does not apply, as the Status of the real server. */
export function patchStatusError({ status, reason, message, causes }: PatchError): StatusError {
  return new StatusError(
    status,
    reason,
    message,
    causes.length > 0 ? { causes: causes.map((c) => ({ ...c })) } : {},
  );
}
