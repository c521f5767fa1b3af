import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const crds = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
const widgets = { group: 'example.com', version: 'v1', resource: 'widgets' };

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { size: { type: 'integer', default: 3, maximum: 10 }, name: { type: 'string' } },
        'x-kubernetes-validations': [
          { rule: "!has(self.name) || self.name != 'no'", message: 'name must not be no' },
        ],
      },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
};

function definition(versions: string[] = ['v1']) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
      versions: versions.map((name, at) => ({
        name,
        served: true,
        storage: at === 0,
        schema,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      })),
    },
  };
}

const widget = (name: string, spec: { [key: string]: string | number } = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'default' },
  spec,
});

describe('a custom resource that is called like a built-in one', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const bindings = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' };
  const called = (version: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: 'clusterrolebindings.rbac.authorization.k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'unapproved, made by somebody' },
    },
    spec: {
      group: 'rbac.authorization.k8s.io',
      scope: 'Cluster',
      names: {
        plural: 'clusterrolebindings',
        singular: 'clusterrolebinding',
        kind: 'ClusterRoleBinding',
        listKind: 'ClusterRoleBindingList',
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  });

  for (const version of ['v9', 'v1']) {
    it(`neither writes nor deletes objects of the built-in one: ${version}`, async () => {
      const before = (await test.client.list(bindings)).items;
      assert.ok(before.length > 0);
      const definition = await test.client.create(crds, called(version));
      const custom = { ...bindings, version };
      await test.fetch(`/apis/rbac.authorization.k8s.io/${version}/clusterrolebindings`);
      if (version === 'v9') {
        assert.deepEqual((await test.client.list(custom)).items, []);
        await test.client.create(custom, {
          apiVersion: `rbac.authorization.k8s.io/${version}`,
          kind: 'ClusterRoleBinding',
          metadata: { name: 'jane-is-admin' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
        });
        const asJane = { headers: { authorization: 'Bearer user-token' } };
        assert.equal((await test.fetch('/api/v1/secrets', asJane)).status, 403);
      }
      assert.deepEqual((await test.client.list(bindings)).items, before);
      const { name } = definition.metadata;
      const gone = new Promise<void>((resolve, reject) => {
        const watch = test.client.watch(
          crds,
          { fieldSelector: `metadata.name=${name}` },
          {
            onEvent(event) {
              if (event.type !== 'DELETED') return;
              watch.close();
              resolve();
            },
            onError: reject,
          },
        );
      });
      await test.client.delete(crds, { name: name ?? '' });
      await gone;
      assert.deepEqual((await test.client.list(bindings)).items, before);
    });
  }
});

describe('custom resources', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const read = async (path: string, accept = 'application/json') =>
    JSON.parse(await (await test.fetch(path, { headers: { accept } })).text());

  it('are served as soon as their definition is answered, in discovery too', async () => {
    const made = await test.client.create(crds, definition());
    const conditions = JSON.parse(JSON.stringify(made['status'])).conditions;
    assert.deepEqual(
      conditions.map(({ type, status }: { type: string; status: string }) => `${type}=${status}`),
      ['NamesAccepted=True', 'Established=True'],
    );
    const list = await read('/apis/example.com/v1');
    assert.deepEqual(
      list.resources.map(({ name }: { name: string }) => name),
      ['widgets', 'widgets/status'],
    );
    const groups = await read('/apis');
    assert.ok(groups.groups.some(({ name }: { name: string }) => name === 'example.com'));
  });

  it('are defaulted, pruned and checked', async () => {
    const made = await test.client.create(widgets, widget('a', { other: 'x' }));
    assert.deepEqual(made['spec'], { size: 3 });
    await assert.rejects(test.client.create(widgets, widget('b', { size: 11 })), {
      status: 422,
      message:
        /^Widget.example.com "b" is invalid: spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10$/,
    });
    await assert.rejects(test.client.create(widgets, widget('b', { name: 'no' })), {
      status: 422,
      message: /name must not be no$/,
    });
  });

  it('are served in several versions from one stored form', async () => {
    const stored = await test.client.get(crds, { name: 'widgets.example.com' });
    await test.client.update(crds, {
      ...structuredClone(stored),
      spec: definition(['v1', 'v1beta1']).spec,
    });
    const older = await read('/apis/example.com/v1beta1/namespaces/default/widgets');
    assert.equal(older.apiVersion, 'example.com/v1beta1');
    assert.equal(older.items[0].apiVersion, 'example.com/v1beta1');
    assert.deepEqual(older.items[0].spec, { size: 3 });
    const group = await read('/apis/example.com');
    assert.equal(group.preferredVersion.version, 'v1');
  });

  it('show the columns of their definition', async () => {
    const table = await read(
      '/apis/example.com/v1/namespaces/default/widgets',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    );
    assert.deepEqual(
      table.columnDefinitions.map(({ name }: { name: string }) => name),
      ['Name', 'Size'],
    );
    assert.deepEqual(table.rows[0].cells, ['a', 3]);
  });

  it('survive a restart, and go with their definition', async () => {
    const again = await startTestServer({ store: test.store });
    assert.equal((await again.client.list(widgets)).items.length, 1);
    await again.close();
    const gone = Promise.withResolvers<void>();
    test.client.watch(
      crds,
      {},
      {
        onEvent: (event) => event.type === 'DELETED' && gone.resolve(),
        onError: ({ message }) => gone.reject(new Error(message)),
      },
    );
    await test.client.list(crds);
    await test.client.delete(crds, { name: 'widgets.example.com' });
    await gone.promise;
    await assert.rejects(test.client.list(widgets), { status: 404 });
    const { entries } = await test.store.range({ prefix: '/kube/test/example.com/' });
    assert.equal(entries.length, 0);
  });
});
