import type { Pace } from './context.ts';

/** Delays between two passes over one Work. This pass is drift detection as well: applied objects are not watched. */
const paceLimits = {
  firstMs: 5000,
  slowStartMs: 2000,
  slowFactor: 1.2,
  slowestMs: 15_000,
  fastFactor: 1.5,
  longestMs: 900_000,
} as const;

/** Delays grow while nothing changes, and start over when the Work or its results do. */
export function createPace(): Pace {
  const passes = new Map<string, { essence: string; count: number; lastMs: number }>();
  return {
    next(key, { essence, isSettled }) {
      const known = passes.get(key);
      const pass = known?.essence === essence ? known : { essence, count: 0, lastMs: 0 };
      passes.set(key, pass);
      pass.count++;
      pass.lastMs = delayOf(pass.count, pass.lastMs, isSettled);
      return pass.lastMs;
    },
    forget: (key) => void passes.delete(key),
  };
}

function delayOf(count: number, lastMs: number, isSettled: boolean): number {
  const { firstMs, slowStartMs, slowFactor, slowestMs, fastFactor, longestMs } = paceLimits;
  if (count === 1) return firstMs;
  if (count === 2) return slowStartMs;
  const isSlow = !isSettled && lastMs * slowFactor <= slowestMs;
  return Math.min(longestMs, lastMs * (isSlow ? slowFactor : fastFactor));
}
