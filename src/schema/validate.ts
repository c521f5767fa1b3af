import type { FieldError } from '../apimachinery/contract.ts';
import { required, tooLong } from '../apimachinery/validation/errors.ts';
import { invalid, notSupported, tooMany, typeInvalid } from '../apimachinery/validation/field-errors.ts';
import { formatCheck } from '../apimachinery/validation/formats.ts';
import { goNumber, goQuote } from '../apimachinery/validation/go-text.ts';
import { isNumber, isObject, type Json, type JsonObject, jsonEqual } from '../base/index.ts';
import type { Correlation } from './correlation.ts';
import { type StructuralNode, textOf } from './structural-node.ts';

/** Collected while a value is checked. `matches` tells which branch of an `anyOf` came nearest. */
interface Findings {
  readonly errors: FieldError[];
  matches: number;
  readonly work: Work;
}

/** What one validation may still do, shared by all its branches. */
interface Work {
  steps: number;
}

/** Values checked and pattern steps, together, that one validation may take. */
const validationStepsLimit = 20_000_000;

/** Longer paths cost a step for each character in each error that they lead to. */
const freePathCharacters = 1_024;

class OutOfSteps extends Error {}

function spend(work: Work, steps: number): void {
  work.steps -= steps;
  if (work.steps < 0) throw new OutOfSteps();
}

/**
 * Checks a value against the constraints of its schema. `prefix` is put before each field (`status`); texts speak of
 * the path without it, as the real server's do. With `correlation`, errors of values that did not change are dropped.
 */
export function validateValue(
  value: Json,
  node: StructuralNode,
  options: { readonly prefix?: string; readonly correlation?: Correlation | undefined } = {},
): FieldError[] {
  const findings: Findings = { errors: [], matches: 0, work: { steps: validationStepsLimit } };
  try {
    checkCorrelated(value, { node, path: '', correlation: options.correlation }, findings);
  } catch (thrown) {
    if (!(thrown instanceof OutOfSteps)) throw thrown;
    const why = `the schema's patterns and branches take more than ${validationStepsLimit} steps on this value`;
    findings.errors.push(invalid('', textOf(node.props['type']), why));
  }
  const { prefix = '' } = options;
  if (prefix === '') return findings.errors;
  return findings.errors.map((error) => ({ ...error, field: joined(prefix, error.field) }));
}

function joined(prefix: string, field: string): string {
  return field === '' ? prefix : `${prefix}.${field}`;
}

interface Place {
  readonly node: StructuralNode;
  readonly path: string;
  readonly correlation: Correlation | undefined;
}

/** Drops what is wrong with a value that is as it was before. */
function checkCorrelated(value: Json, place: Place, findings: Findings): void {
  const before = findings.errors.length;
  check(value, place, findings);
  const found = findings.errors.length - before;
  if (found > 0) spend(findings.work, found * Math.max(0, place.path.length - freePathCharacters));
  if (findings.errors.length > before && place.correlation?.unchanged) findings.errors.length = before;
}

function check(value: Json, place: Place, findings: Findings): void {
  spend(findings.work, 1);
  checkType(value, place, findings);
  if (value === null) {
    checkEnum(value, place, findings);
    return;
  }
  checkBranches(value, place, findings);
  if (typeof value === 'string') checkString(value, place, findings);
  else if (isNumber(value)) checkNumber(value, place, findings);
  else if (Array.isArray(value)) checkList(value, place, findings);
  checkEnum(value, place, findings);
  if (isObject(value)) checkObject(value, place, findings);
}

/** Fields begin without the dot that paths below the root have. Worked out for errors only: it costs the length of the path. */
function fieldOf(path: string): string {
  return path.startsWith('.') ? path.slice(1) : path;
}

function checkType(value: Json, { node, path }: Place, findings: Findings): void {
  const { types } = node;
  if (types.length === 0) return;
  const found = typeOf(value);
  if (value === null ? node.nullable : fits(found, value, types)) {
    findings.matches += 2;
    return;
  }
  // A text with a known format is left to the format's check.
  const isTextual = found === 'string' || found === 'array';
  if (isTextual && formatCheck(node.format) && !types.includes('integer') && !types.includes('number'))
    return;
  findings.errors.push(
    typeInvalid(
      fieldOf(path),
      found,
      `${path} in body must be of type ${types.join(',')}: ${goQuote(found)}`,
    ),
  );
  findings.matches += 1;
}

function fits(found: string, value: Json, types: readonly string[]): boolean {
  return types.includes(found) || (isNumber(value) && found === 'integer' && types.includes('number'));
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  // Beyond that an integer comes as bigint, and what is left was written with a fraction, an exponent or too many digits.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' || typeof value === 'string' ? typeof value : 'object';
}

function checkString(value: string, { node, path }: Place, findings: Findings): void {
  const { maxLength, minLength, pattern } = node.constraints;
  if (maxLength !== undefined && value.length > maxLength && lengthOf(value) > maxLength) {
    findings.errors.push(tooLong(fieldOf(path), maxLength));
  } else if (minLength !== undefined && lengthOf(value) < minLength) {
    findings.errors.push(
      invalid(fieldOf(path), value, `${path} in body should be at least ${minLength} chars long`),
    );
  } else if (pattern) {
    spend(findings.work, pattern.steps(value));
    const problem = pattern.problem();
    if (problem !== undefined) {
      const text = `${pattern.source}, but pattern is invalid: ${problem}`;
      findings.errors.push(invalid(fieldOf(path), value, `${path} in body should match '${text}'`));
    } else if (!pattern.test(value)) {
      findings.errors.push(invalid(fieldOf(path), value, `${path} in body should match '${pattern.source}'`));
    }
  }
  const format = formatCheck(node.format);
  if (format && !format(value)) {
    const detail = `${path} in body must be of type ${node.format}: ${goQuote(value)}`;
    findings.errors.push({ ...invalid(fieldOf(path), value, detail), reason: 'FieldValueTypeInvalid' });
  }
}

/** The number of code points. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

function checkNumber(value: number | bigint, { node, path }: Place, findings: Findings): void {
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = node.constraints;
  const fail = (detail: string) =>
    findings.errors.push(invalid(fieldOf(path), value, `${path} in body should be ${detail}`));
  findings.matches += 1;
  if (multipleOf !== undefined) {
    // Of a whole number the real server cuts the factor to one too, and 0 it does not take.
    if (Number.isInteger(Number(value)) && Math.trunc(multipleOf) === 0) {
      const why = `factor MultipleOf declared for ${path} must be positive: 0`;
      findings.errors.push(invalid(fieldOf(path), 0, why));
    } else if (!isMultiple(value, multipleOf)) fail(`a multiple of ${goNumber(multipleOf)}`);
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    fail(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${bound(minimum, value)}`);
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    fail(`less than ${exclusiveMaximum ? '' : 'or equal to '}${bound(maximum, value)}`);
  }
}

/** The bound of a whole number is cut to one. */
function bound(limit: number, value: number | bigint): string {
  return goNumber(Number.isInteger(Number(value)) ? Math.trunc(limit) : limit);
}

function isMultiple(number: number | bigint, factor: number): boolean {
  if (typeof number === 'bigint' && Number.isSafeInteger(factor)) return number % BigInt(factor) === 0n;
  const value = Number(number);
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}

function checkEnum(value: Json, { node, path }: Place, findings: Findings): void {
  const allowed = node.enum;
  if (allowed.length === 0) return;
  spend(findings.work, allowed.length);
  if (value !== null && allowed.some((other) => jsonEqual(other, value))) return;
  const texts = allowed.map((other) => (typeof other === 'string' ? other : JSON.stringify(other)));
  findings.errors.push(notSupported(fieldOf(path), value, texts));
}

function checkList(list: readonly Json[], place: Place, findings: Findings): void {
  const { node, path, correlation } = place;
  const { items } = node;
  const { minItems, maxItems, uniqueItems } = node.constraints;
  findings.matches += 1;
  if (items) {
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (item === undefined) continue;
      const below = { node: items, path: `${path}[${i}]`, correlation: correlation?.item(i) };
      checkCorrelated(item, below, findings);
    }
  }
  if (minItems !== undefined && list.length < minItems) {
    findings.errors.push(
      invalid(fieldOf(path), list.length, `${path} in body should have at least ${minItems} items`),
    );
  }
  if (maxItems !== undefined && list.length > maxItems) {
    findings.errors.push(tooMany(fieldOf(path), list.length, maxItems));
  }
  if (uniqueItems && new Set(list.map(canonicalText)).size < list.length) {
    findings.errors.push(invalid(fieldOf(path), '', `${path} in body shouldn't contain duplicates`));
  }
}

/** Equal for equal values, whatever the order of their members. */
function canonicalText(value: Json): string {
  return JSON.stringify(value, (_, member: Json) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function checkObject(object: JsonObject, place: Place, findings: Findings): void {
  const { node, path, correlation } = place;
  const { minProperties, maxProperties } = node.constraints;
  const keys = Object.keys(object);
  if (minProperties !== undefined && keys.length < minProperties) {
    findings.errors.push(
      invalid(fieldOf(path), keys.length, `${path} in body should have at least ${minProperties} properties`),
    );
  }
  if (maxProperties !== undefined && keys.length > maxProperties) {
    findings.errors.push(tooMany(fieldOf(path), keys.length, maxProperties));
  }
  for (const key of keys) {
    const value = object[key];
    const declared = node.property(key);
    const member = declared ?? node.values;
    if (!member || value === undefined) continue;
    // Type and kind are the same in old and new, whatever was stored.
    const isTypeMeta = path === '' && (key === 'kind' || key === 'apiVersion');
    const memberPath = path === '' && declared ? key : `${path}.${key}`;
    const past = isTypeMeta ? undefined : correlation?.member(key);
    checkCorrelated(value, { node: member, path: memberPath, correlation: past }, findings);
  }
  for (const name of node.required) {
    if (object[name] === undefined) findings.errors.push(required(fieldOf(`${path}.${name}`)));
  }
}

function checkBranches(value: Json, place: Place, findings: Findings): void {
  const { node, path } = place;
  findings.matches += 1;
  if (!node.isBranched) return;
  const fail = (detail: string) => findings.errors.push(invalid('', '', `${goQuote(path)} ${detail}`));
  const attempt = (branch: StructuralNode): Findings => {
    const own: Findings = { errors: [], matches: 0, work: findings.work };
    check(value, { ...place, node: branch }, own);
    return own;
  };
  const anyOf = node.branches('anyOf');
  if (anyOf.length > 0) {
    const nearest = nearestFailure(anyOf, attempt);
    if (nearest) {
      fail('must validate at least one schema (anyOf)');
      findings.errors.push(...nearest.errors);
    }
  }
  const oneOf = node.branches('oneOf');
  if (oneOf.length > 0) checkOneOf(oneOf.map(attempt), findings, fail);
  const allOf = node.branches('allOf').map(attempt);
  for (const attempted of allOf) findings.errors.push(...attempted.errors);
  const valid = allOf.filter(({ errors }) => errors.length === 0).length;
  if (valid < allOf.length) {
    fail(`must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  const { not } = node;
  if (not && attempt(not).errors.length === 0) fail('must not validate the schema (not)');
}

/** The failed branch with the most parts that fit; undefined when one branch fits whole. */
function nearestFailure(
  branches: readonly StructuralNode[],
  attempt: (branch: StructuralNode) => Findings,
): Findings | undefined {
  let nearest: Findings | undefined;
  for (const branch of branches) {
    const attempted = attempt(branch);
    if (attempted.errors.length === 0) return undefined;
    if (!nearest || attempted.matches > nearest.matches) nearest = attempted;
  }
  return nearest;
}

function checkOneOf(
  attempts: readonly Findings[],
  findings: Findings,
  fail: (detail: string) => unknown,
): void {
  const valid = attempts.filter(({ errors }) => errors.length === 0).length;
  if (valid === 1) return;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  fail(`must validate one and only one schema (oneOf). ${found}`);
  if (valid > 0) return;
  const [first, ...rest] = attempts;
  const nearest = rest.reduce((best, other) => (best && best.matches >= other.matches ? best : other), first);
  if (nearest) findings.errors.push(...nearest.errors);
}
