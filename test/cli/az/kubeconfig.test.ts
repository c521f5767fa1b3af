import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { type ScriptedEstate, startScriptedEstate } from './estate.ts';

function kubeconfig(name: string, server = 'https://hub:443', user = `clusterUser_${name}`): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name: user, user: { token: 't' } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
    preferences: {},
  });
}

describe('get-credentials', () => {
  let estate: ScriptedEstate;
  let file: string;
  let number = 0;
  before(async () => {
    estate = await startScriptedEstate();
  });
  after(() => estate.close());
  beforeEach(() => {
    file = join(estate.folder, `kube-${number++}`, 'config');
    serve(kubeconfig('hub'));
  });
  const serve = (text: string) =>
    estate.answer((request) =>
      request.method === 'POST' && !request.url.includes('/token')
        ? { body: { kubeconfigs: [{ name: 'clusterUser', value: Buffer.from(text).toString('base64') }] } }
        : undefined,
    );
  const get = (...more: string[]) =>
    estate.az('fleet', 'get-credentials', '-g', 'g', '-n', 'f', '--file', file, ...more);
  const put = (text: string) => {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  };

  test('an absent file is made with mode 0600 and its folder; the sentence goes to stdout', async () => {
    const { code, stdout, stderr } = await get();
    assert.deepEqual([code, stdout, stderr], [0, `Merged "hub" as current context in ${file}\n`, '']);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(parse(readFileSync(file, 'utf8'))['current-context'], 'hub');
    assert.match(
      estate.requests.at(-1)?.url ?? '',
      /\/fleets\/f\/listCredentials\?api-version=2025-08-01-preview$/,
    );
    assert.equal(estate.requests.at(-1)?.headers['content-length'], '0');
  });

  test('KUBECONFIG names the file when --file does not', async () => {
    const { stdout } = await estate.azWith(
      { env: { KUBECONFIG: file } },
      'fleet',
      'get-credentials',
      '-g',
      'g',
      '-n',
      'f',
    );
    assert.equal(stdout, `Merged "hub" as current context in ${file}\n`);
  });

  test('--file - prints the kubeconfig and changes nothing', async () => {
    const { stdout } = await estate.az('fleet', 'get-credentials', '-g', 'g', '-n', 'f', '--file', '-');
    assert.equal(stdout, kubeconfig('hub'));
  });

  test('entries of others stay, the new one comes last and is current', async () => {
    put(kubeconfig('mine'));
    await get();
    const merged = parse(readFileSync(file, 'utf8'));
    assert.deepEqual(
      merged.contexts.map((one: { name: string }) => one.name),
      ['mine', 'hub'],
    );
    assert.equal(merged['current-context'], 'hub');
  });

  test('the same entry is merged again without a question', async () => {
    await get();
    assert.equal((await get()).code, 0);
    assert.equal(parse(readFileSync(file, 'utf8')).clusters.length, 1);
  });

  test('another entry of the same name is refused without a terminal, and replaced with --overwrite-existing', async () => {
    put(kubeconfig('hub', 'https://other'));
    const before = readFileSync(file, 'utf8');
    const { code, stderr } = await get();
    assert.deepEqual(
      [code, stderr],
      [1, 'ERROR: A different object named hub already exists in clusters in your kubeconfig file.\n'],
    );
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.equal((await get('--overwrite-existing')).code, 0);
    assert.equal(parse(readFileSync(file, 'utf8')).clusters[0].cluster.server, 'https://hub:443');
  });

  test('a person is asked before an entry is replaced', async () => {
    put(kubeconfig('hub', 'https://other'));
    const words = ['fleet', 'get-credentials', '-g', 'g', '-n', 'f', '--file', file];
    const yes = await estate.azWith({ answers: ['y'] }, ...words);
    assert.equal(yes.code, 0);
    assert.match(
      yes.stderr,
      /A different object named hub already exists in your kubeconfig file\.\nOverwrite\? \(y\/n\): /,
    );
  });

  test('--context names context and cluster, not the user', async () => {
    await get('--context', 'renamed');
    const merged = parse(readFileSync(file, 'utf8'));
    assert.equal(merged['current-context'], 'renamed');
    assert.equal(merged.clusters[0].name, 'renamed');
    assert.deepEqual(merged.contexts[0].context, { cluster: 'renamed', user: 'clusterUser_hub' });
  });

  test("an administrator's context gets -admin", async () => {
    serve(kubeconfig('c1', 'https://c1', 'clusterAdmin_g_c1'));
    const { stderr } = await estate.az(
      'aks',
      'get-credentials',
      '-g',
      'g',
      '-n',
      'c1',
      '--file',
      file,
      '--admin',
    );
    assert.equal(stderr, `WARNING: Merged "c1-admin" as current context in ${file}\n`);
    assert.match(estate.requests.at(-1)?.url ?? '', /listClusterAdminCredential\?/);
  });

  test('a file that cannot be parsed stays as it is', async () => {
    put('a: [b\n');
    const { code, stderr } = await get();
    assert.equal(code, 1);
    assert.ok(stderr.startsWith(`ERROR: Error parsing ${file} (`), stderr);
    assert.equal(readFileSync(file, 'utf8'), 'a: [b\n');
  });

  test('a folder in the place of the file is refused with the reason', async () => {
    mkdirSync(file, { recursive: true });
    const { code, stderr } = await get();
    assert.equal(code, 1);
    assert.match(stderr, /^ERROR: .+ cannot be read: EISDIR/);
    assert.doesNotMatch(stderr, /traceback/);
  });

  test('a file without a section is no kubeconfig', async () => {
    put('clusters: []\n');
    const { code, stderr } = await get();
    assert.equal(code, 1);
    assert.match(stderr, /^ERROR: No such key 'users' in existing config, please confirm/);
  });

  test('an existing file that others could read becomes 0600, and that is said', async () => {
    put('');
    chmodSync(file, 0o644);
    const { code, stderr } = await get();
    assert.equal(code, 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(
      stderr,
      `WARNING: ${file} had permissions "644".\nIt is readable and writable only by its owner now.\n`,
    );
  });

  test('through a link the file that it leads to becomes 0600, and the link stays', async () => {
    put('');
    const real = `${file}.real`;
    writeFileSync(real, '');
    chmodSync(real, 0o644);
    rmSync(file, { force: true });
    symlinkSync(real, file);
    assert.equal((await get()).code, 0);
    assert.ok(lstatSync(file).isSymbolicLink());
    assert.equal(statSync(real).mode & 0o777, 0o600);
  });

  test('what az rest writes to a file can be read by its owner only', async () => {
    put('old');
    chmodSync(file, 0o666);
    const { code } = await estate.az('rest', '-m', 'post', '-u', '/x/listCredentials', '--output-file', file);
    assert.equal(code, 0);
    assert.match(readFileSync(file, 'utf8'), /kubeconfigs/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test('a draft that somebody put beside the file is not written to', async () => {
    put('');
    const elsewhere = `${file}.elsewhere`;
    writeFileSync(elsewhere, 'untouched');
    // The command runs in this process or in one whose number nobody can know beforehand.
    symlinkSync(elsewhere, `${file}.${process.pid}.tmp`);
    await get();
    assert.equal(readFileSync(elsewhere, 'utf8'), 'untouched');
  });

  test('no kubeconfig in the answer says so', async () => {
    estate.answer((request) =>
      request.method === 'POST' && !request.url.includes('/token')
        ? { body: { kubeconfigs: [] } }
        : undefined,
    );
    const { code, stderr } = await get();
    assert.deepEqual([code, stderr], [1, 'ERROR: Fail to find kubeconfig file.\n']);
  });
});
