import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditEvent } from '../../src/apiserver/index.ts';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { openKubeAudit } from '../../src/server/kube-audit.ts';
import { openKubeAuditLog } from '../../src/server/kube-audit-log.ts';
import { temporaryFolder } from '../support/belongings.ts';

const around = { clock: systemClock, log: silentLogger };
const settings = { format: 'json', maxAgeDays: 0, maxBackups: 0, maxSizeMiB: 1 } as const;
const half = 'x'.repeat(600 * 1024);

function event(json: string): AuditEvent {
  return { level: 'Metadata', stage: 'ResponseComplete', json, legacy: `legacy ${json}` };
}

function asideIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^audit-\d{4}-\d\d-\d\dT[\d-]{8}\.\d{3}\.log$/.test(name));
}

test('an event is a line in the file before the next one is taken, for the owner of the file alone', () => {
  const path = join(temporaryFolder('kube-audit'), 'logs', 'audit.log');
  const log = openKubeAuditLog({ ...settings, path }, around);
  for (const n of [1, 2]) {
    assert.equal(log.take(event(`{"n":${n}}`)), true);
    assert.equal(readFileSync(path, 'utf8').split('\n').length, n + 1);
  }
  assert.equal(statSync(path).mode & 0o777, 0o600);
  log.close();
  const legacy = openKubeAuditLog({ ...settings, path, format: 'legacy' }, around);
  legacy.take(event('3'));
  legacy.close();
  assert.equal(readFileSync(path, 'utf8'), '{"n":1}\n{"n":2}\nlegacy 3\n');
});

test('a full file gets the time as its name, and as many are kept as were asked for', () => {
  const folder = temporaryFolder('kube-audit');
  const path = join(folder, 'audit.log');
  writeFileSync(join(folder, 'audit-of-somebody-else.log'), '');
  const log = openKubeAuditLog({ ...settings, path, maxBackups: 2 }, around);
  for (let n = 0; n < 6; n++) log.take(event(`${n}${half}`));
  assert.equal(asideIn(folder).length, 2);
  assert.equal(readFileSync(path, 'utf8')[0], '5');
  const newest = asideIn(folder).sort().at(-1) ?? '';
  assert.equal(readFileSync(join(folder, newest), 'utf8')[0], '4');
  assert.ok(existsSync(join(folder, 'audit-of-somebody-else.log')));
  log.close();
});

test('full files go when they are too old', () => {
  const folder = temporaryFolder('kube-audit');
  const old = join(folder, 'audit-2020-01-01T00-00-00.000.log');
  writeFileSync(old, '');
  utimesSync(old, 0, 0);
  const log = openKubeAuditLog({ ...settings, path: join(folder, 'audit.log'), maxAgeDays: 1 }, around);
  log.take(event(half));
  log.take(event(half));
  assert.equal(existsSync(old), false);
  assert.equal(asideIn(folder).length, 1);
  log.close();
});

test('two that write one file each write whole lines, also when one of them puts it aside', () => {
  const folder = temporaryFolder('kube-audit');
  const path = join(folder, 'audit.log');
  const logs = ['a', 'b'].map(() => openKubeAuditLog({ ...settings, path }, around));
  for (let n = 0; n < 8; n++) logs[n % 2]?.take(event(JSON.stringify({ n, half })));
  for (const log of logs) log.close();
  const lines = [...asideIn(folder).sort(), 'audit.log'].flatMap((name) =>
    readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1),
  );
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).n),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
});

test('a disk that takes nothing is told once, and again when it is well', () => {
  const told: string[] = [];
  const say = (message: string) => void told.push(message);
  const log = { ...silentLogger, error: say, info: say };
  const sink = openKubeAuditLog({ ...settings, path: '/dev/full' }, { clock: systemClock, log });
  assert.equal(sink.take(event('{}')), false);
  assert.equal(sink.take(event('{}')), false);
  assert.deepEqual(told, ['the audit log of the clusters cannot be written']);
  sink.close();
});

test('without a policy nothing is written, and what cannot be used is refused at the start', () => {
  const path = join(temporaryFolder('kube-audit'), 'audit.log');
  const without = openKubeAudit({ log: { ...settings, path } }, around);
  assert.equal(without.options, undefined);
  assert.match(without.warnings.join(), /^No audit policy file provided/);
  assert.equal(existsSync(path), false);
  assert.throws(() => openKubeAudit({ policyFile: '/nope' }, around), {
    message:
      'loading audit policy file: failed to read file path "/nope": open /nope: no such file or directory',
  });
  const policyFile = join(temporaryFolder('kube-audit'), 'policy.yaml');
  writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\n');
  assert.throws(() => openKubeAudit({ policyFile }, around), {
    message: `loading audit policy file: loaded illegal policy with 0 rules: from file ${policyFile}`,
  });
  writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  const log = { ...settings, path: '/proc/none/audit.log' };
  assert.throws(() => openKubeAudit({ policyFile, log }, around), { message: /^ensureLogFile: / });
});
