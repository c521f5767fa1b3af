import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { superLinear } from './backtracking.ts';
import { regexLiterals } from './regex-literals.ts';

const source = resolve(import.meta.dirname, '..', '..', 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

test('the count of steps tells patterns that are linear from those that are not', () => {
  for (const pattern of ['^a+$', '(?<!/)/+$', '^[^=]+=.*$', '^(?:a|b)+$', '"(?:[^"\\\\]|\\\\.)*"'])
    assert.equal(superLinear(pattern, ''), undefined, pattern);
  for (const pattern of [
    '/+$',
    '^(a+)+$',
    '^a*a*$',
    '^\\s*(.*)\\s*x$',
    '(a|a)*b',
    '^(\\d+\\.?\\d*)$',
    'x.*y.*z',
  ])
    assert.notEqual(superLinear(pattern, ''), undefined, pattern);
});

test('every regular expression in the sources takes time linear in its text', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const name of files) {
    for (const { source: pattern, flags, line } of regexLiterals(readFileSync(join(source, name), 'utf8'))) {
      seen++;
      const text = superLinear(pattern, flags);
      if (text !== undefined) wrong.push(`${name}:${line} /${pattern}/${flags} on ${text}`);
    }
  }
  assert.ok(seen > 300, `${seen} found`);
  assert.deepEqual(wrong, []);
});

/** The patterns that the sources put together when they are loaded. */
async function constructed(): Promise<readonly RegExp[]> {
  const made: RegExp[] = [];
  const Plain = globalThis.RegExp;
  globalThis.RegExp = new Proxy(Plain, {
    construct(target, words, as) {
      // Reflect answers any object; of RegExp it is one.
      const pattern = Reflect.construct(target, words, as) as RegExp;
      made.push(pattern);
      return pattern;
    },
  });
  try {
    for (const name of files.filter(constructs)) await import(join(source, name));
  } finally {
    globalThis.RegExp = Plain;
  }
  return made;
}

function constructs(name: string): boolean {
  return readFileSync(join(source, name), 'utf8').includes('new RegExp(');
}

test('so does every pattern that is put together, and each is put together when its file is loaded', async () => {
  const made = await constructed();
  const places = files.flatMap((name) =>
    [...readFileSync(join(source, name), 'utf8').matchAll(/new RegExp\(/g)].map(() => name),
  );
  assert.ok(
    places.length > 0 && made.length >= places.length,
    `${made.length} made at ${places.length} places`,
  );
  const wrong = made.filter(({ source: pattern, flags }) => superLinear(pattern, flags) !== undefined);
  assert.deepEqual(wrong, []);
});
