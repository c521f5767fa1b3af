import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { startScriptedEstate } from '../estate.ts';
import { agreeable } from './estate.ts';
import { lines } from './lines.ts';
import { type Told, tell } from './play.ts';

// Written by tools/record-command-lines.ts.
const told = JSON.parse(readFileSync(new URL('told.json', import.meta.url), 'utf8')) as readonly Told[];
const estate = await startScriptedEstate(agreeable);
after(() => estate.close());

for (const [at, line] of lines.entries()) {
  test(`what is sent, printed and returned by az ${line}`, async () => {
    const expected = told[at];
    assert.equal(
      expected?.line,
      line,
      'not recorded: run tools/record-command-lines.ts and read what changed',
    );
    assert.deepEqual(await tell(estate, line), expected);
  });
}
