import { check, type StructTypes, type Variable } from '../checker.ts';
import { compile, type Program } from '../compile.ts';
import { CelSyntaxError } from '../lexer.ts';
import { kubernetesFunctions } from '../library/index.ts';
import { constantFailure, literalIssues } from '../literals.ts';
import { parseCel } from '../parser.ts';
import type { Registry } from '../registry.ts';
import { type Expr, formatIssues } from '../syntax.ts';
import { boolType, type CelType, shownType } from '../types.ts';
import { type AdmissionVariable, requestResource, typesOf } from './variables.ts';

/** An expression of admission, ready to be evaluated. */
export interface CompiledExpression {
  readonly ok: true;
  readonly source: string;
  readonly program: Program;
  /** In the order of their slots, which come first. */
  readonly variables: readonly AdmissionVariable[];
  readonly used: ReadonlySet<string>;
  /** Those of the variables and of what loops need besides. */
  readonly slots: number;
  readonly type: CelType;
}

/** What an expression means, or the reason why it means nothing. */
export type AdmissionExpression =
  | CompiledExpression
  | {
      readonly ok: false;
      readonly problem: string;
      /** What is wrong shows only when a program is made of it: the real server calls that an error of its own. */
      readonly isInternal?: boolean;
    };

/** What an expression may speak of, and what it may give. */
export interface Expected {
  readonly variables: readonly AdmissionVariable[];
  /** Of variables that are more than what every write knows of them. */
  readonly types?: Partial<Record<AdmissionVariable, CelType>>;
  /** Absent: whatever comes of it. */
  readonly results?: readonly CelType[];
  /** What an expression has that makes patches. */
  readonly patches?: PatchEnvironment;
}

/** Functions and types of expressions that make patches. */
export interface PatchEnvironment {
  readonly registry: Registry;
  readonly structs: StructTypes;
}

/** cel-go's limit. */
const expressionCharacters = 100_000;

/** Compiles a match condition. */
export function compileCondition(
  source: string,
  variables: readonly AdmissionVariable[],
): AdmissionExpression {
  return compileAdmission(source, { variables, results: [boolType] });
}

/** Compiles an expression over variables, in whose order its slots are. */
export function compileAdmission(source: string, expected: Expected): AdmissionExpression {
  if (source.length > expressionCharacters) {
    return failed(
      `expression code point size exceeds limit: size: ${source.length}, limit ${expressionCharacters}`,
    );
  }
  try {
    return compileBounded(source, expected);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return failed('expression recursion limit exceeded');
  }
}

function failed(why: string): AdmissionExpression {
  return { ok: false, problem: `compilation failed: ERROR: <input>:-1:0: ${why}` };
}

function compileBounded(
  source: string,
  { variables, types, results, patches }: Expected,
): AdmissionExpression {
  const checked = checkAdmission(source, { names: variables, variables: typesOf(variables, types), patches });
  if (!checked.ok) return { ok: false, problem: `compilation failed: ${checked.problem}` };
  const { expr, type, used, slots } = checked;
  if (results && !results.some((each) => shownType(each) === shownType(type))) {
    const wanted = results.map(shownType);
    const named = wanted.length === 1 ? wanted[0] : `one of [${wanted.join(' ')}]`;
    return { ok: false, problem: `must evaluate to ${named} but got ${shownType(type)}` };
  }
  const failure = constantFailure(expr);
  if (failure !== undefined) {
    return { ok: false, isInternal: true, problem: `program instantiation failed: ${failure}` };
  }
  return { ok: true, source, program: compile(expr), variables, used, slots, type };
}

type CheckedExpression =
  | ({ readonly ok: true; readonly expr: Expr } & Pick<CompiledExpression, 'type' | 'used' | 'slots'>)
  | { readonly ok: false; readonly problem: string };

/** Parses and checks types, and makes nothing of it. */
export function checkAdmission(
  source: string,
  {
    names,
    variables,
    patches,
  }: {
    readonly names: readonly AdmissionVariable[];
    readonly variables: readonly Variable[];
    readonly patches?: PatchEnvironment | undefined;
  },
): CheckedExpression {
  let expr: Expr;
  try {
    expr = withQualified(parseCel(source), names);
  } catch (thrown) {
    if (!(thrown instanceof CelSyntaxError)) throw thrown;
    return { ok: false, problem: formatIssues(source, [thrown.issue]) };
  }
  const checked = check(expr, variables, patches ?? { registry: kubernetesFunctions() });
  const issues = checked.issues.length > 0 ? checked.issues : literalIssues(expr);
  if (issues.length > 0) return { ok: false, problem: formatIssues(source, issues) };
  return { ok: true, expr, type: checked.type, used: checked.used, slots: checked.slots };
}

/** `authorizer.requestResource` is one variable with a dot in its name. */
function withQualified(expr: Expr, variables: readonly AdmissionVariable[]): Expr {
  if (!variables.includes(requestResource)) return expr;
  // The same tree but for that: what replaces a selection is an expression too.
  return replaceIn(expr) as Expr;
}

/** Trees are plain data: all of their objects and lists are gone through. */
function replaceIn(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(replaceIn);
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return part;
  if (isRequestResource(part)) return { kind: 'ident', at: part.at, name: requestResource };
  return Object.fromEntries(Object.entries(part).map(([member, value]) => [member, replaceIn(value)]));
}

function isRequestResource(part: object): part is { at: number } {
  if (!('kind' in part) || part.kind !== 'select' || !('operand' in part) || !('field' in part)) return false;
  const { operand } = part;
  if (typeof operand !== 'object' || operand === null || part.field !== 'requestResource') return false;
  return 'kind' in operand && operand.kind === 'ident' && 'name' in operand && operand.name === 'authorizer';
}
