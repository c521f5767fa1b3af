import { patternOf } from '../apimachinery/pattern.ts';
import { compile } from './compile.ts';
import { type FormatPart, parseTemplate } from './library/format.ts';
import type { CallExpr, Expr, Issue } from './syntax.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { formatType } from './types.ts';
import { CelError } from './values.ts';

const conversions: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'find',
  'findAll',
]);

/** Conversions and searches with written-out arguments are tried before anything is evaluated: why one of them fails. */
export function constantFailure(expr: Expr): string | undefined {
  let failure: string | undefined;
  walk(expr, (each) => {
    if (failure !== undefined) return;
    // Types whose objects an expression makes have names in what makes them alone.
    if ('typeValue' in each && each.typeValue?.kind === 'object')
      failure = `reference to undefined type: ${formatType(each.typeValue)}`;
    if (each.kind !== 'call' || !conversions.has(each.name)) return;
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
export function literalIssues(expr: Expr): Issue[] {
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
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'loop':
      return expr.filter ? [expr.target, expr.filter, expr.body] : [expr.target, expr.body];
    case 'bind':
      return [expr.target, expr.body];
    default:
      return [];
  }
}
