import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { builtInKinds } from '../../src/kinds/all.ts';

const source = resolve(import.meta.dirname, '..', '..', 'src');
const room = join(source, 'kinds');

/** The folder of a group: its first word. */
function folderOf(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? '');
}

const folders = [...new Set(builtInKinds.map(({ group }) => folderOf(group)))];

/** Files of kinds; what lies deeper are parts of one. */
const kindFiles = folders.flatMap((folder) =>
  readdirSync(join(room, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, folder, name)),
);

function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}

function declaredIn(file: string): readonly string[] {
  return [...textOf(file).matchAll(/^export const (\w+): BuiltInKind\b/gm)].map((match) => match[1] ?? '');
}

test('a kind is one file, in the folder of its group, and one line of the list', async () => {
  const list = textOf(join(room, 'all.ts'));
  const lines = [...list.matchAll(/^ {2}(\w+),$/gm)].map((match) => match[1]);
  const names = kindFiles.flatMap(declaredIn);
  const inList = lines.slice(-builtInKinds.length);
  assert.deepEqual(inList.toSorted(), names.toSorted());
  for (const file of kindFiles) {
    assert.notDeepEqual(declaredIn(file), [], `${relative(source, file)} declares no kind`);
    const declared: Record<string, (typeof builtInKinds)[number]> = await import(file);
    for (const name of declaredIn(file)) {
      const kind = declared[name];
      assert.ok(kind && builtInKinds.includes(kind), name);
      assert.equal(relative(room, file).split(sep)[0], folderOf(kind.group), name);
    }
  }
});

test('a kind says which resource it is, and no two are the same', () => {
  const resources = builtInKinds.map(({ group, resource }) => `${group}/${resource}`);
  const kinds = builtInKinds.map(({ group, kind }) => `${group}/${kind}`);
  assert.equal(new Set(resources).size, resources.length);
  assert.equal(new Set(kinds).size, kinds.length);
  for (const { kind, versions } of builtInKinds) assert.notEqual(versions.length, 0, kind);
});

/** Who may name a kind, and why: a path below `src/`, a folder with all that lies in it. */
const mayName: Readonly<Record<string, string>> = {
  'apiserver/admission/': 'a step says of which resources it decides: they are what it is about',
  'apiserver/verbs/special.ts': 'what asking a resource without objects does is code of the server',
};

test('nothing but its own file and the steps about it names a built-in kind', () => {
  const pairs = new Set(
    builtInKinds.flatMap(({ group, resource, kind }) => [
      `${group}/${resource}`,
      `${group}/${kind}`,
      // As objects are stored.
      `${group || 'core'}/${resource}`,
    ]),
  );
  const looked = [room, join(source, 'apiserver')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  const named = new Set<string>();
  const wrong: string[] = [];
  for (const file of looked) {
    const path = relative(source, file).split(sep).join('/');
    const found = [...textOf(file).matchAll(/'([^'\n]*)'/g)].filter(([, text = '']) => pairs.has(text));
    if (found.length === 0) continue;
    const allowed = Object.keys(mayName).find((place) => path.startsWith(place));
    if (allowed !== undefined) named.add(allowed);
    else
      wrong.push(
        ...found.map(([text]) => `${path} names ${text}: ask its definition, or say it in its file`),
      );
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual([...named].toSorted(), Object.keys(mayName).toSorted(), 'an exception that nobody needs');
});
