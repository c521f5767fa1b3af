import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageFolder } from '../../src/cli/program/package.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

const launcher = join(packageFolder, 'bin', 'drydock');

let estate: TestEstate;
/** Programs that the launcher and the tests need, and nothing else that this machine has. */
let tools: string;
/** Holds an az that writes down how it is called. */
let azFolder: string;
let calls: string;

before(async () => {
  estate = await TestEstate.start();
  tools = temporaryFolder('tools');
  for (const name of ['dirname', 'readlink', 'sh', 'cat', 'env']) {
    const place = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    symlinkSync(place, join(tools, name));
  }
  azFolder = temporaryFolder('az');
  calls = join(azFolder, 'calls');
  recordingAz('');
});
after(() => estate?.[Symbol.asyncDispose]());

function recordingAz(script: string): void {
  const file = join(azFolder, 'az');
  writeFileSync(
    file,
    `#!/bin/sh
echo "$PWD|$HOME|$AZURE_CONFIG_DIR|$*" >> ${calls}
${script}
[ "$1 $2" != "cloud unregister" ] || { echo "no such cloud" >&2; exit 3; }
`,
  );
  chmodSync(file, 0o700);
}

function calledWith(): string[] {
  return existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
}

const run = (words: readonly string[], path = `${azFolder}:${tools}`) =>
  runProgram(launcher, words, { PATH: path, AZURE_CONFIG_DIR: undefined });
const system = (verb: string, ...words: string[]) => [
  verb,
  '--home',
  estate.home,
  '--az',
  'system',
  ...words,
];

test('the unmodified az is signed in once, inside the home, with its password in no command line', async () => {
  const { home, status } = estate;
  const first = await run(system('exec', '--', 'az', 'whoami'));
  assert.equal(first.code, 0, first.stderr);
  const config = join(home, 'cli', 'azure-system');
  const person = join(home, 'cli', 'person');
  const inHome = (words: string) => `${home}|${person}|${config}|${words}`;
  const signIn = [
    'cloud unregister -n Drydock',
    `cloud register -n Drydock --endpoint-resource-manager ${status['resourceManager']}`,
    'cloud set -n Drydock',
    `login -u ${status['signedInUser']} -p @administrator-password`,
  ].map((words) => `${home}|${process.env['HOME']}|${config}|${words}`);
  assert.deepEqual(calledWith(), [...signIn, `${process.cwd()}|${person}|${config}|whoami`]);
  assert.ok(inHome('').startsWith(home));
  assert.equal(statSync(join(config, 'drydock-signed-in')).mode & 0o777, 0o600);
  rmSync(calls);
  const second = await run(system('env'));
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual(calledWith(), [], 'signed in already');
  assert.match(second.stdout, /^export AZURE_CORE_COLLECT_TELEMETRY=no$/m);
  const shell = Object.fromEntries(
    [...second.stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  assert.deepEqual(
    { ...shell, PATH: undefined },
    {
      DRYDOCK_HOME: home,
      KUBECONFIG: join(person, '.kube', 'config'),
      NODE_EXTRA_CA_CERTS: join(home, 'ca.pem'),
      DRYDOCK_CA_FILE: join(home, 'ca.pem'),
      DRYDOCK_RESOURCE_MANAGER: status['resourceManager'],
      AZURE_CONFIG_DIR: config,
      PATH: undefined,
      REQUESTS_CA_BUNDLE: join(home, 'ca.pem'),
      WEBSOCKET_CLIENT_CA_BUNDLE: join(home, 'ca.pem'),
      AZURE_CORE_INSTANCE_DISCOVERY: 'false',
      AZURE_CORE_COLLECT_TELEMETRY: 'no',
      AZURE_EXTENSION_USE_DYNAMIC_INSTALL: 'no',
      AZURE_CORE_LOGIN_EXPERIENCE_V2: 'off',
      AZURE_CORE_CHECK_FOR_UPDATES: 'no',
    },
  );
  assert.equal(shell['PATH'], `${join(home, 'bin-system')}:${azFolder}:${tools}`);
  // From within such a shell the az behind our own is found again.
  const nested = await run(
    system('exec', '--', 'az', 'again'),
    `${join(home, 'bin-system')}:${azFolder}:${tools}`,
  );
  assert.equal(nested.code, 0, nested.stderr);
  assert.deepEqual(calledWith(), [`${process.cwd()}|${person}|${config}|again`]);
});

test('another az is signed in anew, and one that fails says why', async () => {
  rmSync(calls, { force: true });
  const other = temporaryFolder('other-az');
  symlinkSync(join(azFolder, 'az'), join(other, 'az'));
  recordingAz('[ "$1" != login ] || { echo "AADSTS: no" >&2; exit 1; }');
  const failed = await run(system('env'), `${other}:${tools}`);
  assert.equal(failed.code, 1);
  assert.equal(failed.stdout, '');
  assert.equal(failed.stderr, `drydock env: 'az login -u' failed:\nAADSTS: no\n\n`);
  recordingAz('');
  rmSync(calls);
  assert.equal((await run(system('env'), `${other}:${tools}`)).code, 0);
  assert.equal(calledWith().length, 4);
  rmSync(calls);
  assert.equal((await run(system('env'), `${other}:${tools}`)).code, 0);
  assert.deepEqual(calledWith(), []);
});

test('two shells that begin at once sign in once', async () => {
  rmSync(join(estate.home, 'cli', 'azure-system', 'drydock-signed-in'));
  rmSync(calls, { force: true });
  const both = await Promise.all([run(system('env')), run(system('env'))]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
    both[1]?.stderr,
  );
  assert.equal(calledWith().length, 4);
});

test('without an az on PATH the way out is said, and a third kind of az there is not', async () => {
  const none = await run(system('exec', '--', 'env'), tools);
  assert.equal(none.code, 1);
  assert.equal(
    none.stderr,
    'drydock exec: there is no az on PATH. Install azure-cli, or leave out --az system to use ours.\n',
  );
  const third = await run(['env', '--home', estate.home, '--az', 'mine']);
  assert.equal(third.code, 2);
  assert.equal(third.stderr, "drydock env: --az takes own or system, not 'mine'.\n");
  const own = await run(['env', '--home', estate.home, '--az', 'own'], tools);
  assert.match(own.stdout, new RegExp(`^export AZURE_CONFIG_DIR=${join(estate.home, 'cli', 'azure')}$`, 'm'));
  assert.match(own.stdout, new RegExp(`^export PATH=${join(estate.home, 'bin')}:${tools}$`, 'm'));
  const unnamed = await run(['exec', '--home', estate.home]);
  assert.deepEqual(
    [unnamed.code, unnamed.stderr],
    [2, "drydock exec: name the command to run: 'drydock exec -- CMD...'.\n"],
  );
});

test('a token for kubectl comes from the az of the shell, and is whose az says', async () => {
  const folder = join(estate.home, 'cli', 'azure-system');
  mkdirSync(folder, { recursive: true });
  const answer = JSON.stringify({ accessToken: 'of-az', expires_on: 1_767_225_600 });
  recordingAz(`[ "$1" != account ] || echo '${answer}'`);
  rmSync(calls, { force: true });
  const words = ['get-token', '--home', estate.home, '--server-id', 'the-server'];
  const environment = { PATH: `${azFolder}:${tools}`, AZURE_CONFIG_DIR: folder };
  const given = await runProgram(launcher, words, environment);
  assert.equal(given.code, 0, given.stderr);
  assert.deepEqual(JSON.parse(given.stdout), {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    kind: 'ExecCredential',
    status: { expirationTimestamp: '2026-01-01T00:00:00Z', token: 'of-az' },
  });
  assert.match(calledWith().join(), /\|account get-access-token --resource the-server --output json$/);
  const info = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', spec: {} });
  const asked = await runProgram(launcher, words, { ...environment, KUBERNETES_EXEC_INFO: info });
  assert.equal(JSON.parse(asked.stdout).apiVersion, 'client.authentication.k8s.io/v1');
  recordingAz('echo "please sign in" >&2; exit 1');
  const refused = await runProgram(launcher, words, environment);
  assert.deepEqual(
    [refused.code, refused.stdout, refused.stderr],
    [1, '', 'please sign in\ndrydock get-token: no token: az said why above.\n'],
  );
  recordingAz('echo "[]"');
  const odd = await runProgram(launcher, words, environment);
  assert.deepEqual([odd.code, odd.stderr], [1, 'drydock get-token: az answered no token.\n']);
  const none = await runProgram(launcher, words, { ...environment, PATH: tools });
  assert.deepEqual(
    [none.code, none.stderr],
    [1, 'drydock get-token: there is no az on PATH to ask for a token.\n'],
  );
  const own = await runProgram(launcher, words, { PATH: tools, AZURE_CONFIG_DIR: undefined });
  assert.equal(own.code, 1, 'our az knows no such server');
  for (const [more, message] of [
    [['get-token'], '--server-id is required.'],
    [
      [...words, '--login', 'devicecode'],
      "--login devicecode is not supported: sign in with 'az login' and use --login azurecli.",
    ],
  ] as const) {
    const wrong = await run(more);
    assert.deepEqual([wrong.code, wrong.stderr], [2, `drydock get-token: ${message}\n`]);
  }
});
