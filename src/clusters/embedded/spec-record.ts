import { decodeJson, encodeJson, isObject } from '../../base/index.ts';
import type { ClusterSpec } from '../contract.ts';

export const specPrefix = '/clusters/';

export function specKey(clusterId: string): string {
  return `${specPrefix}${clusterId}`;
}

/** A cluster that is stopped carries `stopped` beside its spec. */
export function encodeSpec(spec: ClusterSpec, state: { readonly stopped: boolean }): Uint8Array {
  return encodeJson(state.stopped ? { ...spec, stopped: true } : spec);
}

/** Reads a spec that `encodeSpec` wrote. */
export function decodeSpec(bytes: Uint8Array): { readonly spec: ClusterSpec; readonly stopped: boolean } {
  const value: unknown = decodeJson(bytes);
  if (!isSpec(value)) throw new Error('a stored cluster spec is broken');
  const { stopped, ...spec } = value;
  return {
    spec: 'entraAudience' in spec.access ? spec : withEntraAudience(spec),
    stopped: stopped === true,
  };
}

/** Specs of before tokens were told apart: whoever names groups or roles has an Entra profile. */
function withEntraAudience(spec: ClusterSpec): ClusterSpec {
  const { role, access } = spec;
  const profile = role === 'hub' || access.roleFamily !== undefined || access.adminGroupObjectIds.length > 0;
  const entraAudience = role === 'arc' ? 'arc' : profile ? 'kubernetes' : undefined;
  return { ...spec, access: { ...access, entraAudience } };
}

function isSpec(value: unknown): value is ClusterSpec & { readonly stopped?: unknown } {
  return isObject(value) && typeof value['clusterId'] === 'string' && Array.isArray(value['nodes']);
}
