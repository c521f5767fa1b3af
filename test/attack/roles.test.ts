import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ResourceType } from '../../src/arm/index.ts';
import { isObject, type JsonObject, type Random } from '../../src/base/index.ts';
import { type Estate, people, readersGroup, TestDirectory } from '../arm/estate.ts';
import { everyType } from '../providers/every-type.ts';
import { type Block, type Grant, RightsModel } from './rights-model.ts';
import { attackRandom, attackTries } from './seed.ts';

/** What Resource Manager answers to two people whose roles change all the time, against a second reading of their roles. */

interface Place {
  readonly type: ResourceType;
  /** `Microsoft.X/y/z`, as permissions name it. */
  readonly base: string;
  /** Below a group. */
  readonly below: (name: string) => string;
}

const madeByTest = {
  createdBy: 'test',
  createdByType: 'User',
  createdAt: '2026-01-01T00:00:00Z',
  lastModifiedBy: 'test',
  lastModifiedByType: 'User',
  lastModifiedAt: '2026-01-01T00:00:00Z',
} as const;

const uncommon = new Set(['Microsoft.Authorization', 'Microsoft.Resources']);

/** Types that lie in groups and whose lists show records as they are. */
function placesOf(types: readonly ResourceType[]): Place[] {
  return types
    .filter(({ namespace, scope, list }) => !uncommon.has(namespace) && scope !== 'extension' && !list)
    .map((type) => {
      const words = type.type.split('/');
      const parents = words.slice(0, -1).map((word) => `/${word}/one`);
      return {
        type,
        base: `${type.namespace}/${type.type}`,
        below: (name) =>
          `/providers/${type.namespace}${parents.join('')}/${words.at(-1)}${name === '' ? '' : `/${name}`}`,
      };
    });
}

describe('who has roles that change all the time', () => {
  let estate: Estate;
  let places: Place[];
  let groups: string[];
  const model = new RightsModel();
  const { reader, nobody } = people;
  const members = new Map<string, string[]>();
  let tellGroups = () => {};

  before(async () => {
    const directory = new TestDirectory();
    const opened = await everyType({
      directory: Object.assign(directory, {
        watchGroups: (onChange: () => void) => {
          tellGroups = onChange;
          return { close: () => {} };
        },
      }),
    });
    estate = opened.estate;
    directory.groupsOf = async (objectId) => members.get(objectId) ?? [];
    places = placesOf(opened.types);
    groups = [await estate.group('One'), await estate.group('Two')];
    for (const group of groups)
      for (const place of places) for (const name of ['one', 'two']) await put(place, group, name);
  });
  after(() => estate.close());

  function put(place: Place, group: string, name: string): Promise<unknown> {
    return estate.manager.records.put({
      id: group + place.below(name),
      name,
      type: place.base,
      location: 'eastus',
      properties: {},
      tags: {},
      provisioningState: 'Succeeded',
      systemData: madeByTest,
      etag: '"1"',
    });
  }

  function patternOf(random: Random): string {
    const { base } = pick(random, places);
    const verb = pick(random, ['read', 'write', 'delete', '*', '*/action']);
    const [namespace = ''] = base.split('/');
    switch (random.integer(9)) {
      case 0:
        return '*';
      case 1:
        return `*/${verb}`;
      case 2:
        return `${namespace}/*`;
      case 3:
        return `${namespace}/*/${verb}`;
      case 4:
        return `${base.toUpperCase()}/${verb}`;
      case 5:
        return `${base}*/read`;
      case 6:
        return `${namespace}/${base.split('/')[1]}/*`;
      default:
        return `${base}/${verb}`;
    }
  }

  function blocksOf(random: Random): Block[] {
    const some = (most: number) => Array.from({ length: random.integer(most) }, () => patternOf(random));
    return Array.from({ length: 1 + random.integer(2) }, () => ({
      actions: [...some(3), ...(random.integer(3) > 0 ? [patternOf(random)] : [])],
      notActions: some(3),
      dataActions: random.integer(3) === 0 ? ['*'] : [],
    }));
  }

  function scopeOf(random: Random): string {
    const group = pick(random, groups);
    return pick(random, [
      estate.subscription,
      group,
      group,
      group + pick(random, places).below(pick(random, ['one', 'two'])),
    ]);
  }

  const at = (scope: string, type: string, name: string) =>
    `${scope}/providers/Microsoft.Authorization/${type}/${name}?api-version=2022-04-01`;
  const guid = (first: number, number: number) =>
    `${first}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

  /** One change of what somebody may do, at the server and in the model. */
  async function change(random: Random): Promise<void> {
    const role = random.integer(4);
    const name = guid(6, random.integer(6));
    const principal = pick(random, [reader.objectId, nobody.objectId, readersGroup]);
    const scope = scopeOf(random);
    switch (random.integer(7)) {
      case 0:
      case 1:
        return define(role, blocksOf(random));
      case 2:
      case 3:
        return assign(name, { scope, principal, role });
      case 4:
        return withdraw(name);
      case 5:
        return deny(
          name,
          random.integer(3) === 0 ? { scope, principal, blocks: blocksOf(random) } : undefined,
        );
      default: {
        const who = pick(random, [reader.objectId, nobody.objectId]);
        if (!model.inGroup.delete(who)) model.inGroup.add(who);
        members.set(who, model.inGroup.has(who) ? [readersGroup] : []);
        tellGroups();
      }
    }
  }

  async function define(role: number, blocks: Block[]): Promise<void> {
    const permissions = blocks.map((block) => ({ ...block, notDataActions: [] }));
    const properties = { roleName: `role ${role}`, permissions, assignableScopes: [estate.subscription] };
    const made = await estate.call('PUT', at(estate.subscription, 'roleDefinitions', guid(5, role)), {
      body: { properties },
    });
    assert.ok(made.status < 300, made.message);
    model.roles.set(role, blocks);
  }

  async function assign(name: string, grant: Grant): Promise<void> {
    if (!model.roles.has(grant.role) || model.grants.has(name)) return;
    const roleDefinitionId = `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid(5, grant.role)}`;
    const made = await estate.call('PUT', at(grant.scope, 'roleAssignments', name), {
      body: { properties: { roleDefinitionId, principalId: grant.principal } },
    });
    // The same principal, role and scope under another name.
    if (made.code === 'RoleAssignmentExists') return;
    assert.equal(made.status, 201, made.message);
    model.grants.set(name, grant);
  }

  async function withdraw(name: string): Promise<void> {
    const grant = model.grants.get(name);
    if (!grant) return;
    const gone = await estate.call('DELETE', at(grant.scope, 'roleAssignments', name));
    assert.equal(gone.status, 200, gone.message);
    model.grants.delete(name);
  }

  async function deny(
    name: string,
    denial: { scope: string; principal: string; blocks: Block[] } | undefined,
  ): Promise<void> {
    const before = model.denials.get(name);
    const idOf = (scope: string) => `${scope}/providers/Microsoft.Authorization/denyAssignments/${name}`;
    if (before) await estate.manager.records.remove(idOf(before.scope));
    model.denials.delete(name);
    if (!denial) return;
    const { scope, principal, blocks } = denial;
    await estate.manager.records.put({
      id: idOf(scope),
      name,
      type: 'Microsoft.Authorization/denyAssignments',
      properties: {
        denyAssignmentName: name,
        scope,
        principals: [{ id: principal, type: 'User' }],
        excludePrincipals: [],
        permissions: blocks.map((block) => ({ ...block, notDataActions: [] })),
      },
      provisioningState: 'Succeeded',
      systemData: madeByTest,
      etag: '"1"',
    });
    model.denials.set(name, denial);
  }

  const tries = attackTries(4_000);
  it(`may do what a second reading of the roles grants, and nothing else, in ${tries} requests at random`, async () => {
    const random = attackRandom('roles that change');
    const counted = { granted: 0, refused: 0, filtered: 0, nothing: 0 };
    for (let made = 0; made < tries; made++) {
      if (random.integer(4) === 0) await change(random);
      const caller = pick(random, [reader, nobody]);
      const place = pick(random, places);
      const group = pick(random, groups);
      const name = pick(random, ['one', 'two', 'none']);
      const verb = pick(random, ['get', 'get', 'list', 'list', 'put', 'patch', 'delete', 'action'] as const);
      counted[await tryOne({ caller, place, group, name, verb, random })]++;
    }
    // It must be able to fail: every answer is given again and again.
    for (const [what, times] of Object.entries(counted)) assert.ok(times > tries / 50, `${what}: ${times}`);
  });

  interface Tried {
    readonly caller: (typeof people)['reader'];
    readonly place: Place;
    readonly group: string;
    readonly name: string;
    readonly verb: 'get' | 'list' | 'put' | 'patch' | 'delete' | 'action';
    readonly random: Random;
  }

  type Answered = 'granted' | 'refused' | 'filtered' | 'nothing';

  const spelled = (path: string, random: Random) => (random.integer(3) === 0 ? path.toUpperCase() : path);

  async function tryList({ caller, place, group, random }: Tried): Promise<Answered> {
    const { type, base } = place;
    const path = group + place.below('');
    const above = type.type.includes('/') ? path.slice(0, path.lastIndexOf('/')) : group;
    const target = `${spelled(path, random)}?api-version=${type.apiVersions[0]}`;
    const reply = await estate.call('GET', target, { as: caller });
    const told = `${caller.name} GET ${path}: ${reply.status} ${reply.code}`;
    const isWhole = model.can(caller.objectId, `${base}/read`, above);
    if (!isWhole && !model.hasRoleBelow(caller.objectId, above)) {
      assert.equal(reply.status, 403, told);
      return 'refused';
    }
    // What would be granted there and is denied is not filtered.
    if (!isWhole && reply.code === 'DenyAssignmentAuthorizationFailed') return 'refused';
    if (reply.status !== 200) {
      assert.ok(reply.status === 405, told);
      return 'nothing';
    }
    const shown = (Array.isArray(reply.body.value) ? reply.body.value : []).filter(isObject).map(idOf).sort();
    const expected = ['one', 'two']
      .map((each) => group + place.below(each))
      .filter((id) => isWhole || model.can(caller.objectId, `${base}/read`, id))
      .map((id) => id.toLowerCase())
      .sort();
    assert.deepEqual(shown, expected, told);
    return isWhole ? 'granted' : 'filtered';
  }

  async function tryOne(tried: Tried): Promise<Answered> {
    const { caller, place, group, name, verb, random } = tried;
    if (verb === 'list') return tryList(tried);
    const { type, base } = place;
    const id = group + place.below(name);
    const none = group + place.below('none');
    const [action = ''] = Object.keys(type.actions ?? {});
    if (verb === 'action' && action === '') return 'nothing';
    const permission = type.actions?.[action]?.permission ?? `${base}/${action}/action`;
    const wanted = {
      get: { method: 'GET', permission: `${base}/read`, scope: id, tail: '' },
      put: { method: 'PUT', permission: `${base}/write`, scope: id, tail: '' },
      patch: { method: 'PATCH', permission: `${base}/write`, scope: id, tail: '' },
      delete: { method: 'DELETE', permission: `${base}/delete`, scope: none, tail: '' },
      action: { method: 'POST', permission, scope: none, tail: `/${action}` },
    }[verb];
    const target = `${spelled(wanted.scope + wanted.tail, random)}?api-version=${type.apiVersions[0]}`;
    // A body that nobody accepts: only who is let through hears of it.
    const body = verb === 'put' || verb === 'patch' ? '[]' : undefined;
    const reply = await estate.call(wanted.method, target, {
      as: caller,
      ...(body !== undefined && { body }),
    });
    const told = `${caller.name} ${wanted.method} ${target}: ${reply.status} ${reply.code}`;
    assert.ok(reply.status < 500, told);
    if (model.can(caller.objectId, wanted.permission, wanted.scope)) {
      assert.ok(!/AuthorizationFailed/.test(reply.code), told);
      return 'granted';
    }
    assert.match(reply.code, /^(?:DenyAssignment)?AuthorizationFailed$/, told);
    return 'refused';
  }

  function idOf(item: JsonObject): string {
    return String(item.id).toLowerCase();
  }
});

function pick<T>(random: Random, list: readonly T[]): T {
  const picked = list[random.integer(list.length)];
  assert.ok(picked !== undefined);
  return picked;
}
