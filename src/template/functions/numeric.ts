import { isNumber, type Json } from '../../base/index.ts';
import { TemplateError } from '../errors.ts';
import type { Value } from '../frame.ts';
import { any, type CallSite, define, items, refused, text, whole } from './definition.ts';

const largest = 2 ** 53;

/** Integers that come out: those of a double are exact. */
function exact(value: number, site: CallSite): number {
  if (Math.abs(value) <= largest) return value;
  throw refused(site, 'the result is too large');
}

function arithmetic(name: string, work: (a: number, b: number, site: CallSite) => number) {
  return define(name, [2, 2], ([a, b], site) => exact(work(whole(a, site), whole(b, site), site), site));
}

function nonZero(value: number, site: CallSite): number {
  if (value === 0) throw refused(site, 'the divisor is zero');
  return value;
}

function extreme(name: string, choose: (a: number, b: number) => number) {
  return define(name, [1, any], (args, site) => {
    const [first] = args;
    const numbers: readonly Value[] = args.length === 1 && Array.isArray(first) ? items(first, site) : args;
    if (numbers.length === 0) throw refused(site, 'the array is empty');
    return numbers.map((number) => whole(number, site)).reduce(choose);
  });
}

/** Numbers. */
export const numericFunctions = [
  arithmetic('add', (a, b) => a + b),
  arithmetic('sub', (a, b) => a - b),
  arithmetic('mul', (a, b) => a * b),
  arithmetic('div', (a, b, site) => Math.trunc(a / nonZero(b, site))),
  arithmetic('mod', (a, b, site) => a % nonZero(b, site)),
  extreme('min', (a, b) => Math.min(a, b)),
  extreme('max', (a, b) => Math.max(a, b)),
  define('int', [1, 1], ([value], site) => {
    if (isNumber(value)) return Math.trunc(Number(value));
    if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return exact(Number(value), site);
    throw refused(site, 'the parameter cannot be converted to an integer');
  }),
  define('float', [1, 1], ([value], site) => {
    const number =
      typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : isNumber(value)
          ? Number(value)
          : Number.NaN;
    if (!Number.isFinite(number)) throw refused(site, 'the parameter cannot be converted to a number');
    return number;
  }),
  define('copyIndex', [0, 2], (args, site): Json => {
    const [first, second] = args;
    const name = typeof first === 'string' ? first : undefined;
    const offset = name === undefined ? first : second;
    const turn = site.frame.copies.find(
      (copy) => name === undefined || copy.name.toLowerCase() === name.toLowerCase(),
    );
    if (!turn) {
      throw new TemplateError(
        name === undefined
          ? "The template function 'copyIndex' is not expected at this location. The function can only be used in a resource with copy specified. " +
              'Please see https://aka.ms/arm-copy for usage details.'
          : `The template function 'copyIndex' refers to the copy loop '${name}', which is not one that it stands in. Please see https://aka.ms/arm-copy for usage details.`,
      );
    }
    return turn.index + (offset === undefined ? 0 : whole(offset, site));
  }),
  define('fail', [1, 1], ([message], site) => {
    throw new TemplateError(text(message, site), 'TemplateFailure');
  }),
];
