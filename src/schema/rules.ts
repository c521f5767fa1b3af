import type { FieldError } from '../apimachinery/contract.ts';
import { forbidden, required } from '../apimachinery/validation/errors.ts';
import { duplicate, invalid } from '../apimachinery/validation/field-errors.ts';
import { goQuote } from '../apimachinery/validation/go-text.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { type Budget, BudgetExceeded, type Run } from '../cel/compile.ts';
import { CelError, none, OptionalValue, type Value } from '../cel/values.ts';
import type { Correlation } from './correlation.ts';
import { fromJson } from './rules/json-values.ts';
import { type Compilation, compileExpression } from './rules/program.ts';
import { type StructuralNode, textOf, type ValidationRule } from './structural-node.ts';

/** Steps that all rules of one write may take together. */
const evaluationStepsLimit = 10_000_000;
/** Steps that one evaluation of one rule may take. */
const callStepsLimit = 1_000_000;
/** Characters of a path that cost nothing in an error. */
const freePathCharacters = 1_024;
/** Longest text that a message expression may give. */
const messageBytes = 5 * 1024;

/** A rule and what it means. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly check: Compilation;
  readonly message: Compilation | undefined;
  readonly fieldPath: string;
}

const compiledRules = new WeakMap<StructuralNode, readonly CompiledRule[]>();

/** The rules of a node, compiled once for all objects and clusters. */
export function rulesOf(node: StructuralNode): readonly CompiledRule[] {
  const known = compiledRules.get(node);
  if (known) return known;
  const rules = node.rules
    .filter(({ rule }) => rule.trim() !== '')
    .map((rule) => ({
      rule,
      check: compileExpression(rule.rule, node, rule),
      message:
        rule.messageExpression === '' ? undefined : compileExpression(rule.messageExpression, node, rule),
      fieldPath: normalizedPath(rule.fieldPath),
    }));
  compiledRules.set(node, rules);
  return rules;
}

/** `.spec['a.b']` as the path of a field error below the rule's own. */
function normalizedPath(path: string): string {
  return path
    .replace(/^\./, '')
    .replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_, name: string) => `[${name.replace(/\\(.)/g, '$1')}]`);
}

interface Evaluation {
  readonly errors: FieldError[];
  readonly budget: Budget;
}

interface Place {
  readonly node: StructuralNode;
  readonly path: string;
  readonly old: Json | undefined;
  /** What the value came from; errors of values that did not change are dropped. */
  readonly correlation: Correlation | undefined;
  /** Nothing at or above this place changed. */
  readonly unchanged: () => boolean;
}

/** Evaluates `x-kubernetes-validations` on an object; transition rules run where there is an old value. */
export function validateRules(
  object: JsonObject,
  old: JsonObject | undefined,
  place: { readonly root: StructuralNode; readonly correlation: Correlation | undefined },
): FieldError[] {
  const { root, correlation } = place;
  if (!root.rulesBelow) return [];
  return evaluate(object, {
    node: root,
    path: '',
    old,
    correlation,
    unchanged: () => correlation?.unchanged ?? false,
  });
}

/** Evaluates the rules of one node and below on a value that is not yet part of an object: a default. */
export function validateNodeRules(value: Json, node: StructuralNode, field: string): FieldError[] {
  if (!node.rulesBelow) return [];
  const place = { node, path: field, correlation: undefined, unchanged: () => false };
  const errors = evaluate(value, { ...place, old: value });
  return errors.length > 0 ? errors : evaluate(value, { ...place, old: undefined });
}

function evaluate(value: Json, place: Place): FieldError[] {
  const evaluation: Evaluation = { errors: [], budget: { steps: evaluationStepsLimit } };
  try {
    visit(value, place, evaluation);
  } catch (error) {
    if (error instanceof CallCostExceeded) return evaluation.errors;
    if (!(error instanceof BudgetExceeded)) throw error;
    const why =
      'validation failed due to running out of cost budget, no further validation rules will be run';
    evaluation.errors.push(invalid(place.path, textOf(place.node.props.type), why));
  }
  return evaluation.errors;
}

function visit(value: Json, place: Place, evaluation: Evaluation): void {
  const { node } = place;
  if (value === null || !node.rulesBelow) return;
  const rules = rulesOf(node);
  if (rules.length > 0) checkRulesOf(value, rules, { place, evaluation });
  if (Array.isArray(value)) visitItems(value, place, evaluation);
  else if (isObject(value)) visitMembers(value, place, evaluation);
}

function visitMembers(object: JsonObject, place: Place, evaluation: Evaluation): void {
  const { node, path, old } = place;
  const oldMembers = isObject(old) ? old : undefined;
  for (const key of Object.keys(object)) {
    const declared = node.property(key);
    const member = declared ?? node.values;
    const value = object[key];
    if (!member?.rulesBelow || value === undefined) continue;
    const memberPath = declared ? (path === '' ? key : `${path}.${key}`) : `${path}[${key}]`;
    visit(
      value,
      below(
        place,
        { node: member, path: memberPath, old: oldMembers?.[key] },
        place.correlation?.member(key),
      ),
      evaluation,
    );
  }
}

function visitItems(list: readonly Json[], place: Place, evaluation: Evaluation): void {
  const { node, path, correlation } = place;
  const { items } = node;
  if (!items?.rulesBelow) return;
  for (const [i, item] of list.entries()) {
    const past = correlation?.item(i);
    visit(item, below(place, { node: items, path: `${path}[${i}]`, old: past?.old }, past), evaluation);
  }
}

function below(
  parent: Place,
  own: { node: StructuralNode; path: string; old: Json | undefined },
  correlation: Correlation | undefined,
): Place {
  // A place without a past of its own shares the fate of the nearest one above that has one.
  return { ...own, correlation, unchanged: correlation ? () => correlation.unchanged : parent.unchanged };
}

function checkRulesOf(
  value: Json,
  rules: readonly CompiledRule[],
  { place, evaluation }: { place: Place; evaluation: Evaluation },
): void {
  const { node, path, old } = place;
  const type = textOf(node.props.type);
  const fail = (text: string) => evaluation.errors.push(invalid(path, type, text));
  const self = lazily(() => fromJson(value, node));
  const oldSelf = lazily(() => (old === undefined || old === null ? undefined : fromJson(old, node)));
  for (const compiled of rules) {
    const { rule, check } = compiled;
    if (!check.ok) {
      fail(`rule compile error: ${check.problem}`);
      continue;
    }
    const before = check.usesOldSelf ? oldSelf() : undefined;
    if (check.usesOldSelf && !rule.optionalOldSelf && before === undefined) continue;
    const oldValue: Value = rule.optionalOldSelf
      ? before === undefined
        ? none
        : new OptionalValue(before)
      : (before ?? null);
    const granted = Math.min(callStepsLimit, evaluation.budget.steps);
    const run = { slots: [self(), oldValue], budget: { steps: granted } };
    try {
      if (check.program(run) === true) continue;
    } catch (error) {
      if (error instanceof BudgetExceeded && granted === callStepsLimit) {
        fail(callCostText(rule));
        throw new CallCostExceeded();
      }
      if (!(error instanceof CelError || error instanceof RangeError)) throw error;
      fail(failureText(error.message, rule));
      continue;
    } finally {
      evaluation.budget.steps -= granted - Math.max(run.budget.steps, 0);
    }
    if (!check.usesOldSelf && place.unchanged()) continue;
    const said = messageOf(compiled, run.slots, evaluation.budget);
    if (said.stopped !== undefined) {
      fail(said.stopped);
      throw new CallCostExceeded();
    }
    evaluation.errors.push(ruleError(compiled, { path, type, message: said.text }));
    // A long path in many errors costs what it weighs.
    evaluation.budget.steps -= Math.max(0, path.length - freePathCharacters);
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** One rule took too much; those that follow are not asked. */
class CallCostExceeded extends Error {}

function callCostText(rule: ValidationRule): string {
  const name = rule.message.trim() || rule.rule.trim();
  return `'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
}

function failureText(why: string, rule: ValidationRule): string {
  const name = rule.message.trim() || rule.rule.trim();
  return why.startsWith('no such overload')
    ? `'${why}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`
    : `${why} evaluating rule: ${name}`;
}

function ruleError(
  { rule, fieldPath }: CompiledRule,
  { path, type, message }: { path: string; type: string; message: string | undefined },
): FieldError {
  const fixed = rule.message === '' ? `failed rule: ${rule.rule.trim()}` : rule.message.trim();
  const detail = message ?? fixed;
  const field = fieldPath === '' ? path : joinPath(path, fieldPath);
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, type);
    default:
      return invalid(field, type, detail);
  }
}

function joinPath(path: string, relative: string): string {
  if (path === '') return relative;
  return relative.startsWith('[') ? path + relative : `${path}.${relative}`;
}

/** What a message expression gave, or why nothing more is evaluated after it. */
interface Said {
  /** Undefined when it gave nothing that can be used. */
  readonly text?: string | undefined;
  readonly stopped?: string;
}

/** It spends of the same budget as the rules. */
function messageOf({ rule, message }: CompiledRule, slots: Value[], budget: Budget): Said {
  if (!message?.ok) return {};
  const granted = Math.min(callStepsLimit, budget.steps);
  const run: Run = { slots, budget: { steps: granted } };
  try {
    return { text: usable(message.program(run)) };
  } catch (error) {
    if (error instanceof BudgetExceeded) {
      const stopped =
        granted === callStepsLimit
          ? `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${goQuote(rule.messageExpression)}`
          : 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run';
      return { stopped };
    }
    if (error instanceof CelError || error instanceof RangeError) return {};
    throw error;
  } finally {
    budget.steps -= granted - Math.max(run.budget.steps, 0);
  }
}

function usable(text: Value): string | undefined {
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  const fits = trimmed !== '' && !trimmed.includes('\n') && Buffer.byteLength(trimmed) <= messageBytes;
  return fits ? trimmed : undefined;
}
