import { check } from '../../cel/checker.ts';
import { compile, type Program } from '../../cel/compile.ts';
import { mostUnits } from '../../cel/cost/amounts.ts';
import { estimateCost } from '../../cel/cost/estimate.ts';
import { expand } from '../../cel/cost/expanded.ts';
import { CelSyntaxError } from '../../cel/lexer.ts';
import { kubernetesFunctions } from '../../cel/library/index.ts';
import { constantFailure, literalIssues } from '../../cel/literals.ts';
import { parseCel } from '../../cel/parser.ts';
import { type Expr, formatIssues } from '../../cel/syntax.ts';
import { type CelType, optionalType } from '../../cel/types.ts';
import type { StructuralNode } from '../structural-node.ts';
import { typeOfNode } from './declare.ts';
import { elementsAt } from './sizes.ts';

/** An expression ready to be evaluated on `self` and `oldSelf`, or the reason why it is none. */
export type Compilation =
  | {
      readonly ok: true;
      readonly program: Program;
      readonly slots: number;
      readonly usesOldSelf: boolean;
      readonly type: CelType;
      /** The most that one evaluation may cost, in the units of the real server. */
      readonly mostCost: () => number;
    }
  | { readonly ok: false; readonly problem: string };

/** Compiles an expression over values of a schema node. With `optionalOldSelf`, `oldSelf` is an optional. */
export function compileExpression(
  source: string,
  node: StructuralNode,
  options: { readonly optionalOldSelf: boolean },
): Compilation {
  if (source.length > expressionCharacters) {
    const why = `expression code point size exceeds limit: size: ${source.length}, limit ${expressionCharacters}`;
    return { ok: false, problem: `compilation failed: ERROR: <input>:-1:0: ${why}` };
  }
  try {
    return compileBounded(source, node, options);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    // Chains of operators nest without brackets; the stack is what all walks over a tree share.
    return {
      ok: false,
      problem: 'compilation failed: ERROR: <input>:-1:0: expression recursion limit exceeded',
    };
  }
}

/** cel-go's limit. */
const expressionCharacters = 100_000;

function compileBounded(
  source: string,
  node: StructuralNode,
  options: { readonly optionalOldSelf: boolean },
): Compilation {
  const self = typeOfNode(node);
  if (!self) {
    return { ok: false, problem: 'compilation failed: data without a schema cannot be seen by rules' };
  }
  const oldSelf = options.optionalOldSelf ? optionalType(self) : self;
  let expr: Expr;
  try {
    expr = parseCel(source);
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    return { ok: false, problem: `compilation failed: ${formatIssues(source, [error.issue])}` };
  }
  const variables = [
    { name: 'self', type: self },
    { name: 'oldSelf', type: oldSelf },
  ];
  const checked = check(expr, variables, { registry: kubernetesFunctions() });
  const issues = checked.issues.length > 0 ? checked.issues : literalIssues(expr);
  if (issues.length > 0) return { ok: false, problem: `compilation failed: ${formatIssues(source, issues)}` };
  const failure = constantFailure(expr);
  if (failure !== undefined) return { ok: false, problem: `program instantiation failed: ${failure}` };
  return {
    ok: true,
    program: compile(expr),
    slots: checked.slots,
    usesOldSelf: checked.used.has('oldSelf'),
    type: checked.type,
    mostCost: () => mostCostOf(expr, checked.typeOf, node),
  };
}

function mostCostOf(expr: Expr, typeOf: (part: Expr) => CelType, node: StructuralNode): number {
  try {
    return estimateCost(expand(expr, typeOf), (steps) => elementsAt(node, steps));
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    // What is too deep to be counted is too dear.
    return mostUnits;
  }
}
