import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchFile } from '../../src/server/home-watch.ts';
import { processIdentity } from '../../src/server/process-identity.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';

const lookMs = 1_000;

for (const [what, take] of [
  ['deleted', (file: string) => rmSync(file)],
  [
    'replaced',
    (file: string) => {
      writeFileSync(`${file}.new`, '');
      renameSync(`${file}.new`, file);
    },
  ],
] as const) {
  test(`a file that is ${what} is noticed once; one that is only written to is not`, () => {
    const file = join(temporaryFolder('watched'), 'file');
    writeFileSync(file, '');
    const clock = new ManualClock();
    let gone = 0;
    watchFile(file, clock, () => gone++);
    writeFileSync(file, 'more');
    clock.advance(lookMs);
    assert.equal(gone, 0);
    take(file);
    clock.advance(lookMs);
    assert.equal(gone, 1);
    clock.advance(lookMs * 3);
    assert.equal(gone, 1);
  });
}

test('a watch that was closed says nothing any more', () => {
  const file = join(temporaryFolder('watched'), 'file');
  writeFileSync(file, '');
  const clock = new ManualClock();
  watchFile(file, clock, () => assert.fail('it was closed')).close();
  rmSync(file);
  clock.advance(lookMs * 3);
});

test('a process is told from every other one, and one that has ended is none', async () => {
  const [one, other] = [held(spawn('sleep', ['600'])), held(spawn('sleep', ['600']))];
  const [first = 0, second = 0] = [one.pid, other.pid];
  assert.notEqual(processIdentity(first), undefined);
  assert.equal(processIdentity(first), processIdentity(first));
  assert.notEqual(processIdentity(process.pid), undefined);
  one.kill('SIGKILL');
  await once(one, 'exit');
  assert.equal(processIdentity(first), undefined);
  assert.notEqual(processIdentity(second), undefined);
  other.kill('SIGKILL');
  await once(other, 'exit');
});
