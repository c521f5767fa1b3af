import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goDuration } from '../../src/base/go-duration.ts';

test('a duration is the sum of its parts, in any order and with fractions', () => {
  const written: [string, number][] = [
    ['0', 0],
    ['-0', 0],
    ['1ns', 1],
    ['3us', 3_000],
    ['3µs', 3_000],
    ['3μs', 3_000],
    ['5ms', 5_000_000],
    ['1h30m', 5_400e9],
    ['30m1h', 5_400e9],
    ['-2.5s', -2_500_000_000],
    ['+.5s', 500_000_000],
    ['2.s', 2_000_000_000],
  ];
  for (const [text, nanoseconds] of written) assert.deepEqual(goDuration(text), { nanoseconds }, text);
});

test('what is no duration is refused in the words of Go', () => {
  const refused: [string, string][] = [
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1toString', 'time: unknown unit "toString" in duration "1toString"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
  ];
  for (const [text, problem] of refused) assert.deepEqual(goDuration(text), { problem }, text);
});
