import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { parse } from 'yaml';
import { drydock, freePortRange, TestEstate } from './estate.ts';

interface ClusterStatus {
  readonly name: string;
  readonly hostName: string;
  readonly port?: number | null;
}

async function clustersOf(estate: TestEstate): Promise<Map<string, ClusterStatus>> {
  const { stdout } = await drydock('status', '--json', '--home', estate.home);
  const { clusters } = JSON.parse(stdout);
  return new Map(clusters.map((one: ClusterStatus) => [one.name, one]));
}

/** One request with a client certificate, as a client without SNI, or with another name, sends it. */
async function whoAmI(
  kubeconfig: string,
  at: { readonly host: string; readonly port: number; readonly serverName?: string },
): Promise<{ readonly answer: string; readonly names: string }> {
  const config = parse(await readFile(kubeconfig, 'utf8'));
  const decoded = (text: unknown) => Buffer.from(String(text), 'base64');
  const { user } = config.users[0];
  const socket = connect({
    host: at.host,
    port: at.port,
    // An empty name: none is sent.
    servername: at.serverName ?? '',
    ca: decoded(config.clusters[0].cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
    checkServerIdentity: () => undefined,
  });
  const { promise, resolve, reject } = Promise.withResolvers<{ answer: string; names: string }>();
  const chunks: Buffer[] = [];
  let names = '';
  socket.once('secureConnect', () => {
    names = socket.getPeerCertificate().subjectaltname ?? '';
    socket.write('GET /api/v1/namespaces/default HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  });
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.once('end', () => resolve({ answer: Buffer.concat(chunks).toString('utf8'), names }));
  socket.once('error', reject);
  return promise;
}

test('a cluster with a port of its own is reached without its TLS server name, also after a restart', async () => {
  const first = await freePortRange(4);
  await using estate = await TestEstate.start('--cluster-ports', `${first}-${first + 3}`);
  const file = (name: string) => join(estate.home, `${name}.yaml`);
  await estate.succeeds(`
    az group create -n rg -l eastus -o none
    az fleet create -g rg -n fleet --enable-hub --enable-managed-identity -o none
    az aks create -g rg -n one --node-count 1 --no-ssh-key -o none
    az aks create -g rg -n two --node-count 1 --no-ssh-key -o none
    az aks create -g rg -n hidden --node-count 1 --no-ssh-key --enable-private-cluster -o none
    az role assignment create --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" \
      --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv) -o none
    for name in one two hidden; do az aks get-credentials -g rg -n $name --file ${estate.home}/$name.yaml; done
    az fleet get-credentials -g rg -n fleet --file ${file('hub')}`);
  const clusters = await clustersOf(estate);
  const ports = ['hub', 'one', 'two'].map((name) => clusters.get(name)?.port);
  assert.deepEqual(ports, [first, first + 1, first + 2]);
  assert.ok(!('port' in (clusters.get('hidden') ?? {})), 'a private cluster has no port');

  for (const name of ['hub', 'one', 'two']) {
    const text = await readFile(file(name), 'utf8');
    assert.match(text, new RegExp(`server: https://localhost:${clusters.get(name)?.port}\n`));
    assert.doesNotMatch(text, /tls-server-name/);
    await estate.succeeds(`kubectl --kubeconfig ${file(name)} create namespace only-${name}`);
  }
  assert.match(await readFile(file('hidden'), 'utf8'), /server: https:..[^ ]*:443\n/);

  const own = { host: '127.0.0.1', port: first + 1 };
  const nameless = await whoAmI(file('one'), own);
  assert.match(nameless.answer, /^HTTP\/1\.1 200 /);
  assert.match(nameless.names, /DNS:localhost.*IP Address:127\.0\.0\.1/);
  // The port decides, not the name: the credential of one cluster is nobody's in another.
  const otherName = await whoAmI(file('one'), { ...own, serverName: clusters.get('two')?.hostName ?? '' });
  assert.match(otherName.answer, /^HTTP\/1\.1 200 /);
  const otherPort = await whoAmI(file('one'), { host: '127.0.0.1', port: first + 2 });
  assert.match(otherPort.answer, /^HTTP\/1\.1 401 /);

  await estate.restart();
  await estate.succeeds(`
    kubectl --kubeconfig ${file('one')} get namespace only-one
    kubectl --kubeconfig ${file('hub')} get namespace only-hub`);
  assert.match(
    (await drydock('status', '--home', estate.home)).stdout,
    new RegExp(`one .*localhost:${first + 1} `),
  );

  await estate.succeeds('az aks stop -g rg -n one');
  await assert.rejects(whoAmI(file('one'), own), /ECONNREFUSED/, 'nobody answers for a stopped cluster');
  await estate.succeeds(`
    az aks start -g rg -n one
    kubectl --kubeconfig ${file('one')} get namespace only-one`);

  await estate.succeeds(
    'az aks delete -g rg -n one --yes; az aks create -g rg -n one --node-count 1 --no-ssh-key -o none',
  );
  await assert.rejects(whoAmI(file('one'), own), /ECONNREFUSED/);
  assert.equal((await clustersOf(estate)).get('one')?.port, first + 3, 'not soon the port of another');
});

test('clusters for which no port is left are reached by name, and status says so', async () => {
  const first = await freePortRange(1);
  await using estate = await TestEstate.start('--cluster-ports', `${first}-${first}`);
  await estate.succeeds(`
    az group create -n rg -l eastus -o none
    for name in one two; do
      az aks create -g rg -n $name --node-count 1 --no-ssh-key -o none
      az aks get-credentials -g rg -n $name --file ${estate.home}/$name.yaml
      kubectl --kubeconfig ${estate.home}/$name.yaml get namespaces
    done
    grep -q tls-server-name ${estate.home}/two.yaml`);
  assert.equal((await clustersOf(estate)).get('two')?.port, null);
  const shown = await drydock('status', '--home', estate.home);
  assert.match(shown.stdout, /two {2}member {2}running {2}no port left in the server's --cluster-ports/);

  const other = await drydock('up', '--detach', '--home', estate.home, '--cluster-ports', 'off');
  assert.equal(other.code, 1);
  assert.match(other.stderr, /already up .* without --cluster-ports off\. Stop it first with 'drydock down'/);

  await drydock('down', '--home', estate.home);
  const blocker = createServer();
  await new Promise<void>((listening) => blocker.listen(first, '127.0.0.1', listening));
  const refused = await drydock('up', '--detach', '--home', estate.home);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    new RegExp(`cluster 'one' does not get its port: port ${first} .*--cluster-ports`),
  );
  const moved = await freePortRange(2);
  const range = `${moved}-${moved + 1}`;
  const up = await drydock('up', '--detach', '--home', estate.home, '--cluster-ports', range);
  await new Promise((closed) => blocker.close(closed));
  assert.equal(up.code, 0, up.stderr);
  const ports = [...(await clustersOf(estate)).values()].map(({ port }) => port);
  assert.deepEqual(ports.sort(), [moved, moved + 1]);
});

test('ports for clusters that cannot be understood, or are the own one, are refused before anything starts', async () => {
  for (const [words, reason] of [
    [['--cluster-ports', '9-8'], /takes FIRST-LAST/],
    [['--cluster-ports', '0-8'], /takes FIRST-LAST/],
    [['--cluster-ports', '1-65536'], /takes FIRST-LAST/],
    [['--cluster-ports', '8000-9000', '--port', '8443'], /port 8443 is the server's own/],
  ] as const) {
    const up = await drydock('up', '--detach', '--home', '/tmp/drydock-test-no-such-home', ...words);
    assert.equal(up.code, 2);
    assert.match(up.stderr, reason);
  }
});
