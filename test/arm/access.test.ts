import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { accessLimits } from '../../src/arm/access/access.ts';
import { accessTypes, builtInRoleId, madeByEstate } from '../../src/arm/index.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type Estate, openEstate, people, readersGroup } from './estate.ts';
import { thing, things } from './things.ts';

const { reader, nobody } = people;

describe('access', () => {
  let estate: Estate;
  let group: string;
  const opened: Estate[] = [];

  beforeEach(async () => {
    estate = await openEstate({ types: things });
    opened.push(estate);
    group = await estate.group('Dock');
  });
  after(() => Promise.all(opened.map((one) => one.close())));

  const put = (
    type: string,
    scope: string,
    properties: JsonObject,
    name = estate.manager.context.random.uuid(),
  ) =>
    estate.manager.records.put({
      id: `${scope === '/' ? '' : scope}/providers/${type}/${name}`,
      name,
      type,
      properties: { scope, ...properties },
      provisioningState: 'Succeeded',
      systemData: madeByEstate(0),
      etag: '"x"',
    });
  const grant = (principalId: string, roleId: string, scope: string) =>
    put(accessTypes.roleAssignments, scope, {
      principalId,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
    });
  const can = (action: string, scope: string) => estate.manager.access.can(reader, action, scope);

  test('a role counts at its scope and below, and nowhere else', async () => {
    await grant(reader.objectId, builtInRoleId('Reader'), group);
    const action = 'Contoso.Things/widgets/read';
    assert.equal(await can(action, group), true);
    assert.equal(await can(action, `${group.toUpperCase()}/providers/Contoso.Things/widgets/w`), true);
    assert.equal(await can(action, `${group}2/providers/Contoso.Things/widgets/w`), false);
    assert.equal(await can(action, estate.subscription), false);
    assert.equal(await can('Contoso.Things/widgets/write', group), false);
  });

  test('not-actions take away from their own block only', async () => {
    await grant(reader.objectId, builtInRoleId('Contributor'), group);
    const write = 'Microsoft.Authorization/roleAssignments/write';
    assert.equal(await can('Contoso.Things/widgets/listKeys/action', group), true);
    assert.equal(await can(write, group), false);
    await grant(reader.objectId, builtInRoleId('User Access Administrator'), group);
    assert.equal(await can(write, group), true);
  });

  test('data actions are no actions, and actions no data actions', async () => {
    const fleet = `${group}/providers/Microsoft.ContainerService/fleets/f`;
    await grant(nobody.objectId, builtInRoleId('Owner'), group);
    await grant(reader.objectId, builtInRoleId('Azure Kubernetes Fleet Manager RBAC Reader'), fleet);
    const { access } = estate.manager;
    const read = 'Microsoft.ContainerService/fleets/configmaps/read';
    const secrets = 'Microsoft.ContainerService/fleets/secrets/read';
    assert.equal(await access.canData(reader.objectId, read, `${fleet}/namespaces/n`), true);
    assert.equal(await access.canData(reader.objectId, secrets, fleet), false);
    assert.equal(await access.canData(nobody.objectId, read, fleet), false);
    assert.equal(await can('Microsoft.ContainerService/fleets/delete', fleet), false);
    await grant(reader.objectId, builtInRoleId('Azure Kubernetes Fleet Manager RBAC Cluster Admin'), fleet);
    assert.equal(await access.canData(reader.objectId, secrets, fleet), true);
  });

  test('roles of a group count for its members, and follow memberships', async () => {
    await grant(readersGroup, builtInRoleId('Reader'), group);
    assert.equal(await can('x/read', group), false);
    estate.directory.groups.set(reader.objectId, [readersGroup]);
    estate.clock.advance(1500);
    assert.equal(await can('x/read', group), true);
    estate.directory.groups.delete(reader.objectId);
    estate.clock.advance(1500);
    assert.equal(await can('x/read', group), false);
  });

  test('watchers hear of a new and of a removed role at once', async () => {
    let heard = 0;
    const watch = estate.manager.access.watch(() => heard++);
    await grant(reader.objectId, builtInRoleId('Reader'), group);
    assert.equal(heard, 1);
    assert.equal(await can('x/read', group), true);
    const [assignment] = await estate.manager.records.list(group, accessTypes.roleAssignments);
    await estate.manager.records.remove(assignment?.id ?? '');
    assert.equal(heard, 2);
    assert.equal(await can('x/read', group), false);
    watch.close();
  });

  test('custom roles count, with patterns in the middle', async () => {
    const role = '12345678-1234-4234-8234-123456789abc';
    await put(
      accessTypes.roleDefinitions,
      estate.subscription,
      {
        roleName: 'Middle',
        assignableScopes: [group],
        permissions: [{ actions: ['Contoso.Things/*/parts/*/action', 'contoso.things/WIDGETS/read'] }],
      },
      role,
    );
    await grant(reader.objectId, role, group);
    assert.equal(await can('Contoso.Things/widgets/parts/turn/action', group), true);
    assert.equal(await can('Contoso.Things/widgets/read', group), true);
    assert.equal(await can('Contoso.Things/widgets/parts/read', group), false);
  });

  test('a custom role counts only where it can be assigned, whatever is stored', async () => {
    const role = '12345678-1234-4234-8234-123456789abd';
    const yard = await estate.group('Yard');
    const properties = { roleName: 'Yard', permissions: [{ actions: ['*'] }], assignableScopes: [yard] };
    await put(accessTypes.roleDefinitions, estate.subscription, properties, role);
    await grant(reader.objectId, role, group);
    await grant(reader.objectId, role, estate.subscription);
    assert.equal(await can('Contoso.Things/widgets/read', group), false);
    await grant(reader.objectId, role, yard);
    assert.equal(await can('Contoso.Things/widgets/read', yard), true);
  });

  test('a role whose condition is not evaluated does not grant what the condition narrows', async () => {
    await grant(reader.objectId, builtInRoleId('Azure Stack HCI Administrator'), group);
    assert.equal(await can('Microsoft.AzureStackHCI/clusters/write', group), true);
    assert.equal(await can('Microsoft.Authorization/roleAssignments/write', group), false);
  });

  test('a deny assignment wins over every role but leaves what it excepts', async () => {
    await put(accessTypes.denyAssignments, group, {
      denyAssignmentName: 'hands off',
      permissions: [{ actions: ['*'], notActions: ['*/read'] }],
      principals: [{ id: '00000000-0000-0000-0000-000000000000' }],
    });
    assert.equal((await estate.call('GET', group)).status, 200);
    const reply = await estate.call('DELETE', group);
    assert.deepEqual([reply.status, reply.code], [403, 'DenyAssignmentAuthorizationFailed']);
    assert.match(reply.message, /the deny assignment with name 'hands off'/);
    assert.equal((await estate.call('GET', group, { as: nobody })).code, 'AuthorizationFailed');
  });

  test('lists show what the caller may read: filtered below, refused without any role', async () => {
    const other = await estate.group('Other');
    for (const at of [group, other]) {
      await estate.call('PUT', thing(at, 'widgets/w'), { body: { location: 'eastus' } });
    }
    await grant(reader.objectId, builtInRoleId('Reader'), group);
    const lists = [
      `${estate.subscription}/resourcegroups`,
      `${estate.subscription}/resources`,
      thing(estate.subscription, 'widgets'),
    ];
    for (const list of lists) {
      const all = await estate.call('GET', list);
      assert.equal(ids(all.body).length, 2, list);
      const seen = await estate.call('GET', list, { as: reader });
      assert.equal(seen.status, 200);
      assert.deepEqual(ids(seen.body).length, 1, list);
      assert.ok(ids(seen.body)[0]?.startsWith(group));
      assert.equal((await estate.call('GET', list, { as: nobody })).status, 403);
    }
    const subscriptions = await estate.call('GET', '/subscriptions', { as: reader });
    assert.equal(ids(subscriptions.body).length, 1);
    const none = await estate.call('GET', '/subscriptions', { as: nobody });
    assert.deepEqual([none.status, ids(none.body)], [200, []]);
  });

  test('answers are right also where more is asked than is remembered, and of names that are never remembered', async () => {
    await grant(reader.objectId, builtInRoleId('Reader'), group);
    const { remembered, rememberedCharacters } = accessLimits;
    const long = 'w'.repeat(rememberedCharacters);
    for (let round = 0; round < remembered; round++) {
      const scope = `${round % 2 === 0 ? group : `${group}2`}/providers/Contoso.Things/widgets/${round % 50 === 0 ? long : ''}${round}`;
      assert.equal(
        await can(`Contoso.Things/widgets/${round % 50 === 1 ? long : round}/read`, scope),
        round % 2 === 0,
      );
      assert.equal(await can(`Contoso.Things/widgets/${round}`, scope), false);
    }
  });

  test('the check is fast enough to be asked for every request', async () => {
    await grant(reader.objectId, builtInRoleId('Reader'), group);
    const scope = `${group}/providers/Contoso.Things/widgets/w`;
    for (let round = 0; round < 20_000; round++) await can('Contoso.Things/widgets/read', scope);
  });
});

function ids(body: JsonObject): string[] {
  const value = Array.isArray(body.value) ? body.value : [];
  return value.map((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? String(item.id) : '',
  );
}
