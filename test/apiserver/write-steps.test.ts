import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type AdmissionStep, resourceKey, type Write, writesOf } from '../../src/apimachinery/admission.ts';
import { metadataOf, readMetadata } from '../../src/apimachinery/metadata.ts';
import { objectAt, textAt } from '../../src/apimachinery/read.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

async function withSteps(
  admissionSteps: readonly AdmissionStep[],
  run: (server: TestServer, send: ReturnType<typeof sender>) => Promise<void>,
): Promise<void> {
  const server = await startTestServer({ admissionSteps });
  try {
    await run(server, sender(server));
  } finally {
    await server.close();
  }
}

function sender(server: TestServer) {
  return async (method: string, path: string, value?: unknown, type = 'application/json') => {
    const body = value === undefined ? {} : { body: JSON.stringify(value) };
    const answer = await server.fetch(path, { method, headers: { 'content-type': type }, ...body });
    const read: unknown = JSON.parse(await answer.text());
    assert.ok(isObject(read));
    return { status: answer.status, warning: answer.headers.get('warning') ?? '', body: read };
  };
}

const configMap = (name: string, data: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const pod = (metadata: JsonObject) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
});

it('mutating steps see what was asked for, before it has a name and an identity; validating steps see all of it', async () => {
  const seen: Record<string, JsonObject> = {};
  const watcher: AdmissionStep = {
    name: 'watcher',
    concerns: writesOf(['/pods'], 'CREATE'),
    mutate: ({ object = {}, name }) => {
      seen['mutate'] = { ...readMetadata(object), asked: name };
    },
    validate: ({ object = {}, name }) => {
      seen['validate'] = { ...readMetadata(object), asked: name };
    },
  };
  await withSteps([watcher], async (_server, send) => {
    const made = await send('POST', pods, pod({ generateName: 'p-', uid: 'mine', resourceVersion: '0' }));
    const { name, uid, creationTimestamp } = readMetadata(made.body);
    assert.deepEqual(
      [seen['mutate']?.['asked'], seen['mutate']?.['name'], seen['mutate']?.['uid']],
      ['', undefined, undefined],
    );
    assert.equal(seen['mutate']?.['creationTimestamp'], undefined);
    assert.deepEqual(
      [seen['validate']?.['asked'], seen['validate']?.['name'], seen['validate']?.['uid']],
      [name, name, uid],
    );
    assert.equal(seen['validate']?.['creationTimestamp'], creationTimestamp);
  });
});

it('what a kind works out from an object it works out after admission changed it', async () => {
  const resources: AdmissionStep = {
    name: 'resources',
    concerns: writesOf(['/pods'], 'CREATE'),
    mutate({ object }) {
      const containers = objectAt(object, 'spec')['containers'];
      const [first] = Array.isArray(containers) ? containers : [];
      const given = { cpu: '1', memory: '1Gi' };
      if (isObject(first)) first['resources'] = { requests: { ...given }, limits: { ...given } };
    },
  };
  await withSteps([resources], async (_server, send) => {
    const made = await send('POST', pods, pod({ name: 'p' }));
    assert.equal(textAt(made.body, 'status', 'qosClass'), 'Guaranteed');
  });
});

it('what admission adds belongs to nobody, and what it makes of an object is counted as one change', async () => {
  const replicas: AdmissionStep = {
    name: 'replicas',
    concerns: writesOf(['apps/deployments'], 'CREATE', 'UPDATE'),
    mutate({ object }) {
      objectAt(object, 'spec')['minReadySeconds'] = 7;
    },
  };
  const labels = { a: 'b' };
  const deployment = (image: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
    },
  });
  await withSteps([replicas], async (_server, send) => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const made = await send('POST', `${path}?fieldManager=me`, deployment('a'));
    const put = await send('PUT', `${path}/d?fieldManager=me`, deployment('b'));
    for (const { body } of [made, put]) {
      assert.equal(objectAt(body, 'spec')['minReadySeconds'], 7);
      assert.doesNotMatch(JSON.stringify(readMetadata(body)['managedFields']), /minReadySeconds/);
    }
    assert.equal(readMetadata(put.body)['generation'], 2);
  });
});

it('an object that a step replaced is pruned and filled in, and the steps before it are asked once more', async () => {
  const asked: string[] = [];
  const first: AdmissionStep = {
    name: 'first',
    concerns: writesOf(['/pods'], 'CREATE'),
    mutate: ({ isAgain, object }) => {
      asked.push(`${isAgain ? 'again' : 'first'} ${textAt(object, 'metadata', 'labels', 'by')}`);
    },
  };
  const second: AdmissionStep = {
    ...first,
    name: 'second',
    mutate(write) {
      if (write.isAgain) return;
      const object = structuredClone(write.object ?? {});
      metadataOf(object)['labels'] = { by: 'second' };
      object['spec'] = { containers: [{ name: 'other', image: 'busybox', odd: 1 }] };
      metadataOf(object)['managedFields'] = [{ manager: 'x', operation: 'Guess' }];
      write.replace(object);
    },
  };
  await withSteps([first, second], async (_server, send) => {
    const { body, warning } = await send('POST', `${pods}?fieldManager=me`, pod({ name: 'p' }));
    assert.deepEqual(asked, ['first ', 'again second']);
    const containers = objectAt(body, 'spec')['containers'];
    const [container] = Array.isArray(containers) ? containers : [];
    assert.deepEqual(container, {
      name: 'other',
      image: 'busybox',
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: 'Always',
    });
    assert.match(warning, /managedFields was in an invalid state after admission.*operation must be `Apply`/);
    assert.match(JSON.stringify(readMetadata(body)['managedFields']), /"manager":"me"/);
  });
});

it('a replaced object of the wrong shape is an error of the server, and nothing is stored', async () => {
  const spoiler: AdmissionStep = {
    name: 'spoiler',
    concerns: writesOf(['/configmaps'], 'CREATE'),
    mutate: (write) => write.replace({ ...write.object, data: ['none'] }),
  };
  await withSteps([spoiler], async (_server, send) => {
    const { status } = await send('POST', configMaps, configMap('a'));
    assert.equal(status, 500);
    assert.equal((await send('GET', `${configMaps}/a`)).status, 404);
  });
});

/** Counts the ConfigMaps with a label in another one, and lets no more than `most` be. */
function counting(most: number): AdmissionStep {
  const place = { group: '', resource: 'configmaps', namespace: 'default' };
  return {
    name: 'counting',
    concerns: writesOf(['/configmaps'], 'CREATE'),
    async validate(write, cluster) {
      const count = await cluster.find(place, 'count');
      if (!count || textAt(write.object, 'metadata', 'name') === 'count') return;
      const next = Number(textAt(count, 'data', 'used')) + 1;
      write.warnings.push(`this is number ${next}`);
      if (next > most) throw new Error('too many');
      write.alongside.push({ ...place, object: { ...count, data: { used: String(next) } } });
    },
  };
}

it('what a step changes alongside is exact, however many write at once', async () => {
  await withSteps([counting(100)], async (_server, send) => {
    await send('POST', configMaps, configMap('count', { used: '0' }));
    const names = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    const answers = await Promise.all(names.map((name) => send('POST', configMaps, configMap(name))));
    assert.deepEqual(
      answers.map(({ status }) => status),
      names.map(() => 201),
    );
    // Each was told once, of the try that was kept.
    assert.deepEqual(
      answers.map(({ warning }) => warning.match(/number (\d+)"/g)?.length),
      names.map(() => 1),
    );
    const count = await send('GET', `${configMaps}/count`);
    assert.equal(textAt(count.body, 'data', 'used'), '12');
    const dry = await send('POST', `${configMaps}?dryRun=All`, configMap('dry'));
    assert.equal(dry.status, 201);
    assert.equal(textAt((await send('GET', `${configMaps}/count`)).body, 'data', 'used'), '12');
  });
});

it('a name that is taken counts nothing', async () => {
  await withSteps([counting(100)], async (_server, send) => {
    await send('POST', configMaps, configMap('count', { used: '0' }));
    await send('POST', configMaps, configMap('a'));
    assert.equal((await send('POST', configMaps, configMap('a'))).status, 409);
    assert.equal(textAt((await send('GET', `${configMaps}/count`)).body, 'data', 'used'), '1');
  });
});

it('a subresource with a body of its own is admitted by that body, once', async () => {
  const met: string[] = [];
  const witness: AdmissionStep = {
    name: 'witness',
    concerns: ({ definition }) =>
      ['/pods', 'apps/replicasets', '/serviceaccounts'].includes(resourceKey(definition)),
    validate({ operation, definition, subresource, kind, object, old }: Write) {
      const bodies = `${textAt(object, 'kind')} after ${textAt(old, 'kind')}`;
      met.push(`${operation} ${definition.resource}/${subresource} ${kind.kind}: ${bodies}`);
    },
  };
  const labels = { a: 'b' };
  await withSteps([witness], async (_server, send) => {
    const sets = '/apis/apps/v1/namespaces/default/replicasets';
    await send('POST', pods, pod({ name: 'p' }));
    await send('POST', sets, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'r' },
      spec: { selector: { matchLabels: labels }, template: pod({ labels }) },
    });
    met.length = 0;
    const merge = 'application/merge-patch+json';
    const scaled = await send('PATCH', `${sets}/r/scale`, { spec: { replicas: 3 } }, merge);
    assert.equal(objectAt(scaled.body, 'spec')['replicas'], 3);
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { name: 'n' } };
    assert.equal((await send('POST', `${pods}/p/binding`, binding)).status, 201);
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
    assert.equal((await send('POST', `${pods}/p/eviction`, eviction)).status, 201);
    await send('PATCH', `${sets}/r/status`, { status: { replicas: 3 } }, merge);
    await send('DELETE', `${sets}/r`);
    assert.deepEqual(met, [
      'UPDATE replicasets/scale Scale: Scale after Scale',
      'CREATE pods/binding Binding: Binding after ',
      'CREATE pods/eviction Eviction: Eviction after ',
      'UPDATE replicasets/status ReplicaSet: ReplicaSet after ReplicaSet',
      'DELETE replicasets/ ReplicaSet:  after ReplicaSet',
    ]);
  });
});

it('what admission makes of a Scale is what is scaled to, whatever the verb', async () => {
  const most: AdmissionStep = {
    name: 'most',
    concerns: ({ subresource }) => subresource === 'scale',
    mutate({ object }) {
      const spec = objectAt(object, 'spec');
      if (Number(spec['replicas']) > 5) spec['replicas'] = 5;
    },
  };
  const labels = { a: 'b' };
  await withSteps([most], async (_server, send) => {
    const sets = '/apis/apps/v1/namespaces/default/replicasets';
    await send('POST', sets, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'r' },
      spec: { selector: { matchLabels: labels }, template: pod({ labels }) },
    });
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'r' } };
    const wanted = { ...scale, spec: { replicas: 9 } };
    const asks: [string, unknown, string][] = [
      ['PUT', wanted, 'application/json'],
      ['PATCH', { spec: { replicas: 9 } }, 'application/merge-patch+json'],
      ['PATCH', [{ op: 'add', path: '/spec', value: { replicas: 9 } }], 'application/json-patch+json'],
      ['PATCH', wanted, 'application/apply-patch+yaml'],
    ];
    for (const [method, body, type] of asks) {
      await send('PATCH', `${sets}/r/scale`, { spec: { replicas: 1 } }, 'application/merge-patch+json');
      const answer = await send(
        method,
        `${sets}/r/scale?fieldManager=me&${method === 'PATCH' && type.includes('apply') ? 'force=true' : ''}`,
        body,
        type,
      );
      assert.equal(objectAt(answer.body, 'spec')['replicas'], 5, type);
    }
  });
});

it('whether somebody may hand out rights is asked before it is said what is wrong with a role', async () => {
  await withSteps([], async (server, send) => {
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'], nonResourceURLs: ['/x'] }];
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const may = [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['create'] },
    ];
    const role = (name: string, of: JsonObject[]) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: of,
    });
    await send('POST', `${rbac}/clusterroles`, role('maker', may));
    await send('POST', `${rbac}/clusterrolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'maker' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'maker' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
    });
    const answer = await server.fetch(`${rbac}/clusterroles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer user-token' },
      body: JSON.stringify(role('wrong', rules)),
    });
    assert.equal(answer.status, 403);
    assert.equal((await send('POST', `${rbac}/clusterroles`, role('wrong', rules))).status, 422);
  });
});
