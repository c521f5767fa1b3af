import { isNumber, type Json } from '../../base/index.ts';
import { templateLimits } from '../limits.ts';
import { TextPlaces } from '../text-places.ts';
import { sizeOf, textOf } from '../values.ts';
import {
  any,
  type CallSite,
  define,
  items,
  joined,
  json,
  jsons,
  paid,
  refused,
  text,
  whole,
} from './definition.ts';
import { formatNumber } from './number-format.ts';

/** A value as text, paid for before it is made. */
function written(value: Json, site: CallSite): string {
  site.frame.budget.spend(sizeOf(value, templateLimits.steps));
  return paid(textOf(value), site);
}

/** Fills `{0}`, `{1,-8}`, `{2:N0}`; `{{` and `}}` stand for braces. */
function formatted(pattern: string, values: readonly Json[], site: CallSite): string {
  let made = '';
  for (const piece of pattern.split(/(\{\{|\}\}|\{\d{1,4}(?:,-?\d{1,6})?(?::[^{}]*)?\})/)) {
    if (piece === '{{' || piece === '}}') made += piece.charAt(0);
    else if (piece.startsWith('{') && piece.endsWith('}')) made += item(piece.slice(1, -1), values, site);
    else if (/[{}]/.test(piece)) throw refused(site, `the format '${pattern.slice(0, 100)}' is not valid`);
    else made += piece;
    site.frame.budget.spendCharacters(piece.length);
  }
  return paid(made, site);
}

function item(place: string, values: readonly Json[], site: CallSite): string {
  const [, at, width, format] = /^(\d+)(?:,(-?\d+))?(?::(.*))?$/s.exec(place) ?? [];
  const value = values[Number(at)];
  if (value === undefined)
    throw refused(site, `the format refers to the argument ${at}, which was not given`);
  const plain = isNumber(value) && format ? formatNumber(Number(value), format, site) : written(value, site);
  const wide = Number(width ?? 0);
  site.frame.budget.spendCharacters(Math.abs(wide));
  return wide < 0 ? plain.padEnd(-wide) : plain.padStart(wide);
}

/** Where delimiters stand that do not overlap, from the left; of several at one place the one that was named first. */
function split(value: string, delimiters: readonly string[], site: CallSite): string[] {
  const used = delimiters.filter((one) => one !== '');
  const searches = used.map((one) => ({ length: one.length, places: new TextPlaces(value, one), at: 0 }));
  for (const search of searches) search.at = search.places.from(0);
  const parts: string[] = [];
  let start = 0;
  for (;;) {
    let nearest: (typeof searches)[number] | undefined;
    for (const search of searches) {
      if (search.at >= 0 && search.at < start) {
        // What was found is looked for again, in part.
        site.frame.budget.spendCharacters(search.length);
        search.at = search.places.from(start);
      }
      if (search.at >= 0 && (!nearest || search.at < nearest.at)) nearest = search;
    }
    site.frame.budget.spend(1 + searches.length);
    if (!nearest) return [...parts, value.slice(start)];
    parts.push(value.slice(start, nearest.at));
    start = nearest.at + nearest.length;
  }
}

function test(name: string, holds: (value: string, part: string) => boolean) {
  return define(name, [2, 2], ([value, part], site) =>
    holds(paid(text(value, site).toLowerCase(), site), paid(text(part, site).toLowerCase(), site)),
  );
}

/** Texts. */
export const stringFunctions = [
  define('string', [1, 1], ([value], site) => {
    const found = json(value, site);
    return typeof found === 'string' ? found : written(found, site);
  }),
  define('format', [1, any], ([pattern, ...values], site) =>
    formatted(text(pattern, site), jsons(values, site), site),
  ),
  define('join', [2, 2], ([list, delimiter], site) =>
    joined(
      items(list, site).map((one) => written(one, site)),
      text(delimiter, site),
      site,
    ),
  ),
  define('split', [2, 2], ([value, delimiter], site) => {
    const delimiters = Array.isArray(delimiter)
      ? delimiter.map((one) => text(one, site))
      : [text(delimiter, site)];
    const whole = text(value, site);
    site.frame.budget.spend((1 + whole.length / 16) * delimiters.length);
    return split(whole, delimiters, site);
  }),
  define('replace', [3, 3], ([value, from, to], site) => {
    const [whole, old, fresh] = [text(value, site), text(from, site), text(to, site)];
    if (old === '') throw refused(site, 'the text to replace is empty');
    site.frame.budget.spendCharacters(whole.length);
    const places = new TextPlaces(whole, old);
    const parts: string[] = [];
    let start = 0;
    for (let at = places.from(0); at >= 0; at = places.from(start)) {
      site.frame.budget.spendCharacters(fresh.length);
      parts.push(whole.slice(start, at));
      start = at + old.length;
    }
    return [...parts, whole.slice(start)].join(fresh);
  }),
  define('substring', [2, 3], ([value, start, length], site) => {
    const found = text(value, site);
    const from = whole(start, site);
    const many = length === undefined ? found.length - from : whole(length, site);
    if (from < 0 || many < 0 || from + many > found.length) {
      throw refused(site, 'the index and length parameters must refer to a location within the string');
    }
    return paid(found.slice(from, from + many), site);
  }),
  define('padLeft', [2, 3], ([value, width, character], site) => {
    const found = isNumber(value) ? String(value) : text(value, site);
    const wide = whole(width, site);
    const filler = character === undefined ? ' ' : text(character, site);
    if (wide < 0) throw refused(site, 'the total length must not be negative');
    if (filler.length !== 1) throw refused(site, 'the padding must be a single character');
    site.frame.budget.spendCharacters(wide);
    return found.padStart(wide, filler);
  }),
  define('toLower', [1, 1], ([value], site) => paid(text(value, site).toLowerCase(), site)),
  define('toUpper', [1, 1], ([value], site) => paid(text(value, site).toUpperCase(), site)),
  define('trim', [1, 1], ([value], site) => paid(text(value, site).trim(), site)),
  test('startsWith', (value, part) => value.startsWith(part)),
  test('endsWith', (value, part) => value.endsWith(part)),
];
