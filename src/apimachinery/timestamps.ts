import { rfc3339Seconds } from '../base/index.ts';

const secondsForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const microsForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 in UTC with whole seconds, as `metav1.Time` is printed; undefined for what is no RFC 3339 time. */
export function canonicalTime(text: string): string | undefined {
  if (secondsForm.test(text)) return text;
  const epochMs = parse(text);
  return epochMs === undefined ? undefined : rfc3339Seconds(epochMs);
}

/** RFC 3339 in UTC with six decimals, as `metav1.MicroTime` is printed. */
export function canonicalMicroTime(text: string): string | undefined {
  if (microsForm.test(text)) return text;
  const epochMs = parse(text);
  if (epochMs === undefined) return undefined;
  const decimals = (rfc3339.exec(text)?.[2] ?? '.').slice(1, 7).padEnd(6, '0');
  return `${rfc3339Seconds(epochMs).slice(0, -1)}.${decimals}Z`;
}

function parse(text: string): number | undefined {
  if (!rfc3339.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return epochMs >= firstMs && epochMs <= lastMs ? epochMs : undefined;
}

/** In UTC, too, a year has four digits. */
const firstMs = Date.parse('0000-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');
