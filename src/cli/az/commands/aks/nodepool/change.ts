import { isObject, type Json, type JsonObject } from '../../../../../base/index.ts';
import type { Call, Flags } from '../../../declaration.ts';
import { getResource, pathOf, putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { agentPool } from '../noun.ts';

/** Sends a pool back as it is, but for what `change` makes of its properties. */
export async function changePool(
  call: Call<Flags>,
  change: (properties: JsonObject) => JsonObject,
): Promise<Json | undefined> {
  const body = await getResource(agentPool, call);
  return putResource(agentPool, call, { ...body, properties: change(propertiesOf(body)) });
}

export function propertiesOf(body: JsonObject): JsonObject {
  return isObject(body['properties']) ? body['properties'] : {};
}

/** Whether the cluster has a pool of the name that the call gives, whatever its case. */
export async function poolExists(call: Call<Flags>): Promise<boolean> {
  const path = pathOf({ path: agentPool.path.replace(/\/\{name\}$/, '') }, call);
  const pools = await call.session.arm.list(path, agentPool.apiVersion);
  const wanted = String(call.flags['name']).toLowerCase();
  return pools.some((pool) => String(pool['name']).toLowerCase() === wanted);
}

export async function demandPool(call: Call<Flags>): Promise<void> {
  if (await poolExists(call)) return;
  throw new AzError(
    `Node pool ${String(call.flags['name'])} doesnt exist, use 'aks nodepool list' to get current node pool list`,
  );
}
