import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { TestEstate } from '../walkthrough/estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(() => estate?.[Symbol.asyncDispose]());

test('every line of the guide to a fleet runs as it stands, and does what the guide says', async () => {
  const guide = await readFile(join(import.meta.dirname, '../../docs/guides/fleet-manager.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
  assert.ok(blocks.length >= 6);
  const { stdout } = await estate.succeeds(
    [`cd ${temporaryFolder('fleet-guide')}`, ...blocks].join('\necho ----\n'),
  );
  const [, members, placed, staged, upgraded, released, managed, left] = stdout.split('----\n');
  assert.match(members ?? '', /^dev +True/m);
  assert.match(members ?? '', /^prod +True/m);
  assert.match(placed ?? '', /condition met\ndebug\ninfo\n$/);
  assert.match(staged ?? '', /^second +web +0 +True +False +True /m);
  assert.match(upgraded ?? '', /^\S+ +Ready +\S+ +\S+ +v1\.34\.0$/m);
  assert.match(released ?? '', /^1\.34\.9$/m);
  assert.match(managed ?? '', /requests\.cpu: 0\/1/);
  assert.doesNotMatch(left?.split('NAME').at(-1) ?? '', /^dev /m);
  assert.match(left ?? '', /^prod +True/m);
});
