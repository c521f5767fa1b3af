/** JSON with two blanks of indent and keys in code-point order; non-ASCII is kept. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(sortKeys(value), undefined, 2)}\n`;
}

/** The same value with the keys of every object in order. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value).sort(byKey)) {
    // A key such as `__proto__` must stay an ordinary member.
    Object.defineProperty(sorted, key, {
      value: sortKeys(member),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return sorted;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
