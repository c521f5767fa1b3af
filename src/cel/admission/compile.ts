import { check } from '../checker.ts';
import { compile, type Program } from '../compile.ts';
import { CelSyntaxError } from '../lexer.ts';
import { kubernetesFunctions } from '../library/index.ts';
import { parseCel } from '../parser.ts';
import { type Expr, formatIssues } from '../syntax.ts';
import { type CelType, formatType } from '../types.ts';
import { type AdmissionVariable, requestResource, typesOf } from './variables.ts';

/** An expression of admission, ready to be evaluated, or the reason why it is none. */
export type AdmissionExpression =
  | {
      readonly ok: true;
      readonly program: Program;
      readonly slots: number;
      readonly used: ReadonlySet<string>;
    }
  | { readonly ok: false; readonly problem: string };

/** cel-go's limit. */
const expressionCharacters = 100_000;

/** Compiles an expression over `variables`, in whose order its slots are, that gives one of the types. */
export function compileAdmission(
  source: string,
  variables: readonly AdmissionVariable[],
  results: readonly CelType[],
): AdmissionExpression {
  if (source.length > expressionCharacters) {
    return failed(
      `expression code point size exceeds limit: size: ${source.length}, limit ${expressionCharacters}`,
    );
  }
  try {
    return compileBounded(source, variables, results);
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
  variables: readonly AdmissionVariable[],
  results: readonly CelType[],
): AdmissionExpression {
  let expr: Expr;
  try {
    expr = withQualified(parseCel(source), variables);
  } catch (thrown) {
    if (!(thrown instanceof CelSyntaxError)) throw thrown;
    return { ok: false, problem: `compilation failed: ${formatIssues(source, [thrown.issue])}` };
  }
  const checked = check(expr, typesOf(variables), kubernetesFunctions());
  if (checked.issues.length > 0) {
    return { ok: false, problem: `compilation failed: ${formatIssues(source, checked.issues)}` };
  }
  const given = formatType(checked.type);
  const wanted = results.map(formatType);
  if (!wanted.includes(given)) {
    const [only] = wanted;
    const named = wanted.length === 1 ? only : `one of [${wanted.join(' ')}]`;
    return { ok: false, problem: `must evaluate to ${named} but got ${given}` };
  }
  return { ok: true, program: compile(expr), slots: checked.slots, used: checked.used };
}

/** `authorizer.requestResource` is one variable with a dot in its name. */
function withQualified(expr: Expr, variables: readonly AdmissionVariable[]): Expr {
  if (!variables.includes(requestResource)) return expr;
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
