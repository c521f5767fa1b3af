import { goDuration } from '../../base/index.ts';

/** What the schema takes: hours, minutes and seconds, and nothing smaller. */
const storable = /^(?:(?:0|[1-9]\d*)(?:\.\d+)?[smh])+$/;

/** How long a timed wait takes, in milliseconds; 0 for what is no duration. */
export function waitMs(waitTime: string): number {
  const duration = goDuration(waitTime);
  return 'nanoseconds' in duration ? duration.nanoseconds / 1e6 : 0;
}

/** A duration as Go prints it (`90s` as `1m30s`); one that could not be stored so stays as it was written. */
export function goWaitTime(waitTime: string): string {
  const totalMs = waitMs(waitTime);
  const seconds = Math.floor(totalMs / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number(((totalMs % 60_000) / 1000).toFixed(9))}s`;
  const printed = `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}`;
  const isPrintedSo = totalMs === 0 || totalMs >= 1000;
  return isPrintedSo && storable.test(printed) ? printed : waitTime;
}
