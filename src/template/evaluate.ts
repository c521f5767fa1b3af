import { isDeeperThan, isNumber, isObject, type Json, type JsonObject } from '../base/index.ts';
import { TemplateError } from './errors.ts';
import { type Expression, isExpression, parseExpression, plainText } from './expression.ts';
import { type Frame, Lambda, type Value } from './frame.ts';
import { functionNamed } from './functions/index.ts';
import { templateLimits } from './limits.ts';
import { memberWithoutCase, put, sizeOf, typeWord } from './values.ts';

/** The value of a text of a template: of its expression, or the text itself. */
function evaluateText(text: string, frame: Frame): Json {
  if (!isExpression(text)) return plainText(text);
  const value = evaluate(parseExpression(text), frame);
  if (value instanceof Lambda)
    throw new TemplateError(`The expression '${text}' gives a function, not a value.`);
  return value;
}

/** The value of an expression. Throws TemplateError, or NotYetKnown. */
export function evaluate(expression: Expression, frame: Frame): Value {
  frame.budget.spend(1);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'member':
      return memberOf(evaluate(expression.of, frame), expression.name);
    case 'index':
      return itemOf(evaluate(expression.of, frame), evaluate(expression.index, frame));
    case 'call':
      return call(expression, frame);
  }
}

function call(expression: Extract<Expression, { kind: 'call' }>, frame: Frame): Value {
  const { name, args } = expression;
  const lower = name.toLowerCase();
  const special = Object.hasOwn(specialForms, lower) ? specialForms[lower] : undefined;
  if (special) return special(args, frame);
  const found = functionNamed(name);
  if (found) {
    const values = args.map((arg) => evaluate(arg, frame));
    if (values.length < found.least || values.length > found.most)
      throw wrongCount(found.name, found, values.length);
    return found.run(values, { name: found.name, frame, apply });
  }
  const own = frame.userFunction(lower);
  if (!own) {
    throw new TemplateError(
      `The template function '${name}' is not valid. Please see https://aka.ms/arm-functions for usage details.`,
    );
  }
  if (frame.level >= templateLimits.callLevels) throw tooDeep(name);
  return measured(
    own(
      args.map((arg) => jsonOf(evaluate(arg, frame), name)),
      frame.level + 1,
    ),
    frame,
  );
}

export function tooDeep(name: string): TemplateError {
  return new TemplateError(
    `The evaluation of '${name}' goes deeper than ${templateLimits.callLevels} levels: it may come back to itself.`,
  );
}

function wrongCount(
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
  given: number,
): TemplateError {
  const wanted =
    least === most
      ? String(least)
      : most === Number.POSITIVE_INFINITY
        ? `at least ${least}`
        : `${least} to ${most}`;
  return new TemplateError(
    `Unable to evaluate template language function '${name}': function requires ${wanted} argument(s) while ${given} were provided. ` +
      `Please see https://aka.ms/arm-functions/#${name.toLowerCase()} for usage details.`,
  );
}

/** Calls a lambda. */
function apply(lambda: Lambda, values: readonly Json[]): Json {
  const { frame, names } = lambda;
  frame.budget.spend(1);
  const lambdas = new Map(frame.lambdas);
  for (const [at, name] of names.entries()) lambdas.set(name.toLowerCase(), values[at] ?? null);
  return measured(jsonOf(evaluate(lambda.body, { ...frame, lambdas }), 'lambda'), frame);
}

/** Parts of a value may be the same object: it is paid for as what it would be written out. */
function measured(value: Json, frame: Frame): Json {
  if (typeof value === 'object') frame.budget.spend(sizeOf(value, templateLimits.steps));
  return value;
}

function jsonOf(value: Value, name: string): Json {
  if (value instanceof Lambda)
    throw new TemplateError(`The template function '${name}' takes values, not functions.`);
  return value;
}

type SpecialForm = (args: readonly Expression[], frame: Frame) => Value;

/** Functions that do not evaluate all that they are given. */
const specialForms: Readonly<Record<string, SpecialForm>> = {
  if(args, frame) {
    const [condition, yes, no] = args;
    if (!condition || !yes || !no || args.length > 3)
      throw wrongCount('if', { least: 3, most: 3 }, args.length);
    const holds = evaluate(condition, frame);
    if (typeof holds !== 'boolean') throw wrongType('if', 'Boolean', holds);
    return evaluate(holds ? yes : no, frame);
  },
  and: (args, frame) => junction('and', args, frame),
  or: (args, frame) => junction('or', args, frame),
  lambda(args, frame) {
    const body = args.at(-1);
    const names = args.slice(0, -1).map((arg) => {
      if (arg.kind !== 'literal' || typeof arg.value !== 'string') {
        throw new TemplateError("The template function 'lambda' takes names as literals.");
      }
      return arg.value;
    });
    if (!body) throw wrongCount('lambda', { least: 1, most: Number.POSITIVE_INFINITY }, 0);
    return new Lambda(names, body, frame);
  },
};

function junction(name: 'and' | 'or', args: readonly Expression[], frame: Frame): boolean {
  if (args.length < 2) throw wrongCount(name, { least: 2, most: Number.POSITIVE_INFINITY }, args.length);
  for (const arg of args) {
    const value = evaluate(arg, frame);
    if (typeof value !== 'boolean') throw wrongType(name, 'Boolean', value);
    if (value !== (name === 'and')) return value;
  }
  return name === 'and';
}

function wrongType(name: string, wanted: string, got: Value): TemplateError {
  return new TemplateError(
    `The template language function '${name}' expects its parameter to be of type '${wanted}'. The provided value is of type '${typeWord(got)}'. ` +
      `Please see https://aka.ms/arm-functions/#${name.toLowerCase()} for usage details.`,
  );
}

function memberOf(of: Value, name: string): Json {
  if (!isObject(of) || of instanceof Lambda) {
    throw new TemplateError(
      `The template language expression property '${name}' can't be evaluated. Property selection is not supported on values of type '${typeWord(of)}'.`,
    );
  }
  const found = memberWithoutCase(of, name);
  if (found !== undefined) return found;
  throw new TemplateError(
    `The language expression property '${name}' doesn't exist, available properties are '${Object.keys(of).join(', ')}'.`,
  );
}

function itemOf(of: Value, index: Value): Json {
  if (typeof index === 'string') return memberOf(of, index);
  if (!Array.isArray(of) || !isNumber(index)) {
    throw new TemplateError(
      `The language expression property '${index instanceof Lambda ? 'lambda' : JSON.stringify(index)}' is not valid: ` +
        `a value of type '${typeWord(of)}' can't be indexed by a value of type '${typeWord(index)}'.`,
    );
  }
  const item = of[Number(index)];
  if (item !== undefined) return item;
  throw new TemplateError(`The language expression property array index '${index}' is out of bounds.`);
}

/** A value of a template with all its expressions evaluated. Copy loops of members are carried out. */
export function evaluateJson(value: Json, frame: Frame): Json {
  if (typeof value === 'string') {
    // A loop reads a text anew each time, and it goes into every body.
    frame.budget.spendCharacters(value.length);
    const found = measured(evaluateText(value, frame), frame);
    if (isDeeperThan(found, templateLimits.valueLevels)) {
      throw new TemplateError(`A value nests deeper than ${templateLimits.valueLevels} levels.`);
    }
    return found;
  }
  frame.budget.spend(1);
  if (Array.isArray(value)) return value.map((item) => evaluateJson(item, frame));
  if (!isObject(value)) return value;
  const made: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    frame.budget.spendCharacters(name.length);
    if (name.toLowerCase() === 'copy' && isCopyList(item)) {
      for (const copy of item) {
        const { name: copyName, items } = copyItems(copy, frame);
        put(made, copyName, items);
      }
    } else
      put(
        made,
        isExpression(name) ? String(evaluateText(name, frame)) : plainText(name),
        evaluateJson(item, frame),
      );
  }
  return made;
}

/** A loop of values: `{ name, count, input }`. */
export interface ValueCopy extends JsonObject {
  name: string;
}

export function isCopyList(value: Json): value is ValueCopy[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (item) => isObject(item) && typeof item['name'] === 'string' && 'count' in item && 'input' in item,
    )
  );
}

export function copyItems(copy: JsonObject, frame: Frame): { readonly name: string; readonly items: Json[] } {
  const name = String(evaluateJson(copy['name'] ?? '', frame));
  const input = copy['input'] ?? null;
  const count = copyCount(copy['count'] ?? 0, frame, name);
  const items: Json[] = [];
  for (let index = 0; index < count; index++) {
    items.push(evaluateJson(input, { ...frame, copies: [{ name, index }, ...frame.copies] }));
  }
  return { name, items };
}

/** How often a loop runs. Throws for what is no such number. */
export function copyCount(given: Json, frame: Frame, name: string): number {
  const count = evaluateJson(given, frame);
  if (!isNumber(count) || !Number.isInteger(Number(count)) || Number(count) < 0) {
    throw new TemplateError(
      `The 'count' property of the copy loop '${name}' must be an integer that is not negative, and is '${JSON.stringify(count)}'. ` +
        'Please see https://aka.ms/arm-resource-loops for usage details.',
    );
  }
  if (Number(count) > templateLimits.listItems) {
    throw new TemplateError(
      `The number of copies '${count}' of the loop '${name}' exceeds the limit of '${templateLimits.listItems}'. ` +
        'Please see https://aka.ms/arm-resource-loops for usage details.',
    );
  }
  frame.budget.spend(Number(count));
  return Number(count);
}
