import { type CallSite, refused } from './definition.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Formats of one letter in .NET's invariant culture. */
const standard: Readonly<Record<string, string>> = {
  d: 'M/d/yyyy',
  D: 'dddd, MMMM d, yyyy',
  f: 'dddd, MMMM d, yyyy h:mm tt',
  F: 'dddd, MMMM d, yyyy h:mm:ss tt',
  g: 'M/d/yyyy h:mm tt',
  G: 'M/d/yyyy h:mm:ss tt',
  m: 'MMMM d',
  M: 'MMMM d',
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'h:mm tt',
  T: 'h:mm:ss tt',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  U: 'dddd, MMMM d, yyyy h:mm:ss tt',
  y: 'MMMM yyyy',
  Y: 'MMMM yyyy',
};

const part =
  /yyyy|yyy|yy|y|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f{1,7}|F{1,7}|tt|t|zzz|zz|z|K|'[^']*'|"[^"]*"|\\.|%|[\s\S]/g;
const longestFormatCharacters = 200;

/** An instant in one of .NET's formats for dates, in UTC. */
export function formatDate(ms: number, format: string, site: CallSite): string {
  if (format.length > longestFormatCharacters) throw refused(site, 'the format is too long');
  const whole = Object.hasOwn(standard, format) ? standard[format] : undefined;
  if (format.length === 1 && whole === undefined)
    throw refused(site, `the format '${format}' of a date is not valid`);
  const date = new Date(ms);
  return (whole ?? format).replace(part, (one) => shown(one, date));
}

function shown(one: string, date: Date): string {
  if (/^f+$/.test(one))
    return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(7, '0').slice(0, one.length);
  if (/^F+$/.test(one)) return withoutLastZeros(shown(one.toLowerCase(), date));
  const [first] = one;
  if (first === "'" || first === '"') return one.slice(1, -1);
  if (first === '\\') return one.slice(1);
  const hour = date.getUTCHours();
  const numbers: Readonly<Record<string, number>> = {
    M: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    H: hour,
    h: hour % 12 || 12,
    m: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
  };
  const number = first === undefined ? undefined : numbers[first];
  if (number !== undefined && one.length <= 2) return String(number).padStart(one.length, '0');
  return named(one, date, hour);
}

function named(one: string, date: Date, hour: number): string {
  const year = String(date.getUTCFullYear());
  const month = months[date.getUTCMonth()] ?? '';
  const day = days[date.getUTCDay()] ?? '';
  const words: Readonly<Record<string, string>> = {
    yyyy: year.padStart(4, '0'),
    yyy: year.padStart(3, '0'),
    yy: year.slice(-2).padStart(2, '0'),
    y: String(Number(year.slice(-2))),
    MMMM: month,
    MMM: month.slice(0, 3),
    dddd: day,
    ddd: day.slice(0, 3),
    tt: hour < 12 ? 'AM' : 'PM',
    t: hour < 12 ? 'A' : 'P',
    zzz: '+00:00',
    zz: '+00',
    z: '+0',
    K: 'Z',
    '%': '',
  };
  return words[one] ?? one;
}

function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
