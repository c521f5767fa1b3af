import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { builtInRoleId } from '../../src/arm/index.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { type Estate, people, readersGroup, tenantId } from '../arm/estate.ts';
import { caller, openProviders } from './support.ts';

const { reader, nobody } = people;
const name = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;

describe('Microsoft.Authorization', () => {
  let estate: Estate;
  let group: string;
  let call: ReturnType<typeof caller>;

  before(async () => {
    estate = await openProviders();
    group = await estate.group('Dock');
    call = caller(estate, '2022-04-01');
  });
  after(() => estate.close());

  const path = (scope: string, rest: string) => `${scope}/providers/Microsoft.Authorization/${rest}`;
  const assign = (scope: string, digit: number, properties: JsonObject, options = {}) =>
    call('PUT', path(scope, `roleAssignments/${name(digit)}`), { body: { properties }, ...options });
  const role = (roleName: string) =>
    `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleId(roleName)}`;
  const list = async (target: string) => {
    const reply = await call('GET', target);
    assert.equal(reply.status, 200, reply.message);
    return (Array.isArray(reply.body.value) ? reply.body.value : []).filter(isObject);
  };

  test('an assignment answers every member that az prints', async () => {
    const roleDefinitionId = role('Azure Kubernetes Fleet Manager RBAC Cluster Admin');
    const reply = await assign(group, 1, {
      roleDefinitionId,
      principalId: reader.objectId,
      principalType: 'User',
    });
    assert.equal(reply.status, 201);
    const at = new Date(estate.clock.now()).toISOString();
    assert.deepEqual(reply.body, {
      id: path(group, `roleAssignments/${name(1)}`),
      name: name(1),
      type: 'Microsoft.Authorization/roleAssignments',
      properties: {
        roleDefinitionId,
        principalId: reader.objectId,
        principalType: 'User',
        scope: group,
        condition: null,
        conditionVersion: null,
        createdOn: at,
        updatedOn: at,
        createdBy: people.admin.objectId,
        updatedBy: people.admin.objectId,
        delegatedManagedIdentityResourceId: null,
        description: null,
      },
    });
    const [definition] = await list(
      path(
        group,
        `roleDefinitions?$filter=${encodeURIComponent("roleName eq 'azure kubernetes fleet manager rbac cluster admin'")}`,
      ),
    );
    assert.equal(definition?.id, roleDefinitionId);
  });

  test('the same role again is 409 with the words that clients match', async () => {
    const same = { roleDefinitionId: role('Reader'), principalId: nobody.objectId };
    assert.equal((await assign(group, 2, same)).status, 201);
    const again = await assign(group, 2, { ...same, roleDefinitionId: same.roleDefinitionId.toUpperCase() });
    assert.equal(again.status, 201);
    const twice = await assign(group, 3, same);
    assert.deepEqual([twice.status, twice.code], [409, 'RoleAssignmentExists']);
    assert.match(
      twice.message,
      /^The role assignment already exists\. The ID of the existing role assignment is 2{8}0000/,
    );
    const other = await assign(group, 2, { ...same, principalId: reader.objectId });
    assert.deepEqual([other.status, other.code], [400, 'RoleAssignmentUpdateNotPermitted']);
  });

  test('principal, its type, the role and the name must be right', async () => {
    const reader1 = { roleDefinitionId: role('Reader'), principalId: reader.objectId };
    const ghost = await assign(group, 4, { ...reader1, principalId: name(9) });
    assert.deepEqual([ghost.status, ghost.code], [400, 'PrincipalNotFound']);
    assert.match(
      ghost.message,
      new RegExp(`^Principal 9{8}0000.* does not exist in the directory ${tenantId}\\.`),
    );
    const typed = await assign(group, 4, { ...reader1, principalType: 'ServicePrincipal' });
    assert.deepEqual([typed.status, typed.code], [400, 'UnmatchedPrincipalType']);
    const roleless = await assign(group, 4, { ...reader1, roleDefinitionId: name(9) });
    assert.deepEqual([roleless.status, roleless.code], [400, 'RoleDefinitionDoesNotExist']);
    const misnamed = await call('PUT', path(group, 'roleAssignments/x'), { body: { properties: reader1 } });
    assert.deepEqual([misnamed.status, misnamed.code], [400, 'InvalidRoleAssignmentId']);
    const conditional = await assign(group, 4, { ...reader1, condition: '@x', conditionVersion: '2.0' });
    assert.equal(conditional.status, 501);
  });

  test('an assignment acts at once, and so does its removal', async () => {
    const yard = await estate.group('Yard');
    const read = () => estate.call('GET', yard, { as: nobody });
    assert.equal((await read()).status, 403);
    await assign(yard, 5, { roleDefinitionId: role('Reader'), principalId: nobody.objectId });
    assert.equal((await read()).status, 200);
    assert.equal((await estate.call('DELETE', yard, { as: nobody })).status, 403);
    const removed = await call('DELETE', path(yard, `roleAssignments/${name(5)}`));
    assert.deepEqual([removed.status, removed.body.name], [200, name(5)]);
    assert.equal((await call('DELETE', path(yard, `roleAssignments/${name(5)}`))).status, 204);
    assert.equal((await read()).status, 403);
  });

  test('who may not write assignments cannot raise itself', async () => {
    const harbour = await estate.group('Harbour');
    await assign(harbour, 6, { roleDefinitionId: role('Contributor'), principalId: reader.objectId });
    const owner = { roleDefinitionId: role('Owner'), principalId: reader.objectId };
    const refused = await assign(harbour, 7, owner, { as: reader });
    assert.equal(refused.code, 'AuthorizationFailed');
    assert.match(
      refused.message,
      /perform action 'Microsoft\.Authorization\/roleAssignments\/write' over scope/,
    );
  });

  test('lists hold what is at, above and below; filters narrow them', async () => {
    const shore = await estate.group('Shore');
    const key = `${shore}/providers/Microsoft.Compute/sshPublicKeys/k`;
    await estate.call('PUT', `${key}?api-version=2024-11-01`, { body: { location: 'eastus' } });
    const reader1 = { roleDefinitionId: role('Reader'), principalId: reader.objectId };
    await assign(key, 8, reader1);
    await assign(shore, 9, { ...reader1, principalId: readersGroup });
    const names = async (filter: string) =>
      (await list(path(shore, `roleAssignments${filter && `?$filter=${encodeURIComponent(filter)}`}`)))
        .map((one) => String(one.name))
        .filter((one) => one === name(8) || one === name(9))
        .sort();
    assert.deepEqual(await names(''), [name(8), name(9)]);
    assert.deepEqual(await names('atScope()'), [name(9)]);
    assert.deepEqual(await names(`principalId eq '${reader.objectId}'`), [name(8)]);
    assert.deepEqual(await names(`assignedTo('${reader.objectId}')`), [name(8)]);
    estate.directory.groups.set(reader.objectId, [readersGroup]);
    assert.deepEqual(await names(`assignedTo('${reader.objectId}')`), [name(8), name(9)]);
    assert.deepEqual(await names(`atScope() and assignedTo('${reader.objectId}')`), [name(9)]);
    estate.directory.groups.delete(reader.objectId);
    const inherited = await list(path(shore, 'roleAssignments?$filter=atScope()'));
    const root = inherited.find(({ properties }) => isObject(properties) && properties.scope === '/');
    assert.ok(root && isObject(root.properties));
    assert.equal(root.properties.roleDefinitionId, role('Owner'));
    const wrong = await call('GET', path(shore, 'roleAssignments?$filter=color eq 1'));
    assert.equal(wrong.code, 'InvalidFilterInQueryString');
    const atTenant = await call('GET', '/providers/Microsoft.Authorization/roleAssignments');
    assert.equal(atTenant.status, 200);
  });

  test('built-in roles are read everywhere and changed nowhere', async () => {
    const all = await list(path(estate.subscription, 'roleDefinitions'));
    assert.ok(all.length >= 58);
    const reply = await call('GET', role('Contributor'));
    assert.ok(isObject(reply.body.properties));
    assert.equal(reply.body.properties.roleName, 'Contributor');
    assert.equal(reply.body.properties.type, 'BuiltInRole');
    assert.deepEqual(reply.body.properties.assignableScopes, ['/']);
    const missing = await call('GET', path(estate.subscription, `roleDefinitions/${name(9)}`));
    assert.deepEqual([missing.status, missing.code], [404, 'RoleDefinitionDoesNotExist']);
    assert.equal((await call('DELETE', role('Contributor'))).status, 405);
  });

  test('the roles that modules for AKS give have their true ids', async () => {
    for (const [name, id] of [
      ['AcrPull', '7f951dda-4ed3-4680-a7ca-43fe172d538d'],
      ['Monitoring Metrics Publisher', '3913510d-42f4-4e42-8a64-420c390055eb'],
      ['Key Vault Secrets User', '4633458b-17de-408a-b874-0445c86b69e6'],
      ['Private DNS Zone Contributor', 'b12aa53e-6015-4669-85d0-8515ebb3ae7f'],
    ]) {
      const filter = encodeURIComponent(`roleName eq '${name}'`);
      const reply = await estate.call(
        'GET',
        `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&$filter=${filter}`,
      );
      const found = JSON.stringify(reply.body.value);
      assert.ok(found.includes(`roleDefinitions/${id}"`), `${name}: ${found}`);
    }
  });

  test('custom roles are made, assigned, protected while assigned, and removed', async () => {
    const definition = path(estate.subscription, `roleDefinitions/${name(1)}`);
    const put = (properties: JsonObject) => call('PUT', definition, { body: { properties } });
    const good = {
      roleName: 'Key reader',
      description: 'reads keys',
      permissions: [{ actions: ['Microsoft.Compute/sshPublicKeys/read'] }],
      assignableScopes: [group],
    };
    assert.equal((await put({ ...good, assignableScopes: [] })).status, 400);
    assert.equal((await put({ ...good, assignableScopes: ['/'] })).status, 400);
    assert.equal((await put({ ...good, roleName: 'reader' })).code, 'RoleDefinitionWithSameNameExists');
    assert.equal((await put(good)).status, 201);
    const elsewhere = await estate.group('Elsewhere');
    const assignment = { roleDefinitionId: definition, principalId: nobody.objectId };
    assert.equal((await assign(elsewhere, 4, assignment)).code, 'RoleDefinitionDoesNotExist');
    assert.equal((await assign(group, 4, assignment)).status, 201);
    assert.equal((await call('DELETE', definition)).code, 'RoleDefinitionHasAssignments');
    await call('DELETE', path(group, `roleAssignments/${name(4)}`));
    assert.equal((await call('DELETE', definition)).status, 200);
    const customs = await list(path(estate.subscription, "roleDefinitions?$filter=type%20eq%20'CustomRole'"));
    assert.deepEqual(customs, []);
  });

  test('locks forbid deletes, or all writes, at and below their scope', async () => {
    const quay = await estate.group('Quay');
    const key = `${quay}/providers/Microsoft.Compute/sshPublicKeys/k`;
    const onKey = (method: string, rest = '') =>
      estate.call(method, `${key}${rest}?api-version=2024-11-01`, {
        ...(method === 'PUT' && { body: { location: 'eastus' } }),
      });
    await onKey('PUT');
    const lock = (scope: string, level: string) =>
      estate.call('PUT', `${path(scope, 'locks/l')}?api-version=2020-05-01`, {
        body: { properties: { level } },
      });
    const unlock = (scope: string) =>
      estate.call('DELETE', `${path(scope, 'locks/l')}?api-version=2020-05-01`);
    assert.equal((await lock(key, 'Sometimes')).status, 400);
    assert.equal((await lock(key, 'CanNotDelete')).status, 201);
    const refused = await onKey('DELETE');
    assert.deepEqual([refused.status, refused.code], [409, 'ScopeLocked']);
    assert.equal(
      refused.message,
      `The scope '${key}' cannot perform delete operation because following scope(s) are locked: '${key}'. Please remove the lock ` +
        'and try again.',
    );
    assert.equal((await estate.call('DELETE', quay)).code, 'ScopeLocked');
    assert.equal((await onKey('PUT')).status, 200);
    const listed = await estate.call('GET', `${path(quay, 'locks')}?api-version=2016-09-01`);
    assert.ok(Array.isArray(listed.body.value) && listed.body.value.length === 1);
    assert.equal((await unlock(key)).status, 200);
    await lock(quay, 'ReadOnly');
    assert.equal((await onKey('PUT')).code, 'ScopeLocked');
    assert.equal((await onKey('POST', '/generateKeyPair')).code, 'ScopeLocked');
    assert.equal((await onKey('GET')).status, 200);
    await unlock(quay);
    assert.equal((await onKey('DELETE')).status, 200);
  });

  test('a lock counts from its write to its end, beside others, in whatever case it was asked for', async () => {
    const [quay, pier] = [await estate.group('Locked'), await estate.group('Free')];
    const lock = (scope: string, name: string, level: string) =>
      estate.call('PUT', `${path(scope, `locks/${name}`)}?api-version=2020-05-01`, {
        body: { properties: { level } },
      });
    const unlock = (scope: string, name: string) =>
      estate.call('DELETE', `${path(scope, `locks/${name}`)}?api-version=2020-05-01`);
    const write = async (scope: string) =>
      (await estate.call('PATCH', `${scope}?api-version=2024-11-01`, { body: { tags: {} } })).code;
    assert.deepEqual([await write(quay), await write(pier)], ['', '']);
    await lock(quay, 'one', 'CanNotDelete');
    assert.equal(await write(quay), '');
    await lock(quay.toUpperCase(), 'two', 'ReadOnly');
    assert.deepEqual(
      [await write(quay), await write(quay.toLowerCase()), await write(pier)],
      ['ScopeLocked', 'ScopeLocked', ''],
    );
    await lock(quay, 'two', 'CanNotDelete');
    assert.equal(await write(quay), '');
    const gone = await estate.call('DELETE', quay);
    assert.equal(gone.message.split('locked: ')[1]?.split('. ')[0]?.toLowerCase(), `'${quay}'`.toLowerCase());
    await unlock(quay, 'one');
    assert.equal((await estate.call('DELETE', quay)).code, 'ScopeLocked');
    // A name that begins alike is another place.
    await lock(quay, 'two', 'ReadOnly');
    assert.equal(await write(await estate.group('Locked2')), '');
    await lock(estate.subscription, 'all', 'ReadOnly');
    assert.equal(await write(pier), 'ScopeLocked');
    await unlock(estate.subscription, 'all');
    await unlock(quay, 'two');
    assert.deepEqual([await write(quay), await write(pier)], ['', '']);
  });
});
