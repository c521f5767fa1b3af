import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom, utf8 } from '../../src/base/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'drydock-home-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function drydock(...words: string[]) {
  const done = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

test('a home that others can read is refused with the way out unless it is clearly ours, and so is a link', () => {
  const foreign = join(folder, 'foreign');
  mkdirSync(foreign, { mode: 0o700 });
  writeFileSync(join(foreign, 'letter.txt'), 'dear');
  chmodSync(foreign, 0o755);
  const refused = drydock('up', '--home', foreign, '--port', '0');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /holds files of others and can be read by others\. Run: chmod 700 /);
  assert.equal(statSync(foreign).mode & 0o777, 0o755);
  symlinkSync(foreign, join(folder, 'link'));
  assert.match(drydock('up', '--home', join(folder, 'link'), '--port', '0').stderr, /is a link/);
});

test('a bare server over a damaged database is refused with a sentence', () => {
  const home = join(folder, 'bare');
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, 'kube.db'), 'no database at all '.repeat(300), { mode: 0o600 });
  const refused = drydock('kube', 'up', '--bare', '--home', home, '--port', '0');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^drydock kube: The database .* is damaged: The file is no database/);
  assert.doesNotMatch(refused.stderr, /\n +at /);
});

test('check says what it compared, what is damaged by its exit code, and a damaged home does not start', async () => {
  const home = join(folder, 'checked');
  const file = join(home, 'drydock.db');
  const store = openSqliteStore({ file, clock: systemClock, random: systemRandom });
  await store.commit({ writes: [{ put: '/a', value: utf8('find me '.repeat(50)) }] });
  assert.match(drydock('check', '--home', home).stderr, /has .* open\. Stop it first/);
  await store.close();
  const whole = drydock('check', '--home', home);
  assert.deepEqual([whole.code, whole.stdout.startsWith('ok  ')], [0, true]);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('find me') + 3] = 0x21;
  writeFileSync(file, bytes);
  const damaged = drydock('check', '--home', home);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /1 of 1 records do not match their checksums \(\/a\)/);
  const start = drydock('up', '--home', home, '--port', '0');
  assert.equal(start.code, 1);
  assert.match(start.stderr, /^drydock up: The database .* is damaged: .* Nothing was changed\./);
  assert.doesNotMatch(start.stderr, /\n +at /);
});
