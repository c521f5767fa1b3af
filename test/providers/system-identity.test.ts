import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropIdentity, withIdentity } from '../../src/providers/system-identity.ts';
import { everyType } from './every-type.ts';
import { caller } from './support.ts';

test('a system-assigned identity is made once, goes with its type or its resource, and no other goes', async () => {
  const { estate } = await everyType();
  const { records } = estate.manager;
  const id = `${await estate.group('own')}/providers/Microsoft.Kubernetes/connectedClusters/c`;
  const body = {
    location: 'eastus',
    identity: { type: 'SystemAssigned' },
    properties: { agentPublicKeyCertificate: '' },
  };
  assert.equal((await caller(estate, '2024-01-01')('PUT', id, { body })).status, 201);
  const calls: string[] = [];
  const parts = {
    tenantId: 't',
    identities: {
      async create({ name, resourceId }: { readonly name: string; readonly resourceId: string }) {
        calls.push(`create ${name} ${resourceId === id}`);
        return { objectId: `p-${calls.length}`, clientId: 'a' };
      },
      async remove(objectId: string) {
        calls.push(`remove ${objectId}`);
      },
    },
  };
  const now = async () => {
    const found = await records.get(id);
    assert.ok(found);
    return found;
  };
  const pass = async () => withIdentity(await now(), records, parts);
  const given = await pass();
  assert.deepEqual(given.identity, { type: 'SystemAssigned', principalId: 'p-1', tenantId: 't' });
  assert.deepEqual(given, await now());
  await pass();
  assert.deepEqual(calls.splice(0), ['create c true'], 'once');
  const become = (identity: { readonly type: string }) =>
    records.update(id, (record) => ({ ...record, identity }));
  await become({ type: 'None' });
  await pass();
  await pass();
  assert.deepEqual(calls.splice(0), ['remove p-1'], 'once');
  await dropIdentity(await now(), parts);
  assert.deepEqual(calls.splice(0), [], 'it has none');
  await become({ type: 'SystemAssigned, UserAssigned' });
  const again = await pass();
  assert.deepEqual(calls.splice(0), ['create c true']);
  await dropIdentity(again, parts);
  assert.deepEqual(calls.splice(0), ['remove p-1']);
  await become({ type: 'None' });
  await dropIdentity(await now(), parts);
  assert.deepEqual(calls, ['remove p-1'], 'what was kept for it goes, whatever its type says');
  await estate.close();
});
