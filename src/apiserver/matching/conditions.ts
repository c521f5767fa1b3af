import { objectsAt, textAt } from '../../apimachinery/read.ts';
import { aggregated } from '../../apimachinery/validation/go-text.ts';
import type { JsonObject } from '../../base/index.ts';
import type { AdmissionExpression } from '../../cel/admission/compile.ts';
import {
  admissionSteps,
  EvaluationFailed,
  evaluate,
  OutOfBudget,
  type Values,
} from '../../cel/admission/evaluate.ts';

/** One of the `matchConditions` of a webhook or policy. */
export interface Condition {
  readonly name: string;
  readonly expression: AdmissionExpression;
}

export function conditionsOf(
  object: JsonObject,
  compile: (source: string) => AdmissionExpression,
): readonly Condition[] {
  return objectsAt(object, 'matchConditions').map((condition) => ({
    name: textAt(condition, 'name'),
    expression: compile(textAt(condition, 'expression')),
  }));
}

/** Conditions that cannot be told to hold; the text is the real server's. */
export class ConditionsFailed extends Error {}

/** False when one of them does not hold, whatever the others do. Throws `ConditionsFailed` when none is false and one fails. */
export function conditionsHold(conditions: readonly Condition[], values: Values): boolean {
  const failures: string[] = [];
  const budget = { steps: admissionSteps.matchConditions };
  let holds = true;
  for (const { expression } of conditions) {
    try {
      if (evaluate(expression, values, budget) === false) holds = false;
    } catch (thrown) {
      if (thrown instanceof OutOfBudget) throw new ConditionsFailed(thrown.message);
      if (!(thrown instanceof EvaluationFailed)) throw thrown;
      failures.push(thrown.message);
    }
  }
  if (!holds) return false;
  if (failures.length > 0) throw new ConditionsFailed(aggregated(failures));
  return true;
}
