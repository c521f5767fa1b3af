import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { objectAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import {
  allowed,
  configuration,
  patched,
  refused,
  startWebhookServer,
  type WebhookServer,
} from './webhook-server.ts';

const registration = '/apis/admissionregistration.k8s.io/v1';
const pods = '/api/v1/namespaces/default/pods';

describe('who connects to a pod, a service or a node', () => {
  let test: TestServer;
  let webhooks: WebhookServer;

  before(async () => {
    webhooks = await startWebhookServer();
    test = await startTestServer();
    await send('POST', pods, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      spec: { nodeName: 'n', containers: ['a', 'b'].map((name) => ({ name, image: 'i' })) },
    });
    await send('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['*/*'] }];
    webhooks.on('/hears', allowed);
    webhooks.on('/changes', allowed);
    const hook = (path: string) => ({ clientConfig: webhooks.at(path), rules });
    for (const [kind, path] of [
      ['Mutating', '/changes'],
      ['Validating', '/hears'],
    ] as const) {
      const body = configuration(`${kind}WebhookConfiguration`, 'connects', hook(path));
      await send('POST', `${registration}/${kind.toLowerCase()}webhookconfigurations`, body);
    }
  });
  beforeEach(() => {
    webhooks.asked.splice(0);
    webhooks.on('/changes', allowed);
    webhooks.on('/hears', allowed);
  });
  after(async () => {
    await test.close();
    await webhooks.close();
  });

  async function send(method: string, path: string, body?: JsonObject) {
    const answer = await test.fetch(path, {
      ...{ method, headers: { 'content-type': 'application/json' } },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, message: text.startsWith('{') ? JSON.parse(text).message : text };
  }

  /** What the last webhook was asked. */
  const asked = () => webhooks.asked.at(-1)?.request ?? {};

  for (const [subresource, query, kind, rest] of [
    [
      'exec',
      'command=ls&command=-l&container=a&stdin=true&stdout=1&stderr=false&tty=0',
      'PodExecOptions',
      { stdin: true, stdout: true, container: 'a', command: ['ls', '-l'] },
    ],
    [
      'attach',
      'container=b&stdout=true&tty=true',
      'PodAttachOptions',
      { stdout: true, tty: true, container: 'b' },
    ],
    ['portforward', 'ports=80&ports=8080,443', 'PodPortForwardOptions', { ports: [80, 8080, 443] }],
    ['proxy/some/path/', 'a=b', 'PodProxyOptions', { path: '/some/path/' }],
  ] as const) {
    it(`is told to webhooks as CONNECT with ${kind}, by GET and by POST`, async () => {
      for (const method of ['GET', 'POST']) {
        webhooks.asked.splice(0);
        assert.equal((await send(method, `${pods}/p/${subresource}?${query}`)).status, 501);
        assert.equal(webhooks.asked.length, 2);
        const { uid: _, userInfo: __, ...request } = asked();
        const [name] = subresource.split('/');
        const gvk = { group: '', version: 'v1', kind };
        const resource = { group: '', version: 'v1', resource: 'pods' };
        assert.deepEqual(request, {
          ...{ kind: gvk, resource, subResource: name, requestKind: gvk, requestResource: resource },
          ...{ requestSubResource: name, name: 'p', namespace: 'default', operation: 'CONNECT' },
          object: { kind, apiVersion: 'v1', ...rest },
          ...{ oldObject: null, dryRun: false, options: null },
        });
      }
    });
  }

  it('is told to webhooks for nodes and services too', async () => {
    await send('GET', '/api/v1/nodes/n/proxy/metrics');
    assert.deepEqual(asked()['object'], { kind: 'NodeProxyOptions', apiVersion: 'v1', path: '/metrics' });
    assert.equal(asked()['namespace'], undefined);
    await send('DELETE', '/api/v1/namespaces/default/services/https:s:443/proxy/');
    assert.deepEqual(asked()['object'], { kind: 'ServiceProxyOptions', apiVersion: 'v1', path: '/' });
    assert.equal(asked()['name'], 'https:s:443');
  });

  it('is refused by a webhook before anybody looks for the pod', async () => {
    webhooks.on('/hears', refused({ message: 'no shells' }));
    const { status, message } = await send('POST', `${pods}/absent/exec?command=sh`);
    assert.equal(status, 400);
    assert.equal(message, 'admission webhook "connects.example.com" denied the request: no shells');
  });

  it('gets the container that a mutating webhook names', async () => {
    const missing = await send('POST', `${pods}/p/exec?command=sh`);
    assert.match(missing.message, /a container name must be specified for pod p/);
    webhooks.on('/changes', patched({ op: 'add', path: '/container', value: 'b' }));
    assert.equal((await send('POST', `${pods}/p/exec?command=sh`)).status, 501);
    assert.equal(objectAt(asked(), 'object')['container'], 'b');
    webhooks.on('/changes', patched({ op: 'add', path: '/container', value: 'c' }));
    const wrong = await send('POST', `${pods}/p/exec?command=sh`);
    assert.deepEqual([wrong.status, wrong.message], [400, 'container c is not valid for pod p']);
  });

  it('is refused ports that are none, and nothing is asked', async () => {
    for (const [ports, why] of [
      ['x', 'invalid syntax'],
      ['70000', 'value out of range'],
    ]) {
      const { status, message } = await send('POST', `${pods}/p/portforward?ports=${ports}`);
      const problem = `cannot convert to []int32: strconv.ParseUint: parsing "${ports}": ${why}`;
      assert.deepEqual([status, message], [400, problem]);
    }
    assert.deepEqual(webhooks.asked, []);
  });

  it('is judged by admission policies', async () => {
    const metadata = { name: 'no-shells' };
    await send('POST', `${registration}/validatingadmissionpolicies`, {
      ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] },
          ],
        },
        validations: [
          {
            expression: "!object.command.exists(word, word == 'sh')",
            messageExpression: "'no ' + object.command[0]",
          },
        ],
      },
    });
    await send('POST', `${registration}/validatingadmissionpolicybindings`, {
      ...{
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata,
      },
      spec: { policyName: metadata.name, validationActions: ['Deny'] },
    });
    const denied = await send('POST', `${pods}/p/exec?command=sh&container=a`);
    assert.match(
      denied.message,
      /ValidatingAdmissionPolicy 'no-shells' with binding 'no-shells' denied request: no sh$/,
    );
    assert.equal((await send('POST', `${pods}/p/exec?command=ls&container=a`)).status, 501);
  });
});
