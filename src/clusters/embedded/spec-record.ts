import { decodeJson, encodeJson, isObject } from '../../base/index.ts';
import type { ClusterSpec } from '../contract.ts';

export const specPrefix = '/clusters/';

export function specKey(clusterId: string): string {
  return `${specPrefix}${clusterId}`;
}

export function encodeSpec(spec: ClusterSpec): Uint8Array {
  return encodeJson(spec);
}

/** Reads a spec that `encodeSpec` wrote. */
export function decodeSpec(bytes: Uint8Array): ClusterSpec {
  const value: unknown = decodeJson(bytes);
  if (!isSpec(value)) throw new Error('a stored cluster spec is broken');
  return 'entraAudience' in value.access ? value : withEntraAudience(value);
}

/** Specs of before tokens were told apart: whoever names groups or roles has an Entra profile. */
function withEntraAudience(spec: ClusterSpec): ClusterSpec {
  const { role, access } = spec;
  const profile = role === 'hub' || access.roleFamily !== undefined || access.adminGroupObjectIds.length > 0;
  const entraAudience = role === 'arc' ? 'arc' : profile ? 'kubernetes' : undefined;
  return { ...spec, access: { ...access, entraAudience } };
}

function isSpec(value: unknown): value is ClusterSpec {
  return isObject(value) && typeof value['clusterId'] === 'string' && Array.isArray(value['nodes']);
}
