import { formatDate } from './date-format.ts';
import { type CallSite, define, refused, text, whole } from './definition.ts';
import { onlyInDefaults } from './encodings.ts';

const duration =
  /^(-)?P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?$/;

/** Milliseconds since the epoch of a text such as `2020-04-07 14:53:14Z` or `20200407T145314Z`. */
function instant(value: string, site: CallSite): number {
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value);
  const [, year, month, day, hour, minute, second] = compact ?? [];
  const iso = compact
    ? `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
    : value.trim().replace(/^(\d{4}-\d\d-\d\d) (\d)/, '$1T$2');
  // A time without a zone is UTC.
  const zoned = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(iso) ? `${iso}Z` : iso;
  const found = value.length <= 64 ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(found))
    throw refused(site, `the value '${value.slice(0, 64)}' is not a valid date and time`);
  return found;
}

function added(startMs: number, span: string, site: CallSite): number {
  const found = duration.exec(span);
  if (!found || !/\d/.test(span))
    throw refused(site, `the value '${span.slice(0, 64)}' is not a valid ISO 8601 duration`);
  const sign = found[1] ? -1 : 1;
  const [years, months, weeks, days, hours, minutes, seconds] = found
    .slice(2)
    .map((one) => sign * Number(one ?? 0));
  const date = new Date(startMs);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + (years ?? 0) * 12 + (months ?? 0));
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  const dayMs = 86_400_000;
  const rest =
    ((weeks ?? 0) * 7 + (days ?? 0)) * dayMs +
    (hours ?? 0) * 3_600_000 +
    (minutes ?? 0) * 60_000 +
    (seconds ?? 0) * 1_000;
  return date.getTime() + rest;
}

function shown(ms: number, format: string, site: CallSite): string {
  const year = new Date(ms).getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999)
    throw refused(site, 'the result is not a date that can be shown');
  return formatDate(ms, format, site);
}

/** Dates. Times are UTC. */
export const dateFunctions = [
  define('utcNow', [0, 1], ([format], site) => {
    if (site.frame.place !== 'parameter') throw onlyInDefaults(site);
    return shown(
      site.frame.facts.nowMs,
      format === undefined ? 'yyyyMMddTHHmmssZ' : text(format, site),
      site,
    );
  }),
  define('dateTimeAdd', [2, 3], ([base, span, format], site) => {
    const ms = added(instant(text(base, site), site), text(span, site), site);
    return shown(ms, format === undefined ? 'G' : text(format, site), site);
  }),
  define('dateTimeFromEpoch', [1, 1], ([seconds], site) =>
    shown(whole(seconds, site) * 1_000, "yyyy-MM-dd'T'HH:mm:ss'Z'", site),
  ),
  define('dateTimeToEpoch', [1, 1], ([value], site) => Math.floor(instant(text(value, site), site) / 1_000)),
];
