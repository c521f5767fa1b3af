import { patternOf } from '../../apimachinery/pattern.ts';
import { check } from '../../cel/checker.ts';
import { compile, type Program } from '../../cel/compile.ts';
import { mostUnits } from '../../cel/cost/amounts.ts';
import { estimateCost } from '../../cel/cost/estimate.ts';
import { expand } from '../../cel/cost/expanded.ts';
import { CelSyntaxError } from '../../cel/lexer.ts';
import { type FormatPart, parseTemplate } from '../../cel/library/format.ts';
import { kubernetesFunctions } from '../../cel/library/index.ts';
import { parseCel } from '../../cel/parser.ts';
import { type CallExpr, type Expr, formatIssues, type Issue } from '../../cel/syntax.ts';
import { parseDuration, parseTimestamp } from '../../cel/time.ts';
import { type CelType, formatType, optionalType } from '../../cel/types.ts';
import { CelError } from '../../cel/values.ts';
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
  const checked = check(expr, variables, kubernetesFunctions());
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

const conversions: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'find',
  'findAll',
]);

/** Conversions and searches with written-out arguments are tried before anything is evaluated. */
function constantFailure(expr: Expr): string | undefined {
  let failure: string | undefined;
  walk(expr, (each) => {
    if (failure !== undefined || each.kind !== 'call' || !conversions.has(each.name)) return;
    const parts = each.target && each.name.startsWith('find') ? each.args : [...each.args];
    if (!parts.every((part) => part.kind === 'literal')) return;
    try {
      if (each.name.startsWith('find')) {
        const [pattern] = parts;
        const source = pattern?.kind === 'literal' ? String(pattern.value) : '';
        failure = patternOf(source).problem();
      } else compile(each)({ slots: [], budget: { steps: 1_000 } });
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure = error.message;
    }
  });
  return failure;
}

/** Patterns, durations and times that are written out are checked before anything is evaluated. */
function literalIssues(expr: Expr): Issue[] {
  const issues: Issue[] = [];
  walk(expr, (each) => {
    if (each.kind !== 'call') return;
    issues.push(...formatIssuesOf(each));
    const argument =
      each.name === 'matches'
        ? each.args.at(-1)
        : each.args.length === 1 && !each.target
          ? each.args[0]
          : undefined;
    if (argument?.kind !== 'literal' || typeof argument.value !== 'string') return;
    if (!isValidLiteral(each.name, argument.value)) {
      issues.push({ at: argument.at, message: `invalid ${each.name} argument` });
    }
  });
  return issues;
}

const printable = 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps';

/** What a written-out `format` cannot print, told by the types of its arguments. */
function formatIssuesOf({ name, target, args, at }: CallExpr): Issue[] {
  const [list] = args;
  if (name !== 'format' || target?.kind !== 'literal' || list?.kind !== 'list') return [];
  let parts: FormatPart[];
  try {
    parts = parseTemplate(String(target.value));
  } catch (thrown) {
    if (thrown instanceof CelError) return [{ at, message: thrown.message }];
    throw thrown;
  }
  const verbs = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.verb]));
  const issues: Issue[] = [];
  if (verbs.length > list.items.length)
    issues.push({ at, message: `index ${list.items.length} out of range` });
  for (const [i, { value }] of list.items.entries()) {
    const { type } = value;
    if (!type || type.kind === 'dyn') continue;
    const given = `was given ${formatType(type).replace(/\(.*/, '')}`;
    if (verbs[i] === 's' && (type.kind === 'object' || type.kind === 'opaque')) {
      const message = `error during formatting: string clause can only be used on ${printable}, ${given}`;
      issues.push({ at: value.at, message });
    } else if (verbs[i] === 'd' && type.kind !== 'int' && type.kind !== 'uint') {
      const message = `error during formatting: decimal clause can only be used on integers, ${given}`;
      issues.push({ at: value.at, message });
    }
  }
  return issues;
}

function isValidLiteral(name: string, value: string): boolean {
  switch (name) {
    case 'matches':
      return patternOf(value).problem() === undefined;
    case 'duration':
      return parseDuration(value) !== undefined;
    case 'timestamp':
      return parseTimestamp(value) !== undefined;
    default:
      return true;
  }
}

function walk(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  for (const child of childrenOf(expr)) walk(child, visit);
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'index':
      return [expr.operand, expr.index];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.items.map(({ value }) => value);
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'loop':
      return expr.filter ? [expr.target, expr.filter, expr.body] : [expr.target, expr.body];
    case 'bind':
      return [expr.target, expr.body];
    default:
      return [];
  }
}
