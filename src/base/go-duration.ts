const unitNanoseconds: Readonly<Record<string, number | undefined>> = {
  ns: 1,
  us: 1_000,
  µs: 1_000,
  μs: 1_000,
  ms: 1_000_000,
  s: 1_000_000_000,
  m: 60_000_000_000,
  h: 3_600_000_000_000,
};

/** The most that a duration of 64 bits of nanoseconds holds. */
const mostNanoseconds = 2 ** 63;
const part = /(\d*)(\.\d*)?([^\d.]*)/y;

/** A duration as Go writes it (`1h30m`, `-2.5s`): nanoseconds, or in `problem` what Go says is wrong with it. */
export function goDuration(text: string): { nanoseconds: number } | { problem: string } {
  const refuse = (why: string) => ({ problem: `time: ${why} duration ${JSON.stringify(text)}` });
  const negative = text.startsWith('-');
  const digits = negative || text.startsWith('+') ? text.slice(1) : text;
  if (digits === '0') return { nanoseconds: 0 };
  if (digits === '') return refuse('invalid');
  let sum = 0;
  part.lastIndex = 0;
  while (part.lastIndex < digits.length) {
    const [found = '', whole = '', fraction = '', unit = ''] = part.exec(digits) ?? [];
    if (found === '' || (whole === '' && fraction.length <= 1)) return refuse('invalid');
    if (unit === '') return refuse('missing unit in');
    const scale = Object.hasOwn(unitNanoseconds, unit) ? unitNanoseconds[unit] : undefined;
    if (scale === undefined) return refuse(`unknown unit ${JSON.stringify(unit)} in`);
    sum += Number(`${whole || '0'}${fraction === '.' ? '' : fraction}`) * scale;
    if (sum >= mostNanoseconds) return refuse('invalid');
  }
  return { nanoseconds: negative ? -sum : sum };
}
