import type { ResourceDefinition } from '../apimachinery/contract.ts';
import { type FieldSet, leaf, setOfPaths } from './field-set.ts';

const sets = new WeakMap<readonly string[], FieldSet>();
const status = ['status'];
const spec = ['spec'];
const none: readonly string[] = [];

/** The paths that a write through an endpoint cannot set (`ResourceQuirks.resets`). */
export function resetFieldsOf({ quirks, subresources }: ResourceDefinition, subresource: string): FieldSet {
  const paths = quirks.resets?.[subresource] ?? usual(subresource, subresources['status'] !== undefined);
  if (paths.length === 0) return leaf;
  const known = sets.get(paths);
  if (known) return known;
  const made = setOfPaths(paths.map((path) => path.split('.').map((name) => `f:${name}`)));
  sets.set(paths, made);
  return made;
}

function usual(subresource: string, hasStatus: boolean): readonly string[] {
  if (subresource === 'status') return spec;
  return subresource === '' && hasStatus ? status : none;
}
