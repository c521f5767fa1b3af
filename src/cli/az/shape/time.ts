/** A time with a numeric zone: `2026-01-01T00:00:00+00:00`, six digits of a second when there are any. */
export function pythonTime<T>(value: T): T | string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(
    typeof value === 'string' ? value : '',
  );
  if (!match) return value;
  const fraction = (match[2] ?? '').padEnd(6, '0').slice(0, 6);
  return `${match[1]}${Number(fraction) > 0 ? `.${fraction}` : ''}+00:00`;
}
