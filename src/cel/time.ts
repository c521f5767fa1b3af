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
    const [integral = '', fraction = ''] = amount.split('.');
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

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/** A time of RFC 3339; undefined when it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = 'Z'] =
    match;
  const ms = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase() === 'Z' ? 'Z' : zone}`,
  );
  if (Number.isNaN(ms) || Number(day) > daysIn(Number(year), Number(month))) return undefined;
  return new Timestamp(BigInt(ms) * nanosPerMs + BigInt(fraction.padEnd(9, '0').slice(0, 9)));
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** RFC 3339 in UTC, with as many digits of the second as there are. */
export function formatTimestamp({ nanos }: Timestamp): string {
  const { seconds, fraction } = split(nanos);
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const digits =
    fraction === 0n
      ? ''
      : `.${String(fraction)
          .padStart(9, '0')
          .replace(/(?<!0)0+$/, '')}`;
  return `${text}${digits}Z`;
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
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(ms).find((each) => each.type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return new Date(ms + (sign === '-' ? -shift : shift));
  } catch {
    return undefined;
  }
}
