import type { Json, JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import type { Correlation } from './correlation.ts';
import type { StructuralNode } from './structural-node.ts';

/** Evaluates `x-kubernetes-validations` on an object. */
export function validateRules(
  _object: JsonObject,
  _old: JsonObject | undefined,
  _place: { readonly root: StructuralNode; readonly correlation: Correlation | undefined },
): FieldError[] {
  return [];
}

/** Evaluates the rules of one node and below on a value that is not yet part of an object: a default. */
export function validateNodeRules(_value: Json, _node: StructuralNode, _field: string): FieldError[] {
  return [];
}
