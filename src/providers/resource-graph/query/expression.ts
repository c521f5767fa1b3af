import type { Place } from './refusal.ts';
import type { Type, Value } from './values.ts';

/** A scalar expression as it was read. */
export type Expression = { readonly at: Place; readonly level: number } & (
  | { readonly kind: 'literal'; readonly value: Value; readonly type: Type }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] }
  | { readonly kind: 'all' | 'any'; readonly items: readonly Expression[] }
  | { readonly kind: 'negative'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'list';
      /** `in`, `has_any` … with `!` before and `~` after as they were said. */
      readonly operator: string;
      readonly value: Expression;
      readonly items: readonly Expression[];
    }
);

/** `name = expression`, or an expression whose column is named after it. */
export interface NamedExpression {
  readonly name: string | undefined;
  readonly expression: Expression;
}
