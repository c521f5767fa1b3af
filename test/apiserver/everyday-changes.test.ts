import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const namespace = '/api/v1/namespaces/default';

describe('everyday changes', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const send = async (method: string, where: string, body: object, type = 'application/json') => {
    const answer = await test.fetch(where, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    });
    return { status: answer.status, body: JSON.parse(await answer.text()), headers: answer.headers };
  };
  const merge = (where: string, body: object) => send('PATCH', where, body, 'application/merge-patch+json');
  const strategic = (where: string, body: object) =>
    send('PATCH', where, body, 'application/strategic-merge-patch+json');
  const make = (path: string, kind: string, name: string, more: JsonObject, apiVersion = 'v1') =>
    send('POST', path, { apiVersion, kind, metadata: { name }, ...more });

  for (const [from, to] of [
    ['LoadBalancer', 'ClusterIP'],
    ['LoadBalancer', 'NodePort'],
    ['NodePort', 'ClusterIP'],
    ['LoadBalancer', 'ExternalName'],
  ] as const) {
    it(`let a Service go from ${from} to ${to}`, async () => {
      const name = `${from}-${to}`.toLowerCase();
      const spec = { type: from, ports: [{ port: 80 }], externalTrafficPolicy: 'Local' };
      const made = await make(`${namespace}/services`, 'Service', name, { spec });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const changed = await strategic(`${namespace}/services/${name}`, {
        spec: { type: to, ...(to === 'ExternalName' && { externalName: 'a.example' }) },
      });
      assert.equal(changed.status, 200, JSON.stringify(changed.body));
      const left = changed.body.spec;
      assert.equal(left.allocateLoadBalancerNodePorts, undefined);
      assert.equal(left.healthCheckNodePort, undefined);
      const port = left.ports[0].nodePort;
      assert.equal(to === 'NodePort' ? typeof port : port, to === 'NodePort' ? 'number' : undefined);
      assert.equal(left.externalTrafficPolicy, to === 'NodePort' ? 'Local' : undefined);
    });
  }

  it('refuse a node port that is sent with a type that has none', async () => {
    const spec = { type: 'NodePort', ports: [{ port: 80 }] };
    await make(`${namespace}/services`, 'Service', 'kept', { spec });
    const refused = await merge(`${namespace}/services/kept`, {
      spec: { type: 'ClusterIP', ports: [{ port: 80, nodePort: 30999 }] },
    });
    assert.equal(refused.status, 422);
    assert.match(refused.body.message, /may not be used when `type` is 'ClusterIP'/);
  });

  const pod = (name: string) =>
    make(`${namespace}/pods`, 'Pod', name, {
      spec: {
        nodeName: 'n',
        containers: [
          { name: 'c', image: 'i', resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } } },
        ],
      },
    });

  it('add ephemeral containers to a running pod, and never change or take one', async () => {
    await pod('debugged');
    const path = `${namespace}/pods/debugged/ephemeralcontainers`;
    const added = await strategic(path, {
      spec: { ephemeralContainers: [{ name: 'dbg', image: 'busybox', targetContainerName: 'c' }] },
    });
    assert.equal(added.status, 200, JSON.stringify(added.body));
    assert.equal(added.body.spec.ephemeralContainers[0].terminationMessagePath, '/dev/termination-log');
    const again = await strategic(path, { spec: { ephemeralContainers: [{ name: 'two', image: 'x' }] } });
    assert.deepEqual(again.body.spec.ephemeralContainers.map(({ name }: { name: string }) => name).sort(), [
      'dbg',
      'two',
    ]);
    for (const [list, words] of [
      [[{ name: 'two', image: 'x' }], /"dbg" may not be removed/],
      [
        [
          { name: 'dbg', image: 'other' },
          { name: 'two', image: 'x' },
        ],
        /"dbg" may not be changed/,
      ],
      [[{ name: 'c', image: 'x' }], /Duplicate value: "c"/],
      [
        [{ name: 'p', image: 'x', ports: [{ containerPort: 1 }] }],
        /cannot be set for an Ephemeral Container/,
      ],
    ] as const) {
      const refused = await merge(path, { spec: { ephemeralContainers: list } });
      assert.equal(refused.status, 422);
      assert.match(refused.body.message, words);
    }
    const sideways = await merge(path, { spec: { containers: [{ name: 'c', image: 'stolen' }] } });
    assert.equal(sideways.body.spec.containers[0].image, 'i');
  });

  it('resize the CPU and memory of a running pod, and nothing else', async () => {
    await pod('resized');
    const path = `${namespace}/pods/resized/resize`;
    const resized = await strategic(path, {
      spec: { containers: [{ name: 'c', image: 'stolen', resources: { requests: { cpu: '150m' } } }] },
    });
    assert.equal(resized.status, 200, JSON.stringify(resized.body));
    const [container] = resized.body.spec.containers;
    assert.deepEqual([container.image, container.resources.requests.cpu], ['i', '150m']);
    const guaranteed = await strategic(path, {
      spec: {
        containers: [
          {
            name: 'c',
            resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
          },
        ],
      },
    });
    assert.equal(guaranteed.status, 422);
    assert.match(guaranteed.body.message, /Pod QOS Class may not change as a result of resizing/);
  });

  it('tell a drain no time to wait when a budget is used up, and one when nobody has counted yet', async () => {
    await send('POST', `${namespace}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'evicted', labels: { a: 'ev' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    // One that has not begun needs no budget.
    await merge(`${namespace}/pods/evicted/status`, {
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const spec = { minAvailable: 5, selector: { matchLabels: { a: 'ev' } } };
    await make(budgets, 'PodDisruptionBudget', 'ev', { spec }, 'policy/v1');
    const evict = () => make(`${namespace}/pods/evicted/eviction`, 'Eviction', 'evicted', {}, 'policy/v1');
    const early = await evict();
    assert.deepEqual([early.status, early.headers.get('retry-after')], [429, '10']);
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      desiredHealthy: 5,
      currentHealthy: 1,
      expectedPods: 1,
    };
    assert.equal((await merge(`${budgets}/ev/status`, { status })).status, 200);
    const refused = await evict();
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, null]);
    assert.match(refused.body.details.causes[0].message, /needs 5 healthy pods and has 1 currently/);
  });

  it('spell out host ports in pods and leave templates as they are', async () => {
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { hostNetwork: true, containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
    };
    const deployment = await make(
      '/apis/apps/v1/namespaces/default/deployments',
      'Deployment',
      'hn',
      { spec: { selector: { matchLabels: { a: 'b' } }, template } },
      'apps/v1',
    );
    assert.equal(deployment.body.spec.template.spec.containers[0].ports[0].hostPort, undefined);
    const made = await make(`${namespace}/pods`, 'Pod', 'hn', { spec: template.spec });
    assert.equal(made.body.spec.containers[0].ports[0].hostPort, 80);
  });
});
