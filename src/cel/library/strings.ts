import { type Pattern, patternOf } from '../../apimachinery/pattern.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import type { Registry } from '../registry.ts';
import { stepsOfNextSearch } from '../steps.ts';
import { CelError, ListValue } from '../values.ts';
import { int, list, text } from './arguments.ts';
import { format } from './format.ts';

/** Texts: the standard functions, cel-go's string extension and Kubernetes' `find`. */
export function declareStrings(registry: Registry): void {
  registry.declare('string.contains(string) bool', (a, b) => text(a).includes(text(b)));
  registry.declare('string.startsWith(string) bool', (a, b) => text(a).startsWith(text(b)));
  registry.declare('string.endsWith(string) bool', (a, b) => text(a).endsWith(text(b)));
  registry.declare('string.matches(string) bool', (a, b) => regex(text(b)).test(text(a)));
  registry.declare('matches(string, string) bool', (a, b) => regex(text(b)).test(text(a)));
  registry.declare('string.lowerAscii() string', (a) =>
    text(a).replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  );
  registry.declare('string.upperAscii() string', (a) =>
    text(a).replace(/[a-z]+/g, (part) => part.toUpperCase()),
  );
  registry.declare('string.trim() string', (a) => trimmed(text(a)));
  registry.declare('strings.quote(string) string', (a) => goQuote(text(a)));
  declarePositions(registry);
  declareParts(registry);
  declareRegex(registry);
  registry.declare('string.format(list(dyn)) string', (a, b) => format(text(a), [...list(b)]));
}

/** Go's white space: JavaScript's, with U+0085 and without the byte order mark. */
const blank = /[^\S\ufeff]|\u0085/;

function trimmed(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && blank.test(value.charAt(from))) from++;
  while (to > from && blank.test(value.charAt(to - 1))) to--;
  return value.slice(from, to);
}

function regex(source: string): Pattern {
  const pattern = patternOf(source);
  const problem = pattern.problem();
  if (problem !== undefined) throw new CelError(problem);
  return pattern;
}

/** Positions count code points. */
function declarePositions(registry: Registry): void {
  registry.declare('string.charAt(int) string', (a, at) => {
    const characters = [...text(a)];
    const index = Number(int(at));
    if (index < 0 || index > characters.length) throw new CelError(`index out of range: ${index}`);
    return characters[index] ?? '';
  });
  registry.declare('string.indexOf(string) int', (a, b) => find(text(a), text(b), 0));
  registry.declare('string.indexOf(string, int) int', (a, b, from) =>
    find(text(a), text(b), Number(int(from))),
  );
  registry.declare('string.lastIndexOf(string) int', (a, b) =>
    findLast(text(a), text(b), lastPlace(text(a), text(b))),
  );
  registry.declare('string.lastIndexOf(string, int) int', (a, b, from) =>
    findLast(text(a), text(b), Number(int(from))),
  );
  registry.declare('string.substring(int) string', (a, from) => {
    const characters = [...text(a)];
    const start = Number(int(from));
    if (start < 0 || start > characters.length) throw new CelError(`index out of range: ${start}`);
    return characters.slice(start).join('');
  });
  registry.declare('string.substring(int, int) string', (a, from, to) => {
    const characters = [...text(a)];
    const [start, end] = [Number(int(from)), Number(int(to))];
    if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
    if (start < 0 || start > characters.length) throw new CelError(`index out of range: ${start}`);
    if (end < 0 || end > characters.length) throw new CelError(`index out of range: ${end}`);
    return characters.slice(start, end).join('');
  });
}

function lastPlace(value: string, part: string): number {
  const { length } = [...value];
  return part === '' ? length : Math.max(length - 1, 0);
}

/** An offset beyond the end finds nothing; one before the beginning is an error. */
function find(value: string, part: string, from: number): bigint {
  if (part === '') return BigInt(from);
  if (from < 0) throw new CelError(`index out of range: ${from}`);
  return BigInt(placeOf([...value], [...part], from));
}

function findLast(value: string, part: string, from: number): bigint {
  if (part === '') return BigInt(from);
  if (from < 0) throw new CelError(`index out of range: ${from}`);
  const [characters, sought] = [[...value], [...part]];
  if (from >= characters.length) return -1n;
  // Backwards the last one is the first.
  const last = characters.length - sought.length;
  const place = placeOf(characters.reverse(), sought.reverse(), last - Math.min(from, last));
  return BigInt(place < 0 ? -1 : last - place);
}

/** The first place of `part` in `whole` at or after `from`, else -1; linear in both (Knuth, Morris and Pratt). */
function placeOf(whole: readonly string[], part: readonly string[], from: number): number {
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = from; at < whole.length; at++) {
    while (matched > 0 && whole[at] !== part[matched]) matched = borders[matched - 1] ?? 0;
    if (whole[at] === part[matched]) matched++;
    if (matched === part.length) return at + 1 - matched;
  }
  return -1;
}

/** For each beginning of a text the length of the longest shorter beginning that it also ends with. */
function bordersOf(part: readonly string[]): readonly number[] {
  const borders = [0];
  let length = 0;
  for (let at = 1; at < part.length; at++) {
    while (length > 0 && part[at] !== part[length]) length = borders[length - 1] ?? 0;
    if (part[at] === part[length]) length++;
    borders.push(length);
  }
  return borders;
}

function declareParts(registry: Registry): void {
  registry.declare('string.replace(string, string) string', (a, old, by) =>
    text(a).split(text(old)).join(text(by)),
  );
  registry.declare('string.replace(string, string, int) string', (a, old, by, count) =>
    replaceSome(text(a), { old: text(old), by: text(by), count: Number(int(count)) }),
  );
  registry.declare('string.split(string) list(string)', (a, by) => new ListValue(text(a).split(text(by))));
  registry.declare(
    'string.split(string, int) list(string)',
    (a, by, count) => new ListValue(splitSome(text(a), text(by), Number(int(count)))),
  );
  registry.declare('list(string).join() string', (a) => [...list(a)].map(text).join(''));
  registry.declare('list(string).join(string) string', (a, by) => [...list(a)].map(text).join(text(by)));
}

function replaceSome(value: string, { old, by, count }: { old: string; by: string; count: number }): string {
  const parts = value.split(old);
  if (count < 0 || parts.length - 1 <= count) return parts.join(by);
  return [parts.slice(0, count + 1).join(by), ...parts.slice(count + 1)].join(old);
}

function splitSome(value: string, by: string, count: number): string[] {
  if (count === 0) return [];
  const parts = value.split(by);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
}

function declareRegex(registry: Registry): void {
  registry.declareMetered(
    'string.find(string) string',
    (spend, a, b) => found(text(a), text(b), { spend, limit: 1 })[0] ?? '',
  );
  registry.declareMetered(
    'string.findAll(string) list(string)',
    (spend, a, b) => new ListValue(found(text(a), text(b), { spend, limit: -1 })),
  );
  registry.declareMetered(
    'string.findAll(string, int) list(string)',
    (spend, a, b, limit) => new ListValue(found(text(a), text(b), { spend, limit: Number(int(limit)) })),
  );
}

/** Up to `limit` matches, all when it is negative. The first search is paid for; each further one spends. */
function found(
  value: string,
  source: string,
  { spend, limit }: { spend: (steps: number) => void; limit: number },
): string[] {
  const pattern = patternOf(source);
  const problem = pattern.problem();
  if (problem !== undefined) throw new CelError(`Illegal regex: ${problem}`);
  const matcher = pattern.compiled.matcher(value);
  const matches: string[] = [];
  while (matches.length !== limit && matcher.find()) {
    matches.push(matcher.group() ?? '');
    spend(stepsOfNextSearch(source, value.length - matcher.end()));
  }
  return matches;
}
