import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objectAt, textAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { type Answer, ask } from './policies.ts';
import {
  allowed,
  configuration,
  decided,
  patched,
  startWebhookServer,
  type WebhookServer,
} from './webhook-server.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const merge = 'application/merge-patch+json';

describe('a webhook that changes what is not its to change', () => {
  let test: TestServer;
  let webhooks: WebhookServer;
  let number = 0;

  before(async () => {
    webhooks = await startWebhookServer();
    test = await startTestServer();
    const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
    const body = configuration('MutatingWebhookConfiguration', 'c', { clientConfig: webhooks.at('/change') });
    assert.equal((await ask(test, { method: 'POST', path, body })).status, 201);
  });

  after(async () => {
    await test.close();
    await webhooks.close();
  });

  const map = (metadata: JsonObject = { name: `m${++number}` }): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { k: 'v' },
  });

  const create = (body = map()): Promise<Answer> => ask(test, { method: 'POST', path: maps, body });

  /** Changes what was made before the webhook had anything to say. */
  async function change(answer: Parameters<WebhookServer['on']>[1]): Promise<Answer> {
    webhooks.on('/change', allowed);
    const made = await create();
    webhooks.on('/change', answer);
    const path = `${maps}/${textAt(made.body, 'metadata', 'name')}`;
    return ask(test, { method: 'PATCH', path, body: { data: { k: 'w' } }, type: merge });
  }

  const sets = (member: string, value: string) => patched({ op: 'add', path: `/metadata/${member}`, value });
  const removes = (path: string) => patched({ op: 'remove', path });

  it('fails the write with a version that the object does not have', async () => {
    webhooks.on('/change', sets('resourceVersion', '1'));
    const made = await create();
    assert.deepEqual(
      [made.status, made.message],
      [500, 'resourceVersion should not be set on objects to be created'],
    );
    const changed = await change(sets('resourceVersion', '1'));
    assert.deepEqual([changed.status, changed.reason], [409, 'Conflict']);
    const unread = await change(sets('resourceVersion', 'abc'));
    assert.deepEqual(
      [unread.status, unread.message],
      [500, 'strconv.ParseUint: parsing "abc": invalid syntax'],
    );
  });

  it('has what it takes away put back: namespace, kind and version', async () => {
    for (const path of ['/metadata/namespace', '/kind', '/apiVersion']) {
      for (const answer of [await change(removes(path)), await create()]) {
        assert.ok(answer.status < 300, `${path}: ${answer.message}`);
        assert.deepEqual(
          [answer.body['kind'], answer.body['apiVersion'], textAt(answer.body, 'metadata', 'namespace')],
          ['ConfigMap', 'v1', 'default'],
        );
      }
    }
  });

  it('leaves behind no link to itself, and no empty list of managers', async () => {
    webhooks.on(
      '/change',
      patched(
        { op: 'add', path: '/metadata/selfLink', value: '/x' },
        { op: 'add', path: '/metadata/managedFields', value: [] },
      ),
    );
    const { status, body } = await create();
    assert.equal(status, 201);
    const { selfLink, managedFields } = objectAt(body, 'metadata');
    assert.deepEqual([selfLink, managedFields], [undefined, undefined]);
  });

  it('that names what was to have a name of chance meets who has that name', async () => {
    webhooks.on('/change', sets('name', 'taken'));
    assert.equal((await create(map({ generateName: 'a-' }))).status, 201);
    const again = await create(map({ generateName: 'a-' }));
    assert.deepEqual(
      [again.status, again.message, objectAt(again.body, 'details')['retryAfterSeconds']],
      [
        409,
        'configmaps "taken" already exists, the server was not able to generate a unique name for the object',
        1,
      ],
    );
  });

  it('may warn more often than any call takes arguments', async () => {
    const warnings = Array.from({ length: 300_000 }, () => 'w');
    webhooks.on('/change', (asked) => decided(asked, { allowed: true, warnings }));
    const { status, warning } = await create();
    assert.deepEqual([status, warning], [201, '299 - "w"']);
  });
});
