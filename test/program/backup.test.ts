import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keysOfOneCourse } from '../../src/arm/index.ts';
import { systemClock, systemRandom, utf8 } from '../../src/base/index.ts';
import { homeFiles } from '../../src/cli/program/home.ts';
import { restoreBackup } from '../../src/server/keeping/restore.ts';
import { declareStaged, finishStaged, workFolder } from '../../src/server/keeping/staged.ts';
import { loadAuthority, loadControlToken, writePrivate } from '../../src/server/secrets.ts';
import { inspectDatabase, openSqliteStore } from '../../src/store/index.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { drydock, TestEstate } from '../walkthrough/estate.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = temporaryFolder('backup');
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(async () => {
  await estate?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A stopped home with some megabytes in it, so that copying takes a while. */
async function largeHome(name: string): Promise<string> {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  const files = homeFiles(home);
  loadAuthority(files, { clock: systemClock, random: systemRandom, isNew: true });
  loadControlToken(files, systemRandom);
  writePrivate(files.settings, '{"port":0}');
  const store = openSqliteStore({ file: files.database, clock: systemClock, random: systemRandom });
  for (let i = 0; i < 8; i++) {
    await store.commit({ writes: [{ put: `/a/${i}`, value: new Uint8Array(1_500_000).fill(i) }] });
  }
  await store.close();
  return home;
}

/** Starts drydock and kills it as soon as a name that fits appears in a folder; true when it was cut off before its end. */
async function killedWhen(watched: string, name: RegExp, words: string[]): Promise<boolean> {
  const child = held(spawn(process.execPath, [main, ...words], { stdio: 'ignore' }));
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  while (child.exitCode === null && !namesIn(watched).some((one) => name.test(one))) {
    await new Promise((next) => setImmediate(next));
  }
  const isCutOff = child.exitCode === null;
  child.kill('SIGKILL');
  await ended;
  return isCutOff;
}

const namesIn = (path: string) => (existsSync(path) ? readdirSync(path) : []);

/** Where a text stands in a file, also in what nothing points to any more. */
function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at);
  return places;
}

test('a backup of a running server restores all of it, and whoever watched what came after the backup must list anew', async () => {
  const { stdout } = await estate.succeeds(`
    az group create -n g -l eastus >/dev/null
    az aks create -g g -n m --node-count 1 --no-ssh-key >/dev/null
    az aks get-credentials -g g -n m --admin -f "$DRYDOCK_HOME/k" >/dev/null
    export KUBECONFIG="$DRYDOCK_HOME/k"
    kubectl create configmap before >/dev/null
    drydock backup "${folder}/taken" --home "$DRYDOCK_HOME"
    for n in 1 2 3; do kubectl create configmap after-$n >/dev/null; done
    kubectl get configmap after-3 -o jsonpath='{.metadata.resourceVersion}'`);
  const lastSeen = Number(stdout.trim().split('\n').at(-1));
  assert.ok(lastSeen > 0, stdout);
  assert.equal(statSync(join(folder, 'taken')).mode & 0o777, 0o600);
  assert.deepEqual(namesIn(folder), ['taken'], 'nothing else is left beside it');

  const home = join(folder, 'restored');
  const restored = await drydock('restore', join(folder, 'taken'), '--home', home);
  assert.equal(restored.code, 0, restored.stderr);
  for (const name of readdirSync(home)) assert.equal(statSync(join(home, name)).mode & 0o077, 0, name);
  assert.equal(readFileSync(join(home, 'ca.pem'), 'utf8'), readFileSync(join(estate.home, 'ca.pem'), 'utf8'));
  const up = await drydock('up', '--detach', '--home', home, '--port', '0');
  assert.equal(up.code, 0, up.stderr);
  try {
    const seen = await drydock(
      ...['exec', '--home', home, '--', 'bash', '-euc'],
      `az aks get-credentials -g g -n m --admin -f "$DRYDOCK_HOME/k" >/dev/null; export KUBECONFIG="$DRYDOCK_HOME/k"
       kubectl get configmaps -o name; kubectl create token default; kubectl create clusterrolebinding x --clusterrole cluster-admin --serviceaccount default:default >/dev/null
       kubectl config view --raw --minify -o jsonpath='{.clusters[0].cluster.server} {.clusters[0].cluster.tls-server-name}'; echo
       kubectl get --raw "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${lastSeen}&timeoutSeconds=5" 2>&1 || true
       kubectl get configmap before -o jsonpath='{.metadata.resourceVersion}'`,
    );
    assert.match(seen.stdout, /configmap\/before/);
    assert.doesNotMatch(seen.stdout, /configmap\/after/);
    assert.match(seen.stdout, /"code":410|too old resource version|Expired/, seen.stdout);
  } finally {
    await drydock('down', '--home', home);
  }
});

test('a running home is checked as it stands on the disk, and nothing of that is left in it', async () => {
  const before = readdirSync(estate.home).sort();
  const checked = await drydock('check', '--home', estate.home);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /^ok {2}.*drydock\.db: revision \d+, \d+ entries/);
  assert.match(checked.stdout, /ca\.pem: a certificate that fits its key/);
  assert.deepEqual(readdirSync(estate.home).sort(), before);
});

test('a backup replaces a file only when told to, and an absent folder, a stray word or a home without database is refused', async () => {
  const file = join(folder, 'there');
  writeFileSync(file, 'something dear');
  const refused = await drydock('backup', file, '--home', estate.home);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /exists\. Name another file, or pass --overwrite/);
  assert.equal(readFileSync(file, 'utf8'), 'something dear');
  const replaced = await drydock('backup', file, '--overwrite', '--home', estate.home);
  assert.equal(replaced.code, 0, replaced.stderr);
  assert.equal((await drydock('check', file)).code, 0);
  assert.match(
    (await drydock('backup', join(folder, 'no', 'x'), '--home', estate.home)).stderr,
    /there is no folder/,
  );
  assert.equal((await drydock('backup', '--home', estate.home)).code, 2);
  const none = await drydock('backup', join(folder, 'none'), '--home', join(folder, 'no-home'));
  assert.match(none.stderr, /^drydock backup: There is no database of this release at /);
});

test('a restore refuses a home that holds anything, and a backup that is not whole', async () => {
  const backup = join(folder, 'source');
  assert.equal((await drydock('backup', backup, '--home', estate.home)).code, 0);
  const full = join(folder, 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'letter'), 'dear');
  const refused = await drydock('restore', backup, '--home', full);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is not empty\. .* nothing was changed/);
  assert.deepEqual(readdirSync(full), ['letter']);
  const bytes = readFileSync(backup);
  const key = readFileSync(join(estate.home, 'ca-key.pem'));
  for (const [what, places] of [
    ['an enclosed file', placesOf(bytes, key.toString())],
    ['a record', placesOf(bytes, '"tenantId"')],
  ] as const) {
    const damaged = Buffer.from(bytes);
    for (const at of places) damaged[at + 5] = 0x21;
    writeFileSync(backup, damaged);
    const broken = await drydock('restore', backup, '--home', join(folder, 'new'));
    assert.equal(broken.code, 1, what);
    assert.match(broken.stderr, /is damaged: /, what);
    assert.ok(!existsSync(join(folder, 'new')), what);
    assert.equal((await drydock('check', backup)).code, 1, what);
  }
  writeFileSync(backup, bytes.subarray(0, bytes.length / 2));
  assert.match((await drydock('restore', backup, '--home', join(folder, 'new'))).stderr, /is damaged: /);
  writeFileSync(backup, 'no backup at all');
  const stranger = await drydock('restore', backup, '--home', join(folder, 'new'));
  assert.match(stranger.stderr, /no database|not a backup/);
  assert.doesNotMatch(stranger.stderr, /\n +at /);
});

test('a backup that is killed leaves no file under its name, and the next one clears what is left', async () => {
  const home = await largeHome('large');
  const target = join(folder, 'kept', 'b');
  mkdirSync(join(folder, 'kept'));
  const isCutOff = await killedWhen(join(folder, 'kept'), /draft/, ['backup', target, '--home', home]);
  assert.ok(isCutOff);
  assert.ok(!existsSync(target));
  assert.equal((await drydock('check', '--home', home)).code, 0);
  assert.equal((await drydock('backup', target, '--home', home)).code, 0);
  assert.deepEqual(readdirSync(join(folder, 'kept')), ['b']);

  // Wherever a restore is killed, the home is none yet or the whole one; a start never makes a new one of a half.
  for (const [n, moment] of [/^staging/, /^staged/, /drydock\.db$/].entries()) {
    const restored = join(folder, `cut-${n}`);
    await killedWhen(restored, moment, ['restore', target, '--home', restored]);
    const again = await drydock('restore', target, '--home', restored);
    if (again.code !== 0) assert.match(again.stderr, /is not empty|complete but for its last step/);
    await finishStaged(restored, { database: homeFiles(restored).database, clock: systemClock });
    const { damage, loss, entries } = inspectDatabase(homeFiles(restored).database);
    assert.deepEqual([damage, loss, entries], [[], [], 8]);
    assert.deepEqual(readdirSync(restored).sort(), [
      ...['ca-key.pem', 'ca.pem', 'control-token', 'drydock.db', 'drydock.db-witness', 'settings.json'],
    ]);
  }
});

test('a home whose restore was cut off does not start as a new one', async () => {
  const home = join(folder, 'half');
  mkdirSync(join(home, 'staging-999999999-1'), { recursive: true, mode: 0o700 });
  const up = await drydock('up', '--home', home, '--port', '0');
  assert.equal(up.code, 1);
  assert.match(up.stderr, /a restore into .* was cut off or is under way\. Run 'drydock restore' again/);
  assert.deepEqual(readdirSync(home), ['staging-999999999-1'], 'nothing was put beside it');
  const backup = join(folder, 'for-half');
  assert.equal((await drydock('backup', backup, '--home', estate.home)).code, 0);
  const again = await drydock('restore', backup, '--home', home);
  assert.equal(again.code, 0, again.stderr);
});

test('a restore into a folder where a server has begun meanwhile is refused at its last step', async () => {
  const backup = join(folder, 'for-race');
  assert.equal((await drydock('backup', backup, '--home', estate.home)).code, 0);
  const home = join(folder, 'race');
  const files = homeFiles(home);
  let asked = 0;
  // The clock is read after all is staged but for its name: the moment at which a server makes its folders.
  const clock = {
    ...systemClock,
    now: () => {
      asked++;
      mkdirSync(join(home, 'logs'), { recursive: true });
      return Date.now();
    },
  };
  await assert.rejects(restoreBackup({ file: backup, home, files, clock }), /is not empty/);
  assert.equal(asked, 1);
  assert.deepEqual(readdirSync(home), ['logs']);
});

test('what links to operations are sealed with is not restored: they would tell of successes that came after the backup', async () => {
  const home = await largeHome('sealed');
  const options = { clock: systemClock, random: systemRandom };
  const store = openSqliteStore({ file: homeFiles(home).database, ...options });
  for (const put of keysOfOneCourse)
    await store.commit({ writes: [{ put, value: new Uint8Array(32).fill(1) }] });
  const { entries } = await store.range({ prefix: '/' });
  await store.close();
  const file = join(folder, 'sealed-backup');
  const taken = await drydock('backup', file, '--home', home);
  assert.equal(taken.code, 0, taken.stderr);
  const files = homeFiles(join(folder, 'unsealed'));
  await restoreBackup({ file, home: join(folder, 'unsealed'), files, clock: systemClock });
  const restored = openSqliteStore({ file: files.database, ...options });
  const left = (await restored.range({ prefix: '/' })).entries.map(({ key }) => key);
  await restored.close();
  assert.deepEqual(
    left,
    entries.map(({ key }) => key).filter((key) => !keysOfOneCourse.includes(key)),
  );
  assert.ok(left.length > 0 && left.length < entries.length);
});

test('a server that is killed while it copies leaves no backup, and the command says so', async () => {
  const home = await largeHome('killed');
  const up = await drydock('up', '--detach', '--home', home);
  assert.equal(up.code, 0, up.stderr);
  const { pid } = JSON.parse(readFileSync(homeFiles(home).running, 'utf8'));
  const beside = join(folder, 'beside');
  mkdirSync(beside);
  const child = held(spawn(process.execPath, [main, 'backup', join(beside, 'b'), '--home', home]));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  while (child.exitCode === null && readdirSync(beside).length === 0) {
    await new Promise((next) => setImmediate(next));
  }
  process.kill(pid, 'SIGKILL');
  const code = await ended;
  if (code === 0) return;
  assert.match(said, /^drydock backup: the server does not answer/);
  assert.deepEqual(readdirSync(beside), []);
  assert.equal((await drydock('check', '--home', home)).code, 0);
});

test('what is staged is moved to its end by whoever comes next, at whatever step the move was cut off', async () => {
  const open = (file: string) => openSqliteStore({ file, clock: systemClock, random: systemRandom });
  const parts = ['drydock.db', 'drydock.db-witness', 'settings.json'];
  for (let moved = 0; moved <= parts.length; moved++) {
    const home = join(folder, `moved-${moved}`);
    const database = join(home, 'drydock.db');
    mkdirSync(home, { mode: 0o700 });
    // The old database, killed with a log of its own, which must never be read into the new one.
    const old = open(database);
    await old.commit({ writes: [{ put: '/old', value: utf8('1') }] });
    const log = readFileSync(`${database}-wal`);
    await old.close();
    writeFileSync(`${database}-wal`, log, { mode: 0o600 });
    const work = workFolder(home, 'staging');
    const next = open(join(work, 'drydock.db'));
    await next.commit({ writes: [{ put: '/new', value: utf8('2') }] });
    await next.close();
    writeFileSync(join(work, 'settings.json'), '{}', { mode: 0o600 });
    declareStaged(home, work);
    if (moved > 0) {
      renameSync(join(home, 'staged'), join(home, 'staged-999999999-1'));
      for (const part of ['-wal', '-witness']) rmSync(database + part);
      for (const name of parts.slice(0, moved))
        renameSync(join(home, 'staged-999999999-1', name), join(home, name));
    }
    await Promise.all([1, 2].map(() => finishStaged(home, { database, clock: systemClock })));
    assert.deepEqual(readdirSync(home).sort(), [...parts].sort());
    const store = open(database);
    assert.deepEqual(
      (await store.range({ prefix: '/' })).entries.map(({ key }) => key),
      ['/new'],
    );
    await store.close();
  }
});
