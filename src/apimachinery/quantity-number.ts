const decimal: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};
const binary: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The value of a Kubernetes quantity (`250m`, `4Gi`, `1e3`), or undefined when it is none. Exact for whole numbers
 * up to 2^53 and for thousandths.
 */
export function parseQuantity(text: string | number): number | undefined {
  if (typeof text === 'number') return text;
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([KMGTPE]i|[numkMGTPE]?)|[eE]([+-]?\d+))$/.exec(text);
  if (!match) return undefined;
  const [, digits = '', suffix = '', exponent] = match;
  if (exponent !== undefined) return Number(`${digits}e${exponent}`);
  return Number(digits) * (binary[suffix] ?? decimal[suffix] ?? 1);
}

/** The value, or 0 for what is absent or no quantity. */
export function quantityOf(text: string | number | undefined): number {
  return text === undefined ? 0 : (parseQuantity(text) ?? 0);
}

/** CPU cores, in thousandths when they are not whole. */
export function formatCpu(cores: number): string {
  const milli = Math.round(cores * 1000);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes with the largest binary suffix that keeps them whole. */
export function formatBytes(bytes: number): string {
  const whole = Math.round(bytes);
  if (whole === 0) return '0';
  for (const [suffix, factor] of Object.entries(binary).reverse()) {
    if (whole % factor === 0) return `${whole / factor}${suffix}`;
  }
  return String(whole);
}
