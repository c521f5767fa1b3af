import assert from 'node:assert/strict';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { TestEstate } from './estate.ts';

/** The lines that documentation pages begin with, and what az says of what is not there. */
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds('az group create -n g -l eastus');
});

after(() => estate?.[Symbol.asyncDispose]());

test('the extensions that pages ask for are there already', async () => {
  const { stderr, stdout } = await estate.succeeds(`
    az extension add --name fleet --upgrade --yes
    az extension add -n connectedk8s
    az extension update --name fleet
    az extension show --name fleet --query version -o tsv
    az extension list --query "[].name" -o tsv
    az aks install-cli`);
  assert.match(stderr, /Extension 'connectedk8s' [\d.]+ is already installed\./);
  assert.match(stderr, /Latest version of 'fleet' is already installed\./);
  assert.match(stderr, /kubectl is already installed: \//);
  assert.match(stdout, /^\d+\.\d+\.\d+\n/);
  assert.match(stdout, /^bastion$/m);
});

test('an extension that is not built in is refused', async () => {
  for (const word of ['add', 'update', 'show', 'remove']) {
    const refused = await estate.script(`az extension ${word} --name no-such-thing`);
    assert.equal(refused.code, 1, word);
    assert.match(refused.stderr, /ERROR: .*no-such-thing/);
  }
});

test('one voice for what az has and Drydock has not, with help for it too', async () => {
  const words = ['vm list', 'network nsg list', 'policy assignment list', 'find fleet', 'acr list'];
  for (const line of words) {
    const refused = await estate.script(`az ${line}`);
    assert.equal(refused.code, 1, line);
    assert.match(refused.stderr, /ERROR: 'az .+' is not built in Drydock yet\./);
  }
  const help = await estate.succeeds('az network lb -h');
  assert.match(help.stdout, /az network lb : Not built in Drydock yet\./);
  assert.equal((await estate.script('az flet list')).code, 2);
});

test('--debug shows each request without secrets, --verbose how long it took', async () => {
  const debug = await estate.succeeds('az fleet list --debug');
  assert.match(
    debug.stderr,
    /DEBUG: https:\/\/\S+ "GET \/subscriptions\/\S+\/fleets\?api-version=\S+" 200 \d+/,
  );
  assert.doesNotMatch(debug.stderr, /Bearer|eyJ/);
  assert.equal(debug.stdout, '[]\n');
  const verbose = await estate.succeeds('az fleet list --verbose');
  assert.match(verbose.stderr, /INFO: Command ran in [\d.]+ seconds/);
  const version = await estate.succeeds('az --version');
  assert.match(version.stdout, /^azure-cli +2\.91\.0\n/);
  assert.match(version.stdout, /^Extensions:$/m);
  assert.match(version.stdout, /^fleet +[\d.]+$/m);
});

test('a key pair is saved in a home that has no folder for keys yet', async () => {
  const home = temporaryFolder('test-keys');
  try {
    await estate.succeeds(`HOME=${home} az sshkey create -g g -n k`);
    const folder = join(home, '.ssh');
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    const files = await readdir(folder);
    assert.equal(files.length, 2);
    for (const file of files.filter((name) => !name.endsWith('.pub'))) {
      assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
