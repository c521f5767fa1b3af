import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objectAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type Specimen, specimens } from './every-kind.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { ask } from './policies.ts';

const merge = 'application/merge-patch+json';

/** What a write of a part changes of metadata; of all others it changes everything that an update does. */
const all = ['labels', 'annotations', 'finalizers', 'ownerReferences'];
const keeps: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[
    'apiservices/status',
    'flowschemas/status',
    'pods/ephemeralcontainers',
    'pods/resize',
    'prioritylevelconfigurations/status',
    'resourceclaims/status',
    'servicecidrs/status',
    'validatingadmissionpolicies/status',
    'volumeattachments/status',
  ].map((part) => [part, all] as const),
  ['pods/status', ['ownerReferences']],
  ['deployments/status', ['labels']],
]);

const metadata: JsonObject = {
  labels: { z: 'z' },
  annotations: { z: 'z' },
  finalizers: ['example.com/x'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'b' }],
};

describe('a part of an object', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  function pathOf({ object, namespaced, resource }: Specimen): string {
    const version = String(object['apiVersion']);
    const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
    return `${root}${namespaced ? '/namespaces/default' : ''}/${resource}`;
  }

  for (const [part, members] of keeps) {
    it(`is written without ${members.join(', ')}: ${part}`, async () => {
      const [resource, subresource] = part.split('/');
      const specimen = specimens.find((each) => each.resource === resource);
      assert.ok(specimen);
      const path = pathOf(specimen);
      const made = await ask(test, { method: 'POST', path, body: specimen.object });
      assert.ok([201, 409].includes(made.status), made.message);
      const name = String(objectAt(specimen.object, 'metadata')['name']);
      const before = await ask(test, { method: 'GET', path: `${path}/${name}` });
      const answer = await ask(test, {
        method: 'PATCH',
        path: `${path}/${name}/${subresource}?dryRun=All`,
        body: { metadata },
        type: merge,
      });
      assert.equal(answer.status, 200, answer.message);
      const [then, now] = [before.body, answer.body].map((body) => objectAt(body, 'metadata'));
      for (const member of Object.keys(metadata)) {
        if (members.includes(member)) assert.deepEqual(now?.[member], then?.[member], member);
        else assert.notDeepEqual(now?.[member], then?.[member], member);
      }
    });
  }

  it('is what finalizing a namespace writes, with its labels and finalizers, and with the rules of both', async () => {
    const path = '/api/v1/namespaces';
    await ask(test, { method: 'POST', path, body: { metadata: { name: 'n' } } });
    const finalize = (changed: JsonObject, finalizers: string[]) =>
      ask(test, {
        method: 'PUT',
        path: `${path}/n/finalize`,
        body: {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'n', ...changed },
          spec: { finalizers },
        },
      });
    const done = await finalize({ labels: { a: 'b' } }, ['kubernetes', 'example.com/x']);
    assert.equal(done.status, 200, done.message);
    assert.equal(objectAt(done.body, 'metadata', 'labels')['a'], 'b');
    assert.deepEqual(objectAt(done.body, 'spec')['finalizers'], ['kubernetes', 'example.com/x']);
    assert.deepEqual(objectAt(done.body, 'status'), { phase: 'Active' });
    const unknown = await finalize({}, ['bad']);
    assert.equal(unknown.status, 422);
    assert.match(unknown.message, /spec\.finalizers\[0\]: Invalid value: "bad": name is neither a standard/);
    assert.equal((await finalize({ labels: { '-': 'x' } }, ['kubernetes'])).status, 422);
    assert.equal((await finalize({ uid: 'other' }, ['kubernetes'])).status, 409);
  });

  it('says by annotations what confines a pod and whether it is a static one, once and for all', async () => {
    const path = '/api/v1/namespaces/default/pods';
    const appArmor = 'container.apparmor.security.beta.kubernetes.io/c';
    const mirror = 'kubernetes.io/config.mirror';
    const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
    const make = (name: string, annotations: JsonObject) =>
      ask(test, { method: 'POST', path, body: { metadata: { name, annotations }, spec } });
    assert.equal((await make('static', { [mirror]: 'x', [appArmor]: 'unconfined' })).status, 201);
    assert.equal((await make('plain', {})).status, 201);
    const change = (name: string, body: JsonObject) =>
      ask(test, { method: 'PATCH', path: `${path}/${name}`, body, type: merge });
    for (const part of ['', '/status']) {
      for (const [name, annotation, value, why] of [
        ['static', mirror, 'y', 'may not remove or update mirror pod annotation'],
        ['static', appArmor, null, 'may not remove or update AppArmor annotations'],
        ['plain', mirror, 'x', 'may not add mirror pod annotation'],
        ['plain', appArmor, 'unconfined', 'may not add AppArmor annotations'],
      ] as const) {
        const answer = await change(name + part, { metadata: { annotations: { [annotation]: value } } });
        assert.equal(answer.status, 422);
        assert.match(answer.message, new RegExp(`: Forbidden: ${why}`));
      }
    }
    const looking = { spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] } };
    assert.match(
      (await change('static/ephemeralcontainers', looking)).message,
      /\[\]: Forbidden: static pods do not support ephemeral containers/,
    );
  });

  it('has amounts of thousandths, and never less than was asked for', async () => {
    const path = '/api/v1/namespaces/default/resourcequotas?dryRun=All';
    const hard = { cpu: '1n', memory: '1500u', 'limits.cpu': '3000u', 'requests.memory': '1e3' };
    const answer = await ask(test, {
      method: 'POST',
      path,
      body: { metadata: { name: 'q' }, spec: { hard } },
    });
    const rounded = { cpu: '1m', memory: '2m', 'limits.cpu': '3m', 'requests.memory': '1e3' };
    assert.deepEqual(objectAt(answer.body, 'spec', 'hard'), rounded);
  });
});
