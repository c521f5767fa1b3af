import type { JsonObject } from '../../base/index.ts';
import { objectsAt, textAt, textsAt } from '../read.ts';

/** What a quota asks of the objects that it bounds. */
export interface ScopeRequirement {
  readonly scope: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** All of them must hold: `spec.scopes`, and `spec.scopeSelector`. */
export function scopesOf(quota: JsonObject): ScopeRequirement[] {
  return [
    ...textsAt(quota, 'spec', 'scopes').map((scope) => ({ scope, operator: 'Exists', values: [] })),
    ...objectsAt(quota, 'spec', 'scopeSelector', 'matchExpressions').map((each) => ({
      scope: textAt(each, 'scopeName'),
      operator: textAt(each, 'operator'),
      values: textsAt(each, 'values'),
    })),
  ];
}

/** Whether one of the names (none: an object that names nothing) is among those that are asked for. */
export function namesMatch(names: readonly string[], { operator, values }: ScopeRequirement): boolean {
  switch (operator) {
    case 'Exists':
      return names.length > 0;
    case 'DoesNotExist':
      return names.length === 0;
    case 'In':
      return names.some((name) => values.includes(name));
    case 'NotIn':
      return names.length === 0 || names.some((name) => !values.includes(name));
    default:
      return false;
  }
}
