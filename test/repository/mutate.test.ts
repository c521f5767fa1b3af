import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { choose } from '../../tools/mutation/choice.ts';
import { mutantsOf } from '../../tools/mutation/points.ts';
import { isSetAside, setAside } from '../../tools/mutation/set-aside.ts';
import { temporaryFolder } from '../support/belongings.ts';

const root = join(import.meta.dirname, '..', '..');
const program = join(root, 'tools', 'mutate.ts');

const source = `/** Not code: 1 < 2. */
export function isFull(count: number, limit: 1 | 2 = 2): boolean {
  return count >= limit;
}

export function nobodyAsks(count: number): boolean {
  return count > 7;
}

export function largest(one: number, other: number): number {
  if (one > other) return one;
  return other;
}
`;
const tests = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFull, largest } from '../../src/store/limits.ts';
test('two fill it', () => {
  assert.equal(isFull(1), false);
  assert.equal(isFull(2), true);
  assert.equal(isFull(1, 1), true);
});
test('the larger one is returned', () => {
  assert.equal(largest(2, 1), 2);
  assert.equal(largest(1, 2), 2);
});
`;

function fixture(): string {
  const tree = temporaryFolder('mutants');
  const files = {
    'tsconfig.json': JSON.stringify({
      compilerOptions: { module: 'nodenext', allowImportingTsExtensions: true, noEmit: true, types: [] },
      include: ['src'],
    }),
    'package.json': JSON.stringify({ type: 'module' }),
    'src/store/limits.ts': source,
    'test/store/limits.test.ts': tests,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  return tree;
}

function mutate(tree: string, ...words: string[]) {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const all = [program, '--tree', tree, '--room', 'store', '--jobs', '1', ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', env: environment });
  return { status, stdout, stderr };
}

test('only what runs is changed, and each change is one of its own', () => {
  const mutants = mutantsOf(fixture(), ['store']);
  assert.equal(new Set(mutants.map(({ id }) => id)).size, mutants.length);
  assert.ok(mutants.every(({ start, end }) => !/Not code|1 \| 2/.test(source.slice(start, end))));
  const changes = mutants.map(({ line, change }) => `${line + 1} ${change}`);
  assert.ok(changes.includes('3 >= => >'));
  assert.ok(changes.includes('11 one > other => !(one > other)'));
  assert.ok(changes.includes('7 7 => 8'));
});

test('mutants that tests notice are killed, the others are named, and a second run goes on from the first', () => {
  const tree = fixture();
  const first = mutate(tree, '--count', '100');
  assert.equal(first.status, 1, first.stderr);
  assert.match(first.stderr, /killed: src\/store\/limits\.ts:3 comparison swapped: >= => >\n/);
  assert.match(first.stderr, /test\/store\/limits\.test\.ts: two fill it/);
  assert.match(
    first.stdout,
    /src\/store\/limits\.ts:7 comparison swapped: > => >=\n.*\n {4}not run by any test/,
  );
  // Of two equal numbers either may be returned.
  assert.match(
    first.stdout,
    /src\/store\/limits\.ts:11 comparison swapped: > => >=\n.*\n {4}survived: all 1 test/,
  );
  assert.doesNotMatch(first.stdout, /limits\.ts:3 /);
  assert.equal(readFileSync(join(tree, 'src/store/limits.ts'), 'utf8'), source);
  const [, all = '', killed = ''] = /\| all \| (\d+) \| (\d+) \|/.exec(first.stdout) ?? [];
  const percent = Math.floor((100 * Number(killed)) / Number(all));
  const second = mutate(tree, '--count', '100', '--least', String(percent));
  assert.equal(second.status, 0, second.stderr);
  assert.equal(second.stdout, first.stdout);
  assert.doesNotMatch(second.stderr, /killed|survived|measured/);
});

test('a seed chooses always the same, and another seed something else', () => {
  const mutants = mutantsOf(fixture(), ['store']);
  const chosen = (seed: string) =>
    choose(mutants, { seed, count: 4, sizes: new Map([['store', 10]]) }).map(({ id }) => id);
  assert.equal(chosen('a').length, 4);
  assert.deepEqual(chosen('a'), chosen('a'));
  assert.notDeepEqual(chosen('a'), chosen('b'));
});

test('what is set aside is still in the sources', () => {
  if (setAside.length === 0) return;
  const rooms = [...new Set(setAside.map(({ file }) => file.split('/')[1] ?? ''))];
  const mutants = mutantsOf(root, rooms);
  const gone = setAside.filter((entry) => !mutants.some((mutant) => isSetAside(mutant, [entry])));
  assert.deepEqual(gone, []);
});
