import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceType } from '../../src/arm/index.ts';
import { claimPrefix } from '../../src/arm/records/keys.ts';
import { authorizationTypes } from '../../src/providers/authorization/index.ts';
import { claimLimits, createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openEstate, people } from './estate.ts';

const version = 'api-version=2024-05-01';

/** Of these, no two have the same flag. */
const ships: ResourceType = {
  namespace: 'Contoso.Harbour',
  type: 'ships',
  apiVersions: ['2024-05-01'],
  scope: 'tracked',
  name: { pattern: /^[a-z0-9-]+$/, rule: 'letters, digits and hyphens' },
  lifecycle: 'immediate',
  async prepare({ id, body, context }) {
    const { flag = '' } = body.properties as { flag?: string };
    for (const other of await context.records.list('', 'Contoso.Harbour/ships')) {
      if (other.id !== id && other.properties.flag === flag) throw new Error('taken');
    }
    return { properties: { flag }, claims: [`flag ${flag}`] };
  },
};

describe('facts that only one record may state', () => {
  const store = () => createMemoryStore({ clock: new ManualClock(), random: seededRandom('turns') });

  test('of many that state one at the same moment, one is written; others go on beside', async () => {
    const estate = await openEstate({ types: [ships] });
    const group = await estate.group('Dock');
    const put = (name: string, flag: string) =>
      estate.call('PUT', `${group}/providers/Contoso.Harbour/ships/${name}?${version}`, {
        body: { location: 'eastus', properties: { flag } },
      });
    const replies = await Promise.all(
      Array.from({ length: 120 }, (_, index) => put(`s${index}`, `f${index % 40}`)),
    );
    assert.equal(replies.filter(({ status }) => status === 201).length, 40);
    await estate.close();
  });

  test('of many that state one at the same moment in two processes, one is written', async () => {
    const kept = store();
    const one = await openEstate({ types: [ships], store: kept });
    const two = await openEstate({ types: [ships], store: kept });
    const group = await one.group('Dock');
    for (let round = 0; round < 5; round++) {
      const replies = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 === 0 ? one : two).call(
            'PUT',
            `${group}/providers/Contoso.Harbour/ships/r${round}-${index}?${version}`,
            { body: { location: 'eastus', properties: { flag: `${round}/${index % 3}` } } },
          ),
        ),
      );
      assert.equal(replies.filter(({ status }) => status === 201).length, 3);
    }
    await two.manager.close();
    await one.close();
  });

  test('a role given to somebody twice at once, in two processes and under two names, is given once', async () => {
    const kept = store();
    const types = authorizationTypes;
    const one = await openEstate({ types, store: kept });
    const two = await openEstate({ types, store: kept });
    const role = `${one.subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
    const properties = { roleDefinitionId: role, principalId: people.reader.objectId, principalType: 'User' };
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        (index % 2 === 0 ? one : two).call(
          'PUT',
          `${one.subscription}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000010${index}?api-version=2022-04-01`,
          { body: { properties } },
        ),
      ),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
    for (const { status, code } of replies) if (status === 409) assert.equal(code, 'RoleAssignmentExists');
    await two.manager.close();
    await one.close();
  });

  test('claims go on after a restart, on a bounded number of keys', async () => {
    const kept = store();
    const open = () => openEstate({ types: [ships], store: kept });
    let estate = await open();
    const group = await estate.group('Dock');
    const put = (name: string, flag: string) =>
      estate.call('PUT', `${group}/providers/Contoso.Harbour/ships/${name}?${version}`, {
        body: { location: 'eastus', properties: { flag } },
      });
    for (let index = 0; index < 50; index++) {
      assert.equal((await put(`s${index}`, `f${index}`)).status, 201);
    }
    await estate.manager.close();
    estate = await open();
    for (let index = 0; index < 50; index++) {
      const again = await put(`s${index}`, `f${index}`);
      assert.equal(again.status, 200, again.message);
      assert.equal((await put(`t${index}`, `f${index}`)).status, 500);
    }
    const { entries } = await kept.range({ prefix: claimPrefix });
    assert.ok(entries.length > 0 && entries.length <= claimLimits.keysPerPrefix);
    await estate.close();
  });
});
