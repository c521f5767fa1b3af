import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessTypes, builtInRoleId, lockType, madeByEstate } from '../../src/arm/index.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type Estate, openEstate, people } from './estate.ts';
import { thing, things } from './things.ts';

const { admin, reader, nobody } = people;

/** A PUT of a new resource is read like the one beside it before; everything else is asked for each. */
describe('what is made beside what was made a moment ago', () => {
  let estate: Estate;
  let group: string;
  let count = 0;

  before(async () => {
    estate = await openEstate({ types: things });
    group = await estate.group('Dock');
  });
  after(() => estate.close());

  const make = async (as = admin, rest = `widgets/w${++count}`, query = '') =>
    (await estate.call('PUT', thing(group, rest, query), { as, body: { location: 'eastus' } })).status;
  const put = async (type: string, name: string, properties: JsonObject) => {
    const id = `${group}/providers/${type}/${name}`;
    const record = { id, name, type, properties, provisioningState: 'Succeeded', etag: '"x"' } as const;
    await estate.manager.records.put({ ...record, systemData: madeByEstate(0) });
    return id;
  };

  test('is made by whoever may, in whichever order callers come', async () => {
    const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleId('Contributor')}`;
    const assignment = await put(accessTypes.roleAssignments, estate.manager.context.random.uuid(), {
      ...{ scope: group, principalId: reader.objectId, roleDefinitionId },
    });
    for (const as of [admin, nobody, reader, nobody, admin])
      assert.equal(await make(as), as === nobody ? 403 : 201, as.name);
    await estate.manager.records.remove(assignment);
    assert.equal(await make(reader), 403);
    assert.equal(await make(admin), 201);
  });

  test('meets a lock that was put meanwhile, and its api-version and name are its own', async () => {
    assert.equal(await make(), 201);
    const lock = await put(lockType, 'keep', { level: 'ReadOnly' });
    assert.equal(await make(), 409);
    await estate.manager.records.remove(lock);
    assert.equal(await make(), 201);
    const old = `${group}/providers/Contoso.Things/widgets/w${++count}?api-version=2019-01-01`;
    const answered = await estate.call('PUT', old, { body: { location: 'eastus' } });
    assert.deepEqual([answered.status, answered.code], [400, 'NoRegisteredProviderFound']);
    for (const name of ['-a', '9a', 'a_b', 'x'.repeat(22), '%61%2e', '..', '.'])
      assert.ok((await make(admin, `widgets/${name}`)) >= 400, name);
    assert.equal(await make(admin, 'widgets/%61bc'), 201);
    assert.equal(await make(admin, 'widgets/ABC'), 200, 'the same in another case');
  });

  test('has a parent and a group that are still there', async () => {
    assert.equal(await make(admin, 'widgets/parent'), 201);
    assert.equal(await make(admin, 'widgets/parent/parts/a'), 201);
    assert.equal((await estate.call('DELETE', thing(group, 'widgets/parent'))).status, 200);
    assert.equal(await make(admin, 'widgets/parent/parts/b'), 404);
    assert.equal(await make(), 201);
    const found = await estate.manager.records.get(group);
    assert.ok(found);
    await estate.manager.records.put({ ...found, provisioningState: 'Deleting' });
    assert.equal(await make(), 409);
  });
});
