import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { silentLogger } from '../../src/base/index.ts';
import { AuditFile, auditLimits } from '../../src/server/audit-file.ts';
import { ManualClock } from '../support/manual-clock.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-audit-'));
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
