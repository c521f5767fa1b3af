import { isObject, type JsonObject } from '../../../../base/index.ts';

/** The node pools in the body of a cluster. */
export function poolsOf(body: JsonObject): JsonObject[] {
  const properties = isObject(body['properties']) ? body['properties'] : {};
  const pools = properties['agentPoolProfiles'];
  return Array.isArray(pools) ? pools.filter(isObject) : [];
}
