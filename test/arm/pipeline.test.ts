import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ResourceType } from '../../src/arm/index.ts';
import { type Estate, openEstate, people } from './estate.ts';

const widgets: ResourceType = {
  namespace: 'Contoso.Things',
  type: 'widgets',
  apiVersions: ['2024-05-01', '2023-01-01-preview'],
  scope: 'tracked',
  name: { pattern: /^[a-z][a-z0-9-]{0,20}$/i, rule: '1 to 21 letters, digits and hyphens' },
  lifecycle: 'immediate',
  etagMember: 'etag',
  prepare: ({ body }) => ({ properties: (body.properties ?? {}) as never }),
};
const version = 'api-version=2024-05-01';

describe('the order of checks', () => {
  let estate: Estate;
  let group: string;
  let widget: string;

  before(async () => {
    estate = await openEstate({ types: [widgets] });
    group = await estate.group('Dock');
    widget = `${group}/providers/Contoso.Things/widgets/One`;
  });
  after(() => estate.close());

  test('a missing api-version is said to anyone', async () => {
    const reply = await estate.call('GET', '/subscriptions', { as: null, headers: { 'x-no-version': '1' } });
    assert.equal(reply.status, 400);
    assert.equal(reply.code, 'MissingApiVersionParameter');
  });

  test('an unknown subscription is said to anyone', async () => {
    const unknown = '/subscriptions/99999999-9999-4999-8999-999999999999/resourcegroups';
    assert.equal((await estate.call('GET', unknown, { as: null })).code, 'SubscriptionNotFound');
    assert.equal(
      (await estate.call('GET', '/subscriptions/x/resourcegroups', { as: null })).code,
      'InvalidSubscriptionId',
    );
  });

  test('no token is 401 with the challenge that names the tenant', async () => {
    const reply = await estate.call('GET', group, { as: null });
    assert.equal(reply.status, 401);
    assert.equal(reply.code, 'AuthenticationFailed');
    assert.match(
      reply.headers['www-authenticate'] ?? '',
      /^Bearer authorization_uri="https:\/\/login\.windows\.net\/1111/,
    );
  });

  test('a caller without a role never learns whether something exists', async () => {
    for (const target of [
      group,
      `${group}x`,
      `${widget}?${version}`,
      `${group}x/providers/No.Such/types/x`,
    ]) {
      const reply = await estate.call('GET', target, { as: people.nobody });
      assert.equal(reply.status, 403, target);
      assert.equal(reply.code, 'AuthorizationFailed');
    }
  });

  test('a tracked resource is made, read in any case, and deleted', async () => {
    const made = await estate.call('PUT', `${widget}?${version}`, {
      body: { location: 'West US 2', tags: { a: 'b' }, properties: { size: 1 } },
    });
    assert.equal(made.status, 201);
    assert.equal(made.body.location, 'westus2');
    assert.deepEqual(made.body.properties, { size: 1, provisioningState: 'Succeeded' });
    const odd = widget.toUpperCase().replace('/PROVIDERS/', '/providers//');
    const read = await estate.call('GET', `${odd}/?${version}`);
    assert.equal(read.status, 200);
    assert.equal(read.body.id, widget);
    assert.equal(
      (await estate.call('PUT', `${widget}?${version}`, { body: { location: 'westus2' } })).status,
      200,
    );
    assert.equal((await estate.call('DELETE', `${widget}?${version}`)).status, 200);
    assert.equal((await estate.call('DELETE', `${widget}?${version}`)).status, 204);
    assert.equal((await estate.call('GET', `${widget}?${version}`)).code, 'ResourceNotFound');
  });
});
