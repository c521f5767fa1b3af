import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
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
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom, utf8 } from '../../src/base/index.ts';
import { homeFiles } from '../../src/cli/program/home.ts';
import { loadAuthority, loadControlToken } from '../../src/server/secrets.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = temporaryFolder('home');
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
  assert.match(
    drydock('check', '--home', home).stderr,
    /has .* open and does not answer here: .* stop it first/,
  );
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

test('what is wrong in a home at a start is a sentence with the way out, never a stack', async () => {
  const home = join(folder, 'wrong');
  mkdirSync(home, { mode: 0o700 });
  const files = homeFiles(home);
  const refused = (what: RegExp, out: RegExp) => {
    const start = drydock('up', '--home', home, '--port', '0');
    assert.equal(start.code, 1, String(what));
    assert.match(start.stderr, what);
    assert.match(start.stderr, out);
    assert.doesNotMatch(start.stderr, /\n +at /);
  };
  writeFileSync(files.settings, '{"port": 84');
  refused(
    /settings\.json cannot be read: /,
    /Correct it, or delete it: the server then listens on port 8443/,
  );
  writeFileSync(files.settings, '{"port":70000}');
  refused(/settings\.json has a port that is no number/, /delete it/);
  rmSync(files.settings);

  writeFileSync(files.controlToken, '', { mode: 0o600 });
  refused(/control-token does not hold a control token/, /Delete it: the start makes a new one/);
  rmSync(files.controlToken);

  const store = openSqliteStore({ file: files.database, clock: systemClock, random: systemRandom });
  await store.commit({ writes: [{ put: '/a', value: utf8('1') }] });
  await store.close();
  rmSync(files.authority);
  refused(/ca\.pem cannot be read: ENOENT/, /delete both, .*then the start makes a new CA/);
  const database = new DatabaseSync(files.database);
  database.exec('PRAGMA user_version = 99');
  database.close();
  refused(/written by a later release/, /Use that release, or another home/);
});

test('a CA is made once: half of one, another key or no key at all is refused, and what is there stays', () => {
  const home = join(folder, 'authority');
  mkdirSync(home, { mode: 0o700 });
  const files = homeFiles(home);
  const load = (isNew: boolean) => loadAuthority(files, { clock: systemClock, random: systemRandom, isNew });
  const made = load(true);
  assert.deepEqual(load(false), made);
  const both = /delete both, .*then the start makes a new CA/;
  writeFileSync(files.authority, 'not a certificate');
  assert.throws(() => load(false), /the CA in .* cannot be read/);
  assert.throws(() => load(false), both);
  writeFileSync(files.authority, made.certificatePem);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  writeFileSync(files.authorityKey, other.export({ type: 'pkcs8', format: 'pem' }));
  assert.throws(() => load(true), /ca-key\.pem is not the key of /);
  rmSync(files.authorityKey);
  assert.throws(() => load(false), /ca-key\.pem cannot be read: ENOENT/);
  assert.equal(readFileSync(files.authority, 'utf8'), made.certificatePem);
  assert.notDeepEqual(load(true), made, 'a first start that was cut off begins anew');
});

test('a control token that is none never opens the control routes', () => {
  const files = homeFiles(mkdtempSync(join(folder, 'token-')));
  for (const token of ['', '\n', 'short', 'x'.repeat(44)]) {
    writeFileSync(files.controlToken, token);
    assert.throws(() => loadControlToken(files, systemRandom), /does not hold a control token/);
  }
});

test('a damaged home starts when its loss is accepted: the files are set aside first, and what is lost is said', async () => {
  const home = join(folder, 'accepted');
  const file = join(home, 'drydock.db');
  const store = openSqliteStore({ file, clock: systemClock, random: systemRandom });
  for (const name of ['a', 'b']) {
    await store.commit({ writes: [{ put: `/test/${name}`, value: utf8(`find ${name} `.repeat(50)) }] });
  }
  await store.close();
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('find a') + 3] = 0x21;
  writeFileSync(file, bytes);
  const child = spawnSync(
    process.execPath,
    [main, 'up', '--detach', '--accept-loss', '--home', home, '--port', '0'],
    {
      encoding: 'utf8',
    },
  );
  try {
    assert.equal(child.status, 0, child.stderr);
    const [, aside = ''] = /The files as they were lie in (.*); lost\.txt/.exec(child.stdout) ?? [];
    assert.match(child.stdout, /Kept: 1 entries\. Revisions go on at \d{13}\./);
    assert.match(child.stdout, /1 entries whose records are damaged\.\n(.*\n)* +\/test\/a\n/);
    assert.deepEqual(readFileSync(join(aside, 'drydock.db')), bytes);
    assert.match(readFileSync(join(aside, 'lost.txt'), 'utf8'), /\/test\/a/);
    assert.equal(statSync(aside).mode & 0o777, 0o700);
    assert.equal(drydock('check', '--home', home).code, 0);
  } finally {
    drydock('down', '--home', home);
  }
  const again = drydock('up', '--detach', '--accept-loss', '--home', home, '--port', '0');
  assert.match(again.stdout, /The database is whole: there is no loss to accept\./);
  drydock('down', '--home', home);
});
