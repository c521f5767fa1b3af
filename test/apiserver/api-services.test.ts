import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { listAt, textAt } from '../../src/apimachinery/read.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const apiServices = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
const crds = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
const core = (resource: string) => ({ group: '', version: 'v1', resource });
const slices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('APIServices:', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const available = (apiService: JsonObject | undefined) => {
    const conditions = listAt(apiService, 'status', 'conditions').filter(isObject);
    const [{ status, reason, message } = {}] = conditions.filter(({ type }) => type === 'Available');
    return { status, reason, message };
  };
  /** Resolves with the named one once it holds; undefined stands for none. */
  const eventually = (name: string, holds: (found: JsonObject | undefined) => boolean) =>
    new Promise<JsonObject | undefined>((resolve, reject) => {
      const watch = test.client.watch(
        apiServices,
        { fieldSelector: `metadata.name=${name}` },
        {
          onEvent(event) {
            if (event.type === 'BOOKMARK') return;
            const found = event.type === 'DELETED' ? undefined : event.object;
            if (!holds(found)) return;
            queueMicrotask(() => watch.close());
            resolve(found);
          },
          onError: reject,
        },
      );
    });
  const said = (name: string, reason: string) =>
    eventually(name, (found) => available(found).reason === reason);
  const ask = async (path: string, accept = 'application/json', token = 'admin-token') => {
    const answer = await test.fetch(path, { headers: { accept, authorization: `Bearer ${token}` } });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const remote = (group: string, service: JsonObject, rest: JsonObject = {}) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `v1.${group}` },
    spec: {
      ...{ group, version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
      insecureSkipTLSVerify: true,
      service,
      ...rest,
    },
  });

  it('each built-in group version has one, local and available', async () => {
    const { items } = await test.client.list(apiServices);
    const names = items.map(({ metadata }) => metadata.name);
    for (const name of ['v1.', 'v1.apps', 'v2.autoscaling', 'v1.rbac.authorization.k8s.io']) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(!names.includes('v1.apiregistration.k8s.io'));
    for (const item of items) {
      assert.deepEqual(available(item), {
        status: 'True',
        reason: 'Local',
        message: 'Local APIServices are always available',
      });
      assert.equal(item.metadata.labels?.['kube-aggregator.kubernetes.io/automanaged'], 'onstart');
    }
    const apps = items.find(({ metadata }) => metadata.name === 'v1.apps');
    assert.equal(isObject(apps?.spec) && apps.spec['groupPriorityMinimum'], 17_800);
  });

  it('one comes and goes with the definitions of a group version, and is as it was after it is deleted or changed', async () => {
    const definition = (plural: string, kind: string) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, kind },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
    await test.client.create(crds, definition('widgets', 'Widget'));
    await test.client.create(crds, definition('gadgets', 'Gadget'));
    const made = await said('v1.example.com', 'Local');
    await test.client.delete(apiServices, { name: 'v1.example.com' });
    await eventually(
      'v1.example.com',
      (found) => found !== undefined && textAt(found, 'metadata', 'uid') !== textAt(made, 'metadata', 'uid'),
    );
    const stolen = { groupPriorityMinimum: 7, service: { name: 'mine', namespace: 'default' } };
    const body = { spec: stolen };
    const changed = await test.client.patch(apiServices, { name: 'v1.example.com' }, { type: 'merge', body });
    assert.equal(textAt(changed, 'spec', 'service', 'name'), 'mine');
    const kept = await eventually(
      'v1.example.com',
      (found) => found !== undefined && textAt(found, 'spec', 'service', 'name') === '',
    );
    assert.deepEqual(kept?.['spec'], made?.['spec']);
    await test.client.delete(crds, { name: 'widgets.example.com' });
    const gone = eventually('v1.example.com', (found) => found === undefined);
    await test.client.delete(crds, { name: 'gadgets.example.com' });
    await gone;
  });

  it('one with a service says what is wrong with it, step by step', async () => {
    const name = 'v1.remote.example.com';
    const service = { name: 'backend', namespace: 'default' };
    await test.client.create(apiServices, remote('remote.example.com', service));
    const missing = await said(name, 'ServiceNotFound');
    assert.deepEqual(available(missing), {
      status: 'False',
      reason: 'ServiceNotFound',
      message: 'service/backend in "default" is not present',
    });
    const withPort = (port: number) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: service,
      spec: { ports: [{ name: 'https', port }] },
    });
    await test.client.create(core('services'), withPort(80));
    const deaf = await said(name, 'ServicePortError');
    assert.equal(available(deaf).message, 'service/backend in "default" is not listening on port 443');
    await test.client.delete(core('services'), service);
    await test.client.create(core('services'), withPort(443));
    await said(name, 'EndpointsNotFound');
    const slice = (addresses: string[]) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'backend-1',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'backend' },
      },
      addressType: 'IPv4',
      ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
      endpoints: addresses.map((address) => ({ addresses: [address] })),
    });
    await test.client.create(slices, slice([]));
    await said(name, 'MissingEndpoints');
    await test.client.delete(core('services'), service);
    const port = await closedPort();
    await test.client.patch(apiServices, { name }, { type: 'merge', body: { spec: { service: { port } } } });
    await test.client.create(core('services'), {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: service },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    const deadEnd = available(await said(name, 'FailedDiscoveryCheck'));
    const url = `https://localhost:${port}/apis/remote.example.com/v1`;
    const why = `dial tcp localhost:${port}: connect: connection refused`;
    assert.equal(deadEnd.status, 'False');
    assert.equal(deadEnd.message, `failing or missing response from ${url}: Get "${url}": ${why}`);
  });

  it('its group version is listed as stale, and answers 503 to those who may ask', async () => {
    const path = '/apis/remote.example.com';
    for (const asked of [`${path}/v1`, `${path}/v1/things`, `${path}/v1/namespaces/default/things/x`]) {
      assert.deepEqual(await ask(asked), {
        status: 503,
        type: 'text/plain; charset=utf-8',
        text: 'service unavailable\n',
      });
    }
    assert.equal((await ask(`${path}/v1/things`, 'application/json', 'user-token')).status, 403);
    assert.equal((await ask(`${path}/v2`)).status, 404);
    assert.equal(JSON.parse((await ask(path)).text).preferredVersion.groupVersion, 'remote.example.com/v1');
    const { items } = JSON.parse((await ask('/apis', aggregated)).text);
    const found = items.find(({ metadata }: { metadata: { name: string } }) => /^remote/.test(metadata.name));
    assert.deepEqual(found.versions, [{ version: 'v1', freshness: 'Stale' }]);
    await test.client.delete(apiServices, { name: 'v1.remote.example.com' });
    assert.equal((await ask(`${path}/v1`)).status, 404);
    assert.ok(!(await ask('/apis')).text.includes('remote.example.com'));
  });

  it('a group that is served here too belongs to the service, but not the one of APIServices', async () => {
    const apps = await test.client.get(apiServices, { name: 'v1.apps' });
    assert.ok(isObject(apps.spec));
    const spec = { ...apps.spec, insecureSkipTLSVerify: true, service: { name: 'x', namespace: 'default' } };
    await test.client.update(apiServices, { ...apps, spec });
    await said('v1.apps', 'ServiceNotFound');
    assert.equal((await ask('/apis/apps/v1/deployments')).status, 503);
    const local = { spec: { service: null, insecureSkipTLSVerify: null } };
    await test.client.patch(apiServices, { name: 'v1.apps' }, { type: 'merge', body: local });
    await said('v1.apps', 'Local');
    assert.equal((await ask('/apis/apps/v1/deployments')).status, 200);
    await test.client.create(
      apiServices,
      remote('apiregistration.k8s.io', { name: 'x', namespace: 'default' }),
    );
    assert.equal((await ask('/apis/apiregistration.k8s.io/v1/apiservices')).status, 200);
  });

  it('a wrong one is refused with what is wrong', async () => {
    const wrong = remote('a.example.com', { name: '', namespace: '', port: 70_000 }, { versionPriority: 0 });
    await assert.rejects(
      test.client.create(apiServices, { ...wrong, metadata: { name: 'other' } }),
      (error: Error) => {
        for (const part of [
          'metadata.name: Invalid value: "other": must be `spec.version+"."+spec.group`: "v1.a.example.com"',
          'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
          'spec.service.namespace: Required value',
          'spec.service.name: Required value',
          'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
        ]) {
          assert.ok(error.message.includes(part), `${part} in ${error.message}`);
        }
        return true;
      },
    );
  });
});
