import { isIp } from '../../base/index.ts';
import { parseCidr, parseIpAddress } from './addresses.ts';

type Check = (text: string) => boolean;

const matches =
  (pattern: RegExp): Check =>
  (text) =>
    pattern.test(text);

const isbn = (text: string, length: number): boolean => {
  const digits = text.replace(/[\s-]/g, '');
  if (length === 10) {
    if (!/^\d{9}[\dX]$/.test(digits)) return false;
    let sum = 0;
    for (let i = 0; i < 10; i++) sum += (10 - i) * (digits[i] === 'X' ? 10 : Number(digits[i]));
    return sum % 11 === 0;
  }
  if (!/^\d{13}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3);
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
};

/** Luhn's check over a number that looks like one of the known issuers'. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D+/g, '');
  const known =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!known.test(digits)) return false;
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = Number(digits[i]) * (double ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** A calendar day, `YYYY-MM-DD`. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (!year || !month || !day) return false;
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** A time of RFC 3339. */
function isDateTime(text: string): boolean {
  const parts = text.toLowerCase().split('t');
  const [day = '', time = ''] = parts;
  if (parts.length < 2 || !isDate(day)) return false;
  const [, hour = '', minute = '', second = ''] =
    /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time) ?? [];
  return hour !== '' && hour <= '23' && minute <= '59' && second <= '59';
}

const goDuration = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const scalaUnits =
  /^(?:ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i;

/** Go's durations and those of Scala (`5 minutes`). */
function isDuration(text: string): boolean {
  if (goDuration.test(text)) return true;
  return [...text.matchAll(/(?<!\d)\d+\s*([A-Za-zµ]+)/g)].some(([, unit = '']) => scalaUnits.test(unit));
}

const label = String.raw`[a-zA-Z0-9\p{S}\p{L}]`;
const hostname = new RegExp(
  String.raw`^(${label}((-?${label}{0,62})?)|(${label}(([a-zA-Z0-9\-\p{S}\p{L}]{0,61}${label})?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$`,
  'u',
);

function isHostname(text: string): boolean {
  return text.length <= 255 && hostname.test(text) && text.split('.').every((part) => part.length <= 63);
}

function isUri(text: string): boolean {
  if (!/^[\x21-\x7e\u0080-\uffff]+$/.test(text)) return false;
  if (text.startsWith('/')) return !/%(?![0-9a-fA-F]{2})/.test(text);
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && URL.canParse(text);
}

const uuid = (third: string, fourth = '[0-9a-f]') =>
  matches(
    new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}[0-9a-f]{3}-?${fourth}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'),
  );

/** The string formats that CustomResourceDefinitions know, by name without dashes. */
const checks: Readonly<Record<string, Check>> = {
  bsonobjectid: matches(/^[0-9a-fA-F]{24}$/),
  uri: isUri,
  email: matches(/^(?:[^<>@\s]+@[^<>@\s]+|[^<>]*<[^<>@\s]+@[^<>@\s]+>)$/),
  hostname: isHostname,
  // Old Go read leading zeros as decimal; these two still do.
  ipv4: (text) => text.includes('.') && parseIpAddress(text) !== undefined,
  cidr: (text) => parseCidr(text) !== undefined,
  ipv6: (text) => text.includes(':') && isIp(text),
  mac: matches(
    /^(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$|^(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\2){6}[0-9a-fA-F]{2}$|^(?:[0-9a-fA-F]{4}\.){2,3}[0-9a-fA-F]{4}$/,
  ),
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  isbn: (text) => isbn(text, 10) || isbn(text, 13),
  isbn10: (text) => isbn(text, 10),
  isbn13: (text) => isbn(text, 13),
  creditcard: isCreditCard,
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matches(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(
    /^rgb\(\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
  ),
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
};

/** The check of a format; undefined for formats that are not enforced (`int32` among them). */
export function formatCheck(format: string): Check | undefined {
  return format === '' ? undefined : checks[format.replaceAll('-', '')];
}

/** True for formats that are enforced. */
export function isEnforcedFormat(format: string): boolean {
  return formatCheck(format) !== undefined;
}
