import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import {
  CelError,
  CelUint,
  Duration,
  ListValue,
  MapValue,
  Timestamp,
  TypeValue,
  typeOf,
  type Value,
} from '../values.ts';
import { doubleText } from './conversions.ts';

/** A part of a template: text as it stands, or how to show the next argument. */
export type FormatPart = string | { readonly verb: string; readonly digits: number };

const defaultDigits = 6;

/** Reads the template of `"%s has %d".format([...])`. Throws CelError for one that is none. */
export function parseTemplate(template: string): FormatPart[] {
  const parts: FormatPart[] = [];
  let from = 0;
  for (let at = template.indexOf('%'); at >= 0; at = template.indexOf('%', from)) {
    parts.push(template.slice(from, at));
    if (at + 1 === template.length) throw new CelError('unexpected end of string');
    if (template[at + 1] === '%') {
      parts.push('%');
      from = at + 2;
      continue;
    }
    const [whole = '', point, precision = '', verb = ''] = clause.exec(template.slice(at + 1)) ?? [];
    if (point && precision === '') {
      throw unreadable(
        'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
      );
    }
    if (!'sdfebxXo'.includes(verb) || verb === '') {
      throw unreadable(verb === '' ? 'unexpected end of string' : `unrecognized formatting clause "${verb}"`);
    }
    parts.push({ verb, digits: precision === '' ? defaultDigits : Number(precision) });
    from = at + 1 + whole.length;
  }
  parts.push(template.slice(from));
  return parts;
}

const clause = /^(?:(\.)(\d*))?(.?)/su;

function unreadable(why: string): CelError {
  return new CelError(`could not parse formatting clause: ${why}`);
}

/** The template with its arguments in place. */
export function format(template: string, args: readonly Value[]): string {
  let next = 0;
  return parseTemplate(template)
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = args[next];
      if (value === undefined) throw new CelError(`index ${next} out of range`);
      next++;
      return formatOne(value, part);
    })
    .join('');
}

function formatOne(value: Value, { verb, digits }: Exclude<FormatPart, string>): string {
  switch (verb) {
    case 's':
      return plain(value);
    case 'd':
      return String(wholeNumber('decimal', value));
    case 'f':
      return fixed(doubleOf('fixed-point', value), digits);
    case 'e':
      return scientific(doubleOf('scientific', value));
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return wholeNumber('binary', value).toString(2);
    case 'o':
      return wholeNumber('octal', value).toString(8);
    default:
      return hexadecimal(verb, value);
  }
}

function wholeNumber(what: string, value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return value.value;
  throw wrongType(what, what === 'binary' ? 'integers and bools' : 'integers', value);
}

const specials: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function doubleOf(what: string, value: Value): number {
  if (typeof value === 'number') return value;
  const special = typeof value === 'string' && Object.hasOwn(specials, value) ? specials[value] : undefined;
  if (special !== undefined) return special;
  throw wrongType(what, 'doubles', value);
}

function wrongType(what: string, wanted: string, value: Value): CelError {
  return new CelError(
    `error during formatting: ${what} clause can only be used on ${wanted}, was given ${typeOf(value)}`,
  );
}

/** As Go's printer for English shows it: thousands apart, halves to the even digit. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const shown = toEven(value, digits);
  const [whole = '', fraction] = shown.replace('-', '').split('.');
  const first = whole.length % 3 || 3;
  const grouped = [whole.slice(0, first), ...(whole.slice(first).match(/\d{3}/g) ?? [])].join(',');
  return `${shown.startsWith('-') ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

const mostDigits = 100;

/** Decimal digits of a double, to the letter: it is a whole number of a power of two. */
function toEven(value: number, digits: number): string {
  const [mantissa, exponent] = partsOf(Math.abs(value));
  const places = BigInt(Math.min(digits, mostDigits));
  const scaled = mantissa * 10n ** places;
  const shift = BigInt(Math.abs(exponent));
  let whole = exponent >= 0 ? scaled << shift : scaled >> shift;
  if (exponent < 0) {
    const rest = scaled - (whole << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && whole % 2n === 1n)) whole += 1n;
  }
  const text = String(whole).padStart(Number(places) + 1, '0');
  const point = text.length - Number(places);
  const shown = places === 0n ? text : `${text.slice(0, point)}.${text.slice(point)}`;
  return value < 0 || Object.is(value, -0) ? `-${shown}` : shown;
}

/** A finite double as mantissa and power of two. */
function partsOf(value: number): [mantissa: bigint, exponent: number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return exponent === 0 ? [fraction, -1074] : [fraction | (1n << 52n), exponent - 1075];
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `1.500000×10⁰⁰`: Go's printer for English takes six digits, whatever the precision. */
function scientific(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const [mantissa = '', exponent = '0'] = value.toExponential(defaultDigits).split('e');
  const size = exponent.replace(/^[+-]/, '').padStart(2, '0');
  const raised = [...size].map((digit) => superscripts.charAt(Number(digit))).join('');
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '∞' : '-∞';
}

function hexadecimal(verb: string, value: Value): string {
  const shown =
    typeof value === 'string' || value instanceof Uint8Array
      ? Buffer.from(value).toString('hex')
      : wholeNumber('hex', value).toString(16);
  return verb === 'X' ? shown.toUpperCase() : shown;
}

/** A value as `%s` shows it. */
function plain(value: Value): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return doubleText(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return plainObject(value);
  }
}

function plainObject(value: Exclude<Value, null | string | number | boolean | bigint>): string {
  if (value instanceof ListValue) return `[${[...value].map(nested).join(', ')}]`;
  if (value instanceof MapValue && value.ownType === undefined) {
    const parts = [...value.keys()].map((key) => [nested(key), nested(value.get(key) ?? null)] as const);
    parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${parts.map(([key, shown]) => `${key}:${shown}`).join(', ')}}`;
  }
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return utf8Of(value);
  throw new CelError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeOf(value)}`,
  );
}

/** A value within a list or map, as it would be written in an expression. */
function nested(value: Value): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') {
    const special = Number.isFinite(value) ? undefined : doubleText(value);
    return special === undefined ? toEven(value, defaultDigits) : `"${special}"`;
  }
  if (value instanceof Uint8Array) return `b${goQuote(utf8Of(value))}`;
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(value)}")`;
  if (value instanceof Duration) return `duration("${formatDuration(value)}")`;
  return plain(value);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8Of(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}
