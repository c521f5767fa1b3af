import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

test('a port is forwarded to a server that names its pod, over WebSocket and over SPDY', async () => {
  for (const asksWebSocket of ['true', 'false']) {
    const env = { ...process.env, KUBECTL_PORT_FORWARD_WEBSOCKETS: asksWebSocket };
    const forward = spawn('kubectl', ['--kubeconfig', endpoint.kubeconfig, 'port-forward', name, ':8080'], {
      env,
    });
    try {
      const [line] = await once(createInterface({ input: forward.stdout }), 'line');
      const port = /127\.0\.0\.1:(\d+) -> 8080/.exec(String(line))?.[1] ?? assert.fail(String(line));
      const answer = await fetch(`http://127.0.0.1:${port}/there`, { headers: { connection: 'close' } });
      assert.match(await answer.text(), /^Hostname: web\n[\s\S]*Request: GET \/there\n/);
    } finally {
      forward.kill();
      await once(forward, 'exit');
    }
  }
});

test('pods, services and nodes are reached through their proxies', async () => {
  const raw = (path: string) => endpoint.run(['get', '--raw', path]);
  const pod = await raw(`/api/v1/namespaces/default/pods/${name}/proxy/a?b=c`);
  assert.match(pod.stdout, /^Hostname: web\n[\s\S]*Request: GET \/a\?b=c\n/);
  const service = await raw(`/api/v1/namespaces/default/services/${name}:80/proxy/`);
  assert.match(service.stdout, /^Hostname: web\n/);
  assert.equal((await raw(`/api/v1/namespaces/default/pods/${name}:9/proxy/`)).code, 1);
  assert.equal((await raw('/api/v1/nodes/node-1/proxy/healthz')).stdout, 'ok');
  const pages = await Promise.all(
    [1, 2].map((number) => raw(`/api/v1/nodes/node-${number}/proxy/stats/summary`)),
  );
  const names = pages.flatMap(({ stdout }) => JSON.parse(stdout).pods).map(({ podRef }) => podRef.name);
  assert.deepEqual(names, [name]);
});
