import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pattern, patternLimits, patternOf } from '../../src/apimachinery/pattern.ts';
import { errorsOf, object } from '../apiserver/crd/widgets.ts';
import { assertLinear, assertSteps } from './steps.ts';

const patterns: Readonly<Record<string, (size: number) => string>> = {
  '^a*a*a*a*a*b$': (n) => 'a'.repeat(n),
  '^(a+)+$': (n) => `${'a'.repeat(n)}b`,
  '(.*)(.*)(.*)[^x]x$': (n) => `x${'y'.repeat(n)}`,
  '^(a|aa)+$': (n) => `${'a'.repeat(n)}b`,
  '\\s*x\\s*$': (n) => `x${' '.repeat(n)}y`,
  '(a|b)*a(a|b){12}c': (n) => `c${'abbabaab'.repeat(n / 8)}`,
};

for (const [source, text] of Object.entries(patterns)) {
  test(`a pattern is matched in time linear in the text: ${source}`, async () => {
    await assertLinear({ size: 800, input: text, run: (input: string) => patternOf(source).test(input) });
  });
}

test('a pattern is compiled in time linear in its source', async () => {
  const parts: Readonly<Record<string, (n: number) => string>> = {
    groups: (n) => '(a|b)'.repeat(n),
    stars: (n) => 'a*'.repeat(n),
    words: (n) => Array.from({ length: n }, (_, i) => `w${i}`).join('|'),
    brackets: (n) => '['.repeat(n),
    nests: (n) => '('.repeat(n),
    repeats: (n) => 'a{20}'.repeat(n / 20),
  };
  for (const input of Object.values(parts))
    await assertLinear({ size: 400, input, run: (source) => new Pattern(source).problem() });
});

test('a pattern that compiles to too much is refused', () => {
  assert.equal(new Pattern('a{1000}').problem(), undefined);
  for (const source of [
    '\\pL{1000}'.repeat(50),
    '(a|b){990}'.repeat(20),
    'x'.repeat(patternLimits.sourceCharacters + 1),
  ])
    assert.match(new Pattern(source).problem() ?? '', /expression too large/);
});

test('the texts of one object share what patterns may cost', async () => {
  const schema = object({ l: { type: 'array', items: { type: 'string', pattern: '(a|b)*a(a|b){900}c' } } });
  const l = Array.from({ length: 2_000 }, (_, i) => `c${'ab'.repeat(200)}${i}`);
  await assertSteps(150_000_000, () => {
    const errors = errorsOf(schema, { l });
    assert.match(errors.at(-1) ?? '', /take more than 20000000 steps on this value/);
  });
});
