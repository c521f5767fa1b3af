import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Json, type JsonObject, systemRandom } from '../../src/base/index.ts';
import { release } from '../../src/providers/container-service/releases/release.ts';
import { at, full, memberStates, stages, UpdateEstate } from './update-estate.ts';

describe('what update runs do with releases', () => {
  let estate: UpdateEstate;
  before(async () => {
    estate = await UpdateEstate.open();
    await estate.member('a', 'one');
    await estate.member('b', 'two');
  });
  after(() => estate.close());

  const comesOut = (name: string) =>
    release(name, { records: estate.estate.manager.records, clock: estate.clock, random: systemRandom });
  const images = (nodeImageSelection: JsonObject) => ({
    managedClusterUpdate: { upgrade: { type: 'NodeImageOnly' }, nodeImageSelection },
  });
  const selected = (properties: JsonObject) => {
    const versions = at(properties, 'status.nodeImageSelection.selectedNodeImageVersions');
    return Array.isArray(versions) ? versions.map((one) => at(one, 'version')) : versions;
  };
  const imageOf = async (name: string): Promise<Json | undefined> =>
    at((await estate.properties(estate.cluster(name))).agentPoolProfiles, '0.nodeImageVersion');
  const family = 'AKSUbuntu-2204gen2containerd';

  test('a node-image run moves images alone, and clusters that have the newest are skipped', async () => {
    await estate.begin('none', images({ type: 'Latest' }));
    const none = await estate.untilState('none', 'Skipped');
    assert.equal(
      at(none, 'status.stages.0.groups.0.members.0.message'),
      'skipped: all node pools are already at the target node image version.',
    );
    await comesOut('202512.03.0');
    await estate.begin('latest', { ...images({ type: 'Latest' }), strategy: stages(['one']) });
    const done = await estate.untilState('latest', 'Completed');
    assert.deepEqual(selected(done), [`${family}-202512.03.0`]);
    assert.deepEqual(
      [await imageOf('a'), await estate.version('a'), await imageOf('b')],
      [`${family}-202512.03.0`, '1.33.4', `${family}-202511.07.0`],
    );
  });

  test('a consistent run keeps to the images that it chose when it began; a custom one to those that it was given', async () => {
    estate.hold('b');
    await comesOut('202512.10.0');
    await estate.begin('same', { ...images({ type: 'Consistent' }), strategy: stages(['two'], ['one']) });
    await estate.until(estate.run('same'), (properties) => memberStates(properties)['b'] === 'Running');
    await comesOut('202512.17.0');
    estate.release('b');
    const done = await estate.untilState('same', 'Completed');
    assert.deepEqual(selected(done), [`${family}-202512.10.0`]);
    assert.deepEqual(
      [await imageOf('a'), await imageOf('b')],
      [`${family}-202512.10.0`, `${family}-202512.10.0`],
    );
    const customNodeImageVersions = [{ version: `${family}-202512.03.0` }];
    await estate.begin('custom', {
      ...images({ type: 'Custom', customNodeImageVersions }),
      strategy: stages(['one']),
    });
    assert.deepEqual(selected(await estate.untilState('custom', 'Completed')), [`${family}-202512.03.0`]);
    assert.equal(await imageOf('a'), `${family}-202512.03.0`);
    await estate.begin('other', {
      ...images({
        type: 'Custom',
        customNodeImageVersions: [{ version: 'AKSAzureLinux-V3gen2-202512.03.0' }],
      }),
      strategy: stages(['one']),
    });
    const other = await estate.untilState('other', 'Skipped');
    assert.match(
      String(at(other, 'status.stages.0.groups.0.members.0.message')),
      /no node image of the family/,
    );
  });

  test('a run that waits for a version goes on when it comes out', async () => {
    await estate.begin('early', { managedClusterUpdate: full('1.33.9'), strategy: stages(['one']) });
    const pending = await estate.untilState('early', 'Pending');
    assert.equal(memberStates(pending)['a'], 'Pending');
    await comesOut('1.33.9');
    await estate.untilState('early', 'Completed');
    assert.equal(await estate.version('a'), '1.33.9');
  });

  test('a control-plane run leaves the nodes as they are', async () => {
    await estate.begin('front', {
      managedClusterUpdate: { upgrade: { type: 'ControlPlaneOnly', kubernetesVersion: '1.34' } },
      strategy: stages(['one']),
    });
    assert.equal(selected(await estate.untilState('front', 'Completed')), undefined);
    const { currentKubernetesVersion, agentPoolProfiles } = await estate.properties(estate.cluster('a'));
    assert.deepEqual(
      [currentKubernetesVersion, at(agentPoolProfiles, '0.currentOrchestratorVersion')],
      ['1.34.2', '1.33.9'],
    );
  });

  test('an Arc cluster is left out, and nobody writes what a run says of itself', async () => {
    const arc = `${estate.group}/providers/Microsoft.Kubernetes/connectedClusters/arc`;
    const made = await estate.call('PUT', arc, {
      apiVersion: '2024-01-01',
      body: {
        location: 'eastus',
        identity: { type: 'SystemAssigned' },
        properties: { agentPublicKeyCertificate: '' },
      },
    });
    assert.equal(made.status, 201, made.message);
    await estate.estate.manager.records.update(arc, (record) => ({
      ...record,
      provisioningState: 'Succeeded',
    }));
    const member = `${estate.fleet}/members/arc`;
    await estate.succeed('PUT', member, { properties: { clusterResourceId: arc, group: 'arc' } });
    await estate.until(member, ({ provisioningState }) => provisioningState === 'Succeeded');
    const forged = { status: { state: 'Completed' }, stages: [], failureCount: 9 };
    await estate.begin('arc', {
      managedClusterUpdate: full('1.34.0'),
      strategy: stages(['arc']),
      status: forged,
      autoUpgradeProfileId: `${estate.fleet}/autoUpgradeProfiles/none`,
      provisioningState: 'Failed',
    });
    const skipped = await estate.untilState('arc', 'Skipped');
    assert.deepEqual(
      [skipped.provisioningState, skipped.autoUpgradeProfileId, at(skipped, 'status.failureCount')],
      ['Succeeded', undefined, 0],
    );
    assert.equal(
      at(skipped, 'status.stages.0.groups.0.members.0.message'),
      'skipped: update runs update clusters of the type Microsoft.ContainerService/managedClusters only.',
    );
  });
});
