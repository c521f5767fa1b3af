import type { JsonObject } from '../../base/index.ts';
import type { Amounts } from '../amounts.ts';
import type { ScopeRequirement } from './scopes.ts';

/** Which writes may change how much there is of a kind. */
export interface CountedWrite {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly subresource: string;
}

/** How objects of a kind count against ResourceQuotas. */
export interface Counted {
  /** Of the names in a quota those that bound this kind. */
  names(hard: readonly string[]): readonly string[];
  concerns(write: CountedWrite): boolean;
  /** For updates: whether this one may change what counts. Absent: each may. */
  mayChange?(object: JsonObject, old: JsonObject): boolean;
  /** `nowMs`: what is past its time counts no more. */
  usage(object: JsonObject, nowMs: number): Amounts;
  /** Absent: the kind has no scopes, and a quota that has does not bound it. */
  isInScope?(object: JsonObject, requirement: ScopeRequirement): boolean;
  /** What an object has to say when quotas bound these names; undefined: it does. */
  missing?(object: JsonObject, names: readonly string[]): string | undefined;
}

/** Whether an object is in all scopes of a quota; one without scopes bounds every object. */
export function isInScopes(
  counted: Counted,
  object: JsonObject,
  scopes: readonly ScopeRequirement[],
): boolean {
  return scopes.every((scope) => counted.isInScope?.(object, scope) === true);
}
