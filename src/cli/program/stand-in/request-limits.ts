import type { EnvtestOptions } from '../../../server/bare.ts';
import { failed } from './read-file.ts';
import { FlagRefusal } from './read-flags.ts';

/** The flags that say how many requests are at work. Throws FlagRefusal for what kube-apiserver refuses. */
export function requestLimits(
  last: (name: string) => string | undefined,
): Pick<EnvtestOptions, 'requestsInFlight' | 'priorityAndFairness'> {
  const reads = wholeNumber('max-requests-inflight', last) ?? 400;
  const writes = wholeNumber('max-mutating-requests-inflight', last) ?? 200;
  if (reads < 0) throw failed('--max-requests-inflight can not be negative value');
  if (writes < 0) throw failed('--max-mutating-requests-inflight can not be negative value');
  const priorityAndFairness = !/^(?:0|f|false)$/i.test(last('enable-priority-and-fairness') ?? '');
  if (priorityAndFairness && reads + writes === 0) throw failed(noSeats);
  return { requestsInFlight: { reads, writes }, priorityAndFairness };
}

const noSeats =
  'invalid configuration: MaxRequestsInFlight=0 and MaxMutatingRequestsInFlight=0; they must add up to something positive';

function wholeNumber(name: string, last: (name: string) => string | undefined): number | undefined {
  const text = last(name);
  if (text === undefined) return undefined;
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text);
  const why = `strconv.ParseInt: parsing "${text}": invalid syntax`;
  throw new FlagRefusal(`Error: invalid argument "${text}" for "--${name}" flag: ${why}`, 1);
}
