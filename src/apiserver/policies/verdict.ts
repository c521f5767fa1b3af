import type { Write } from '../../apimachinery/admission.ts';
import type { AdmissionExpression } from '../../cel/admission/compile.ts';
import {
  admissionSteps,
  EvaluationFailed,
  evaluate,
  LazyVariables,
  OutOfBudget,
} from '../../cel/admission/evaluate.ts';
import type { Budget } from '../../cel/compile.ts';
import type { Decider } from '../../cel/library/authorization.ts';
import type { Value } from '../../cel/values.ts';
import { ConditionsFailed, conditionsHold } from '../matching/conditions.ts';
import { type Told, valuesOf } from '../matching/values.ts';
import type { Policy } from './policy.ts';
import type { ValidatingPolicy, Validation } from './validating-policy.ts';

/** A validation that does not hold, or could not be evaluated. */
export interface Violation {
  /** Its place among the validations. */
  readonly index: number;
  readonly message: string;
  /** '' of an evaluation that failed. */
  readonly reason: string;
}

/** What a policy says of one write with one set of parameters. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
  /** Annotations that failed: each denies, whatever the binding's actions are. */
  readonly failedAnnotations: readonly string[];
}

const nothing: Verdict = { violations: [], annotations: [], failedAnnotations: [] };

/** Longest text that a message expression may give. */
const messageBytes = 5 * 1024;

/** Evaluates a policy on a write. Throws `Undecided` for questions about rights that have to be waited for. */
export function verdictOf(
  policy: ValidatingPolicy,
  write: Write,
  { told, decide }: { readonly told: Told; readonly decide: Decider },
): Verdict {
  const whole = (message: string): Verdict =>
    policy.ignoresFailures ? nothing : { ...nothing, violations: [{ index: 0, message, reason: '' }] };
  try {
    if (!meetsConditions(policy, write, { told, decide })) return nothing;
    const fresh = (budget: Budget) => withVariables(policy, write, { told, decide, budget });
    const violations = violationsOf(policy, fresh);
    return { violations, ...annotationsOf(policy, fresh({ steps: admissionSteps.policy })) };
  } catch (thrown) {
    if (thrown instanceof OutOfBudget || thrown instanceof ConditionsFailed) return whole(thrown.message);
    throw thrown;
  }
}

/** Conditions know no namespace. */
export function meetsConditions(
  { conditions }: Policy,
  write: Write,
  { told, decide }: { readonly told: Told; readonly decide: Decider },
): boolean {
  if (conditions.length === 0) return true;
  return conditionsHold(conditions, valuesOf(write, { ...told, namespace: undefined }, decide));
}

/** Evaluates an expression with variables of its own round. */
export type Evaluator = (expression: AdmissionExpression) => Value;

function withVariables(
  { variables }: Policy,
  write: Write,
  { told, decide, budget }: { readonly told: Told; readonly decide: Decider; readonly budget: Budget },
): Evaluator {
  const own = { ...told, variables: (of: typeof values) => new LazyVariables(variables, of, budget) };
  const values = valuesOf(write, own, decide);
  return (expression) => evaluate(expression, values, budget);
}

type Outcome = { readonly value: Value } | { readonly failure: string };

/** Throws `OutOfBudget`. */
function outcomeOf(evaluator: Evaluator, expression: AdmissionExpression): Outcome {
  try {
    return { value: evaluator(expression) };
  } catch (thrown) {
    if (!(thrown instanceof EvaluationFailed)) throw thrown;
    return { failure: thrown.message };
  }
}

function violationsOf(policy: ValidatingPolicy, fresh: (budget: Budget) => Evaluator): Violation[] {
  const budget = { steps: admissionSteps.policy };
  const evaluator = fresh(budget);
  const outcomes = policy.validations.map(({ expression }) => outcomeOf(evaluator, expression));
  const messages = messagesOf(policy.validations, fresh(budget));
  return outcomes.flatMap((outcome, index) => {
    const validation = policy.validations[index];
    if (!validation) return [];
    const failure = 'failure' in outcome ? outcome.failure : messages.failure;
    if (failure !== undefined) return policy.ignoresFailures ? [] : [{ index, message: failure, reason: '' }];
    if ('value' in outcome && outcome.value === true) return [];
    const message = usable(messages.texts[index]) || fixedMessage(validation);
    return [{ index, message, reason: validation.reason }];
  });
}

/** What message expressions give: all are evaluated, also of validations that hold, within what those left. */
function messagesOf(
  validations: readonly Validation[],
  evaluator: Evaluator,
): { texts: readonly (Value | undefined)[]; failure?: string } {
  try {
    const texts = validations.map(({ messageExpression }) => {
      const outcome = messageExpression && outcomeOf(evaluator, messageExpression);
      return outcome && 'value' in outcome ? outcome.value : undefined;
    });
    return { texts };
  } catch (thrown) {
    if (!(thrown instanceof OutOfBudget)) throw thrown;
    return { texts: [], failure: `failed messageExpression: ${thrown.message}` };
  }
}

function usable(text: Value | undefined): string {
  if (typeof text !== 'string') return '';
  const trimmed = text.trim();
  return Buffer.byteLength(trimmed) > messageBytes || trimmed.includes('\n') ? '' : trimmed;
}

function fixedMessage({ message, source }: Validation): string {
  return message === '' ? `failed expression: ${source.trim()}` : message.trim();
}

function annotationsOf(
  { annotations, ignoresFailures }: ValidatingPolicy,
  evaluator: Evaluator,
): Pick<Verdict, 'annotations' | 'failedAnnotations'> {
  const found: { key: string; value: string }[] = [];
  const failedAnnotations: string[] = [];
  for (const { key, expression } of annotations) {
    const outcome = outcomeOf(evaluator, expression);
    if ('failure' in outcome) {
      if (!ignoresFailures) failedAnnotations.push(outcome.failure);
    } else if (typeof outcome.value === 'string') {
      const value = outcome.value.trim();
      if (value !== '') found.push({ key, value });
    }
  }
  return { annotations: found, failedAnnotations };
}
