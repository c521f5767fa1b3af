import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestServer, type TestServer } from './harness.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const json = { 'content-type': 'application/json' };

describe('deletion', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const create = (name: string, finalizers: string[] = []) =>
    test.client.create(core('configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', ...(finalizers.length > 0 && { finalizers }) },
    });
  const remove = async (name: string, options: object = {}) => {
    const answer = await test.fetch(`/api/v1/namespaces/default/configmaps/${name}`, {
      method: 'DELETE',
      headers: json,
      body: JSON.stringify(options),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const at = (name: string) => ({ name, namespace: 'default' });

  it('answers the Status of what is gone', async () => {
    const { metadata } = await create('plain');
    const { status, body } = await remove('plain');
    assert.equal(status, 200);
    assert.equal(body.status, 'Success');
    assert.deepEqual(body.details, { name: 'plain', kind: 'configmaps', uid: metadata.uid });
  });

  it('waits for finalizers, takes no new ones, and ends with the last', async () => {
    await create('held', ['example.com/hold']);
    const { body } = await remove('held');
    assert.equal(body.kind, 'ConfigMap');
    assert.ok(body.metadata.deletionTimestamp);
    assert.equal(body.metadata.deletionGracePeriodSeconds, 0);
    await assert.rejects(
      test.client.patch(core('configmaps'), at('held'), {
        type: 'merge',
        body: { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } },
      }),
      { status: 422, message: /no new finalizers can be added if the object is being deleted/ },
    );
    await test.client.patch(core('configmaps'), at('held'), {
      type: 'merge',
      body: { metadata: { finalizers: null } },
    });
    await assert.rejects(test.client.get(core('configmaps'), at('held')), { status: 404 });
  });

  it('leaves dependents to finalizers by policy', async () => {
    await create('front');
    assert.deepEqual((await remove('front', { propagationPolicy: 'Foreground' })).body.metadata.finalizers, [
      'foregroundDeletion',
    ]);
    await create('orphan');
    assert.deepEqual((await remove('orphan', { orphanDependents: true })).body.metadata.finalizers, [
      'orphan',
    ]);
    const wrong = await remove('orphan', { propagationPolicy: 'Sideways' });
    assert.equal(wrong.status, 422);
  });

  it('checks preconditions', async () => {
    const { metadata } = await create('exact');
    const other = await remove('exact', { preconditions: { uid: 'other' } });
    assert.equal(other.status, 409);
    assert.match(
      other.body.message,
      /^Operation cannot be fulfilled on ConfigMap "exact": the UID in the precondition \(other\) does not match the UID in record /,
    );
    const stale = await remove('exact', { preconditions: { resourceVersion: '1' } });
    assert.equal(stale.status, 409);
    const right = { preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } };
    assert.equal((await remove('exact', right)).status, 200);
  });

  it('changes nothing in a dry run', async () => {
    await create('kept');
    assert.equal((await remove('kept', { dryRun: ['All'] })).status, 200);
    await test.client.get(core('configmaps'), at('kept'));
  });

  it('takes a collection by its labels', async () => {
    for (const name of ['x1', 'x2', 'y1']) {
      await test.client.create(core('secrets'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default', labels: { set: name.charAt(0) } },
      });
    }
    await test.client.deleteCollection(core('secrets'), { namespace: 'default', labelSelector: 'set=x' });
    const { items } = await test.client.list(core('secrets'), { namespace: 'default' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['y1'],
    );
  });

  it('gives running pods their grace, and takes it away with zero', async () => {
    await test.client.create(core('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { nodeName: 'n', terminationGracePeriodSeconds: 20, containers: [{ name: 'c', image: 'i' }] },
    });
    await test.client.delete(core('pods'), at('p'));
    const going = await test.client.get(core('pods'), at('p'));
    assert.equal(going.metadata.deletionGracePeriodSeconds, 20);
    await test.client.delete(core('pods'), at('p'), { gracePeriodSeconds: 0 });
    await assert.rejects(test.client.get(core('pods'), at('p')), { status: 404 });
  });

  it('ends a namespace with its last finalizer, and some namespaces never', async () => {
    await test.client.create(core('namespaces'), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'short' },
    });
    await test.client.delete(core('namespaces'), { name: 'short' });
    const going = await test.client.get(core('namespaces'), { name: 'short' });
    assert.deepEqual(going['status'], { phase: 'Terminating' });
    await assert.rejects(
      test.client.create(core('configmaps'), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'late', namespace: 'short' },
      }),
      {
        status: 403,
        message:
          'configmaps "late" is forbidden: unable to create new content in namespace short because it is being terminated',
      },
    );
    await test.client.update(
      core('namespaces'),
      { ...structuredClone(going), spec: { finalizers: [] } },
      { subresource: 'finalize' },
    );
    await assert.rejects(test.client.get(core('namespaces'), { name: 'short' }), { status: 404 });
    await assert.rejects(test.client.delete(core('namespaces'), { name: 'default' }), {
      status: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });
});

describe('events', () => {
  it('are kept for an hour', async () => {
    const clock = new ManualClock();
    const test = await startTestServer({ clock });
    await test.client.create(core('events'), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Started',
      message: 'it did',
      type: 'Normal',
    });
    const gone = Promise.withResolvers<void>();
    test.client.watch(
      core('events'),
      { namespace: 'default' },
      {
        onEvent: (event) => event.type === 'DELETED' && gone.resolve(),
        onError: ({ message }) => gone.reject(new Error(message)),
      },
    );
    await test.client.get(core('events'), { name: 'e', namespace: 'default' });
    clock.advance(59 * 60_000);
    assert.equal((await test.client.list(core('events'))).items.length, 1);
    clock.advance(10 * 60_000);
    await gone.promise;
    await test.close();
  });
});
