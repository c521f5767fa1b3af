import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource });

const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
});

const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
});

/** A plain copy whose members can be looked at freely. */
function plain(value: unknown) {
  return JSON.parse(JSON.stringify(value));
}

describe('admission of pods', () => {
  let full: TestServer;
  let bare: TestServer;
  before(async () => {
    full = await startTestServer({ admissionPlugIns: {} });
    bare = await startTestServer();
  });
  after(async () => {
    await full.close();
    await bare.close();
  });

  it('gives them their service account and its token, where it exists', async () => {
    await assert.rejects(full.client.create(core('pods'), pod('early')), {
      status: 403,
      message:
        'pods "early" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
    });
    await full.client.create(core('serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    });
    const { spec } = plain(await full.client.create(core('pods'), pod('p')));
    assert.equal(spec.serviceAccountName, 'default');
    assert.match(spec.volumes[0].name, /^kube-api-access-/);
    assert.equal(
      spec.containers[0].volumeMounts[0].mountPath,
      '/var/run/secrets/kubernetes.io/serviceaccount',
    );
    assert.equal(spec.tolerations.length, 2);
    assert.equal(spec.priority, 0);
  });

  it('leaves service accounts alone in a bare server', async () => {
    const { spec } = plain(await bare.client.create(core('pods'), pod('p')));
    assert.equal(spec.serviceAccountName, undefined);
    assert.equal(spec.volumes, undefined);
  });

  it('finds the number of their priority class', async () => {
    const { spec } = plain(
      await bare.client.create(core('pods'), pod('q', { priorityClassName: 'system-node-critical' })),
    );
    assert.equal(spec.priority, 2_000_001_000);
    await assert.rejects(bare.client.create(core('pods'), pod('r', { priorityClassName: 'none' })), {
      status: 403,
      message: 'pods "r" is forbidden: no PriorityClass with name none was found',
    });
  });

  it('keeps what it filled in when a pod is replaced by its first manifest', async () => {
    const made = plain(await bare.client.create(core('pods'), pod('again')));
    const replaced = plain(await bare.client.update(core('pods'), pod('again')));
    assert.deepEqual(replaced.spec, made.spec);
  });
});

describe('admission of services', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer({ serviceCidr: '10.7.0.0/24' });
  });
  after(() => test.close());

  it('gives each its own address and ports', async () => {
    const kubernetes = plain(
      await test.client.get(core('services'), { name: 'kubernetes', namespace: 'default' }),
    );
    assert.equal(kubernetes.spec.clusterIP, '10.7.0.1');
    const a = plain(await test.client.create(core('services'), service('a', { type: 'NodePort' })));
    const b = plain(await test.client.create(core('services'), service('b', {})));
    assert.match(a.spec.clusterIP, /^10\.7\.0\.\d+$/);
    assert.notEqual(a.spec.clusterIP, b.spec.clusterIP);
    assert.ok(a.spec.ports[0].nodePort >= 30_000 && a.spec.ports[0].nodePort <= 32_767);
    assert.equal(b.spec.ports[0].nodePort, undefined);
    const headless = plain(await test.client.create(core('services'), service('h', { clusterIP: 'None' })));
    assert.deepEqual(headless.spec.clusterIPs, ['None']);
    const kept = plain(
      await test.client.patch(
        core('services'),
        { name: 'a', namespace: 'default' },
        { type: 'merge', body: { metadata: { labels: { x: 'y' } } } },
      ),
    );
    assert.equal(kept.spec.clusterIP, a.spec.clusterIP);
    assert.equal(kept.spec.ports[0].nodePort, a.spec.ports[0].nodePort);
    await assert.rejects(
      test.client.create(core('services'), service('c', { clusterIP: b.spec.clusterIP })),
      { status: 422, message: /provided IP is already allocated$/ },
    );
  });
});

describe('a service with hundreds of ports', () => {
  it('gets a node port for each, none of them twice', async () => {
    const test = await startTestServer();
    const ports = Array.from({ length: 300 }, (_, i) => ({ name: `p${i}`, port: 1_000 + i }));
    const made = await Promise.all(
      ['a', 'b'].map((name) =>
        test.client.create(core('services'), service(name, { type: 'NodePort', ports })),
      ),
    );
    const given = made.flatMap((each) =>
      plain(each).spec.ports.map((port: { nodePort: number }) => port.nodePort),
    );
    assert.equal(new Set(given).size, 600);
    await test.close();
  });
});

describe('kinds with two forms', () => {
  it('are one object under both', async () => {
    const test = await startTestServer();
    await test.client.create(core('events'), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Started',
      message: 'it did',
      type: 'Normal',
    });
    const event = plain(
      await test.client.get(
        { group: 'events.k8s.io', version: 'v1', resource: 'events' },
        { name: 'e', namespace: 'default' },
      ),
    );
    assert.equal(event.apiVersion, 'events.k8s.io/v1');
    assert.equal(event.note, 'it did');
    assert.equal(event.regarding.name, 'p');
    const scaler = (version: string) => ({
      group: 'autoscaling',
      version,
      resource: 'horizontalpodautoscalers',
    });
    await test.client.create(scaler('v1'), {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h', namespace: 'default' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
        maxReplicas: 3,
        targetCPUUtilizationPercentage: 70,
      },
    });
    const newer = plain(await test.client.get(scaler('v2'), { name: 'h', namespace: 'default' }));
    assert.equal(newer.spec.metrics[0].resource.target.averageUtilization, 70);
    await test.close();
  });
});
