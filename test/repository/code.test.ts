import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { outside } from '../../tools/rooms.ts';

const root = resolve(import.meta.dirname, '..', '..');
const longestFunction = 70;
const sameLines = 10;

const generated = [`src${sep}cli${sep}az${sep}commands${sep}index.ts`];

interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly string[];
}

function sourcesBelow(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => !generated.includes(file))
    .map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return { file, text, lines: text.split('\n') };
    });
}

const sources = sourcesBelow('src');

test('a room uses the node modules and packages that are listed for it', () => {
  const used =
    /^(?:import|export) (?:type )?(?:\w+(?:, )?)?(?:\{[^}]*\}|\*(?: as \w+)?)? ?from '([^.'][^']*)'|^import '([^.'][^']*)'|await import\('([^.'][^']*)'\)/gm;
  const wrong = sources.flatMap(({ file, text }) => {
    const room = file.split(sep)[1] ?? '';
    const names = [...text.matchAll(used)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    return names
      .filter((name) => !outside[room]?.includes(name))
      .map((name) => `${file} uses ${name}: ask a room below for it, or list it in tools/rooms.ts`);
  });
  assert.deepEqual(wrong, []);
});

test('no function is longer than 70 lines', () => {
  const head =
    /^(\s*)(?:export )?(?:static |async )*(?:function\*? \w+|\*?#?\w+\([^;]*\{$|const \w+ = .*=> \{$)/;
  const control = /^\s*(?:if|for|while|switch|return|catch|do|else)\b/;
  const long = sources.flatMap(({ file, lines }) =>
    lines.flatMap((line, start) => {
      const indent = control.test(line) ? undefined : head.exec(line)?.[1];
      if (indent === undefined) return [];
      const end = lines.findIndex((other, at) => at > start && other.startsWith(`${indent}}`));
      return end - start + 1 > longestFunction ? [`${file}:${start + 1} has ${end - start + 1} lines`] : [];
    }),
  );
  assert.deepEqual(long, []);
});

test('no two places share ten lines to the letter', () => {
  const places = new Map<string, string[]>();
  for (const { file, lines } of sources) {
    const trimmed = lines.map((line) => line.trim());
    for (let at = 0; at + sameLines <= trimmed.length; at++) {
      const part = trimmed.slice(at, at + sameLines);
      if (!saysSomething(part)) continue;
      const key = part.join('\n');
      places.set(key, [...(places.get(key) ?? []), `${file}:${at + 1}`]);
    }
  }
  const shared = [...places.values()].filter((found) => found.length > 1).map((found) => found.join(' and '));
  assert.deepEqual(shared, []);
});

/** Imports, lists of names and closing brackets are the same in many files. */
function saysSomething(lines: readonly string[]): boolean {
  const names = lines.filter((line) => /^(?:import|export) |^\} from|^(?:type )?\w+,$/.test(line));
  return names.length <= 4 && lines.filter((line) => line.length > 3).length >= 6;
}

/** Exported for what is planned, with tests of its own until then. */
const planned: ReadonlyMap<string, string> = new Map([
  ['httpClusterClient', 'the client of clusters outside this process, which are planned'],
]);

test('nothing is kept for tests alone, or for nobody', () => {
  const users = [...sources, ...sourcesBelow('tools'), ...sourcesBelow('bench')];
  const words = new Map(users.map(({ file, text }) => [file, wordsOf(text)]));
  const tests = sourcesBelow('test').map(({ text }) => new Set(wordsOf(text).keys()));
  const declared = /^export (?:async )?(?:abstract )?(?:function\*?|class|const|let|interface|type) (\w+)/gm;
  const idle = sources.flatMap(({ file, text }) =>
    [...text.matchAll(declared)]
      .map(([, name = '']) => name)
      .filter((name) => (words.get(file)?.get(name) ?? 0) < 2)
      .filter((name) => !users.some((user) => user.file !== file && words.get(user.file)?.has(name)))
      .filter((name) => !planned.has(name))
      .map((name) =>
        tests.some((found) => found.has(name))
          ? `${name} of ${file}: only tests use it; move it to test/support, or take it out`
          : `${name} of ${file}: nobody uses it; take it out`,
      ),
  );
  assert.deepEqual(idle, []);
});

/** How often each word stands in the code: neither comments nor lists of imports and re-exports count, unless they rename. */
function wordsOf(text: string): Map<string, number> {
  const code = text
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/^(?:import|export) (?:type )?\{[^}]*\}(?: from '[^']*')?;$/gm, (names) =>
      [...names.matchAll(/\w+(?= as )/g)].join(' '),
    );
  const counts = new Map<string, number>();
  for (const [word] of code.matchAll(/[A-Za-z_$][\w$]*/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

test('a folder of tests belongs to a room, or says what it is for', () => {
  const rooms = new Set(Object.keys(outside));
  const themes = new Set([
    'agents',
    'attack',
    'az',
    'fuzz',
    'program',
    'repository',
    'sdk',
    'support',
    'clients',
    'terraform',
    'walkthrough',
  ]);
  const unknown = readdirSync(join(root, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !rooms.has(entry.name) && !themes.has(entry.name))
    .map(({ name }) => `test/${name}`);
  assert.deepEqual(unknown, []);
});
