import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { floors, refusal, rooms } from '../../tools/rooms.ts';

const root = resolve(import.meta.dirname, '..', '..');
const source = join(root, 'src');

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g);
  return [...found].map((match) => resolve(dirname(file), match[1] ?? ''));
}

const sources = [...filesBelow(source, '.ts'), ...filesBelow(source, '.tsx')];

function roomOf(file: string): string {
  return relative(source, file).split(sep)[0] ?? '';
}

test('every import points to a room that the table allows', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = roomOf(file);
    for (const target of importsOf(file)) {
      if (!target.startsWith(source)) continue;
      const to = roomOf(target);
      if (to !== from && !rooms[from]?.includes(to)) {
        wrong.push(`${relative(root, file)} imports ${relative(root, target)}: ${refusal(from, to)}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('inside a large room imports point down its floors', () => {
  const wrong: string[] = [];
  for (const [room, list] of Object.entries(floors)) {
    const folder = join(source, room);
    const own = sources.filter((file) => file.startsWith(folder + sep));
    const placeOf = (file: string) => relative(folder, file).split(sep)[0] ?? '';
    const rest = list.findIndex((names) => names.includes('*'));
    const floorOf = (file: string): number | undefined => {
      const found = list.findIndex((names) => names.includes(placeOf(file)));
      if (found >= 0) return found;
      return rest >= 0 && !placeOf(file).endsWith('.ts') ? rest : undefined;
    };
    const isGround = (file: string): boolean =>
      importsOf(file).every(
        (target) => !target.startsWith(folder + sep) || (floorOf(target) === undefined && isGround(target)),
      );
    for (const file of own) {
      const at = floorOf(file);
      if (at === undefined) continue;
      for (const target of importsOf(file)) {
        if (!target.startsWith(folder + sep) || placeOf(target) === placeOf(file)) continue;
        const to = floorOf(target);
        if (to === undefined ? isGround(target) : to < at) continue;
        const where = `${relative(root, file)} imports ${relative(root, target)}`;
        wrong.push(
          `${where}: not below it in the floors of ${room}; move what both need down, or hand it in`,
        );
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('no files import each other in a circle, types included', () => {
  const circles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      const circle = [...path.slice(path.indexOf(file)), file].map((each) => relative(root, each));
      circles.push(`${circle.join(' -> ')}: let what both need stand in a file below them`);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const target of importsOf(file)) if (/\.tsx?$/.test(target)) visit(target);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of sources) visit(file);
  assert.deepEqual(circles, []);
});

test('every source file is imported by another one or is an entry', () => {
  const entries = new Set(
    ['cli/main.ts', 'library/kube.ts', 'portal/page/app.tsx'].map((name) => join(source, name)),
  );
  const tests = [...filesBelow(join(root, 'test'), '.ts'), ...filesBelow(join(root, 'bench'), '.ts')];
  const used = new Set([...sources, ...tests].flatMap(importsOf));
  const dead = sources.filter((file) => !used.has(file) && !entries.has(file) && !loadedByName(file));
  assert.deepEqual(
    dead.map((file) => relative(root, file)),
    [],
  );
});

/** Command files are found by their words, not by an import. */
function loadedByName(file: string): boolean {
  return relative(source, file).startsWith(join('cli', 'az', 'commands'));
}

test('what a file exports, another one uses', () => {
  const names = /\w+/g;
  const files = [
    ...sources,
    ...['test', 'bench', 'tools'].flatMap((name) => filesBelow(join(root, name), '.ts')),
  ];
  const usedIn = new Map<string, number>();
  for (const file of files) {
    for (const name of new Set(readFileSync(file, 'utf8').match(names))) {
      usedIn.set(name, (usedIn.get(name) ?? 0) + 1);
    }
  }
  const declared = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;
  const unused = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(declared)]
      .map((match) => match[1] ?? '')
      .filter((name) => usedIn.get(name) === 1)
      .map((name) => `${relative(root, file)} exports ${name}, which nobody else uses: do not export it`),
  );
  assert.deepEqual(unused, []);
});

test('no source file is longer than 500 lines, unless it is data', () => {
  const long = sources
    .filter((file) => !file.includes(`${sep}data${sep}`))
    .map((file) => ({ file: relative(root, file), lines: readFileSync(file, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 500);
  assert.deepEqual(long, []);
});

test('time, chance and ids come from base only', () => {
  const direct =
    /\bDate\.now\(|\bMath\.random\(|\brandomUUID\(|(?<![.\w])setTimeout\(|(?<![.\w])setInterval\(/;
  const wrong = sources
    // What runs in a browser has a clock of its own.
    .filter((file) => roomOf(file) !== 'base' && !file.endsWith(join('portal', 'page', 'clock.tsx')))
    .filter((file) => direct.test(readFileSync(file, 'utf8')))
    .map((file) => relative(root, file));
  assert.deepEqual(wrong, []);
});

test('every link in the documents leads to a file', () => {
  const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
    .map((name) => join(root, name))
    .concat(filesBelow(join(root, 'docs'), '.md'), filesBelow(source, '.md'));
  const broken: string[] = [];
  for (const file of documents) {
    for (const match of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      const target = resolve(dirname(file), match[1] ?? '');
      if (!statSync(target, { throwIfNoEntry: false })) broken.push(`${relative(root, file)} -> ${match[1]}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('nothing lies in the tree that an editor, a merge or a profiler left there', () => {
  const known =
    /\.(?:ts|tsx|css|mts|mjs|json|md|py|sh|ya?ml|tf|go|mod|sum|java|xml|rs|toml|svg|png|html|generated)$/;
  const left = ['src', 'test', 'tools', 'bench', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !known.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  assert.deepEqual(left, []);
});

test('each room has a one-page README', () => {
  for (const room of Object.keys(rooms)) {
    const file = join(source, room, 'README.md');
    assert.ok(statSync(file, { throwIfNoEntry: false }), `src/${room}/README.md is missing`);
    assert.ok(
      readFileSync(file, 'utf8').split('\n').length <= 80,
      `src/${room}/README.md is longer than a page`,
    );
  }
});
