import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import type { Call, Flags } from '../declaration.ts';
import { getResource, type Noun, pathOf, putResource } from './verbs.ts';

/** PATCHes a resource, follows the operation and presents the end. */
export async function patchResource(
  noun: Noun,
  call: Call<Flags>,
  body: JsonObject,
): Promise<Json | undefined> {
  const answer = await call.session.arm.long({
    method: 'PATCH',
    path: pathOf(noun, call),
    apiVersion: noun.apiVersion,
    body,
    noWait: call.flags['noWait'] === true,
    ...(noun.pollSeconds ? { intervalSeconds: noun.pollSeconds } : {}),
  });
  return isObject(answer) ? noun.present(answer) : undefined;
}

/** `reconcile`: puts the resource again as it stands, guarded by its etag. */
export async function reconcileResource(noun: Noun, call: Call<Flags>): Promise<Json | undefined> {
  const current = await getResource(noun, call);
  const etag = current['eTag'];
  const headers = typeof etag === 'string' ? { 'if-match': etag } : undefined;
  return putResource(noun, call, writablePart(current), headers);
}

const writableMembers = ['location', 'tags', 'identity', 'properties'];
const readOnlyProperties = ['provisioningState', 'status'];
const readOnlyHubMembers = ['fqdn', 'kubernetesVersion', 'portalFqdn'];

function writablePart(current: JsonObject): JsonObject {
  const body: JsonObject = {};
  for (const key of writableMembers) if (current[key] !== undefined) body[key] = current[key];
  const { identity, properties } = body;
  if (isObject(identity)) {
    const assigned = identity['userAssignedIdentities'];
    body['identity'] = {
      type: identity['type'],
      ...(isObject(assigned)
        ? { userAssignedIdentities: Object.fromEntries(Object.keys(assigned).map((id) => [id, {}])) }
        : {}),
    };
  }
  if (isObject(properties)) {
    const kept = without(properties, readOnlyProperties);
    if (isObject(kept['hubProfile'])) kept['hubProfile'] = without(kept['hubProfile'], readOnlyHubMembers);
    body['properties'] = kept;
  }
  return body;
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
