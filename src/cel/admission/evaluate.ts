import { type Budget, BudgetExceeded } from '../compile.ts';
import { CelError, MapValue, type Value } from '../values.ts';
import type { AdmissionExpression, CompiledExpression } from './compile.ts';
import type { AdmissionVariable } from './variables.ts';

/** Steps that all evaluations of one kind may take together, and one of them alone. */
export const admissionSteps = {
  /** Of what a policy asks of one write with one set of parameters. */
  policy: 10_000_000,
  /** Of the match conditions of one policy or webhook. */
  matchConditions: 2_500_000,
  call: 1_000_000,
} as const;

/** The value of a variable; asked for those alone that an expression uses. */
export type Values = (variable: AdmissionVariable) => Value;

/** Nothing more is evaluated. */
export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** An evaluation failed; the text is what the real server says of it. */
export class EvaluationFailed extends Error {}

/** Evaluates within the steps of one call. Throws `EvaluationFailed`, or `OutOfBudget` when the budget is used up. */
export function evaluate(expression: AdmissionExpression, values: Values, budget: Budget): Value {
  if (!expression.ok) throw new EvaluationFailed(`compilation error: ${expression.problem}`);
  try {
    return run(expression, values, budget);
  } catch (thrown) {
    if (!(thrown instanceof CelError)) throw thrown;
    throw new EvaluationFailed(`expression '${expression.source}' resulted in error: ${thrown.message}`);
  }
}

/** Throws `CelError` for what the expression does wrong. */
function run({ program, variables, used }: CompiledExpression, values: Values, budget: Budget): Value {
  // What is used first is worked out first: variables take their steps off the same budget.
  const slots = variables.map((name) => (used.has(name) ? values(name) : null));
  const granted = Math.min(admissionSteps.call, budget.steps);
  const own = { steps: granted };
  try {
    return program({ slots, budget: own });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new CelError(thrown.message);
    if (!(thrown instanceof BudgetExceeded)) throw thrown;
    if (granted < admissionSteps.call) throw new OutOfBudget();
    throw new CelError('operation cancelled: actual cost limit exceeded');
  } finally {
    budget.steps -= granted - Math.max(own.steps, 0);
    if (budget.steps < 0) budget.steps = 0;
  }
}

/** `variables`: each is worked out when an expression first asks for it, and no more than once. */
export class LazyVariables extends MapValue {
  readonly #expressions: ReadonlyMap<string, AdmissionExpression>;
  readonly #values: Values;
  readonly #budget: Budget;
  readonly #known = new Map<string, { readonly value: Value } | { readonly failure: CelError }>();

  constructor(expressions: ReadonlyMap<string, AdmissionExpression>, values: Values, budget: Budget) {
    super();
    this.#expressions = expressions;
    this.#values = values;
    this.#budget = budget;
  }

  override get size(): number {
    return this.#expressions.size;
  }

  override get ownType(): string {
    return 'kubernetes.variables';
  }

  override has(key: Value): boolean {
    return typeof key === 'string' && this.#expressions.has(key);
  }

  override get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    let known = this.#known.get(key);
    if (!known) {
      const expression = this.#expressions.get(key);
      if (!expression) return undefined;
      this.#known.set(key, (known = this.#evaluate(key, expression)));
    }
    if ('failure' in known) throw known.failure;
    return known.value;
  }

  override keys(): readonly string[] {
    return [...this.#expressions.keys()];
  }

  #evaluate(name: string, expression: AdmissionExpression): { value: Value } | { failure: CelError } {
    const failed = (how: string, why: string) => ({
      failure: new CelError(`composited variable ${JSON.stringify(name)} fails to ${how}: ${why}`),
    });
    if (!expression.ok) return failed('compile', expression.problem);
    try {
      return { value: run(expression, this.#values, this.#budget) };
    } catch (thrown) {
      if (!(thrown instanceof CelError)) throw thrown;
      return failed('evaluate', thrown.message);
    }
  }
}
