import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFieldSelector } from '../../src/apimachinery/selectors/fields.ts';
import { parseLabelSelector } from '../../src/apimachinery/selectors/labels.ts';
import { parseFilter } from '../../src/identity/graph/filter.ts';
import { assertLinear } from './steps.ts';

const names = (size: number) => Array.from({ length: size }, (_, i) => `v${i}`);

const selectors: Readonly<Record<string, (size: number) => string>> = {
  'many values': (n) => `a in (${names(n).join(',')})`,
  'many keys': (n) => names(n).join(','),
  brackets: (n) => '('.repeat(n),
  negations: (n) => '!'.repeat(n),
  blanks: (n) => `a${' '.repeat(n)}b`,
  'a long key': (n) => `${'a'.repeat(n)}=b`,
};

for (const [name, input] of Object.entries(selectors)) {
  test(`a label selector is read in time linear in its length: ${name}`, async () => {
    await assertLinear({ size: 500, input, run: (text) => parseLabelSelector(text) });
  });
}

test('a selector compares with integers of 64 bits only', () => {
  assert.equal(parseLabelSelector('a>5')?.matches({ a: '6' }), true);
  assert.throws(() => parseLabelSelector(`a>${'9'.repeat(40)}`), /the value must be an integer/);
});

test('a label selector of blanks selects everything, other blanks are no key', () => {
  assert.equal(parseLabelSelector(' \t\r\n'), undefined);
  for (const text of ['\v', '\f', '\u00a0', '\ufeff'])
    assert.throws(() => parseLabelSelector(text), /name part must consist of/, JSON.stringify(text));
});

test('a selector of many values finds each of them', () => {
  const selector = parseLabelSelector(`a in (${names(5_000).join(',')})`);
  assert.equal(selector?.matches({ a: 'v4999' }), true);
  assert.equal(selector?.matches({ a: 'v5000' }), false);
});

test('a filter of the directory is refused for its depth, in time linear in its length', async () => {
  assert.throws(() => parseFilter(`${'('.repeat(8_000)}a eq 1`, undefined), /nested too deeply|longer than/);
  const input = (size: number) => `${'('.repeat(size)}a eq 1${')'.repeat(size)}`;
  await assertLinear({ size: 200, input, run: (text) => parseFilter(text, undefined) });
});

test('a term of a field selector without a path and a value asks for nothing, as in the real server', () => {
  for (const nothing of ['!=', '=', '==', ',', '!=,=,']) assert.deepEqual(parseFieldSelector(nothing), []);
  const paths = (text: string) => parseFieldSelector(text).map(({ path }) => path);
  assert.deepEqual(paths('b=1,!=,a=2').sort(), ['a', 'b']);
  assert.deepEqual(paths('=x'), ['']);
});
