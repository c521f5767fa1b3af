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
  await assert.rejects(startTestServer({ admissionPlugIns: { enable: ['ImagePolicyWebhook'] } }), {
    message: /"ImagePolicyWebhook" is not built in Drydock yet/,
  });
});
