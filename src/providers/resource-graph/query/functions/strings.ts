import type { Budget } from '../budget.ts';
import { patternOf, payForMatch, payForNext } from '../regex.ts';
import { readNumber, textOf, type Value } from '../values.ts';
import { manyArguments, type ScalarFunction } from './function.ts';

/** A function of texts. */
function ofTexts(
  least: number,
  most: number,
  run: (texts: readonly string[], budget: Budget) => string,
): ScalarFunction {
  return {
    least,
    most,
    type: 'string',
    run: (given, budget) => budget.made(run(textsOf(given, budget), budget)),
  };
}

/** A function whose text is paid for where it is made. */
function joining(least: number, run: (texts: readonly string[], budget: Budget) => string): ScalarFunction {
  return {
    least,
    most: manyArguments,
    type: 'string',
    run: (given, budget) => run(textsOf(given, budget), budget),
  };
}

function textsOf(given: readonly Value[], budget: Budget): string[] {
  return given.map((value) => {
    const text = textOf(value, budget);
    budget.spend(1 + (text.length >> 4));
    return text;
  });
}

/** Pays for what comes out when every `old` becomes `fresh`, before it is made. */
function replaceAll([text = '', old = '', fresh = '']: readonly string[], budget: Budget): string {
  if (old === '') return text;
  budget.willSearch(text, old);
  let count = 0;
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + old.length)) count++;
  budget.willMake(text.length + count * Math.max(0, fresh.length - old.length));
  return text.replaceAll(old, () => fresh);
}

/** `\1` is what the first group found, `\0` the whole; everything else is what it says. */
function withGroups(fresh: string, found: readonly unknown[], budget: Budget): string {
  // After the groups come the place, which is a number, and the whole text.
  const groups = found.slice(
    0,
    found.findIndex((one) => typeof one === 'number'),
  );
  const parts = fresh.split(/\\(\d)/);
  return budget.joined(
    parts.map((part, at) => (at % 2 === 0 ? part : String(groups[Number(part)] ?? ''))),
    '',
  );
}

function trim(text: string, pattern: string, sides: readonly ('start' | 'end')[], budget: Budget): string {
  let left = text;
  for (const side of sides) {
    const matcher = patternOf(side === 'start' ? `^(?:${pattern})` : `(?:${pattern})$`);
    payForMatch(matcher, left, budget);
    const found = matcher.compiled.matcher(left);
    if (found.find()) left = side === 'start' ? left.slice(found.end()) : left.slice(0, found.start());
  }
  return left;
}

/** Functions that texts come out of, by name. */
export const stringFunctions: Readonly<Record<string, ScalarFunction>> = {
  tolower: ofTexts(1, 1, ([text = '']) => text.toLowerCase()),
  toupper: ofTexts(1, 1, ([text = '']) => text.toUpperCase()),
  strcat: joining(1, (texts, budget) => budget.joined(texts, '')),
  strcat_delim: joining(2, ([between = '', ...texts], budget) => budget.joined(texts, between)),
  replace_string: ofTexts(3, 3, replaceAll),
  replace_regex: ofTexts(3, 3, ([text = '', pattern = '', fresh = ''], budget) => {
    const matcher = patternOf(pattern);
    payForMatch(matcher, text, budget);
    return matcher.compiled.matcher(text).replaceAll((...found: readonly unknown[]) => {
      const place = found.find((one) => typeof one === 'number') ?? 0;
      payForNext(matcher, text.length - Number(place), budget);
      const made = withGroups(fresh, found, budget);
      return made;
    });
  }),
  trim: ofTexts(2, 2, ([pattern = '', text = ''], budget) => trim(text, pattern, ['start', 'end'], budget)),
  trim_start: ofTexts(2, 2, ([pattern = '', text = ''], budget) => trim(text, pattern, ['start'], budget)),
  trim_end: ofTexts(2, 2, ([pattern = '', text = ''], budget) => trim(text, pattern, ['end'], budget)),
  reverse: ofTexts(1, 1, ([text = ''], budget) => {
    budget.spend(text.length >> 1);
    return [...text].reverse().join('');
  }),
  substring: {
    least: 2,
    most: 3,
    type: 'string',
    run([value = '', from = 0, length], budget) {
      const text = textOf(value, budget);
      const start = Math.max(0, readNumber(from) ?? 0);
      const count = length === undefined ? text.length : Math.max(0, readNumber(length) ?? 0);
      return budget.made(text.slice(start, start + count));
    },
  },
  extract: {
    least: 3,
    most: 4,
    type: 'string',
    run([pattern = '', group = 0, value = ''], budget) {
      const [text, matcher] = [textOf(value, budget), patternOf(textOf(pattern, budget))];
      payForMatch(matcher, text, budget);
      const found = matcher.compiled.matcher(text);
      const wanted = readNumber(group) ?? 0;
      if (!found.find() || wanted < 0 || wanted > found.groupCount()) return '';
      return budget.made(found.group(wanted) ?? '');
    },
  },
  strlen: {
    least: 1,
    most: 1,
    type: 'long',
    run([value = ''], budget) {
      const text = textOf(value, budget);
      budget.spend(text.length >> 3);
      let count = 0;
      for (const _character of text) count++;
      return count;
    },
  },
  indexof: {
    least: 2,
    most: 3,
    type: 'long',
    run([value = '', part = '', from = 0], budget) {
      const [text = '', wanted = ''] = textsOf([value, part], budget);
      budget.willSearch(text, wanted);
      return text.indexOf(wanted, readNumber(from) ?? 0);
    },
  },
  countof: {
    least: 2,
    most: 2,
    type: 'long',
    run([value = '', part = ''], budget) {
      const [text = '', wanted = ''] = textsOf([value, part], budget);
      budget.willSearch(text, wanted);
      let count = 0;
      for (let at = wanted === '' ? -1 : text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
        if (++count % 64 === 0) budget.spend(16);
      return count;
    },
  },
  split: {
    least: 2,
    most: 3,
    type: 'dynamic',
    run([value = '', between = '', wanted], budget) {
      const [text = '', delimiter = ''] = textsOf([value, between], budget);
      budget.willSearch(text, delimiter);
      const parts = delimiter === '' ? [text] : text.split(delimiter);
      budget.willMake(text.length + parts.length);
      const at = wanted === undefined ? undefined : readNumber(wanted);
      if (at === undefined || at === null) return parts;
      const one = parts[at];
      return one === undefined ? [] : [one];
    },
  },
  isempty: { least: 1, most: 1, type: 'bool', run: ([value = null], budget) => textOf(value, budget) === '' },
  isnotempty: {
    least: 1,
    most: 1,
    type: 'bool',
    run: ([value = null], budget) => textOf(value, budget) !== '',
  },
  notempty: {
    least: 1,
    most: 1,
    type: 'bool',
    run: ([value = null], budget) => textOf(value, budget) !== '',
  },
};
