import type { Budget } from '../budget.ts';
import { Instant, Span, type Type, type Value } from '../values.ts';

/** A scalar function: how many arguments it takes, what type comes out, and what it does. */
export interface ScalarFunction {
  readonly least: number;
  readonly most: number;
  readonly type: Type | ((given: readonly Type[]) => Type);
  run(given: readonly Value[], budget: Budget): Value;
}

/** How many arguments functions take that take as many as somebody gives. */
export const manyArguments = 64;

/** The type that several values have in common. */
export function commonType(types: readonly Type[]): Type {
  const [first = 'string'] = types;
  if (types.every((type) => type === first)) return first;
  return types.every((type) => type === 'long' || type === 'real') ? 'real' : 'dynamic';
}

/** A number out of a number, a moment or a length of time. */
export function plainNumber(value: Value | undefined): number | null {
  if (value instanceof Instant || value instanceof Span) return value.ms;
  return typeof value === 'number' ? value : null;
}
