import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { builtInRoleId } from '../../src/arm/index.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { roleLimits } from '../../src/providers/authorization/role-definitions/validate.ts';
import { type Estate, people } from '../arm/estate.ts';
import { caller, openProviders } from './support.ts';

const { reader, nobody } = people;

describe('custom roles', () => {
  let estate: Estate;
  let call: ReturnType<typeof caller>;
  let one: string;
  let two: string;
  let count = 0;

  before(async () => {
    estate = await openProviders();
    call = caller(estate, '2022-04-01');
    one = await estate.group('One');
    two = await estate.group('Two');
    await assign(one, builtInRoleId('Owner'), reader.objectId);
  });
  after(() => estate.close());

  const guid = () => `${String(++count).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const at = (scope: string, rest: string) => `${scope}/providers/Microsoft.Authorization/${rest}`;
  const assign = (scope: string, role: string, principalId: string, options = {}) =>
    call('PUT', at(scope, `roleAssignments/${guid()}`), {
      body: { properties: { roleDefinitionId: role, principalId } },
      ...options,
    });
  const define = (scope: string, role: string, properties: JsonObject, options = {}) =>
    call('PUT', at(scope, `roleDefinitions/${role}`), {
      body: {
        properties: { roleName: `role ${role}`, permissions: [{ actions: ['*/read'] }], ...properties },
      },
      ...options,
    });
  const asReader = { as: reader };

  test('whoever owns one assignable scope neither widens nor deletes the role, whatever path asks', async () => {
    const role = guid();
    assert.equal((await define(one, role, { assignableScopes: [one, two] })).status, 201);
    assert.equal((await assign(two, role, reader.objectId)).status, 201);
    const paths = [one, one.toUpperCase(), `${one}/providers/Microsoft.Network/virtualNetworks/none`];
    const wider = { permissions: [{ actions: ['*'] }] };
    for (const path of paths) {
      for (const assignableScopes of [[one], [one, two], [two]]) {
        const reply = await define(path, role, { ...wider, assignableScopes }, asReader);
        const what = `${path} ${assignableScopes}: ${reply.message}`;
        const refused = path === paths[2] ? 'ParentResourceNotFound' : 'LinkedAuthorizationFailed';
        assert.equal(reply.code, refused, what);
      }
      const gone = await call('DELETE', at(path, `roleDefinitions/${role}`), asReader);
      assert.ok([403, 404].includes(gone.status), gone.message);
    }
    for (const path of [two, estate.subscription, '']) {
      const reply = await define(path, role, { ...wider, assignableScopes: [one] }, asReader);
      assert.equal(reply.code, 'AuthorizationFailed', path);
    }
    const refused = await define(one, role, { ...wider, assignableScopes: [one, two] }, asReader);
    assert.match(
      refused.message,
      /permission to perform action\(s\) 'Microsoft\.Authorization\/roleDefinitions\/write' on the linked scope\(s\) '[^']+\/Two'/,
    );
    const kept = await call('GET', at(two, `roleDefinitions/${role}`));
    assert.ok(isObject(kept.body.properties));
    assert.deepEqual(kept.body.properties.assignableScopes, [one, two]);
    assert.equal(
      await estate.manager.access.can(reader, 'Microsoft.Network/virtualNetworks/write', two),
      false,
    );
  });

  test('nobody makes a role assignable where he may make none', async () => {
    for (const assignableScopes of [
      [two],
      [one, two],
      [estate.subscription],
      [one, `${two}/providers/A.B/c/d`],
    ]) {
      const reply = await define(one, guid(), { assignableScopes }, asReader);
      assert.equal(reply.code, 'LinkedAuthorizationFailed', String(assignableScopes));
    }
    assert.equal((await define(one, guid(), { assignableScopes: [one] }, asReader)).status, 201);
  });

  test('a role survives the group that it was defined from; a group of the same name does not inherit it', async () => {
    const three = await estate.group('Three');
    await assign(three, builtInRoleId('Owner'), nobody.objectId);
    const role = guid();
    await define(three, role, { assignableScopes: [three, two] });
    await assign(two, role, nobody.objectId);
    await estate.manager.records.remove(three);
    const kept = await call('GET', at(two, `roleDefinitions/${role}`));
    assert.equal(kept.status, 200, kept.message);
    await estate.group('Three');
    await assign(three, builtInRoleId('Owner'), nobody.objectId);
    const wider = { permissions: [{ actions: ['*'] }], assignableScopes: [three] };
    const reply = await define(three, role, wider, { as: nobody });
    assert.equal(reply.code, 'LinkedAuthorizationFailed', reply.message);
  });

  test('a role is one in the tenant: the same from every assignable scope, unseen from others', async () => {
    const role = guid();
    const made = await define(one, role, { assignableScopes: [one] });
    const id = at(estate.subscription, `roleDefinitions/${role}`);
    assert.equal(made.body.id, id);
    for (const scope of [one, estate.subscription, '']) {
      const seen = await call('GET', at(scope, `roleDefinitions/${role}`));
      assert.equal(seen.status, 200, scope);
    }
    const unseen = await call('GET', at(two, `roleDefinitions/${role}`));
    assert.deepEqual([unseen.status, unseen.code], [404, 'RoleDefinitionDoesNotExist']);
    const renamed = await define(estate.subscription, role, { roleName: 'renamed', assignableScopes: [one] });
    assert.equal(renamed.status, 201, renamed.message);
    const gone = await call('DELETE', at(one, `roleDefinitions/${role}`));
    assert.deepEqual([gone.status, gone.body.id], [200, id]);
    assert.equal((await call('DELETE', at(one, `roleDefinitions/${role}`))).status, 204);
  });

  test('a scope where the role is assigned stays assignable', async () => {
    const role = guid();
    await define(one, role, { assignableScopes: [one, two] });
    await assign(two, role, nobody.objectId);
    const narrowed = await define(one, role, { assignableScopes: [one] });
    assert.deepEqual([narrowed.status, narrowed.code], [400, 'RoleDefinitionHasAssignments']);
  });

  test('what is no role is refused with the reason, and nothing of it is left out', async () => {
    const wrong: readonly (readonly [JsonObject, string])[] = [
      [{ assignableScopes: ['*'] }, 'InvalidRoleDefinition'],
      [{ assignableScopes: ['/subscriptions/*'] }, 'InvalidRoleDefinition'],
      [{ assignableScopes: [`/subscriptions/${guid()}`] }, 'InvalidRoleDefinition'],
      [{ assignableScopes: [one, 5] }, 'InvalidRequestContent'],
      [{ assignableScopes: [`${one}/../Two`] }, 'InvalidRoleDefinition'],
      [{ permissions: 'all' }, 'InvalidRequestContent'],
      [{ permissions: [{ actions: '*' }] }, 'InvalidRequestContent'],
      [{ permissions: [{ actions: ['*/read', 7] }] }, 'InvalidRequestContent'],
      [{ permissions: [{ actions: ['a b'] }] }, 'InvalidActionOrNotAction'],
      [{ permissions: [{ actions: ['Contoso.Nothing/things/read'] }] }, 'InvalidActionOrNotAction'],
      [
        { permissions: [{ actions: ['a'.repeat(roleLimits.actionCharacters + 1)] }] },
        'InvalidActionOrNotAction',
      ],
      [
        {
          permissions: [
            {
              actions: Array.from(
                { length: roleLimits.actionsPerRole + 1 },
                (_, i) => `Microsoft.Network/${i}`,
              ),
            },
          ],
        },
        'InvalidRoleDefinition',
      ],
      [{ permissions: [{ actions: ['*'], condition: 'x' }] }, 'NotImplemented'],
      [{ permissions: [{ actions: ['*'], Condition: 'x' }] }, 'NotImplemented'],
      [{ permissions: [{ actions: ['*'], NOTACTIONS: ['a b'] }] }, 'InvalidActionOrNotAction'],
      [{ description: 'x'.repeat(roleLimits.descriptionCharacters + 1) }, 'InvalidRoleDefinition'],
    ];
    for (const [properties, code] of wrong) {
      const reply = await define(one, guid(), { assignableScopes: [one], ...properties });
      assert.equal(reply.code, code, `${JSON.stringify(properties).slice(0, 100)}: ${reply.message}`);
    }
  });

  test('a condition of any shape is refused, never dropped', async () => {
    for (const condition of ['@Request[x]', {}, [], 5, true]) {
      const reply = await call('PUT', at(one, `roleAssignments/${guid()}`), {
        body: {
          properties: {
            roleDefinitionId: builtInRoleId('Reader'),
            principalId: nobody.objectId,
            condition,
            conditionVersion: '2.0',
          },
        },
      });
      const wanted = typeof condition === 'string' ? [501, 'NotImplemented'] : [400, 'InvalidRequestContent'];
      assert.deepEqual([reply.status, reply.code], wanted, JSON.stringify(condition));
    }
  });

  test('a condition whose name is spelt in another case is refused too', async () => {
    for (const name of ['Condition', 'CONDITION', 'conditionversion']) {
      const reply = await call('PUT', at(one, `roleAssignments/${guid()}`), {
        body: {
          properties: {
            RoleDefinitionId: builtInRoleId('Reader'),
            PrincipalId: nobody.objectId,
            [name]: '@Request[x]',
          },
        },
      });
      assert.deepEqual([reply.status, reply.code], [501, 'NotImplemented'], name);
    }
  });

  test('of equal assignments at the same moment one is made', async () => {
    const four = await estate.group('Four');
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => assign(four, builtInRoleId('Reader'), nobody.objectId)),
    );
    const codes = replies.map(({ status, code }) => code || status).sort();
    assert.deepEqual(codes, [201, ...Array.from({ length: 7 }, () => 'RoleAssignmentExists')]);
  });

  test('a custom role is given to many at the same moment', async () => {
    const role = guid();
    const groups = await Promise.all(Array.from({ length: 40 }, (_, index) => estate.group(`Many${index}`)));
    await define(one, role, { assignableScopes: [estate.subscription] });
    const replies = await Promise.all(groups.map((group) => assign(group, role, nobody.objectId)));
    assert.deepEqual([...new Set(replies.map(({ status }) => status))], [201]);
  });

  test('of roles with one name at the same moment one is made', async () => {
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => define(one, guid(), { roleName: 'Twin', assignableScopes: [one] })),
    );
    const made = replies.filter(({ status }) => status === 201);
    assert.equal(made.length, 1, replies.map(({ message }) => message).join('\n'));
  });

  test('a role that goes while it is given is either kept or not given', async () => {
    for (let round = 0; round < 12; round++) {
      const role = guid();
      await define(one, role, { assignableScopes: [one] });
      const [given, gone] = await Promise.all([
        assign(one, role, nobody.objectId),
        call('DELETE', at(one, `roleDefinitions/${role}`)),
      ]);
      const outcome = [given.code || given.status, gone.code || gone.status];
      const fine = [
        [201, 'RoleDefinitionHasAssignments'],
        ['RoleDefinitionDoesNotExist', 200],
      ];
      assert.ok(
        fine.some((one) => one.join() === outcome.join()),
        `round ${round}: ${outcome}`,
      );
    }
  });
});
