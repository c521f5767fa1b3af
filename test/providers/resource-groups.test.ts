import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ArmError } from '../../src/arm/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import type { RecordLoop } from '../../src/providers/loop.ts';
import { runRecordLoop } from '../../src/providers/loop.ts';
import { groupRecord } from '../../src/providers/managed-group.ts';
import { resourcesRoutes, runResourceGroups } from '../../src/providers/resources/index.ts';
import { type Estate, people } from '../arm/estate.ts';
import { thing, things } from '../arm/things.ts';
import { openProviders } from './support.ts';

describe('resource groups', () => {
  let estate: Estate;
  const loops: RecordLoop[] = [];

  before(async () => {
    estate = await openProviders({
      types: things.map((type) => ({
        ...type,
        beforeDelete(record) {
          if (record.name === 'held') throw new ArmError(400, 'Held', 'Something holds it.');
        },
      })),
      clock: systemClock,
      routes: resourcesRoutes({ calls: () => estate.manager.calls, environment: () => ({}) }),
    });
    const parts = {
      records: estate.manager.records,
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
    };
    loops.push(runResourceGroups(parts, estate.manager.deletes));
    loops.push(
      runRecordLoop({
        ...parts,
        type: 'Contoso.Things/engines',
        async reconcile(id) {
          const engine = await parts.records.get(id);
          if (engine?.provisioningState === 'Deleting') await parts.records.remove(id);
          if (engine?.provisioningState === 'Creating') {
            await parts.records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }), {
              status: 'Succeeded',
            });
          }
        },
      }),
    );
  });
  after(async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await estate.close();
  });

  const ended = async (url: string) => {
    for (;;) {
      const reply = await estate.call('GET', url);
      if (reply.body.status !== 'InProgress') return reply;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  test('PUT, names, managedBy and PATCH', async () => {
    const id = `${estate.subscription}/resourceGroups/Group_(1).x`;
    const made = await estate.call('PUT', id, { body: { location: 'East US', tags: { a: 'b' } } });
    assert.equal(made.status, 201);
    assert.deepEqual(made.body, {
      id,
      name: 'Group_(1).x',
      type: 'Microsoft.Resources/resourceGroups',
      location: 'eastus',
      tags: { a: 'b' },
      properties: { provisioningState: 'Succeeded' },
    });
    assert.equal((await estate.call('PUT', id.toLowerCase(), { body: { location: 'eastus' } })).status, 200);
    const patched = await estate.call('PATCH', id, { body: { tags: { c: 'd' } } });
    assert.deepEqual([patched.status, patched.body.tags, patched.body.location], [200, { c: 'd' }, 'eastus']);
    const bad = await estate.call('PUT', `${estate.subscription}/resourceGroups/ends.`, {
      body: { location: 'eastus' },
    });
    assert.equal(bad.code, 'InvalidResourceName');
    assert.equal((await estate.call('DELETE', `${id}x`)).code, 'ResourceGroupNotFound');
    assert.equal((await estate.call('POST', `${id}/moveResources`)).code, 'ResourceMoveNotSupported');
  });

  test('DELETE takes everything in the group, in any order of dependence', async () => {
    const group = await estate.group('Full');
    const put = (target: string, body: object) =>
      estate.call('PUT', target, { body: { location: 'eastus', ...body } });
    const net = `${group}/providers/Microsoft.Network`;
    const query = '?api-version=2025-07-01';
    await put(`${net}/virtualNetworks/v1${query}`, {
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [{ name: 'AzureBastionSubnet', properties: { addressPrefix: '10.0.0.0/26' } }],
      },
    });
    await put(`${net}/publicIPAddresses/p${query}`, {
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    });
    const bastion = await put(`${net}/bastionHosts/b${query}`, {
      properties: {
        ipConfigurations: [
          {
            name: 'c',
            properties: {
              subnet: { id: `${net}/virtualNetworks/v1/subnets/AzureBastionSubnet` },
              publicIPAddress: { id: `${net}/publicIPAddresses/p` },
            },
          },
        ],
      },
    });
    assert.equal(bastion.status, 201, bastion.message);
    await put(thing(group, 'engines/e'), {});
    const deleted = await estate.call('DELETE', group);
    assert.equal(deleted.status, 202);
    const write = await put(thing(group, 'engines/late'), {});
    assert.ok(['ResourceGroupBeingDeleted', 'ResourceGroupNotFound'].includes(write.code), write.code);
    const status = await ended(deleted.headers['azure-asyncoperation'] ?? '');
    assert.equal(status.body.status, 'Succeeded');
    assert.equal((await estate.call('GET', deleted.headers.location ?? '')).status, 200);
    assert.equal((await estate.call('GET', group)).code, 'ResourceGroupNotFound');
    assert.deepEqual(await estate.manager.records.list(group), []);
  });

  test('a deletion that cannot end is rolled back and says what is in the way', async () => {
    const group = await estate.group('Held');
    await estate.call('PUT', thing(group, 'widgets/held'), { body: { location: 'eastus' } });
    const deleted = await estate.call('DELETE', group);
    const status = await ended(deleted.headers['azure-asyncoperation'] ?? '');
    assert.equal(status.body.status, 'Failed');
    assert.equal(status.code, 'ResourceGroupDeletionBlocked');
    assert.match(status.message, /identifiers '.*widgets\/held' could not be deleted/);
    assert.equal((await estate.call('GET', group)).status, 200);
  });

  test('a group of a fleet is read but not changed by people', async () => {
    const group = await estate.group('Plain');
    const record = (await estate.manager.records.get(group)) ?? assert.fail();
    const id = `${estate.subscription}/resourceGroups/FL_Plain_f_eastus`;
    const managedBy = `${group}/providers/Microsoft.ContainerService/fleets/f`;
    const owner = { ...record, id: managedBy };
    await estate.manager.records.put(groupRecord(owner, 'FL_Plain_f_eastus', managedBy));
    for (;;) {
      const reply = await estate.call('PATCH', id, { body: { tags: {} } });
      if (reply.code === 'DenyAssignmentAuthorizationFailed') break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal((await estate.call('DELETE', id)).code, 'DenyAssignmentAuthorizationFailed');
    const shown = await estate.call('GET', id);
    assert.equal(shown.body.managedBy, managedBy);
    const denials = await estate.call(
      'GET',
      `${id}/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01`,
    );
    assert.match(JSON.stringify(denials.body), /FLRG-DenyAssignments-/);
    await estate.manager.records.remove(id);
    assert.deepEqual(await estate.manager.records.list(id), []);
    assert.equal((await estate.call('GET', id, { as: people.admin })).status, 404);
  });

  test('a name that Azure keeps for itself is said to be reserved, to whoever is signed in', async () => {
    const path = '/providers/Microsoft.Resources/checkResourceName';
    const check = (name: unknown) =>
      estate.call('POST', path, {
        as: people.nobody,
        body: { name, type: 'Microsoft.Network/virtualNetworks' },
      });
    for (const [name, status] of [
      ['mine', 'Allowed'],
      ['Azure', 'Reserved'],
      ['azure2', 'Allowed'],
      ['my-WINDOWS-box', 'Reserved'],
    ]) {
      assert.deepEqual((await check(name)).body, { name, type: 'Microsoft.Network/virtualNetworks', status });
    }
    assert.equal((await check(7)).status, 400);
    assert.equal((await estate.call('POST', path, { as: null, body: {} })).status, 401);
  });
});
