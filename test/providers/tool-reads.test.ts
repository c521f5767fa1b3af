import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { catalogRoutes } from '../../src/providers/container-service/catalog/routes.ts';
import { upgradeSettings } from '../../src/providers/container-service/managed-clusters/upgrade-settings.ts';
import { Fields } from '../../src/providers/fields.ts';
import type { Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { settleAll } from './sent-and-told.ts';

describe('what tools that plan changes send and read back', () => {
  let estate: Estate;
  let provider: string;
  before(async () => {
    ({ estate } = await everyType({ routes: catalogRoutes }));
    provider = `${await estate.group('planned')}/providers/Microsoft.ContainerService`;
  });
  after(() => estate.close());

  const pool = { name: 'nodes', count: 1, vmSize: 'Standard_D4s_v3', mode: 'System' };
  const put = async (path: string, body: JsonObject) => {
    const reply = await estate.call('PUT', `${provider}/${path}?api-version=2025-03-01`, { body });
    await settleAll(estate);
    return reply;
  };
  const cluster = (name: string, properties: JsonObject) =>
    put(`managedClusters/${name}`, {
      location: 'eastus',
      properties: { agentPoolProfiles: [pool], ...properties },
    });
  const profileOf = (body: JsonObject) => new Fields(body['properties']).object('oidcIssuerProfile').value;

  test('a cluster with an issuer tells its address, whatever was sent, and one without tells none', async () => {
    const sent = { enabled: true, issuerURL: 'https://elsewhere.example' };
    const { body } = await cluster('issuing', { oidcIssuerProfile: sent });
    const fqdn = new Fields(body['properties']).string('fqdn');
    assert.ok(fqdn);
    assert.deepEqual(profileOf(body), { enabled: true, issuerURL: `https://${fqdn}` });
    const again = await cluster('issuing', { oidcIssuerProfile: { enabled: true } });
    assert.deepEqual(profileOf(again.body), { enabled: true, issuerURL: `https://${fqdn}` });
    assert.deepEqual(profileOf((await cluster('silent', {})).body), { enabled: false });
  });

  test('a pool of Spot machines has no surge of its own accord', async () => {
    await cluster('pools', {});
    const settingsOf = async (name: string, properties: JsonObject) => {
      const reply = await put(`managedClusters/pools/agentPools/${name}`, {
        properties: { count: 1, vmSize: 'Standard_D4s_v3', mode: 'User', ...properties },
      });
      assert.equal(reply.status, 201, reply.message);
      return new Fields(reply.body['properties']).object('upgradeSettings').value;
    };
    assert.deepEqual(await settingsOf('spot', { scaleSetPriority: 'Spot' }), {});
    assert.deepEqual(await settingsOf('usual', {}), { maxSurge: '10%', maxUnavailable: '0' });
  });

  test('a pool that asks for no minutes to drain gets the usual ones, and reads as it was sent', async () => {
    const settings = { maxSurge: '10%', drainTimeoutInMinutes: 0, nodeSoakDurationInMinutes: 0 };
    const made = await cluster('draining', {
      agentPoolProfiles: [{ ...pool, upgradeSettings: settings }],
    });
    assert.equal(made.status, 201, made.message);
    const [told] = new Fields(made.body['properties']).objects('agentPoolProfiles');
    assert.deepEqual(told?.object('upgradeSettings').value, { maxUnavailable: '0', ...settings });
    const read = new Fields({ upgradeSettings: settings, count: 1 });
    assert.equal(upgradeSettings(read).drainMinutes, 30);
    const negative = { agentPoolProfiles: [{ ...pool, upgradeSettings: { drainTimeoutInMinutes: -1 } }] };
    assert.equal((await cluster('negative', negative)).code, 'InvalidParameter');
  });

  test('an update run with stages of its own may name an empty strategy, but none that is no id', async () => {
    await put('fleets/f', { location: 'eastus', properties: {} });
    await cluster('joined', {});
    const clusterResourceId = `${provider}/managedClusters/joined`;
    await put('fleets/f/members/m', { properties: { clusterResourceId, group: 'prod' } });
    const run = (name: string, updateStrategyId: string) =>
      put(`fleets/f/updateRuns/${name}`, {
        properties: {
          updateStrategyId,
          strategy: { stages: [{ name: 'only', groups: [{ name: 'prod' }] }] },
          managedClusterUpdate: { upgrade: { type: 'NodeImageOnly' } },
        },
      });
    const made = await run('own', '');
    assert.equal(made.status, 201, made.message);
    assert.equal(new Fields(made.body['properties']).has('updateStrategyId'), false);
    assert.equal((await run('wrong', 'waves')).code, 'LinkedInvalidPropertyId');
  });

  test('the older list of versions has every version, its upgrades and one default', async () => {
    const path = `${estate.subscription}/providers/Microsoft.ContainerService/locations/eastus/orchestrators`;
    const { status, body } = await estate.call(
      'GET',
      `${path}?api-version=2019-08-01&resource-type=managedClusters`,
    );
    assert.equal(status, 200);
    assert.deepEqual(
      [body['id'], body['name'], body['type']],
      [path, 'default', 'Microsoft.ContainerService/locations/orchestrators'],
    );
    const entries = new Fields(body['properties']).objects('orchestrators');
    assert.ok(entries.every((entry) => entry.string('orchestratorType') === 'Kubernetes'));
    assert.equal(entries.filter((entry) => entry.boolean('default') === true).length, 1);
    const versions = entries.map((entry) => entry.string('orchestratorVersion'));
    const upgrades = entries.map((entry) =>
      entry.objects('upgrades').map((upgrade) => upgrade.string('orchestratorVersion')),
    );
    assert.ok(upgrades[0]?.length && upgrades[0].every((version) => versions.includes(version)));
    assert.equal(entries.at(-1)?.has('upgrades'), false);
  });
});
