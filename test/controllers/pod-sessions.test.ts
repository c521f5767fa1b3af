import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { type Pod, pods } from '../../src/controllers/kinds/core.ts';
import type { TestEndpoint } from '../apiserver/harness.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { eventually, eventuallyAll, startTestCluster, type TestCluster } from './harness.ts';

const kindOf = (kind: string, resource: string) => defineKind<KubeObject>('v1', kind, resource);
const accounts = kindOf('ServiceAccount', 'serviceaccounts');
const slices = defineKind<KubeObject>('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices');
const namespace = 'default';
const name = 'web';
const target = { namespace, name };
let cluster: TestCluster;
let endpoint: TestEndpoint;

before(async () => {
  cluster = await startTestCluster();
  endpoint = await cluster.listen();
  const { client } = cluster;
  await eventually(client, accounts, { namespace, name: 'default' }, (account) => account !== undefined);
  const make = (kind: string, resource: string, rest: object) =>
    client.create(kindOf(kind, resource), { apiVersion: 'v1', kind, metadata: { name, namespace }, ...rest });
  await make('ConfigMap', 'configmaps', { data: { 'app.conf': 'color=red\n' } });
  await make('Secret', 'secrets', { stringData: { password: 'open sesame' } });
  await make('Service', 'services', {
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const env = [
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name, key: 'password' } } },
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  ];
  const volumeMounts = [{ name: 'settings', mountPath: '/etc/settings' }];
  const container = { name: 'main', image: 'nginx', env, volumeMounts, ports: [{ containerPort: 8080 }] };
  const spec: Pod['spec'] = { containers: [container], volumes: [{ name: 'settings', configMap: { name } }] };
  const metadata = { name, namespace, labels: { app: name } };
  await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  await eventually(client, pods, target, (pod) => pod?.status?.phase === 'Running');
  const select = { namespace, labelSelector: `kubernetes.io/service-name=${name}` };
  await eventuallyAll(client, slices, select, (all) => JSON.stringify(all).includes('"ready":true'));
});
after(() => cluster.close());

const shell = (script: string, ...flags: string[]) =>
  endpoint.run(['exec', ...flags, name, '--', 'sh', '-c', script]);

for (const [protocol, asksWebSocket] of [
  ['WebSocket', 'true'],
  ['SPDY', 'false'],
] as const) {
  test(`over ${protocol} a command runs in a container, with its exit code`, async () => {
    process.env['KUBECTL_REMOTE_COMMAND_WEBSOCKETS'] = asksWebSocket;
    const said = await shell('echo out; echo err >&2; exit 3');
    assert.deepEqual([said.code, said.stdout], [3, 'out\n']);
    assert.match(said.stderr, /^err\ncommand terminated with exit code 3/);
    const read = await endpoint.run(['exec', '-i', name, '--', 'cat'], 'through\nand through\n');
    assert.deepEqual([read.code, read.stdout], [0, 'through\nand through\n']);
    const script = await endpoint.run(
      ['exec', '-i', name, '--', 'sh'],
      'A=1\necho $((A + 1))\nfalse || echo $?\n',
    );
    assert.equal(script.stdout, '2\n1\n');
  });
}

test('a container sees its variables, mounted files, and what is written into it', async () => {
  assert.equal(
    (await shell('echo $PASSWORD on $NODE as $HOSTNAME')).stdout.replace(/node-\d/, 'N'),
    'open sesame on N as web\n',
  );
  assert.equal((await shell('cat /etc/settings/app.conf; ls /etc/settings')).stdout, 'color=red\napp.conf\n');
  assert.match((await shell('echo x > /etc/settings/y')).stderr, /Read-only file system/);
  await shell('echo kept > /tmp/note');
  assert.equal((await shell('cat /tmp/note && pwd')).stdout, 'kept\n/\n');
});

test('a Service answers in the name of a pod behind it, and what is not there is told', async () => {
  const { stdout } = await shell('wget -qO- http://web/hello');
  assert.match(
    stdout,
    /^Hostname: web\nNamespace: default\nNode: node-\d\nAddress: [\d.]+:8080\nRequest: GET \/hello\n/,
  );
  assert.equal(
    (await shell('curl -s http://web.default.svc.cluster.local/')).stdout.split('\n')[0],
    'Hostname: web',
  );
  assert.deepEqual(
    (({ code, stderr }) => [code, stderr.split('\n')[0]])(await shell('wget -qO- http://absent/')),
    [1, "wget: bad address 'absent'"],
  );
  assert.equal((await shell('curl http://localhost:9/')).code, 7);
});

test('what cannot be run is told as a runtime tells it', async () => {
  const missing = await endpoint.run(['exec', name, '--', 'absent']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /exec: "absent": executable file not found in \$PATH/);
});

test('files are copied into a container and out of it', async () => {
  const folder = temporaryFolder('kube-cp');
  await writeFile(join(folder, 'in.txt'), 'copied\n');
  await endpoint.kubectl('cp', join(folder, 'in.txt'), `${name}:/tmp/in.txt`);
  assert.equal((await shell('cat /tmp/in.txt')).stdout, 'copied\n');
  await endpoint.kubectl('cp', `${name}:/tmp/in.txt`, join(folder, 'out.txt'));
  assert.equal(await readFile(join(folder, 'out.txt'), 'utf8'), 'copied\n');
});
