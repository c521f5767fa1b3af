import { test } from 'node:test';
import { bodyLimits } from '../../src/apiserver/answer/body.ts';
import { jsonToYaml } from '../../src/apiserver/request/yaml/json-to-yaml.ts';
import { yamlToJson } from '../../src/apiserver/request/yaml/yaml-to-json.ts';
import { assertLinear } from './steps.ts';

const times = (size: number, part: (i: number) => string) =>
  Array.from({ length: size }, (_, i) => part(i)).join('');

/** Texts of a size, each of one construct that a reader might take more than once. */
const texts: Readonly<Record<string, (size: number) => string>> = {
  keys: (n) => `a:\n${times(n, (i) => `  k${i}: 1\n`)}`,
  'keys in flow style': (n) => `{${times(n, (i) => `k${i}: 1,`)}}`,
  'keys given twice': (n) => times(n, () => 'a: 1\n'),
  'a list of pairs': (n) => `[${times(n, (i) => `k${i}: 1,`)}]`,
  'lists in lists': (n) => '- '.repeat(n),
  'keys of keys': (n) => '? '.repeat(n),
  'lists of nothing': (n) => '-\n'.repeat(n),
  'flow lists in flow lists': (n) => '['.repeat(n),
  'deep lists that end': (n) => `${'['.repeat(450)}${'a,'.repeat(n)}${']'.repeat(450)}`,
  comments: (n) => '# c\n'.repeat(n),
  'comments within': (n) => `a:\n${'  # x\n'.repeat(n)}  b: 1\n`,
  'plain words': (n) => `a: ${'x '.repeat(n)}`,
  'plain lines': (n) => `a:${' x\n'.repeat(n)}`,
  'double quotes': (n) => `a: "${'x \\n'.repeat(n)}"`,
  'a quote that is not closed': (n) => `a: "${' x\n'.repeat(n)}`,
  'single quotes': (n) => `a: '${"x''\n ".repeat(n)}'`,
  'a literal block': (n) => `a: |\n${'  x\n'.repeat(n)}`,
  'a folded block': (n) => `a: >\n${'  x\n\n'.repeat(n)}`,
  'empty lines': (n) => `a: |\n${'\n'.repeat(n)}  x\n`,
  documents: (n) => '--- a\n'.repeat(n),
  directives: (n) => `${times(n, (i) => `%TAG !a${i}! x\n`)}--- a`,
  tags: (n) => '- !!str a\n'.repeat(n),
  'a long tag': (n) => `!<${'%41'.repeat(n)}> b`,
  anchors: (n) => times(n, (i) => `- &a${i} x\n`),
  aliases: (n) => `- &a x\n${'- *a\n'.repeat(n)}`,
  'aliases of much': (n) => `- &a [${'x,'.repeat(n)}]\n${'- *a\n'.repeat(n)}`,
  'billion laughs': (n) => `- &a0 [x]\n${times(n, (i) => `- &a${i + 1} [*a${i},*a${i}]\n`)}`,
  merges: (n) => `a: &a {x: 1}\nb:\n${'  <<: *a\n'.repeat(n)}`,
  'merges of much': (n) => `a: &a {${times(n, (i) => `k${i}: 1,`)}}\nb:\n${'  <<: *a\n'.repeat(n)}`,
  colons: (n) => `a: ${':'.repeat(n)}`,
  digits: (n) => `a: ${'9'.repeat(n)}`,
  underscores: (n) => `a: 0${'_'.repeat(n)}`,
  tabs: (n) => `a:${'\t'.repeat(n)}b`,
  'a long key': (n) => `${'a'.repeat(n)}: 1`,
  'indentation that grows': (n) => times(Math.min(n, 400), (i) => `${' '.repeat(i)}a:\n`) + '\n'.repeat(n),
};

for (const [name, input] of Object.entries(texts)) {
  test(`YAML is read in time linear in its length: ${name}`, async () => {
    await assertLinear({ size: 1_500, input, run: (text: string) => yamlToJson(text, bodyLimits) });
  });
}

test('YAML is written in time linear in what is written', async () => {
  const members = (size: number) => Array.from({ length: size }, (_, i) => [`k${i}`, `line ${i}\nyes`]);
  await assertLinear({
    size: 500,
    input: (size) => ({ m: Object.fromEntries(members(size)) }),
    run: (value) => jsonToYaml(value),
  });
});
