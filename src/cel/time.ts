import { Duration, Timestamp } from './values.ts';

const nanosPerMs = 1_000_000n;
const nanosPerSecond = 1_000_000_000n;

const unitNanos: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** More digits than these are more than a duration holds, whatever their unit. */
const mostDigits = 19;

/** A Go duration such as `1h30m`, `-1.5s`; undefined when it is none. */
export function parseDuration(text: string): Duration | undefined {
  const negative = text.startsWith('-');
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '0') return new Duration(0n);
  let nanos = 0n;
  let at = 0;
  while (at < body.length) {
    part.lastIndex = at;
    const match = part.exec(body);
    const [whole = '', amount = '', unit = ''] = match ?? [];
    if (whole === '') return undefined;
    const scale = unitNanos[unit] ?? 0;
    const [leading = '', fraction = ''] = amount.split('.');
    const integral = leading.replace(/^0+/, '');
    if (integral.length > mostDigits) return undefined;
    nanos += BigInt(integral || '0') * BigInt(scale);
    if (fraction !== '') nanos += BigInt(Math.floor(Number(`0.${fraction}`) * scale));
    at += whole.length;
  }
  if (body === '' || nanos > 2n ** 63n - 1n) return undefined;
  return new Duration(negative ? -nanos : nanos);
}

/** `3600s`, `1.5s`: seconds, as CEL converts a duration to text. */
export function formatDuration({ nanos }: Duration): string {
  const negative = nanos < 0n;
  const absolute = negative ? -nanos : nanos;
  const fraction = absolute % nanosPerSecond;
  const digits =
    fraction === 0n
      ? ''
      : `.${String(fraction)
          .padStart(9, '0')
          .replace(/(?<!0)0+$/, '')}`;
  return `${negative ? '-' : ''}${absolute / nanosPerSecond}${digits}s`;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The first and the last second that a time may have: of the years 1 to 9999. */
const seconds = { first: -62_135_596_800n, last: 253_402_300_799n };

/** A time of RFC 3339; undefined when it is none, or not within the years that CEL knows. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  if (!isOnClock(hour, minute, second) || !isOnClock(Number(offsetHours), Number(offsetMinutes), 0))
    return undefined;
  if (!day || !month || month > 12 || day > daysIn(year ?? 0, month)) return undefined;
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year ?? 0, month - 1, day);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const atSecond = BigInt(date.getTime() / 1_000 - offset * 60);
  if (atSecond < seconds.first || atSecond > seconds.last) return undefined;
  return new Timestamp(atSecond * nanosPerSecond + BigInt(fraction.padEnd(9, '0').slice(0, 9)), offset);
}

function isOnClock(hour = 0, minute = 0, second = 0): boolean {
  return hour < 24 && minute < 60 && second < 60;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** RFC 3339 in its own zone, with as many digits of the second as there are. */
export function formatTimestamp({ nanos, offsetMinutes }: Timestamp): string {
  const { seconds: whole, fraction } = split(nanos);
  const text = new Date((Number(whole) + offsetMinutes * 60) * 1000).toISOString().slice(0, 19);
  const digits =
    fraction === 0n
      ? ''
      : `.${String(fraction)
          .padStart(9, '0')
          .replace(/(?<!0)0+$/, '')}`;
  return `${text}${digits}${zoneText(offsetMinutes)}`;
}

function zoneText(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'Z';
  const size = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function split(nanos: bigint): { seconds: bigint; fraction: bigint } {
  const fraction = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  return { seconds: (nanos - fraction) / nanosPerSecond, fraction };
}

/** Seconds since the Unix epoch, rounded down. */
export function unixSeconds({ nanos }: Timestamp): bigint {
  return split(nanos).seconds;
}

/** The parts of a time in a zone (`UTC`, `+02:00`, `Europe/Berlin`). Undefined for an unknown zone. */
export function timeParts(time: Timestamp, zone: string): Date | undefined {
  const ms = Number(time.nanos / nanosPerMs);
  const offset = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (offset) {
    const [, sign, hours, minutes] = offset;
    const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(sign === '-' ? ms - offsetMs : ms + offsetMs);
  }
  if (zone === '' || zone === 'UTC' || zone === 'Z') return new Date(ms);
  const format = zoneFormat(zone);
  if (!format) return undefined;
  const name = format.formatToParts(ms).find((each) => each.type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const shift = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(ms + (sign === '-' ? -shift : shift));
}

const zoneFormats = new Map<string, Intl.DateTimeFormat | undefined>();
const zonesKeptLimit = 1_000;
const longestZoneCharacters = 64;

/** Made once for each zone: making one takes as long as hundreds of steps. Undefined for an unknown zone. */
function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  if (zone.length > longestZoneCharacters) return undefined;
  if (zoneFormats.has(zone)) return zoneFormats.get(zone);
  if (zoneFormats.size >= zonesKeptLimit) zoneFormats.clear();
  let format: Intl.DateTimeFormat | undefined;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    // No such zone, which is worth remembering too.
  }
  zoneFormats.set(zone, format);
  return format;
}
