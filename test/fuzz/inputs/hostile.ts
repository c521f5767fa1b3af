import type { Random } from '../../../src/base/index.ts';

/** Pieces that readers take for something else than their writers. */
export const hostileTexts: readonly string[] = [
  ...[
    '',
    '\0',
    '\x7f',
    '\x1f',
    '\ud800',
    '\udc00',
    '\ufeff',
    '\u2028',
    '\u0130',
    '\u00df',
    'é',
    '😀',
    '\u0301',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'then', 'valueOf', 'toJSON'],
  ...[
    '-1',
    '0',
    '-0',
    '00',
    '+1',
    '1e400',
    '1e-400',
    '1e3',
    '0x10',
    '0b1',
    '1_000',
    '1.5',
    '.5',
    '5.',
    'NaN',
    'Infinity',
  ],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775809'],
  ...['18446744073709551615', '18446744073709551616', '2147483648', '4294967296', '99999999999999999999999'],
  ...[
    'null',
    'true',
    'false',
    'undefined',
    'yes',
    'no',
    '~',
    '<<',
    '*a',
    '&a',
    '!!str',
    '!!binary',
    '---',
    '...',
  ],
  ...[
    '%',
    '%2F',
    '%2f',
    '%00',
    '%25',
    '%zz',
    '%c3%28',
    '+',
    '&',
    '?',
    '#',
    ';',
    ':',
    '::',
    '/',
    '//',
    '/../',
    '\\',
    '|',
  ],
  ...[
    "'",
    '"',
    '`',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    ',',
    ',,',
    '=',
    '==',
    '!=',
    '!',
    '-',
    '_',
    '.',
    '..',
    '*',
    '$',
  ],
  ...[' ', '  ', '\t', '\n', '\r\n', '\r', '\v', '\u00a0', '\u200b'],
];

const sizes = [0, 1, 2, 3, 7, 8, 15, 16, 17, 63, 64, 127, 128, 253, 254, 255, 256, 600];

/** One of a list. */
export function pick<T>(random: Random, list: readonly [T, ...T[]] | readonly T[]): T {
  const found = list[random.integer(Math.max(1, list.length))];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** A length at which something may change. */
export function hostileSize(random: Random): number {
  return pick(random, sizes);
}

/** A part of something that has a length. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A part, short more often than long. */
export function partOf(random: Random, { length }: { readonly length: number }): Range {
  const start = random.integer(length + 1);
  const most = random.integer(3) === 0 ? length : Math.min(length, start + 12);
  return { start, end: start + random.integer(Math.max(1, most - start + 1)) };
}

/** Parts to leave out, halves first, single pieces last. */
export function* partsOf({ length }: { readonly length: number }): Iterable<Range> {
  for (let size = Math.ceil(length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let start = 0; start < length; start += size) yield { start, end: Math.min(length, start + size) };
}
