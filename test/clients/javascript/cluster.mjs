// What programs do with the JavaScript client: objects, patches, apply, pages, watches, informers, refusals.
//
// Usage: cluster.mjs KUBECONFIG NAMESPACE. Prints `ok WHAT` after each part; an exception ends it. Everything is done twice,
// the second time with a change. Plain JavaScript, so that a Node that strips no types runs it.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const labels = { app: 'javascript' };
const path = `/api/v1/namespaces/${namespace}/configmaps`;

const body = (name, data, more = {}) => ({ metadata: { name, labels, ...more }, data });
const statusOf = (error) => JSON.parse(error.body);
const refused = (promise, code) =>
  assert.rejects(promise, (error) => error.code === code && statusOf(error).kind === 'Status');
const using = (type) => k8s.setHeaderOptions('Content-Type', type);

/** What comes later, in its order; `next` waits for it. */
function queue() {
  const [items, waiting] = [[], []];
  const put = (item) => (waiting.length > 0 ? waiting.shift()(item) : items.push(item));
  const next = () =>
    items.length > 0 ? Promise.resolve(items.shift()) : new Promise((resolve) => waiting.push(resolve));
  return { put, next };
}

async function versionAndGroups() {
  const { gitVersion } = await config.makeApiClient(k8s.VersionApi).getCode();
  assert.match(gitVersion, /^v1\./);
  const { groups } = await config.makeApiClient(k8s.ApisApi).getAPIVersions();
  assert.ok(groups.some(({ name }) => name === 'apps'));
}

async function objects() {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  for (const count of [1, 2]) {
    const name = `settings-${count}`;
    const made = await core.createNamespacedConfigMap({ namespace, body: body(name, { a: '1' }) });
    assert.ok(made.metadata.creationTimestamp instanceof Date);
    const changed = { ...made, data: { a: '2' } };
    assert.deepEqual(
      (await core.replaceNamespacedConfigMap({ name, namespace, body: changed })).data,
      changed.data,
    );
    await refused(core.replaceNamespacedConfigMap({ name, namespace, body: changed }), 409);
    for (const [type, patch, wanted] of [
      [k8s.PatchStrategy.MergePatch, { data: { b: '3' } }, { a: '2', b: '3' }],
      [k8s.PatchStrategy.StrategicMergePatch, { data: { a: null } }, { b: '3' }],
      [k8s.PatchStrategy.JsonPatch, [{ op: 'add', path: '/data/c', value: '4' }], { b: '3', c: '4' }],
    ]) {
      const patched = await core.patchNamespacedConfigMap({ name, namespace, body: patch }, using(type));
      assert.deepEqual(patched.data, wanted);
    }
  }
  await refused(core.readNamespacedConfigMap({ name: 'missing', namespace }), 404);
  await refused(core.createNamespacedConfigMap({ namespace, body: body('No Name', {}) }), 422);
}

async function apply() {
  const objectApi = k8s.KubernetesObjectApi.makeApiClient(config);
  for (const value of ['1', '2']) {
    const applied = await objectApi.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { value } },
      undefined,
      undefined,
      'javascript',
      true,
      k8s.PatchStrategy.ServerSideApply,
    );
    assert.deepEqual(applied.data, { value });
  }
  const shown = await objectApi.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace } });
  assert.equal(shown.metadata.managedFields[0].operation, 'Apply');
}

async function pages() {
  for (let i = 0; i < 25; i++)
    await core.createNamespacedSecret({
      namespace,
      body: { metadata: { name: `page-${String(i).padStart(2, '0')}`, labels }, stringData: { i: `${i}` } },
    });
  const labelSelector = 'app=javascript';
  for (const limit of [10, 7]) {
    const names = [];
    let _continue;
    do {
      const page = await core.listNamespacedSecret({ namespace, limit, labelSelector, _continue });
      names.push(...page.items.map(({ metadata }) => metadata.name));
      _continue = page.metadata._continue;
    } while (_continue);
    assert.deepEqual([names.length, names[24]], [25, 'page-24']);
  }
  await core.deleteCollectionNamespacedSecret({ namespace, labelSelector });
  assert.equal((await core.listNamespacedSecret({ namespace, labelSelector })).items.length, 0);
}

async function watches() {
  for (const count of [1, 2]) {
    const name = `watched-${count}`;
    const seen = queue();
    const { metadata } = await core.listNamespacedConfigMap({ namespace });
    const query = { resourceVersion: metadata.resourceVersion, allowWatchBookmarks: true };
    const controller = await new k8s.Watch(config).watch(
      path,
      query,
      (type, object) => type !== 'BOOKMARK' && seen.put(`${type} ${object.metadata.name} ${object.data.a}`),
      () => undefined,
    );
    await core.createNamespacedConfigMap({ namespace, body: body(name, { a: '1' }) });
    await core.patchNamespacedConfigMap(
      { name, namespace, body: { data: { a: '2' } } },
      using(k8s.PatchStrategy.MergePatch),
    );
    await core.deleteNamespacedConfigMap({ name, namespace });
    for (const wanted of [`ADDED ${name} 1`, `MODIFIED ${name} 2`, `DELETED ${name} 2`])
      assert.equal(await seen.next(), wanted);
    controller.abort();
  }
}

async function informers() {
  const labelSelector = 'informed=yes';
  const seen = queue();
  const informer = k8s.makeInformer(
    config,
    path,
    () => core.listNamespacedConfigMap({ namespace, labelSelector }),
    labelSelector,
  );
  for (const verb of ['add', 'update', 'delete'])
    informer.on(verb, ({ metadata, data }) => seen.put(`${verb} ${metadata.name} ${data.a}`));
  const informed = (name, a) => body(name, { a }, { labels: { informed: 'yes' } });
  await core.createNamespacedConfigMap({ namespace, body: informed('informed-0', '1') });
  await informer.start();
  assert.equal(await seen.next(), 'add informed-0 1');
  for (const count of [1, 2]) {
    const name = `informed-${count}`;
    const made = await core.createNamespacedConfigMap({ namespace, body: informed(name, '1') });
    await core.replaceNamespacedConfigMap({ name, namespace, body: { ...made, data: { a: '2' } } });
    await core.deleteNamespacedConfigMap({ name, namespace });
    for (const wanted of [`add ${name} 1`, `update ${name} 2`, `delete ${name} 2`])
      assert.equal(await seen.next(), wanted);
  }
  assert.equal(informer.list(namespace).length, 1);
  await informer.stop();
}

async function customKinds() {
  const group = `${namespace}.example.com`;
  const properties = {
    spec: { type: 'object', properties: { length: { type: 'integer', minimum: 1 } } },
    status: { type: 'object', properties: { afloat: { type: 'boolean' } } },
  };
  const extensions = config.makeApiClient(k8s.ApiextensionsV1Api);
  const name = `boats.${group}`;
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} } };
  await extensions.createCustomResourceDefinition({
    body: {
      metadata: { name },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'boats', singular: 'boat', kind: 'Boat' },
        versions: [{ ...version, schema: { openAPIV3Schema: { type: 'object', properties } } }],
      },
    },
  });
  const established = async () =>
    (await extensions.readCustomResourceDefinition({ name })).status?.conditions?.some(
      ({ type, status }) => type === 'Established' && status === 'True',
    );
  while (!(await established())) await new Promise((resolve) => setTimeout(resolve, 50));
  const boats = config.makeApiClient(k8s.CustomObjectsApi);
  const where = { group, version: 'v1', namespace, plural: 'boats' };
  const boat = (length) => ({ apiVersion: `${group}/v1`, kind: 'Boat', metadata: { name: 'b' }, spec: { length } });
  await boats.createNamespacedCustomObject({ ...where, body: boat(4) });
  for (const length of [5, 6]) {
    const merge = using(k8s.PatchStrategy.MergePatch);
    await boats.patchNamespacedCustomObject({ ...where, name: 'b', body: { spec: { length } } }, merge);
    const status = { afloat: length === 5 };
    await boats.patchNamespacedCustomObjectStatus({ ...where, name: 'b', body: { status } }, merge);
    const shown = await boats.getNamespacedCustomObject({ ...where, name: 'b' });
    assert.deepEqual([shown.spec, shown.status], [{ length }, status]);
  }
  await refused(boats.createNamespacedCustomObject({ ...where, body: boat(0) }), 422);
  await extensions.deleteCustomResourceDefinition({ name });
}

async function workloads() {
  const container = (image) => ({ name: 'web', image });
  const deployment = {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container('web:1')] } },
    },
  };
  const where = { name: 'web', namespace };
  const rolledOut = async (replicas) => {
    for (;;) {
      const { metadata, status = {} } = await apps.readNamespacedDeployment(where);
      const counts = [status.updatedReplicas, status.availableReplicas, status.replicas];
      if (status.observedGeneration === metadata.generation && counts.every((count) => count === replicas)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await apps.createNamespacedDeployment({ namespace, body: deployment });
  await rolledOut(2);
  const strategic = using(k8s.PatchStrategy.StrategicMergePatch);
  const spec = { template: { spec: { containers: [container('web:2')] } } };
  await apps.patchNamespacedDeployment({ ...where, body: { spec } }, strategic);
  await rolledOut(2);
  await apps.patchNamespacedDeploymentScale({ ...where, body: { spec: { replicas: 1 } } }, strategic);
  await rolledOut(1);
}

async function refusals() {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=javascript' });
  const { name } = items.find(({ metadata }) => !metadata.deletionTimestamp).metadata;
  await refused(core.readNamespacedPodLog({ name, namespace }), 501);
  const exec = new k8s.Exec(config).exec(namespace, name, 'web', ['ls'], new PassThrough(), null, null, false);
  await assert.rejects(exec, (error) => /501/.test(error.message ?? String(error)));
}

async function end() {
  await core.deleteNamespace({ name: namespace });
  const gone = () =>
    core.readNamespace({ name: namespace }).then(
      () => false,
      (error) => error.code === 404,
    );
  while (!(await gone())) await new Promise((resolve) => setTimeout(resolve, 50));
}

// A hub has no nodes: nothing runs there.
const { items: nodes } = await core.listNode();
const running = nodes.length > 0 ? { workloads, 'what cannot run is a status': refusals } : {};
const parts = {
  'version and groups': versionAndGroups,
  'objects of a namespace': objects,
  'server-side apply': apply,
  'pages of a list': pages,
  watches,
  informers,
  'custom kinds': customKinds,
  ...running,
  'the end': end,
};
for (const [name, part] of Object.entries(parts)) {
  await part();
  console.log(`ok ${name}`);
}
