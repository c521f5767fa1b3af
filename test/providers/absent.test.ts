import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ResourceType } from '../../src/arm/index.ts';
import { absentNamespaces } from '../../src/providers/absent/namespaces.ts';
import { absentTypes } from '../../src/providers/absent/types.ts';
import { type Estate, people } from '../arm/estate.ts';
import { everyType } from './every-type.ts';

describe('what Azure has and this estate has not', () => {
  let estate: Estate;
  let types: readonly ResourceType[];
  let group: string;

  before(async () => {
    ({ estate, types } = await everyType());
    group = await estate.group('mine');
  });
  after(() => estate.close());

  /** `a/b` as the path of all b of one a. */
  const collection = (namespace: string, type: string) =>
    `${group}/providers/${namespace}/${type.split('/').join('/one/')}`;

  test('says by name that it is not built, to every verb and to a caller without any role', async () => {
    for (const [namespace, paths] of Object.entries(absentTypes)) {
      for (const type of paths) {
        const path = collection(namespace, type);
        const calls = [
          estate.call('GET', path),
          estate.call('POST', path, { body: {} }),
          estate.call('PUT', `${path}/x?api-version=2099-01-01`, { body: {} }),
          estate.call('DELETE', `${path.toUpperCase()}/x`, { as: people.nobody }),
        ];
        for (const { status, code, message } of await Promise.all(calls)) {
          assert.deepEqual([status, code], [501, 'NotImplemented'], `${type}: ${message}`);
          assert.match(message, new RegExp(`${type.split('/')[0]}.* is not built in Drydock yet\\.$`, 'i'));
        }
      }
    }
    const start = await estate.call(
      'POST',
      `${group}/providers/microsoft.network/APPLICATIONGATEWAYS/g/parts/p/start`,
    );
    assert.match(
      start.message,
      /^The resource type 'Microsoft\.Network\/APPLICATIONGATEWAYS\/parts' is not built/,
    );
    const action = await estate.call(
      'POST',
      `${group}/providers/Microsoft.Network/bastionHosts/b/getActiveSessions`,
    );
    assert.match(
      action.message,
      /^The action 'getActiveSessions' of 'Microsoft\.Network\/bastionHosts' is not built/,
    );
  });

  test('nothing that is built is called absent, and what Azure has not either is unknown', async () => {
    for (const { namespace, type } of types) {
      const above = type.split('/').map((_, at, words) => words.slice(0, at + 1).join('/'));
      const wrong = absentTypes[namespace]?.filter((path) => above.includes(path)) ?? [];
      assert.deepEqual(wrong, [], `${namespace}/${type}`);
      assert.ok(!absentNamespaces.includes(namespace), namespace);
    }
    for (const type of ['fleet/updateRuns', 'fleets/updateRun', 'managedCluster', 'locations/nothing']) {
      const reply = await estate.call(
        'GET',
        `${collection('Microsoft.ContainerService', type)}?api-version=2025-03-01`,
      );
      assert.deepEqual([reply.status, reply.code], [404, 'InvalidResourceType'], type);
      assert.equal(
        reply.message,
        `The resource type '${type}' could not be found in the namespace 'Microsoft.ContainerService' for api version '2025-03-01'.`,
      );
    }
    const unknown = await estate.call('GET', collection('Microsoft.Storag', 'storageAccounts'));
    assert.deepEqual([unknown.status, unknown.code], [404, 'InvalidResourceNamespace']);
  });

  test('a token is asked for first', async () => {
    const path = collection('Microsoft.Network', 'applicationGateways');
    assert.equal((await estate.call('GET', path, { as: null })).status, 401);
  });

  test('a namespace without a built type is known, registered and registered again', async () => {
    for (const namespace of ['Microsoft.KubernetesConfiguration', 'microsoft.kubernetesruntime']) {
      const provider = `${estate.subscription}/providers/${namespace}`;
      const shown = await estate.call('GET', provider);
      assert.deepEqual([shown.status, shown.body.registrationState], [200, 'Registered'], namespace);
      assert.equal(
        (await estate.call('POST', `${provider}/unregister`)).body.registrationState,
        'NotRegistered',
      );
      assert.equal((await estate.call('POST', `${provider}/register`)).body.registrationState, 'Registered');
    }
    const storage = await estate.call('PUT', `${group}/providers/Microsoft.Storage/storageAccounts/s`, {
      body: {},
    });
    assert.deepEqual([storage.status, storage.code], [501, 'NotImplemented']);
  });
});
