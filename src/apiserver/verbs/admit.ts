import type { FieldError } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { invalid } from '../../apimachinery/status.ts';
import { validateMetadata, validateMetadataUpdate } from '../../apimachinery/validation/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import { decideAccess } from '../authz/authorize.ts';
import type { AdmissionRequest, Call, ClusterParts } from '../call/call.ts';

/**
 * Admission and validation of one write, in the order of the real server: mutating steps, validation, validating
 * steps. Throws the refusal; returns what the write claims.
 */
export async function admit(
  parts: ClusterParts,
  call: Call,
  write: {
    readonly object: JsonObject;
    readonly old: JsonObject | undefined;
    /** What refusals call an object whose name is yet to be found. */
    readonly prefix?: string;
  },
): Promise<readonly string[]> {
  const request = admissionRequest(parts, call, write);
  for (const step of parts.admission.of(call.resource)) {
    const wait = step.mutate?.(request);
    if (wait) await wait;
  }
  validate(call, write);
  if (request.operation === 'create' && call.verb !== 'create') await demandCreate(parts, call);
  for (const step of parts.admission.of(call.resource)) {
    const wait = step.validate?.(request);
    if (wait) await wait;
  }
  // Not said of what was refused.
  if (call.subresource === '')
    call.warnings.push(...parts.notEnforced.about(call.resource.definition, write.object));
  return request.claims;
}

/** An update or a patch that makes its object needs the right to create it as well. Throws 403. */
async function demandCreate(parts: ClusterParts, call: Call): Promise<void> {
  const { resource, subresource, namespace, name, user } = call;
  const { group, version, resource: plural } = resource.definition;
  const target = { group, version, resource: plural, subresource, namespace, name };
  await decideAccess(parts, { user, verb: 'create', resource: target });
}

/** Asks the validating steps about a delete. */
export async function admitDelete(parts: ClusterParts, call: Call, old: JsonObject): Promise<void> {
  const request = admissionRequest(parts, call, { object: undefined, old });
  for (const step of parts.admission.of(call.resource)) {
    const wait = step.validate?.(request);
    if (wait) await wait;
  }
}

function admissionRequest(
  parts: ClusterParts,
  call: Call,
  { object, old, prefix }: { object: JsonObject | undefined; old: JsonObject | undefined; prefix?: string },
): AdmissionRequest {
  const name = prefix ?? textOf(readMetadata(object ?? old ?? {})['name']);
  const operation = object === undefined ? 'delete' : old === undefined ? 'create' : 'update';
  return { parts, call, operation, namespace: call.namespace, name, object, old, claims: [] };
}

function validate(call: Call, { object, old }: { object: JsonObject; old: JsonObject | undefined }): void {
  const { definition } = call.resource;
  const errors = definition.strategy.validate(object, old, call.subresource);
  // Built-in kinds check their metadata themselves, by their own rules for names.
  if (call.resource.custom) errors.unshift(...metadataErrors(object, old, definition.namespaced));
  if (errors.length > 0) throw invalid(definition, textOf(readMetadata(object)['name']), errors);
  const isPart = call.subresource !== '';
  const warnings = isPart ? undefined : definition.strategy.warnings?.(object, old);
  if (warnings) call.warnings.push(...warnings);
}

function metadataErrors(object: JsonObject, old: JsonObject | undefined, namespaced: boolean): FieldError[] {
  return old ? validateMetadataUpdate(object, old) : validateMetadata(object, { namespaced, name: () => [] });
}
