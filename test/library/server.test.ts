import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { CodedError, type RunningApiServer, startApiServer, type WatchEvent } from 'drydock/kube';
import { temporaryFolder } from '../support/belongings.ts';
import { runProgram } from '../walkthrough/estate.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const services = { group: '', version: 'v1', resource: 'services' };
const place = (name: string) => ({ name, namespace: 'default' });
const configMap = (name: string, text = '') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: place(name),
  data: { text },
});

/** Asks over the socket. */
function ask(server: RunningApiServer, path: string, token = server.token, body?: object) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(
      `${server.url}${path}`,
      {
        ca: server.ca,
        agent: false,
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      },
    );
    sent.once('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

async function namesIn(server: RunningApiServer): Promise<string[]> {
  return (await server.client.list(configMaps, { namespace: 'default' })).items
    .map(({ metadata }) => metadata.name ?? '')
    .sort();
}

const coded = (code: string) => (thrown: unknown) => thrown instanceof CodedError && thrown.code === code;

test('kubectl works with the kubeconfig, nobody without its token, and only this machine is asked', async () => {
  await using server = await startApiServer({ version: '1.33.2' });
  const kubeconfig = join(temporaryFolder('library'), 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig, { mode: 0o600 });
  const made = await runProgram('kubectl', [
    '--kubeconfig',
    kubeconfig,
    'create',
    'configmap',
    'a',
    '-o',
    'name',
  ]);
  assert.deepEqual([made.code, made.stdout], [0, 'configmap/a\n'], made.stderr);
  assert.equal((await server.client.get(configMaps, place('a'))).metadata.name, 'a');
  assert.match((await ask(server, '/version')).text, /"gitVersion":\s*"v1\.33\.2"/);
  assert.equal((await ask(server, '/api/v1/namespaces', 'another')).status, 401);
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
});

test('features and API versions are as the options say, also in a fork, and what has no effect is told', async () => {
  await using server = await startApiServer({
    featureGates: { MutatingAdmissionPolicy: true, WatchList: false },
    runtimeConfig: { 'admissionregistration.k8s.io/v1beta1': true, 'batch/v1/cronjobs': false },
  });
  await using fork = await server.fork();
  for (const each of [server, fork]) {
    const served = await ask(each, '/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies');
    assert.equal(served.status, 200);
    assert.equal((await ask(each, '/apis/batch/v1/cronjobs')).status, 404);
    assert.deepEqual(each.notices, ['Feature gates without effect here: WatchList']);
  }
  await assert.rejects(startApiServer({ featureGates: { Foo: true } }), /unrecognized feature gate: Foo/);
});

test('a Service is where the options say, and other words than https URLs are refused', async () => {
  await assert.rejects(
    startApiServer({ serviceUrls: { 'default/a': 'http://a' } }),
    /default\/a takes an https URL/,
  );
  await assert.rejects(startApiServer({ serviceUrls: { a: 'https://a' } }), /"a" is not NAMESPACE\/NAME/);
  await using server = await startApiServer({ serviceUrls: { 'default/a:443': 'https://127.0.0.1:1' } });
  assert.ok(server.url);
});

test('two servers and a fork write one audit log, and an audit that cannot be is refused before anything starts', async () => {
  const folder = temporaryFolder('library');
  const audit = { policyFile: join(folder, 'policy.yaml'), logFile: join(folder, 'audit.log') };
  writeFileSync(
    audit.policyFile,
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, verbs: [list], omitStages: [RequestReceived]}]\n',
  );
  await using one = await startApiServer({ audit });
  await using other = await startApiServer({ audit });
  await using fork = await one.fork();
  for (const server of [one, other, fork]) await ask(server, '/api/v1/namespaces');
  const events = readFileSync(audit.logFile, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    events.map((line) => JSON.parse(line).requestURI),
    ['/api/v1/namespaces', '/api/v1/namespaces', '/api/v1/namespaces'],
  );
  await assert.rejects(startApiServer({ audit: { ...audit, policyFile: join(folder, 'none') } }), {
    code: 'invalid',
    message: /^loading audit policy file: failed to read file path/,
  });
  const halfAudit: object = { audit: { policyFile: 'x' } };
  await assert.rejects(startApiServer(halfAudit), {
    message: 'audit is { policyFile: FILE, logFile: FILE }.',
  });
});

test('two servers in one process share nothing', async () => {
  await using one = await startApiServer();
  await using other = await startApiServer({ version: '1.32.0' });
  await one.client.create(configMaps, configMap('a'));
  assert.deepEqual([await namesIn(one), await namesIn(other)], [['a'], []]);
  assert.equal((await ask(other, '/api', one.token)).status, 401);
  assert.notEqual(one.ca, other.ca);
  await one.stop();
  assert.equal((await ask(other, '/readyz')).text, 'ok');
});

test('a fork has the objects of its parent and an address of its own; neither sees what the other writes', async () => {
  await using parent = await startApiServer();
  const created = await parent.client.create(configMaps, configMap('a', 'parent'));
  const seen: WatchEvent[] = [];
  const watch = parent.client.watch(
    configMaps,
    { resourceVersion: created.metadata.resourceVersion ?? '' },
    { onEvent: (event) => seen.push(event), onError: assert.fail },
  );
  await using fork = await parent.fork();
  assert.notEqual(fork.url, parent.url);
  assert.deepEqual([fork.ca, fork.token], [parent.ca, parent.token]);
  assert.deepEqual(await fork.client.get(configMaps, place('a')), created);
  const changed = await fork.client.update(configMaps, { ...created, data: { text: 'fork' } });
  assert.ok(Number(changed.metadata.resourceVersion) > Number(created.metadata.resourceVersion));
  await fork.client.create(configMaps, configMap('only-fork'));
  await parent.client.create(configMaps, configMap('only-parent'));
  await using second = await fork.fork();
  await fork.client.delete(configMaps, place('a'));
  assert.deepEqual(await namesIn(parent), ['a', 'only-parent']);
  assert.deepEqual(await namesIn(fork), ['only-fork']);
  assert.deepEqual(await namesIn(second), ['a', 'only-fork']);
  assert.deepEqual((await parent.client.get(configMaps, place('a')))['data'], { text: 'parent' });
  assert.deepEqual((await second.client.get(configMaps, place('a')))['data'], { text: 'fork' });
  while (seen.length === 0) await new Promise((next) => setImmediate(next));
  watch.close();
  assert.deepEqual(
    seen.map((event) => event.type !== 'BOOKMARK' && event.object.metadata.name),
    ['only-parent'],
  );
  // A watch that began at the parent goes on at the fork.
  const resumed = await ask(
    second,
    `/api/v1/configmaps?watch=true&timeoutSeconds=1&resourceVersion=${created.metadata.resourceVersion}`,
  );
  assert.match(resumed.text, /"MODIFIED".*"fork"/);
  assert.match(resumed.text, /"ADDED".*"only-fork"/);
});

test('a fork outlives its parent, and takes the tokens that the parent gave', async () => {
  const parent = await startApiServer();
  const accounts = { group: '', version: 'v1', resource: 'serviceaccounts' };
  await parent.client.create(accounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: place('robot'),
  });
  const given = await ask(parent, '/api/v1/namespaces/default/serviceaccounts/robot/token', parent.token, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  });
  assert.equal(given.status, 201, given.text);
  const { token } = JSON.parse(given.text).status;
  await using fork = await parent.fork();
  await parent.stop();
  await parent.stop();
  await assert.rejects(ask(parent, '/readyz'));
  await assert.rejects(parent.fork(), coded('unavailable'));
  const answer = await ask(fork, '/api/v1/namespaces/default/secrets', token);
  assert.equal(answer.status, 403);
  assert.match(answer.text, /system:serviceaccount:default:robot/);
  await fork.client.delete(accounts, place('robot'));
  assert.equal((await ask(fork, '/api', token)).status, 401);
});

test('custom resources are served by forks, each as its own definitions say', async () => {
  await using parent = await startApiServer();
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await parent.client.create(definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.dock.test' },
    spec: {
      group: 'dock.test',
      names: { kind: 'Boat', plural: 'boats', singular: 'boat' },
      scope: 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  const boats = { group: 'dock.test', version: 'v1', resource: 'boats' };
  await parent.client.create(boats, { apiVersion: 'dock.test/v1', kind: 'Boat', metadata: { name: 'one' } });
  await using fork = await parent.fork();
  await fork.client.get(boats, { name: 'one' });
  await fork.client.create(boats, { apiVersion: 'dock.test/v1', kind: 'Boat', metadata: { name: 'two' } });
  await fork.client.delete(definitions, { name: 'boats.dock.test' });
  while ((await ask(fork, '/apis/dock.test/v1/boats')).status !== 404);
  assert.equal((await parent.client.list(boats)).items.length, 1);
});

test('an address that a Service has is taken in its forks too, and freed in each by itself', async () => {
  await using parent = await startApiServer({ serviceCidr: '10.9.0.0/24' });
  const service = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: place(name),
    spec: { clusterIP: '10.9.0.77', ports: [{ port: 80 }] },
  });
  await parent.client.create(services, service('a'));
  await using fork = await parent.fork();
  const taken = /provided IP is already allocated/;
  await assert.rejects(fork.client.create(services, service('b')), taken);
  await fork.client.delete(services, place('a'));
  await fork.client.create(services, service('b'));
  await assert.rejects(parent.client.create(services, service('b')), taken);
});

test('a server in a file finds its objects again; its forks are in memory and leave the file alone', async () => {
  const file = join(temporaryFolder('library'), 'folder', 'kube.db');
  const first = await startApiServer({ store: { sqlite: file } });
  await first.client.create(configMaps, configMap('a'));
  const fork = await first.fork();
  await fork.client.create(configMaps, configMap('b'));
  assert.deepEqual([await namesIn(first), await namesIn(fork)], [['a'], ['a', 'b']]);
  await assert.rejects(startApiServer({ store: { sqlite: file } }), /open|lock/i);
  await first.stop();
  await fork.client.get(configMaps, place('a'));
  await fork.stop();
  assert.ok(existsSync(file));
  await using again = await startApiServer({ store: { sqlite: file } });
  assert.deepEqual(await namesIn(again), ['a']);
});

test('nothing changes by itself unless controllers are asked for, and then a fork has its own', async () => {
  const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };
  const labels = { app: 'web' };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: place('web'),
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  };
  const ready = async (server: RunningApiServer) =>
    JSON.parse((await ask(server, '/apis/apps/v1/namespaces/default/deployments/web')).text).status
      .readyReplicas;
  const untilReady = async (server: RunningApiServer, replicas: number) => {
    while ((await ready(server)) !== replicas) await new Promise((next) => setTimeout(next, 5));
  };
  await using bare = await startApiServer();
  await bare.client.create(deployments, deployment);
  await using cluster = await startApiServer({ controllers: { nodes: 2 } });
  await cluster.client.create(deployments, deployment);
  await untilReady(cluster, 2);
  await using fork = await cluster.fork();
  const patch = { type: 'merge', body: { spec: { replicas: 3 } } } as const;
  await fork.client.patch(deployments, place('web'), patch);
  await untilReady(fork, 3);
  assert.equal(await ready(cluster), 2);
  assert.equal(await ready(bare), undefined);
  const nodes = await fork.client.list({ group: '', version: 'v1', resource: 'nodes' });
  assert.deepEqual(
    nodes.items.map(({ metadata }) => metadata.name),
    ['node-1', 'node-2'],
  );
});

test('a stop ends watches and connections, frees the port, and leaves nothing that keeps the process', async () => {
  const program = `
    import { request } from 'node:https';
    import { startApiServer } from 'drydock/kube';
    const parent = await startApiServer({ controllers: true });
    const servers = [parent, await parent.fork(), await startApiServer()];
    for (const { url, ca, token } of servers) {
      const headers = { authorization: 'Bearer ' + token };
      await new Promise((begun) => {
        const sent = request(url + '/api/v1/namespaces?watch=true', { ca, headers }, (response) => {
          response.once('data', begun);
          response.on('data', () => {});
          response.on('error', () => {});
        });
        sent.on('error', () => {});
        sent.end();
      });
    }
    await Promise.all(servers.map((server) => server.stop()));
    console.log('stopped');
  `;
  const { code, stdout, stderr } = await runProgram(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program,
  ]);
  assert.deepEqual([code, stdout, stderr], [0, 'stopped\n', '']);
});

test('what is asked for wrongly is refused with its name, and an address that is taken too', async () => {
  const wrong: [unknown, RegExp][] = [
    [{ stroe: 'memory' }, /no option "stroe"/],
    [{ store: 'disk' }, /store is 'memory' or/],
    [{ store: { sqlite: '' } }, /store is 'memory' or/],
    [{ port: 65_536 }, /port is a number/],
    [{ port: '1' }, /port is a number/],
    [{ host: '' }, /host is a text/],
    [{ version: 'v1.34' }, /version is three numbers/],
    [{ serviceCidr: '10.0.0.0' }, /serviceCidr is an IPv4 range/],
    [{ serviceCidr: 'fd00::/64' }, /serviceCidr is an IPv4 range/],
    [{ serviceCidr: '10.0.0.0/31' }, /serviceCidr is an IPv4 range/],
    [{ admissionPlugIns: ['PodSecurity'] }, /admissionPlugIns has enable and disable/],
    [{ admissionPlugIns: { enable: ['NoSuch'] } }, /NoSuch/],
    [{ featureGates: { MutatingAdmissionPolicy: 'true' } }, /featureGates is an object of true and false/],
    [{ runtimeConfig: ['apps/v1'] }, /runtimeConfig is an object of true and false/],
    [{ runtimeConfig: { 'apps/v9': true } }, /group version apps\/v9 that has not been registered/],
    [{ controllers: { nodes: 101 } }, /controllers is true, false or/],
    [[], /the options are an object/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(
      Reflect.apply(startApiServer, undefined, [options]),
      (thrown) => coded('invalid')(thrown) && message.test(String(thrown)),
      JSON.stringify(options),
    );
  }
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  assert.ok(typeof address === 'object' && address);
  const file = join(temporaryFolder('library'), 'kube.db');
  await assert.rejects(startApiServer({ port: address.port, store: { sqlite: file } }), coded('unavailable'));
  holder.close();
  // The file was let go of.
  await (await startApiServer({ store: { sqlite: file } })).stop();
});
