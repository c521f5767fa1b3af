import { StatusError } from '../../apimachinery/status.ts';

/** True for what is a resourceVersion: an unsigned number. */
export function isVersion(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** How a number that cannot be read is refused in a list option. */
export function invalidVersionText(text: string): string {
  return `resourceVersion: Invalid value: ${JSON.stringify(text)}: ${parseText(text)}`;
}

/** Throws 500, as the real server answers a write with such a version. */
export function checkWrittenVersion(text: string): void {
  if (text !== '' && !isVersion(text)) throw new StatusError(500, '', parseText(text));
}

function parseText(text: string): string {
  return `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
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
