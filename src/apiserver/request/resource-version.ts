import { StatusError } from '../../apimachinery/status.ts';

/** True for what is a resourceVersion: an unsigned number. */
export function isVersion(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** How a number that cannot be read is refused in a list option. */
export function invalidVersionText(text: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${parseText(text)}`;
}

/** The version that a written object names; 0: none. Throws 500, as the real server answers one that it cannot read. */
export function writtenVersion(text: string): bigint {
  if (text === '') return 0n;
  if (!isUnsigned(text)) throw new StatusError(500, '', parseText(text));
  return BigInt(text);
}

/** True for what a written object says that was read at no version. */
export function namesNone(text: string): boolean {
  return /^0*$/.test(text);
}

/** True for the text of a number of 64 bits without a sign. */
export function isUnsigned(text: string): boolean {
  return /^\d+$/.test(text) && text.replace(/^0+/, '').length <= 20 && BigInt(text) < 2n ** 64n;
}

function parseText(text: string): string {
  const problem = /^\d+$/.test(text) && !isUnsigned(text) ? 'value out of range' : 'invalid syntax';
  return `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`;
}

/** 504 for a version that has not happened yet. */
export function tooLargeVersion(asked: number, current: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    1,
  );
}
