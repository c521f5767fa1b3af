import { type CallSite, refused } from './definition.ts';

const mostDigits = 99;

/** A number in one of .NET's standard formats: D, F, N, P, X, E and G, with a count of digits. */
export function formatNumber(value: number, format: string, site: CallSite): string {
  const [, letter, count] = /^([A-Za-z])(\d{0,2})$/.exec(format) ?? [];
  if (letter === undefined) throw refused(site, `the format '${format}' of a number is not supported`);
  const digits = count === '' || count === undefined ? undefined : Math.min(Number(count), mostDigits);
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  switch (letter.toUpperCase()) {
    case 'D':
      return sign + String(size).padStart(digits ?? 0, '0');
    case 'F':
      return sign + size.toFixed(digits ?? 2);
    case 'N':
      return sign + grouped(size.toFixed(digits ?? 2));
    case 'P':
      return `${sign}${grouped((size * 100).toFixed(digits ?? 2))}%`;
    case 'G':
      return String(value);
    case 'E': {
      const [mantissa = '', exponent = '+0'] = size.toExponential(digits ?? 6).split('e');
      return `${sign}${mantissa}${letter}${exponent.charAt(0)}${exponent.slice(1).padStart(3, '0')}`;
    }
    case 'X': {
      if (!Number.isInteger(value)) throw refused(site, `the format '${format}' is for integers`);
      const hex = (value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(size))
        .toString(16)
        .padStart(digits ?? 0, '0');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      throw refused(site, `the format '${format}' of a number is not supported`);
  }
}

function grouped(text: string): string {
  const [whole = '', rest] = text.split('.');
  const thousands = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return rest === undefined ? thousands : `${thousands}.${rest}`;
}
