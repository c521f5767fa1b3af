/** From this exponent of ten on Go writes a number with one. */
const exponentFrom = 6;
const exponentBelow = -4;

/** A number as Go prints it at its shortest (`%g`), which readers of metrics compare as text: `1e+06`, `0.005`, `+Inf`. */
export function decimalText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= exponentBelow && power < exponentFrom) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
