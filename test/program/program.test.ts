import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { drydock, TestEstate } from '../walkthrough/estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(() => estate?.[Symbol.asyncDispose]());

test('status --json carries the names that scripts rely on', async () => {
  const status = JSON.parse((await drydock('status', '--json', '--home', estate.home)).stdout);
  for (const name of ['resourceManager', 'login', 'graph'])
    assert.match(status[name], /^https:\/\/[\w.]+:\d+$/);
  assert.equal(status.home, estate.home);
  assert.equal(typeof status.pid, 'number');
  assert.match(status.version, /^\d+\.\d+\.\d+/);
  assert.match(status.tenantId, /^[0-9a-f-]{36}$/);
  assert.match(status.subscriptionId, /^[0-9a-f-]{36}$/);
  assert.match(status.signedInUser, /@/);
  assert.match(await readFile(status.caFile, 'utf8'), /BEGIN CERTIFICATE/);
  assert.deepEqual(status.clusters, []);
});

test('a second up on a live home says so and exits 0', async () => {
  const second = await drydock('up', '--detach', '--home', estate.home);
  assert.equal(second.code, 0);
  assert.match(second.stdout, /already up \(process \d+\)/);
});

test('two starts at once lead to one server', async () => {
  const home = temporaryFolder('test');
  const both = await Promise.all([1, 2].map(() => drydock('up', '--detach', '--home', home, '--port', '0')));
  const pids = both.map(({ stdout, stderr, code }) => {
    assert.equal(code, 0, stderr);
    return /process (\d+)/.exec(stdout)?.[1];
  });
  assert.equal(pids[0], pids[1]);
  await drydock('down', '--home', home);
  await rm(home, { recursive: true });
});

test('a port in use is named, with how to pick another', async () => {
  const home = temporaryFolder('test');
  const blocker = createServer();
  await new Promise<void>((listening) => blocker.listen(0, '127.0.0.1', listening));
  const address = blocker.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const up = await drydock('up', '--detach', '--home', home, '--port', String(port));
  blocker.close();
  assert.equal(up.code, 1);
  assert.match(up.stderr, new RegExp(`port ${port} `));
  assert.match(up.stderr, /--port N/);
  await rm(home, { recursive: true });
});

test('keys and secrets can be read by their owner only', async () => {
  for (const name of ['ca-key.pem', 'control-token', 'administrator-password', 'drydock.db']) {
    const { mode } = await stat(join(estate.home, name));
    assert.equal(mode & 0o077, 0, `${name} has mode ${mode.toString(8)}`);
  }
});

test('exec passes exit codes and signals through', async () => {
  assert.equal((await estate.script('exit 7')).code, 7);
  assert.equal((await estate.script('kill -TERM $$')).code, 128 + 15);
  const missing = await drydock('exec', '--home', estate.home, '--', 'no-such-program');
  assert.equal(missing.code, 127);
  const noProgram = await drydock('exec', '--home', estate.home, '--', '/etc/passwd');
  assert.equal(noProgram.code, 126);
  assert.equal(noProgram.stderr, 'drydock exec: /etc/passwd: permission denied\n');
});

test('exec and env lead into the home and put our az on PATH', async () => {
  const { stdout } = await estate.succeeds('command -v az; echo $AZURE_CONFIG_DIR; echo $KUBECONFIG');
  for (const line of stdout.trim().split('\n')) assert.ok(line.startsWith(`${estate.home}/`), line);
  const shell = await estate.succeeds('eval "$(drydock env)"; az account show --query user.name -o tsv');
  assert.equal(shell.stdout.trim(), estate.status['signedInUser']);
});

test('an unknown word suggests the nearest one', async () => {
  const slip = await drydock('statsu');
  assert.equal(slip.code, 2);
  assert.match(slip.stderr, /Did you mean 'status'\?/);
});

test('subscription create adds one that az sees', async () => {
  await drydock('subscription', 'create', '--home', estate.home, 'Second');
  const { stdout } = await estate.succeeds('az account list --refresh --query "[].name" -o tsv');
  assert.deepEqual(stdout.trim().split('\n').sort(), ['Drydock', 'Second']);
});

test('doctor, version, logs and completion answer', async () => {
  assert.equal((await drydock('doctor', '--home', estate.home)).code, 0);
  assert.match((await drydock('version')).stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match((await drydock('logs', '--home', estate.home, '--tail', '5')).stdout, /"msg":/);
  for (const shell of ['bash', 'zsh', 'fish']) {
    assert.match((await drydock('completion', shell)).stdout, /drydock/);
  }
});

test('down stops the server, status says so, and a new up finds everything again', async () => {
  await estate.succeeds('az group create -n kept -l eastus');
  assert.equal((await drydock('down', '--home', estate.home)).code, 0);
  const down = await drydock('status', '--home', estate.home);
  assert.equal(down.code, 1);
  assert.match(down.stdout, /drydock up/);
  await drydock('up', '--detach', '--home', estate.home);
  const again = JSON.parse((await drydock('status', '--json', '--home', estate.home)).stdout);
  assert.equal(again.resourceManager, estate.status['resourceManager']);
  assert.equal(again.subscriptionId, estate.status['subscriptionId']);
  assert.equal((await estate.succeeds('az group exists -n kept')).stdout, 'true\n');
});

test('reset refuses a folder that is no home and deletes one that is', async () => {
  const folder = temporaryFolder('test');
  const refused = await drydock('reset', '--yes', '--home', folder);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /not a Drydock home/);
  await drydock('up', '--detach', '--home', folder, '--port', '0');
  assert.equal((await drydock('reset', '--yes', '--home', folder)).code, 0);
  await assert.rejects(stat(folder));
});

test('reset deletes no backup that lies in the home, wherever it lies, and says the way out', async () => {
  const folder = temporaryFolder('test');
  await drydock('up', '--detach', '--home', folder, '--port', '0');
  const kept = [join(folder, 'drydock.db.backup'), join(folder, 'logs', 'before'), join(folder, 'mine', 'b')];
  await mkdir(join(folder, 'mine'));
  for (const file of kept) {
    const made = await drydock('backup', file, '--home', folder);
    assert.equal(made.code, 0, made.stderr);
  }
  for (const held of ['drydock.db.backup', 'logs/before', 'mine']) {
    const refused = await drydock('reset', '--yes', '--home', folder);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`${held}[,.].*--everything`));
    assert.equal((await drydock('status', '--home', folder)).code, 0, 'it goes on running');
    await rm(join(folder, held), { recursive: true });
  }
  await writeFile(join(folder, 'notes'), '');
  assert.equal((await drydock('reset', '--yes', '--everything', '--home', folder)).code, 0);
  await assert.rejects(stat(folder));
});

test('a home that cannot be used is refused with the way out, and no stack', async () => {
  const folder = temporaryFolder('test');
  const file = join(folder, 'file');
  await writeFile(file, '');
  const up = await drydock('up', '--detach', '--home', file, '--port', '0');
  assert.equal(up.code, 1);
  assert.match(up.stderr, /^drydock up: the home .+ cannot be used: .+ --home DIR or DRYDOCK_HOME\.\n$/);
  await rm(folder, { recursive: true });
});

test('--listen adds an address: this machine still reaches the server by localhost', async () => {
  const home = temporaryFolder('test');
  const address = '127.0.0.2';
  const up = await drydock('up', '--detach', '--home', home, '--port', '0', '--listen', address);
  assert.equal(up.code, 0, up.stderr);
  const groups = await drydock('exec', '--home', home, '--', 'az', 'group', 'list', '-o', 'tsv');
  assert.equal(groups.code, 0, groups.stderr);
  const status = JSON.parse((await drydock('status', '--json', '--home', home)).stdout);
  const answer = await new Promise<number | undefined>((done, failed) => {
    const url = new URL('/healthz', String(status.resourceManager).replace('localhost', address));
    get(url, { ca: readFileSync(status.caFile) }, (incoming) => {
      incoming.resume();
      done(incoming.statusCode);
    }).once('error', failed);
  });
  assert.equal(answer, 200);
  await drydock('reset', '--yes', '--home', home);
});

test('quickstart takes other ports when its own are in use, says which, and does all of it again after a down', async () => {
  const home = temporaryFolder('with a blank test');
  const blockers = [51_443, 47_011].map((port) => {
    const blocker = createServer();
    blocker.on('error', () => undefined);
    return blocker.listen(port, '127.0.0.1');
  });
  const { code, stdout, stderr } = await drydock('quickstart', '--home', home, '--port', '0');
  for (const blocker of blockers) blocker.close();
  assert.equal(code, 0, stdout + stderr);
  const port = /^kubectl get memberclusters --server=https:\/\/localhost:(\d+)$/m.exec(stdout)?.[1];
  assert.notEqual(port, '51443');
  assert.match(stdout, new RegExp(`--resource-port 443 --port ${port}|localhost:${port}`));
  assert.match(stdout, /^aks-member-1 +True/m);
  assert.ok(stdout.includes(`env --home '${home}')"`), stdout);
  await drydock('down', '--home', home);
  const again = await drydock('quickstart', '--home', home);
  assert.equal(again.code, 0, again.stdout + again.stderr);
  for (const name of ['aks-member-1', 'aks-member-2', 'aks-member-3'])
    assert.match(again.stdout, new RegExp(`^${name} +True`, 'm'));
  const nodesOf = (text: string) => [...text.matchAll(/^(moc-\S+) +Ready/gm)].map(([, node]) => node);
  assert.equal(nodesOf(stdout).length, 2, stdout);
  assert.deepEqual(nodesOf(again.stdout), nodesOf(stdout));
  await drydock('reset', '--yes', '--home', home);
});
