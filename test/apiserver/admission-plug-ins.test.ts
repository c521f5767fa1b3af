import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at } from '../../src/apimachinery/read.ts';
import type { PlugInSwitches } from '../../src/apiserver/index.ts';
import { startTestServer } from './harness.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

async function tolerationsWith(admissionPlugIns: PlugInSwitches): Promise<unknown> {
  const { client, close } = await startTestServer({ admissionPlugIns });
  try {
    const made = await client.create(pods, pod);
    const found = at(made, 'spec', 'tolerations');
    return Array.isArray(found) ? found.length : undefined;
  } finally {
    await close();
  }
}

it('a plug-in that is switched off does nothing, and the others go on', async () => {
  assert.equal(await tolerationsWith({ disable: ['ServiceAccount'] }), 2);
  assert.equal(await tolerationsWith({ disable: ['ServiceAccount', 'DefaultTolerationSeconds'] }), undefined);
});

it('a server says which plug-ins are on, in the real order, and which of the usual ones it has not', async () => {
  const { server, close } = await startTestServer({ admissionPlugIns: { disable: ['Priority'] } });
  try {
    const { names, notBuilt } = server.admissionPlugIns;
    const [first, second] = names;
    assert.deepEqual(
      [first, second === 'LimitRanger' || second === 'ServiceAccount'],
      ['NamespaceLifecycle', true],
    );
    assert.ok(!names.includes('Priority') && !notBuilt.includes('Priority'));
    assert.ok(names.indexOf('TaintNodesByCondition') < names.indexOf('DefaultTolerationSeconds'));
    assert.ok(notBuilt.every((name) => !names.includes(name)));
  } finally {
    await close();
  }
});

it('switches that mean nothing are refused in the words of the real server', async () => {
  const refusals: [PlugInSwitches, RegExp][] = [
    [{ enable: ['Nonsense'] }, /^enable-admission-plugins plugin "Nonsense" is unknown$/],
    [{ disable: ['priority'] }, /^disable-admission-plugins plugin "priority" is unknown$/],
    [
      { enable: ['RuntimeClass', 'Priority'], disable: ['Priority', 'RuntimeClass'] },
      /^\[Priority RuntimeClass\] in enable-admission-plugins and disable-admission-plugins overlapped$/,
    ],
    // Named like what every object has.
    [{ enable: ['constructor'] }, /"constructor" is unknown$/],
  ];
  for (const [admissionPlugIns, message] of refusals) {
    await assert.rejects(startTestServer({ admissionPlugIns }), { code: 'invalid', message });
  }
});

it('nobody is told that a plug-in is on which is not built', async () => {
  for (const name of ['ImagePolicyWebhook', 'EventRateLimit']) {
    await assert.rejects(startTestServer({ admissionPlugIns: { enable: [name] } }), {
      message: `enable-admission-plugins plugin "${name}" is not built in Drydock yet: nothing of what it does would be done`,
    });
  }
});

it('claims grow when they are bound and their class allows it', async () => {
  const { client, close } = await startTestServer();
  const claims = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };
  const classes = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
  const claim = (name: string, storageClassName: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName },
  });
  const grow = (name: string) => {
    const body = { spec: { resources: { requests: { storage: '2Gi' } } } };
    return client.patch(claims, { namespace: 'default', name }, { type: 'merge', body });
  };
  try {
    for (const [name, allowVolumeExpansion] of [
      ['firm', false],
      ['elastic', true],
    ] as const) {
      const made = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } };
      await client.create(classes, { ...made, provisioner: 'a.b/c', allowVolumeExpansion });
      const stored = await client.create(claims, claim(name, name));
      // What is not bound the kind refuses before anybody is asked.
      if (name === 'firm') await assert.rejects(grow(name), { status: 422 });
      await client.update(claims, { ...stored, status: { phase: 'Bound' } }, { subresource: 'status' });
    }
    await assert.rejects(grow('firm'), {
      status: 403,
      message:
        'persistentvolumeclaims "firm" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    });
    assert.equal(at(await grow('elastic'), 'spec', 'resources', 'requests', 'storage'), '2Gi');
  } finally {
    await close();
  }
});
