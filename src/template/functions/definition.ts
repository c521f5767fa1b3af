import { isNumber, isObject, type Json, type JsonObject } from '../../base/index.ts';
import { TemplateError } from '../errors.ts';
import { type Frame, Lambda, type Value } from '../frame.ts';
import { typeWord } from '../values.ts';

/** What a function knows of its call. */
export interface CallSite {
  readonly name: string;
  readonly frame: Frame;
  apply(lambda: Lambda, values: readonly Json[]): Json;
}

export interface TemplateFunction {
  /** In the casing of the documentation. */
  readonly name: string;
  readonly least: number;
  readonly most: number;
  run(args: readonly Value[], site: CallSite): Value;
}

export const any = Number.POSITIVE_INFINITY;

/** A function with the number of arguments that it takes. */
export function define(
  name: string,
  [least, most]: readonly [number, number],
  run: (args: readonly Value[], site: CallSite) => Value,
): TemplateFunction {
  return { name, least, most, run };
}

/** The refusal of what a function was given. */
export function refused({ name }: Pick<CallSite, 'name'>, why: string): TemplateError {
  return new TemplateError(
    `Unable to evaluate template language function '${name}': ${why}. Please see https://aka.ms/arm-functions/#${name.toLowerCase()} for usage details.`,
  );
}

function wrong(site: Pick<CallSite, 'name'>, wanted: string, value: Value | undefined): TemplateError {
  return new TemplateError(
    `The template language function '${site.name}' expects its parameter to be ${wanted}. The provided value is of type '${typeWord(value ?? null)}'. ` +
      `Please see https://aka.ms/arm-functions/#${site.name.toLowerCase()} for usage details.`,
  );
}

export function text(value: Value | undefined, site: CallSite): string {
  if (typeof value !== 'string') throw wrong(site, 'a string', value);
  return value;
}

export function whole(value: Value | undefined, site: CallSite): number {
  const number = isNumber(value) ? Number(value) : Number.NaN;
  if (!Number.isInteger(number)) throw wrong(site, 'an integer', value);
  return number;
}

export function flag(value: Value | undefined, site: CallSite): boolean {
  if (typeof value !== 'boolean') throw wrong(site, 'a boolean', value);
  return value;
}

export function items(value: Value | undefined, site: CallSite): Json[] {
  if (!Array.isArray(value)) throw wrong(site, 'an array', value);
  site.frame.budget.spend(value.length);
  return value;
}

export function object(value: Value | undefined, site: CallSite): JsonObject {
  if (!isObject(value) || value instanceof Lambda) throw wrong(site, 'an object', value);
  const found: JsonObject = value;
  site.frame.budget.spend(Object.keys(found).length);
  return found;
}

export function lambda(value: Value | undefined, site: CallSite): Lambda {
  if (!(value instanceof Lambda)) throw wrong(site, 'a lambda', value);
  return value;
}

export function json(value: Value | undefined, site: CallSite): Json {
  if (value instanceof Lambda) throw wrong(site, 'a value', value);
  return value ?? null;
}

export function jsons(values: readonly Value[], site: CallSite): Json[] {
  return values.map((value) => json(value, site));
}

/** Texts with a delimiter between them, paid for before they are put together. */
export function joined(texts: readonly string[], delimiter: string, site: CallSite): string {
  const characters = texts.reduce((sum, one) => sum + one.length + delimiter.length, 0);
  site.frame.budget.spendCharacters(characters);
  return texts.join(delimiter);
}

/** A text that is about to be made, paid for. */
export function paid(made: string, site: CallSite): string {
  site.frame.budget.spendCharacters(made.length);
  return made;
}
