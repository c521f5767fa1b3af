import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/index.ts';
import { homeFiles } from '../../src/cli/program/home.ts';
import { checkSnapshotName, createSnapshot, listSnapshots } from '../../src/server/keeping/snapshots.ts';
import { copyDatabase } from '../../src/store/index.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { drydock, TestEstate } from '../walkthrough/estate.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = temporaryFolder('snapshots');
const second = join(folder, 'second');
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n g -l eastus >/dev/null
    az aks create -g g -n m --node-count 1 --no-ssh-key >/dev/null
    az aks get-credentials -g g -n m --admin -f "$DRYDOCK_HOME/k" >/dev/null
    export KUBECONFIG="$DRYDOCK_HOME/k"
    kubectl create configmap before >/dev/null
    kubectl create secret generic hidden --from-literal=password=sesame >/dev/null
    kubectl create clusterrolebinding all --clusterrole cluster-admin --serviceaccount default:default >/dev/null
    kubectl create token default > "$DRYDOCK_HOME/token"
    az account get-access-token --query accessToken -o tsv > "$DRYDOCK_HOME/arm-token"
    drydock snapshot create start --home "$DRYDOCK_HOME"`);
});

after(async () => {
  await drydock('down', '--home', second);
  await estate?.[Symbol.asyncDispose]();
});

const textOf = (home: string, name: string) => readFileSync(join(home, name), 'utf8').trim();

test('a fork has all of the first estate, and whatever opened one of the two opens nothing in the other', async () => {
  const forked = await drydock('fork', 'start', '--from', estate.home, '--home', second);
  assert.equal(forked.code, 0, forked.stderr);
  const inSecond = await drydock(
    ...['exec', '--home', second, '--', 'bash', '-euc'],
    `az aks get-credentials -g g -n m --admin -f "$DRYDOCK_HOME/k" 2>/dev/null
     export KUBECONFIG="$DRYDOCK_HOME/k"
     kubectl get configmap before -o name; kubectl get secret hidden -o name
     kubectl create token default > "$DRYDOCK_HOME/token"
     az account get-access-token --query accessToken -o tsv > "$DRYDOCK_HOME/arm-token"
     kubectl create configmap second-alone -o name`,
  );
  assert.equal(inSecond.code, 0, inSecond.stderr);
  assert.match(inSecond.stdout, /configmap\/before\nsecret\/hidden\nconfigmap\/second-alone/);
  await estate.succeeds('KUBECONFIG="$DRYDOCK_HOME/k" kubectl create configmap first-alone');

  for (const [own, other] of [
    [estate.home, second],
    [second, estate.home],
  ] as const) {
    const { resourceManager } = JSON.parse(textOf(other, 'running.json'));
    const tried = await drydock(
      ...['exec', '--home', other, '--', 'bash', '-c'],
      `set -u
       export KUBECONFIG="${own}/mixed"
       cp "${own}/k" "$KUBECONFIG"
       name=$(kubectl config view -o jsonpath='{.clusters[0].name}')
       tls=$(kubectl config view -o jsonpath='{.clusters[0].cluster.tls-server-name}')
       kubectl config set-cluster "$name" --tls-server-name="$tls" --server="${resourceManager}" --certificate-authority="$DRYDOCK_HOME/ca.pem" --embed-certs=true >/dev/null
       kubectl get configmaps 2>&1
       kubectl --kubeconfig "$DRYDOCK_HOME/k" config view --raw > "${own}/bare"
       kubectl --kubeconfig "${own}/bare" config unset users >/dev/null
       kubectl --kubeconfig "${own}/bare" --token "$(cat ${own}/token)" get configmaps 2>&1
       curl -s --cacert "$DRYDOCK_HOME/ca.pem" -H "authorization: Bearer $(cat ${own}/arm-token)" "${resourceManager}/subscriptions?api-version=2022-12-01" -o /dev/null -w 'arm %{http_code}\\n'
       curl -s --cacert "$DRYDOCK_HOME/ca.pem" -H "authorization: Bearer $(cat ${own}/control-token)" "${resourceManager}/drydock/v1/status" -o /dev/null -w 'control %{http_code}\\n'
       curl -s --cacert "${own}/ca.pem" "${resourceManager}/healthz" -o /dev/null -w 'trust %{http_code}\\n'`,
    );
    assert.equal(
      tried.stdout.match(/^error: You must be logged in/gm)?.length,
      2,
      tried.stdout + tried.stderr,
    );
    assert.match(tried.stdout, /arm 401\ncontrol 401\ntrust 000/, tried.stdout);
  }
  assert.notEqual(textOf(second, 'administrator-password'), textOf(estate.home, 'administrator-password'));
  const seen = await estate.succeeds('KUBECONFIG="$DRYDOCK_HOME/k" kubectl get configmaps -o name');
  assert.match(seen.stdout, /first-alone/);
  assert.doesNotMatch(seen.stdout, /second-alone/);
});

test('a fork keeps no key of the first estate anywhere in its files', async () => {
  const bytes = readFileSync(join(second, 'drydock.db'));
  const password = textOf(estate.home, 'administrator-password');
  assert.ok(!bytes.includes(password));
  for (const file of ['ca-key.pem', 'control-token', 'k']) {
    const secret = textOf(estate.home, file);
    const part = /client-key-data: (\S+)/.exec(secret)?.[1];
    const lines = part ? Buffer.from(part, 'base64').toString().split('\n') : secret.split('\n');
    const line = lines.find((one) => one.length >= 40 && !one.startsWith('-----'));
    assert.ok(line !== undefined, file);
    assert.ok(!bytes.includes(line), file);
  }
  assert.ok(
    readFileSync(join(estate.home, 'snapshots', 'start.snapshot')).includes(
      textOf(estate.home, 'control-token'),
    ),
  );
});

test('a rewind keeps what it leaves, goes on above every revision, and tells who watched that it must list anew', async () => {
  const { stdout } = await estate.succeeds(`export KUBECONFIG="$DRYDOCK_HOME/k"
    kubectl delete configmap before >/dev/null
    kubectl create configmap later >/dev/null
    kubectl get configmap later -o jsonpath='{.metadata.resourceVersion}'`);
  const lastSeen = Number(stdout.trim());
  const rewound = await drydock('rewind', 'start', '--home', estate.home);
  assert.equal(rewound.code, 0, rewound.stderr);
  const kept = /What was there is snapshot (\S+):/.exec(rewound.stdout)?.[1] ?? '';
  const after = await estate.succeeds(`export KUBECONFIG="$DRYDOCK_HOME/k"
    kubectl get configmaps -o name
    kubectl get --raw "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${lastSeen}&timeoutSeconds=5" 2>&1 || true
    kubectl create configmap other -o jsonpath='revision {.metadata.resourceVersion}'`);
  assert.match(after.stdout, /configmap\/before/);
  assert.doesNotMatch(after.stdout, /configmap\/later/);
  assert.match(after.stdout, /"code":410|too old resource version|Expired/, after.stdout);
  const first = Number(/revision (\d+)/.exec(after.stdout)?.[1]);
  assert.ok(first > lastSeen);

  const back = await drydock('rewind', kept, '--home', estate.home);
  assert.equal(back.code, 0, back.stderr);
  const again = await estate.succeeds(`export KUBECONFIG="$DRYDOCK_HOME/k"
    kubectl get configmaps -o name
    kubectl create configmap third -o jsonpath='revision {.metadata.resourceVersion}'; az group list --query '[].name' -o tsv`);
  assert.match(again.stdout, /configmap\/later/);
  assert.doesNotMatch(again.stdout, /configmap\/other/);
  assert.ok(Number(/revision (\d+)/.exec(again.stdout)?.[1]) > first);
});

test('a snapshot goes out and in again; a name that is none, taken or absent, and a file that is none, are refused and leave nothing', async () => {
  const file = join(folder, 'out');
  const at = ['--home', estate.home];
  assert.equal((await drydock('snapshot', 'export', 'start', file, ...at)).code, 0);
  assert.match((await drydock('snapshot', 'export', 'start', file, ...at)).stderr, /--overwrite/);
  assert.equal((await drydock('check', file)).code, 0);
  assert.equal((await drydock('snapshot', 'import', 'in-again', file, ...at)).code, 0);
  for (const name of ['', 'now', 'Upper', 'a/b', '.', '-', 'a\n', 'a'.repeat(64)])
    assert.throws(() => checkSnapshotName(name), /is no name for a snapshot/, name);
  const outside = await drydock('snapshot', 'create', '../x', ...at);
  assert.equal(outside.code, 1);
  assert.match(outside.stderr, /'\.\.\/x' is no name for a snapshot/);
  assert.match(
    (await drydock('snapshot', 'create', 'start', ...at)).stderr,
    /there is a snapshot 'start' already/,
  );
  assert.match((await drydock('snapshot', 'show', 'none', ...at)).stderr, /there is no snapshot 'none'/);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(1, bytes.indexOf('ConfigMap')));
  const damaged = await drydock('snapshot', 'import', 'damaged', file, ...at);
  assert.equal(damaged.code, 1, damaged.stdout);
  assert.ok(damaged.stderr.includes(file), damaged.stderr);
  const names = readdirSync(join(estate.home, 'snapshots'));
  assert.ok(names.includes('in-again.snapshot'));
  assert.ok(
    names.every((name) => name.endsWith('.snapshot') && !name.startsWith('damaged')),
    names.join(),
  );
  for (const name of names) assert.equal(statSync(join(estate.home, 'snapshots', name)).mode & 0o077, 0);
  assert.equal((await drydock('snapshot', 'delete', 'in-again', ...at)).code, 0);
  assert.ok(!existsSync(join(estate.home, 'snapshots', 'in-again.snapshot')));
});

test('another estate’s snapshot is no past of this one: a rewind to it is refused and a fork of it is advised', async () => {
  const file = join(estate.home, 'snapshots', 'start.snapshot');
  const imported = await drydock('snapshot', 'import', 'foreign', file, '--home', second);
  assert.equal(imported.code, 0, imported.stderr);
  const refused = await drydock('rewind', 'foreign', '--home', second);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /of another estate.*drydock fork/);
  assert.equal((await drydock('status', '--home', second)).code, 0, 'its server goes on');
});

test('a snapshot that is cut off has no name, and the next one takes its draft away', async () => {
  const home = join(folder, 'stopped');
  mkdirSync(home, { mode: 0o700 });
  const made = await drydock('snapshot', 'create', 'copy', '--home', estate.home);
  assert.equal(made.code, 0, made.stderr);
  const restored = await drydock('restore', join(estate.home, 'snapshots', 'copy.snapshot'), '--home', home);
  assert.equal(restored.code, 0, restored.stderr);
  const child = held(
    spawn(process.execPath, [main, 'snapshot', 'create', 'cut', '--home', home], { stdio: 'ignore' }),
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const drafts = () =>
    existsSync(join(home, 'snapshots'))
      ? readdirSync(join(home, 'snapshots')).filter((n) => n.includes('.draft-'))
      : [];
  while (child.exitCode === null && drafts().length === 0) await new Promise((next) => setImmediate(next));
  const wasCutOff = child.exitCode === null;
  child.kill('SIGKILL');
  await ended;
  if (wasCutOff) assert.deepEqual(listSnapshots(home), []);
  if (!wasCutOff) return;
  const files = homeFiles(home);
  const copy = (file: string) => copyDatabase(files.database, file);
  await createSnapshot('cut', { home, files, release: '1', clock: systemClock, copy });
  assert.deepEqual(readdirSync(join(home, 'snapshots')), ['cut.snapshot']);
});
