import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { held, temporaryFolder } from '../support/belongings.ts';
import { drydock, runProgram } from '../walkthrough/estate.ts';

const launcher = resolve(import.meta.dirname, '..', '..', 'bin', 'drydock');

/** Looks until it is true; what never comes true is ended by the runner. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await pause(5);
}

async function newHome(): Promise<string> {
  return temporaryFolder('test');
}

test('down stops a server that is still starting', async () => {
  const home = await newHome();
  const up = drydock('up', '--detach', '--home', home, '--port', '0');
  const starting = join(home, 'starting');
  await until(() => existsSync(starting) && readdirSync(starting).length > 0);
  const down = await drydock('down', '--home', home);
  assert.equal(down.stdout, 'Drydock is down.\n');
  const { code, stderr } = await up;
  // It may have come up just before it was stopped; what counts is that nothing runs on.
  if (code !== 0)
    assert.match(stderr, /the server was stopped \(SIGTERM\) before it answered|stopped right after/);
  assert.match((await drydock('status', '--home', home)).stdout, /^No server runs/);
  const again = await drydock('up', '--detach', '--home', home, '--port', '0');
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(readdirSync(starting), []);
  await drydock('down', '--home', home);
  await rm(home, { recursive: true });
});

test('a server whose home is deleted or replaced says so and ends, and leaves the new one alone', async () => {
  const home = await newHome();
  for (const take of [
    () => rm(home, { recursive: true }),
    async () => {
      await rename(home, `${home}-moved`);
      await mkdir(home, { mode: 0o700 });
      await writeFile(join(home, 'drydock.db'), '');
    },
  ]) {
    const server = held(
      spawn(launcher, ['up', '--home', home, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    const errors: Buffer[] = [];
    server.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    await once(server.stdout, 'data');
    await take();
    const [code] = await once(server, 'exit');
    assert.equal(code, 1);
    assert.match(Buffer.concat(errors).toString(), /was deleted or replaced while its server ran/);
  }
  assert.deepEqual(readdirSync(home), ['drydock.db']);
  await rm(home, { recursive: true });
  await rm(`${home}-moved`, { recursive: true });
});

test("a copy of a home leads to the copy's own clusters, and a moved home to itself", async () => {
  const home = await newHome();
  const copy = `${home}-copy`;
  const moved = `${home}-moved`;
  const inside = (where: string, script: string) =>
    runProgram(launcher, ['exec', '--home', where, '--', 'bash', '-euo', 'pipefail', '-c', script]);
  await drydock('up', '--detach', '--home', home, '--port', '0');
  const made = await inside(
    home,
    `az group create -n g -l eastus
     az aks create -g g -n c --node-count 1 --no-ssh-key --enable-aad
     az aks get-credentials -g g -n c --admin
     az aks get-credentials -g g -n c
     kubectl config set-cluster elsewhere --server https://192.0.2.1
     kubectl --context c-admin create namespace original`,
  );
  assert.equal(made.code, 0, made.stderr);
  await drydock('down', '--home', home);
  await cp(home, copy, { recursive: true });
  await drydock('up', '--detach', '--home', home);
  const up = await drydock('up', '--detach', '--home', copy, '--port', '0');
  assert.equal(up.code, 0, up.stderr);
  const written = await inside(copy, 'kubectl --context c-admin create namespace copied; cat $KUBECONFIG');
  assert.equal(written.code, 0, written.stderr);
  assert.ok(written.stdout.includes(`- ${copy}\n`), written.stdout);
  assert.ok(!written.stdout.includes(`- ${home}\n`), written.stdout);
  assert.match(written.stdout, /server: "?https:\/\/192\.0\.2\.1/);
  const left = await inside(home, 'kubectl --context c-admin get namespaces -o name');
  assert.match(left.stdout, /namespace\/original/);
  assert.doesNotMatch(left.stdout, /copied/);
  await drydock('down', '--home', home);
  await drydock('down', '--home', copy);
  await rename(home, moved);
  await drydock('up', '--detach', '--home', moved);
  const there = await inside(
    moved,
    'az group list -o tsv --query [].name; kubectl --context c-admin get ns -o name',
  );
  assert.equal(there.code, 0, there.stderr);
  await drydock('reset', '--yes', '--home', moved);
  await drydock('reset', '--yes', '--home', copy);
});

test('a process of another boot that has the number and start time of a server is not taken for it', async () => {
  const home = await newHome();
  await drydock('up', '--detach', '--home', home, '--port', '0');
  const running = JSON.parse(await readFile(join(home, 'running.json'), 'utf8'));
  await drydock('down', '--home', home);
  const stranger = held(spawn('sleep', ['600']));
  const stat = await readFile(`/proc/${stranger.pid}/stat`, 'utf8');
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const stale = { ...running, pid: stranger.pid, process: `${startTicks}.000000000000` };
  await writeFile(join(home, 'running.json'), JSON.stringify(stale), { mode: 0o600 });
  assert.equal((await drydock('down', '--home', home)).stdout, `No server runs for ${home}.\n`);
  assert.equal(stranger.exitCode, null);
  const up = await drydock('up', '--detach', '--home', home);
  assert.match(up.stdout, /^Drydock is up/);
  stranger.kill();
  await drydock('down', '--home', home);
  await rm(home, { recursive: true });
});

test('an option that is nearly one is suggested, and an empty home is refused', async () => {
  const slip = await drydock('up', '--prot', '1');
  assert.equal(slip.code, 2);
  assert.equal(
    slip.stderr,
    "drydock up: Unknown option '--prot'. Did you mean '--port'? See 'drydock up --help'.\n",
  );
  const far = await drydock('status', '--colour');
  assert.equal(far.stderr, "drydock status: Unknown option '--colour'. See 'drydock status --help'.\n");
  const empty = await drydock('status', '--home', '');
  assert.deepEqual([empty.code, empty.stderr], [2, 'drydock status: --home takes a folder.\n']);
});

test('what the help of a verb lists is what the verb takes', async () => {
  const help = (await drydock('--help')).stdout;
  const words = [...help.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map((match) => match[1] ?? '');
  assert.ok(words.length > 15, help);
  for (const word of words.filter((one) => one !== 'az')) {
    const { code, stdout } = await drydock(word, '--help');
    assert.equal(code, 0, word);
    assert.match(stdout, new RegExp(`^[A-Z].*\\.\\n\\nUsage: drydock ${word}`));
  }
});
