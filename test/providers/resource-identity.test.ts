import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { type Estate, people } from '../arm/estate.ts';
import { everyType } from './every-type.ts';

describe('the identity of a resource', () => {
  let estate: Estate;
  let group: string;
  let assigned: string;
  let own: JsonObject;

  before(async () => {
    ({ estate } = await everyType());
    group = await estate.group('Dock');
    assigned = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/pilot`;
    const made = await estate.call('PUT', `${assigned}?api-version=2023-01-31`, {
      body: { location: 'eastus' },
    });
    assert.equal(made.status, 201, made.message);
    assert.ok(isObject(made.body.properties));
    own = made.body.properties;
  });
  after(() => estate.close());

  const put = (identity: unknown, name = estate.manager.context.random.string(8, 'abcdefgh')) =>
    estate.call('PUT', fleet(name), { body: { location: 'eastus', identity } });
  const fleet = (name: string) =>
    `${group}/providers/Microsoft.ContainerService/fleets/${name}?api-version=2025-03-01`;
  /** What the loop of fleets does, which does not run here. */
  const finish = async (name: string, principalId?: string) =>
    estate.manager.records.update(fleet(name).split('?')[0] ?? '', (record) => ({
      ...record,
      provisioningState: 'Succeeded',
      ...(principalId && { identity: { ...(record.identity as JsonObject), principalId, tenantId: 't' } }),
    }));

  test('user-assigned identities are answered with their principal and client ids', async () => {
    const reply = await put({ type: 'UserAssigned', userAssignedIdentities: { [assigned]: {} } });
    assert.equal(reply.status, 201, reply.message);
    assert.deepEqual(reply.body.identity, {
      type: 'UserAssigned',
      userAssignedIdentities: {
        [assigned]: { principalId: own.principalId, clientId: own.clientId },
      },
    });
  });

  test('one that does not exist, an unknown type and a type without its identities are refused', async () => {
    const missing = await put({ type: 'UserAssigned', userAssignedIdentities: { [`${assigned}x`]: {} } });
    assert.deepEqual([missing.status, missing.code], [400, 'FailedIdentityOperation']);
    assert.match(missing.message, /Resource '.+pilotx' was not found/);
    for (const [identity, code] of [
      [{ type: 'Bogus' }, 'InvalidRequestContent'],
      [{}, 'InvalidRequestContent'],
      ['SystemAssigned', 'InvalidRequestContent'],
      [{ type: 'UserAssigned' }, 'InvalidParameter'],
      [{ type: 'SystemAssigned', userAssignedIdentities: { [assigned]: {} } }, 'InvalidParameter'],
      [{ type: 'UserAssigned', userAssignedIdentities: { [group]: {} } }, 'LinkedInvalidPropertyId'],
    ] as const) {
      const reply = await put(identity);
      assert.deepEqual([reply.status, reply.code], [400, code], JSON.stringify(identity));
    }
  });

  test('a caller cannot say whose object id it is, and keeps the one that the service gave', async () => {
    const theirs = { type: 'SystemAssigned', principalId: people.admin.objectId, tenantId: 'x' };
    assert.deepEqual((await put(theirs, 'own')).body.identity, { type: 'SystemAssigned' });
    await finish('own', 'made-by-the-loop');
    const again = await put(theirs, 'own');
    assert.equal(again.status, 200, again.message);
    assert.deepEqual(again.body.identity, {
      type: 'SystemAssigned',
      principalId: 'made-by-the-loop',
      tenantId: 't',
    });
    await finish('own');
    const patched = await estate.call('PATCH', fleet('own'), { body: { identity: theirs } });
    assert.deepEqual((patched.body.identity as JsonObject).principalId, 'made-by-the-loop');
  });

  test('a PATCH to another type takes what belonged to the old one away', async () => {
    await put({ type: 'UserAssigned', userAssignedIdentities: { [assigned]: {} } }, 'moved');
    await finish('moved');
    const reply = await estate.call('PATCH', fleet('moved'), { body: { identity: { type: 'None' } } });
    assert.deepEqual(reply.body.identity, { type: 'None' }, reply.message);
  });
});
