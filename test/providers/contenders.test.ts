import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { type Estate, people } from '../arm/estate.ts';
import { drivers, meetingAtCommit, writesTo } from '../support/store-views.ts';
import { everyType } from './every-type.ts';

const service = 'providers/Microsoft.ContainerService';
const fleetVersion = 'api-version=2025-03-01';
const pool = { name: 'nodes', count: 1, vmSize: 'Standard_D4s_v3', mode: 'System', osType: 'Linux' };

/** Two resource managers on one store, as two processes would be, that have both decided before either one writes `what`. */
async function contenders(driver: (typeof drivers)[number], what: RegExp) {
  const store = driver.open();
  const meeting = meetingAtCommit(store, 2, writesTo(what));
  const [one, two] = [await everyType({ store: meeting }), await everyType({ store: meeting })];
  return {
    both: [one.estate, two.estate] as const,
    async close() {
      await two.estate.manager.close();
      await one.estate.close();
    },
  };
}

/** What each answers, the winner first: its status, or the code of its refusal. */
async function race(
  both: readonly [Estate, Estate],
  ask: (estate: Estate, at: number) => [string, JsonObject],
) {
  const replies = await Promise.all(
    both.map((estate, at) => {
      const [target, body] = ask(estate, at);
      return estate.call('PUT', target, { body });
    }),
  );
  return replies.map(({ status, code }) => code || String(status)).sort();
}

for (const driver of drivers) {
  describe(`two processes that write at the same moment to one ${driver.name} store`, () => {
    test('put one cluster into one fleet', async () => {
      const { both, close } = await contenders(driver, /\/fleets\/[^/]+\/members\//);
      const [estate] = both;
      const group = await estate.group('mine');
      const at = (rest: string) => `${group}/${service}/${rest}`;
      const made = await estate.call('PUT', at('managedClusters/one'), {
        body: { location: 'eastus', properties: { agentPoolProfiles: [pool] } },
      });
      assert.equal(made.status, 201, made.message);
      for (const name of ['north', 'south']) {
        await estate.call('PUT', `${at(`fleets/${name}`)}?${fleetVersion}`, { body: { location: 'eastus' } });
        await estate.manager.records.update(at(`fleets/${name}`), (record) => ({
          ...record,
          provisioningState: 'Succeeded',
        }));
      }
      const member = { properties: { clusterResourceId: at('managedClusters/one') } };
      assert.deepEqual(
        await race(both, (_, index) => [
          at(`fleets/${index ? 'south' : 'north'}/members/one?${fleetVersion}`),
          member,
        ]),
        ['201', 'ClusterAlreadyJoinedAnotherFleet'],
      );
      const listed = await Promise.all(
        both.map(({ manager }) => manager.records.list('/', 'Microsoft.ContainerService/fleets/members')),
      );
      assert.deepEqual(
        listed.map((members) => members.length),
        [1, 1],
      );
      await close();
    });

    test('give somebody a role once, under whatever names', async () => {
      const { both, close } = await contenders(
        driver,
        /\/roleassignments\/00000000-0000-4000-8000-00000000020/,
      );
      const [{ subscription }] = both;
      const definition = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
      const properties = {
        roleDefinitionId: definition,
        principalId: people.reader.objectId,
        principalType: 'User',
      };
      assert.deepEqual(
        await race(both, (_, index) => [
          `${subscription}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000020${index}?api-version=2022-04-01`,
          { properties },
        ]),
        ['201', 'RoleAssignmentExists'],
      );
      await close();
    });

    test('make one node resource group for one cluster', async () => {
      const { both, close } = await contenders(driver, /\/resourcegroups\/shared-nodes$/);
      const group = await both[0].group('mine');
      const properties = { agentPoolProfiles: [pool], nodeResourceGroup: 'shared-nodes' };
      assert.deepEqual(
        await race(both, (_, index) => [
          `${group}/${service}/managedClusters/c${index}`,
          { location: 'eastus', properties },
        ]),
        ['201', 'NodeResourceGroupAlreadyExists'],
      );
      await close();
    });
  });
}
