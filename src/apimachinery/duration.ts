const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const hoursPerYear = 24 * 365;

/** An age or duration as kubectl prints it, e.g. `45s`, `3m12s`, `5h2m`, `3d4h`, `2y45d`. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / secondMs);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * 60) return `${seconds}s`;
  const minutes = Math.trunc(durationMs / minuteMs);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.trunc(durationMs / hourMs);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 8 * 24) return pair(days, 'd', hours % 24, 'h');
  if (hours < 2 * hoursPerYear) return `${days}d`;
  const years = Math.trunc(hours / hoursPerYear);
  if (hours < 8 * hoursPerYear) return pair(years, 'y', days % 365, 'd');
  return `${years}y`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** A text that says how long ago something was: all of it stays but the duration, which is printed when somebody reads it. */
export class Elapsed {
  readonly sinceMs: number;
  readonly before: string;
  readonly after: string;

  constructor(sinceMs: number, before = '', after = '') {
    this.sinceMs = sinceMs;
    this.before = before;
    this.after = after;
  }

  at(nowMs: number): string {
    return this.before + humanDuration(nowMs - this.sinceMs) + this.after;
  }
}

/** A cell as it reads at a moment. */
export function cellAt<T>(cell: T | Elapsed, nowMs: number): T | string {
  return cell instanceof Elapsed ? cell.at(nowMs) : cell;
}

/** Time since an RFC 3339 timestamp, or `<unknown>` when there is none; with what stands around it. */
export function since(timestamp: unknown, before = '', after = ''): Elapsed | string {
  const sinceMs = typeof timestamp === 'string' && timestamp !== '' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(sinceMs) ? `${before}<unknown>${after}` : new Elapsed(sinceMs, before, after);
}
