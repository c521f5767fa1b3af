import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { caller, openProviders } from './support.ts';

test('rules that an older version kept inside of their security group are resources of their own after a start', async () => {
  const store = createMemoryStore({ clock: new ManualClock(), random: seededRandom('renewed') });
  const before = await openProviders({ store });
  const id = `${await before.group('g')}/providers/Microsoft.Network/networkSecurityGroups/old`;
  const rule = { priority: 100, protocol: 'Tcp', access: 'Allow', direction: 'Inbound', description: 'kept' };
  await caller(before, '2024-05-01')('PUT', id, { body: { location: 'eastus', properties: {} } });
  await before.manager.records.update(id, (record) => ({
    ...record,
    properties: {
      ...record.properties,
      securityRules: [{ name: 'a', id: `${id}/securityRules/a`, properties: rule }],
    },
  }));
  await before.manager.close();

  const after = await openProviders({ store });
  const call = caller(after, '2024-05-01');
  const alone = await call('GET', `${id}/securityRules/a`);
  assert.equal(alone.status, 200, alone.message);
  assert.deepEqual(alone.body.properties, { ...rule, provisioningState: 'Succeeded' });
  const taken = await call('PUT', `${id}/securityRules/b`, { body: { properties: rule } });
  assert.equal(taken.code, 'SecurityRuleConflict');
  const made = await call('PUT', `${id}/securityRules/b`, {
    body: { properties: { ...rule, priority: 200 } },
  });
  assert.equal(made.status, 201, made.message);
  const shown = await call('GET', id);
  const { securityRules } = shown.body.properties as { securityRules: { name: string }[] }; // asserted below
  assert.deepEqual(
    securityRules.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal((await call('DELETE', `${id}/securityRules/a`)).status, 202);
  assert.equal((await call('PUT', id, { body: shown.body })).status, 200);
  await after.close();
});
