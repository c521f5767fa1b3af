const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const stability: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };

/** Kubernetes version priority: newest stable first, then beta, then alpha, then whatever is no version, by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a.localeCompare(b);
  for (const [at, value] of left.entries()) {
    const difference = (right[at] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(version: string): [number, number, number] | undefined {
  const found = pattern.exec(version);
  if (!found) return undefined;
  const [, major = '0', level, minor = '0'] = found;
  return [level === undefined ? 2 : (stability[level] ?? 0), Number(major), Number(minor)];
}
