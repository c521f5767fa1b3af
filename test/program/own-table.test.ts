import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UsageError } from '../../src/cli/program/declaration.ts';
import { kubectlTable } from '../../src/cli/program/kubectl-table.ts';
import { nodes } from '../../src/controllers/kinds/core.ts';
import { memberClusters } from '../../src/controllers/kinds/fleet.ts';
import {
  eventually,
  installFleetKinds,
  pool,
  startTestCluster,
  type TestCluster,
} from '../controllers/harness.ts';
import { temporaryFolder } from '../support/belongings.ts';

let cluster: TestCluster;
let folder: string;
let url: string;
let caPem: string;
let kubectl: (...words: string[]) => Promise<string>;

before(async () => {
  cluster = await startTestCluster({
    nodes: [pool('short', ['n-1']), pool('long', ['a-much-longer-name'])],
  });
  await installFleetKinds(cluster.client);
  ({ url, caPem, kubectl } = await cluster.listen());
  folder = temporaryFolder('own-table');
});
after(() => cluster?.close());

/** A kubeconfig whose user is what a command answers, as ours are. */
function kubeconfig(options: { server?: string; context?: string; script?: string } = {}): string {
  const credential = JSON.stringify({ kind: 'ExecCredential', status: { token: 'admin-token' } });
  const plugin = join(folder, 'plugin');
  writeFileSync(plugin, `#!/bin/sh\n${options.script ?? `echo '${credential}'; test "$1" = token`}\n`);
  chmodSync(plugin, 0o700);
  const file = join(folder, 'kubeconfig');
  const trusted = { 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  const config = {
    'current-context': options.context ?? 'mine',
    contexts: [
      { name: 'other', context: { cluster: 'nowhere', user: 'nobody' } },
      { name: 'mine', context: { cluster: 'here', user: 'me' } },
    ],
    clusters: [
      { name: 'nowhere', cluster: { server: 'https://127.0.0.1:1', ...trusted } },
      { name: 'here', cluster: { server: options.server ?? `${url}/`, ...trusted } },
    ],
    users: [{ name: 'me', user: { exec: { command: plugin, args: ['token'] } } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const table = (words: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  kubectlTable({ kubectl: undefined, words, environment });

test('without kubectl the same table is printed that kubectl prints, whichever way the server is named', async () => {
  const { client } = cluster;
  const file = kubeconfig();
  for (const name of ['m1', 'member-with-a-long-name']) {
    await client.create(memberClusters, {
      apiVersion: memberClusters.apiVersion,
      kind: memberClusters.kind,
      metadata: { name },
      spec: { identity: { kind: 'User', name } },
    });
  }
  await cluster.controllers.update({
    nodes: [pool('short', ['n-1']), pool('long', ['a-much-longer-name'])],
    kubernetesVersion: '1.34.0',
  });
  await eventually(client, nodes, { name: 'n-1' }, (node) => node?.status?.nodeInfo !== undefined);
  const withoutAges = (text: string) => text.replace(/(?<= )\d+m?s(?= |$)/gm, '1s').replace(/ +/g, ' ');
  for (const [words, asked] of [
    [['get', 'memberclusters', '--kubeconfig', file], 'memberclusters.v1.cluster.kubernetes-fleet.io'],
    [['get', 'node', '-A', '--kubeconfig', file], 'node'],
  ] as const) {
    const ours = await table(words);
    assert.equal(withoutAges(ours), withoutAges(await kubectl('get', asked)));
    const widths = ours.split('\n').map((line) => line.search(/\S+$/));
    assert.equal(new Set(widths.slice(0, -1)).size, 1, `the last column is straight:\n${ours}`);
  }
  const fromEnvironment = await table(['get', 'node'], { KUBECONFIG: file });
  assert.match(fromEnvironment, /^NAME {17}STATUS /);
  const elsewhere = kubeconfig({ server: 'https://127.0.0.1:1' });
  const named = ['get', 'node', `--server=${url}`, '--kubeconfig', elsewhere];
  assert.equal(withoutAges(await table(named)), withoutAges(fromEnvironment));
});

test('what cannot be listed without kubectl is refused in one line, exit code 1', async () => {
  const refused = async (words: readonly string[], message: RegExp) =>
    assert.rejects(table(words), (thrown) => {
      assert.ok(thrown instanceof UsageError, String(thrown));
      assert.match(thrown.message, message);
      assert.equal(thrown.exitCode, 1);
      return true;
    });
  const file = kubeconfig();
  const only = /^without kubectl only these can be listed: memberclusters, node\.$/;
  await refused(['get', 'pods', '--kubeconfig', file], only);
  await refused(['get'], only);
  const words = ['get', 'node', '--kubeconfig', file];
  kubeconfig({ script: 'echo "sign in first" >&2; exit 3' });
  await refused(words, /^no token: sign in first\n$/);
  kubeconfig({ script: `echo '{"status":{"token":"user-token"}}'` });
  await refused(words, /^nodes is forbidden: User "jane" cannot list resource "nodes"/);
  kubeconfig({ context: 'other' });
  await refused(words, /kubeconfig has no usable current context\.$/);
  kubeconfig({ context: 'gone' });
  await refused(words, /kubeconfig has no usable current context\.$/);
});

test('what kubectl itself says when it fails is said on', async () => {
  const script = join(folder, 'kubectl');
  writeFileSync(script, '#!/bin/sh\necho "$GREETING $*"; test "$2" != bad || { echo broken >&2; exit 1; }\n');
  chmodSync(script, 0o700);
  const run = (...words: string[]) =>
    kubectlTable({ kubectl: script, words, environment: { ...process.env, GREETING: 'hello' } });
  assert.equal(await run('get', 'node'), 'hello get node\n');
  await assert.rejects(run('get', 'bad'), {
    name: 'UsageError',
    message: "'kubectl get bad' failed:\nbroken\n",
    exitCode: 1,
  });
  await assert.rejects(kubectlTable({ kubectl: join(folder, 'none'), words: [], environment: {} }), {
    code: 'ENOENT',
  });
});
