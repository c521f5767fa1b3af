import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureNotices } from '../../src/apiserver/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { allBuiltinResources } from '../../src/kinds/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const group = 'admissionregistration.k8s.io';
const on = {
  featureGates: ['MutatingAdmissionPolicy=true'],
  runtimeConfig: [`${group}/v1beta1=true`],
};

async function statusOf(server: TestServer, path: string): Promise<number> {
  return (await server.fetch(path)).status;
}

async function versionsOf(server: TestServer): Promise<string[]> {
  const { groups } = (await (await server.fetch('/apis')).json()) as {
    groups: { versions: { groupVersion: string }[] }[];
  };
  return groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion));
}

/** What the real server v1.34.4 said to values of its flags. */
const gatesRefused: readonly (readonly [string, string])[] = [
  ['Foo=true', 'unrecognized feature gate: Foo'],
  ['constructor=true', 'unrecognized feature gate: constructor'],
  ['__proto__=false', 'unrecognized feature gate: __proto__'],
  ['MutatingAdmissionPolicy', 'missing bool value for MutatingAdmissionPolicy'],
  [
    'MutatingAdmissionPolicy=maybe',
    'invalid value of MutatingAdmissionPolicy=maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [
    'kube:MutatingAdmissionPolicy=true,AllAlpha=false',
    'set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use',
  ],
  ['wardle:Foo=true', 'component not registered: wardle'],
  ['ValidatingAdmissionPolicy=false', 'unrecognized feature gate: ValidatingAdmissionPolicy'],
  [
    'SidecarContainers=false',
    'cannot set feature gate SidecarContainers to false, feature is locked to true',
  ],
];
const versionsRefused: readonly (readonly [string, string])[] = [
  ['foo', 'runtime-config invalid key foo'],
  ['constructor=true', 'runtime-config invalid key constructor'],
  ['toString', 'runtime-config invalid key toString'],
  ['foo/v1=true', 'unknown api groups foo'],
  ['apps/v9=true', 'group version apps/v9 that has not been registered'],
  [
    'apps/v1=maybe',
    'invalid value of apps/v1: maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [
    'api/all=false',
    '[--runtime-config=api/all=false conflicts with --enable-priority-and-fairness=true, invalid key with only api/all=false]',
  ],
  ['api/all=maybe', 'invalid value api/all=maybe'],
  [
    'apps/v1/Deployments=false',
    'invalid key apps/v1/Deployments: group/version/resource and resource is always lowercase plural, not "Deployments"',
  ],
  ['a/b/c/d=true', 'runtime-config invalid key a/b/c/d'],
];

test('feature gates and API versions that the real server refuses are refused in its words', () => {
  for (const [value, message] of gatesRefused)
    assert.throws(() => featureNotices({ featureGates: [value] }), { code: 'invalid', message }, value);
  for (const [value, message] of versionsRefused)
    assert.throws(() => featureNotices({ runtimeConfig: [value] }), { code: 'invalid', message }, value);
});

test('a gate whose policies nobody could read is refused: the real server would wait for them for ever', () => {
  for (const runtimeConfig of [
    [],
    [`${group}/v1alpha1=true`],
    [`${group}/v1beta1/mutatingadmissionpolicies=true`],
  ])
    assert.throws(
      () => featureNotices({ featureGates: ['AllBeta=true'], runtimeConfig }),
      /MutatingAdmissionPolicy needs --runtime-config=admissionregistration.k8s.io\/v1beta1=true/,
    );
});

test('what has no effect is told, and what has some is not', () => {
  assert.deepEqual(featureNotices({}), []);
  assert.deepEqual(featureNotices(on), []);
  assert.deepEqual(featureNotices({ runtimeConfig: ['api/legacy=true', 'v1=true'] }), []);
  assert.deepEqual(featureNotices({ featureGates: ['WatchList=true,SidecarContainers=true'] }), [
    'Setting GA feature gate SidecarContainers=true. It will be removed in a future release.',
  ]);
  assert.deepEqual(
    featureNotices({
      featureGates: ['WatchList=false', 'KMSv1=true'],
      runtimeConfig: ['apps/v1beta1=true', 'storagemigration.k8s.io/v1alpha1'],
    }),
    [
      'Setting deprecated feature gate KMSv1=true. It will be removed in a future release.',
      'Feature gates without effect here: WatchList,KMSv1',
      'API versions that are not built here: apps/v1beta1,storagemigration.k8s.io/v1alpha1',
    ],
  );
});

test('nobody is served what is off, in discovery, OpenAPI and by path, and everybody what is on', async () => {
  const usual = await startTestServer();
  const switched = await startTestServer({ features: on });
  const path = `/apis/${group}/v1beta1`;
  assert.ok(!(await versionsOf(usual)).includes(`${group}/v1beta1`));
  assert.ok((await versionsOf(switched)).includes(`${group}/v1beta1`));
  for (const each of [path, `${path}/mutatingadmissionpolicies`, `/openapi/v3${path}`]) {
    assert.equal(await statusOf(usual, each), 404, each);
    assert.equal(await statusOf(switched, each), 200, each);
  }
  assert.equal(await statusOf(switched, `/apis/${group}/v1alpha1`), 404);
  const services = '/apis/apiregistration.k8s.io/v1/apiservices';
  assert.equal(await statusOf(usual, `${services}/v1beta1.${group}`), 404);
  assert.equal(await statusOf(switched, `${services}/v1beta1.${group}`), 200);
  await usual.close();
  await switched.close();
});

test('a group, a version or a resource that is usually served can be switched off, and the server goes on', async () => {
  const runtimeConfig = [
    'batch/v1=false',
    'autoscaling/v1=false,apps/v1/daemonsets=false',
    'storage.k8s.io/v1=0',
  ];
  const server = await startTestServer({ features: { runtimeConfig } });
  const versions = await versionsOf(server);
  assert.ok(!versions.includes('batch/v1') && !versions.includes('autoscaling/v1'));
  assert.ok(versions.includes('autoscaling/v2') && versions.includes('apps/v1'));
  assert.equal(await statusOf(server, '/apis/batch/v1/jobs'), 404);
  assert.equal(await statusOf(server, '/apis/batch'), 404);
  assert.equal(await statusOf(server, '/apis/apps/v1/daemonsets'), 404);
  assert.equal(await statusOf(server, '/apis/apps/v1/deployments'), 200);
  assert.equal(await statusOf(server, '/apis/storage.k8s.io/v1/storageclasses'), 404);
  const claim = await server.fetch('/api/v1/namespaces/default/persistentvolumeclaims', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
  });
  assert.equal(claim.status, 201);
  await server.close();
});

test('everything can be switched off but what was asked for, when nothing queues requests', async () => {
  const server = await startTestServer({
    priorityAndFairness: false,
    features: { runtimeConfig: ['api/all=false,v1=true'] },
  });
  assert.deepEqual(
    (await versionsOf(server)).filter((version) => !/^api(registration|extensions)\.k8s\.io/.test(version)),
    [],
  );
  assert.equal(await statusOf(server, '/api/v1/namespaces/default'), 200);
  assert.equal(await statusOf(server, '/apis/rbac.authorization.k8s.io/v1/clusterroles'), 404);
  const asUser = await server.fetch('/api/v1/namespaces', {
    headers: { authorization: 'Bearer user-token' },
  });
  assert.equal(asUser.status, 403);
  await server.close();
});

test('what a server served before and does not any more is no APIService, and is there again when it is on again', async () => {
  const store = createMemoryStore({ clock: systemClock, random: systemRandom, log: silentLogger });
  const path = `/apis/${group}/v1beta1/mutatingadmissionpolicybindings`;
  const service = `/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.${group}`;
  const first = await startTestServer({ store, features: on });
  const made = await first.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { name: 'b' }, spec: { policyName: 'p' } }),
  });
  assert.equal(made.status, 201);
  await first.server.close();
  const second = await startTestServer({ store });
  assert.equal(await statusOf(second, path), 404);
  while ((await statusOf(second, service)) !== 404) await new Promise((next) => setImmediate(next));
  await second.server.close();
  const third = await startTestServer({ store, features: on });
  assert.equal(await statusOf(third, `${path}/b`), 200);
  assert.equal(await statusOf(third, service), 200);
  await third.server.close();
  await store.close();
});

test('only versions that the real server has off are off here', () => {
  const off = allBuiltinResources().flatMap(({ definition, isOff }) => (isOff ? [definition.version] : []));
  assert.deepEqual([...new Set(off)].sort(), ['v1alpha1', 'v1beta1']);
});
