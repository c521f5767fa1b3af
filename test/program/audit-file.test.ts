import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { silentLogger } from '../../src/base/index.ts';
import { AuditFile, auditLimits } from '../../src/server/audit-file.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';

let folder: string;

before(async () => {
  folder = temporaryFolder('audit');
});

after(() => rm(folder, { recursive: true, force: true }));

test('a flood of refusals is counted, not written, and everything else goes on', async () => {
  const clock = new ManualClock();
  const file = join(folder, 'flood', 'audit.jsonl');
  const trail = new AuditFile({ file, clock, log: silentLogger });
  for (let i = 0; i < auditLimits.refusalsPerSecond + 500; i++) {
    trail.record({ event: 'refusal', outcome: 'refused', target: '/x' });
  }
  trail.record({ event: 'credential', outcome: 'success', target: '/y' });
  trail.close();
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  assert.equal(lines.length, auditLimits.refusalsPerSecond + 1);
  assert.equal(JSON.parse(lines.at(-1) ?? '{}').refusalsLeftOut, 500);
});

test('full files are put aside, and the oldest go', async () => {
  const file = join(folder, 'rotated', 'audit.jsonl');
  const trail = new AuditFile({ file, clock: new ManualClock(), log: silentLogger, fileBytes: 200 });
  for (let i = 0; i < 60; i++) {
    trail.record({ event: 'credential', outcome: 'success', target: `/made/${i}` });
  }
  trail.close();
  const names = (await readdir(join(folder, 'rotated'))).sort();
  assert.equal(names.length, 1 + auditLimits.keptFiles);
  assert.match(await readFile(file, 'utf8'), /\/made\/59"/);
});

test('a trail whose disk takes nothing more says so, counts what is missing, and goes on when there is room', {
  skip: !existsSync('/dev/full') && '/dev/full is not there',
}, async () => {
  const clock = new ManualClock();
  const file = join(folder, 'full', 'audit.jsonl');
  await mkdir(join(folder, 'full'));
  await symlink('/dev/full', file);
  const trail = new AuditFile({ file, clock, log: silentLogger });
  assert.equal(trail.whyFailing(), undefined);
  for (let i = 0; i < 3; i++) trail.record({ event: 'credential', outcome: 'success', target: `/lost/${i}` });
  assert.match(trail.whyFailing() ?? '', /^3 events were not written: ENOSPC/);
  await rm(file);
  clock.advance(auditLimits.retryEveryMs);
  assert.equal(trail.whyFailing(), undefined);
  trail.record({ event: 'credential', outcome: 'success', target: '/told' });
  trail.close();
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ event, target, eventsLost }) => [event, target, eventsLost]),
    [
      ['trail-resumed', undefined, 3],
      ['credential', '/told', undefined],
    ],
  );
});

test('a trail goes on in a new file when somebody moved the old one away', async () => {
  const file = join(folder, 'moved', 'audit.jsonl');
  const trail = new AuditFile({ file, clock: new ManualClock(), log: silentLogger });
  trail.record({ event: 'credential', outcome: 'success', target: '/before' });
  await rename(file, `${file}.taken`);
  trail.record({ event: 'credential', outcome: 'success', target: '/after' });
  trail.close();
  assert.match(await readFile(`${file}.taken`, 'utf8'), /\/before/);
  assert.match(await readFile(file, 'utf8'), /^[^\n]*\/after[^\n]*\n$/);
});
