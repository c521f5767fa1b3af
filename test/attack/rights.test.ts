import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { builtInRoleId, type ResourceType } from '../../src/arm/index.ts';
import type { Json, JsonObject, Random } from '../../src/base/index.ts';
import { type Estate, people, type Reply } from '../arm/estate.ts';
import { everyType } from '../providers/every-type.ts';
import { attackRandom, attackTries } from './seed.ts';

/** Written into everything that is not the attacker's: no answer to him may hold it. */
const mark = 'not-for-the-attacker';
const { reader, nobody } = people;

interface Setting {
  readonly estate: Estate;
  readonly types: readonly ResourceType[];
  readonly mine: string;
  readonly foreign: string;
}

/** A group with one resource of every type, parents and all. */
async function fill(estate: Estate, types: readonly ResourceType[], group: string, text: string) {
  for (const type of types) {
    if (type.type === 'resourceGroups' || type.namespace === 'Microsoft.Authorization') continue;
    const id = `${group}/providers/${type.namespace}${type.type
      .split('/')
      .map((word) => `/${word}/one`)
      .join('')}`;
    await estate.manager.records.put({
      id,
      name: 'one',
      type: `${type.namespace}/${type.type}`,
      location: 'eastus',
      properties: { text },
      tags: { text },
      provisioningState: 'Succeeded',
      systemData: {
        createdBy: 'test',
        createdByType: 'User',
        createdAt: '2026-01-01T00:00:00Z',
        lastModifiedBy: 'test',
        lastModifiedByType: 'User',
        lastModifiedAt: '2026-01-01T00:00:00Z',
      },
      etag: '"1"',
    });
  }
}

async function assign(estate: Estate, scope: string, role: string, principalId: string): Promise<void> {
  const name = `30000000-0000-4000-8000-${principalId.slice(-12)}`;
  const path = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`;
  const made = await estate.call('PUT', path, {
    body: { properties: { roleDefinitionId: builtInRoleId(role), principalId } },
  });
  assert.equal(made.status, 201, made.message);
}

async function openSetting(): Promise<Setting> {
  const { estate, types } = await everyType();
  const [mine, foreign] = [await estate.group('Mine'), await estate.group('Foreign')];
  await fill(estate, types, mine, 'mine');
  await fill(estate, types, foreign, mark);
  return { estate, types, mine, foreign };
}

/** Every record outside a group, as text. */
async function outside({ estate }: Setting, group: string | undefined): Promise<string[]> {
  const all = await estate.manager.records.list('');
  return all
    .filter(({ id, properties }) => {
      if (group === undefined) return true;
      // A role has one record for the tenant; it belongs to where it can be assigned.
      const { assignableScopes: scopes } = properties;
      const places = Array.isArray(scopes) ? scopes.map(String) : [id];
      return !places.every((place) => isBelow(place, group));
    })
    .map((record) => JSON.stringify(record))
    .sort();
}

async function unlock({ estate }: Setting, group: string): Promise<void> {
  for (const { id, type } of await estate.manager.records.list(group)) {
    if (/^microsoft\.authorization\/locks$/i.test(type)) await estate.manager.records.remove(id);
  }
}

function isBelow(id: string, group: string): boolean {
  return `${id}/`.toLowerCase().startsWith(`${group}/`.toLowerCase());
}

interface Made {
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject | undefined;
}

const methods = ['GET', 'GET', 'PUT', 'PUT', 'PUT', 'PATCH', 'PATCH', 'POST', 'POST', 'DELETE', 'HEAD'];
const tails = [
  ...['/resources', '/providers/Microsoft.Resources/tags/default', '/exportTemplate', '/moveResources'],
  ...['/providers/Microsoft.Authorization/permissions', '/providers/Microsoft.Authorization/roleAssignments'],
  ...['/providers/Microsoft.Authorization/locks/one', '/providers/Microsoft.Authorization/roleDefinitions'],
  '/providers/Microsoft.Authorization/denyAssignments',
];

function makeRequest(random: Random, setting: Setting): Made {
  const { estate, types, mine, foreign } = setting;
  const type = pick(random, types);
  const group = pick(random, [mine, mine, foreign]);
  const method = pick(random, methods);
  const words = type.type.split('/');
  let path = type.type === 'resourceGroups' ? group : `${group}/providers/${type.namespace}`;
  if (type.type !== 'resourceGroups') {
    for (const [at, word] of words.entries()) {
      const last = at === words.length - 1;
      path += `/${word}`;
      if (last && method === 'GET' && chance(random, 3)) continue;
      path += `/${type.namespace === 'Microsoft.Authorization' ? guid(random) : pick(random, names)}`;
    }
  }
  if (method === 'POST') path += `/${pick(random, [...Object.keys(type.actions ?? {}), 'listKeys', 'x'])}`;
  if (chance(random, 6)) path = pick(random, [group, path, estate.subscription, '']) + pick(random, tails);
  if (chance(random, 25)) path = `${estate.subscription}/providers/${type.namespace}/${words[0]}`;
  if (chance(random, 25)) path = `${estate.subscription}/providers/${type.namespace}/register`;
  const version = pick(random, type.apiVersions);
  const query = chance(random, 8) ? `&$filter=${encodeURIComponent("resourceGroup eq 'Foreign'")}` : '';
  const body = ['PUT', 'PATCH', 'POST'].includes(method) ? makeBody(random, setting, type) : undefined;
  return { method, path: `${respell(random, path)}?api-version=${version}${query}`, body };
}

const names = ['one', 'one', 'two', 'default', 'AzureBastionSubnet'];

/** The same path, or one that a careless reader could take for another. */
function respell(random: Random, path: string): string {
  const segments = path.split('/');
  const at = 1 + random.integer(Math.max(1, segments.length - 1));
  const segment = segments[at] ?? '';
  switch (random.integer(14)) {
    case 0:
      return path.toUpperCase();
    case 1:
      return path.replace('/', '//');
    case 2:
      segments.splice(at, 0, '..');
      return segments.join('/');
    case 3:
      segments[at] = `${segment}%2F..%2F${segment}`;
      return segments.join('/');
    case 4:
      segments[at] = `${segment}.`;
      return segments.join('/');
    case 5:
      return `/${encodeURIComponent(segments.slice(0, 5).join('/'))}/${segments.slice(5).join('/')}`;
    case 6:
      segments[at] = segment.replace(/k/i, '\u212a');
      return segments.map(encodeURIComponent).join('/');
    case 7:
      return `${path}/`;
    default:
      return path;
  }
}

function makeBody(random: Random, setting: Setting, type: ResourceType): JsonObject {
  const { mine, foreign, estate } = setting;
  const places = (type.references ?? []).map(({ path }) => path);
  let body: JsonObject = { location: 'eastus', properties: { text: 'mine' } };
  for (let left = random.integer(3); left > 0; left--) {
    const target = pick(random, setting.types);
    const group = pick(random, [mine, foreign, foreign]);
    const words = target.type.split('/').map((word) => `/${word}/one`);
    const id =
      target.type === 'resourceGroups' ? group : `${group}/providers/${target.namespace}${words.join('')}`;
    const spelled = pick(random, [id, id, id.toUpperCase(), `${id}/`, ` ${id}`, id.slice(1), `${id}\u200b`]);
    const path = pick(random, [...places, ...places, 'properties.id', 'identity.type', 'managedBy']);
    body = merge(body, bodyWith(path, chance(random, 4) ? [mine, spelled] : spelled));
  }
  if (type.namespace === 'Microsoft.Authorization') {
    body = merge(body, {
      properties: {
        principalId: reader.objectId,
        roleDefinitionId: builtInRoleId(pick(random, ['Owner', 'Reader'])),
        scope: pick(random, [foreign, mine, '/']),
        roleName: `role ${random.integer(1_000_000)}`,
        permissions: [{ actions: ['*'], dataActions: ['*'] }],
        assignableScopes: pick(random, [[mine], [mine, foreign], [estate.subscription], ['/'], [foreign]]),
        level: 'ReadOnly',
      },
    });
  }
  return body;
}

/** A body with a value at a declared place. */
function bodyWith(path: string, value: Json): JsonObject {
  const steps = path.split(/(?=\[\]|\{\}|\.)/).map((step) => step.replace(/^\./, ''));
  let inner: Json = value;
  for (const step of steps.toReversed()) {
    if (step === '[]') inner = Array.isArray(inner) ? inner : [inner];
    else if (step === '{}') inner = { [String(inner)]: {} };
    else inner = { [step]: inner };
  }
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const merged: JsonObject = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = merged[name];
    const both = [before, value].every(
      (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
    );
    // Both are objects, as the line above says.
    merged[name] = both ? merge(before as JsonObject, value as JsonObject) : value;
  }
  return merged;
}

/** Every text in a value, names of members too. */
function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsOf(member)]);
}

describe('who owns one group', () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
    await assign(setting.estate, setting.mine, 'Owner', reader.objectId);
  });
  after(() => setting.estate.close());

  const tries = attackTries(6_000);
  it(`reads, changes and uses nothing outside it by ${tries} requests made at random`, async () => {
    const random = attackRandom('rights at Resource Manager');
    const { estate, mine, foreign } = setting;
    const before = await outside(setting, mine);
    const served = new Map<string, number>();
    for (let made = 0; made < tries; made++) {
      const { method, path, body } = makeRequest(random, setting);
      // Locks that the owner made would refuse nearly all that he asks for afterwards.
      if (made % 100 === 0) await unlock(setting, mine);
      // The group itself may go by its owner's wish: then there would be nothing left to try.
      if (method === 'DELETE' && /resourcegroups(\/|%2f)+mine(\.|\/|%2f)*\?/i.test(path)) continue;
      const reply = await estate.call(method, path, { as: reader, ...(body && { body }) });
      const told = `${method} ${path} ${JSON.stringify(body)} answered ${reply.status} ${reply.message}`;
      assert.ok(!JSON.stringify(reply.body).includes(mark), told);
      assert.notEqual(reply.status, 500, told);
      if (reply.status < 300) served.set(method, (served.get(method) ?? 0) + 1);
    }
    assert.deepEqual(await outside(setting, mine), before);
    for (const record of await estate.manager.records.list(mine)) {
      // Tags may say anything; any other text that names a resource is one that somebody may follow.
      const { properties, identity = null, extendedLocation = null, managedBy = '' } = record;
      for (const text of textsOf([properties, identity, extendedLocation, managedBy])) {
        const named = await estate.manager.records.get(text.replace(/\/$/, ''));
        assert.ok(
          !named || !isBelow(named.id, foreign),
          `${record.id} uses ${text}, which is not its owner's`,
        );
      }
    }
    // It must be able to fail: a fair part of the requests is allowed and does something.
    for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE']) {
      assert.ok((served.get(method) ?? 0) > 0, `${method} was served ${served.get(method) ?? 0} times`);
    }
  });
});

describe('who may read everything', () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
    await assign(setting.estate, setting.estate.subscription, 'Reader', nobody.objectId);
  });
  after(() => setting.estate.close());

  const tries = attackTries(3_000);
  it(`changes nothing and is given no credential by ${tries} requests made at random`, async () => {
    const random = attackRandom('a reader at Resource Manager');
    const before = await outside(setting, undefined);
    let read = 0;
    for (let made = 0; made < tries; made++) {
      const { method, path, body } = makeRequest(random, setting);
      const reply = await setting.estate.call(method, path, { as: nobody, ...(body && { body }) });
      const told = `${method} ${path} answered ${reply.status}`;
      if (method === 'GET' || method === 'HEAD') read += reply.status === 200 ? 1 : 0;
      // What is not there is not deleted, and a scope may have nothing to move.
      else assert.ok(reply.status >= 400, told);
    }
    assert.deepEqual(await outside(setting, undefined), before);
    assert.ok(read > 0);
  });
});

describe('who may do everything but one thing', () => {
  let setting: Setting;
  before(async () => {
    setting = await openSetting();
  });
  after(() => setting.estate.close());

  const role = '40000000-0000-4000-8000-000000000001';
  const at = (scope: string, type: string, name: string) =>
    `${scope}/providers/Microsoft.Authorization/${type}/${name}?api-version=2022-04-01`;

  /** Gives the attacker everything in his group but one action. */
  async function giveAllBut(action: string): Promise<void> {
    const { estate, mine } = setting;
    const made = await estate.call('PUT', at(mine, 'roleDefinitions', role), {
      body: {
        properties: {
          roleName: 'all but one',
          permissions: [{ actions: ['*'], notActions: [action] }],
          assignableScopes: [mine],
        },
      },
    });
    assert.equal(made.status, 201, made.message);
    const properties = { roleDefinitionId: role, principalId: nobody.objectId };
    const given = await estate.call('PUT', at(mine, 'roleAssignments', role), { body: { properties } });
    assert.equal(given.status, 201, given.message);
  }

  it('does not do that one thing, however its path is spelled', async () => {
    const random = attackRandom('all but one');
    const { estate, types, mine } = setting;
    let asked = 0;
    for (const type of types) {
      const base = `${type.namespace}/${type.type}`;
      const name = type.namespace === 'Microsoft.Authorization' ? guid(random) : 'one';
      const below = type.type.split('/').map((word) => `/${word}/${name}`);
      const path =
        type.type === 'resourceGroups' ? mine : `${mine}/providers/${type.namespace}${below.join('')}`;
      const actions = Object.entries(type.actions ?? {}).map(([word, action]) => ({
        method: 'POST',
        path: `${path}/${word}`,
        permission: action.permission ?? `${permissionBase(base)}/${word}/action`,
      }));
      const verbs = [
        { method: 'GET', path, permission: `${permissionBase(base)}/read` },
        { method: 'PUT', path, permission: `${permissionBase(base)}/write` },
        { method: 'PATCH', path, permission: `${permissionBase(base)}/write` },
        { method: 'DELETE', path, permission: `${permissionBase(base)}/delete` },
      ];
      for (const { method, path, permission } of [...verbs, ...actions]) {
        await giveAllBut(permission);
        const before = await outside(setting, undefined);
        for (let spelling = 0; spelling < 6; spelling++) {
          const spelled = spelling === 0 ? path : respell(random, path);
          const reply: Reply = await estate.call(method, `${spelled}?api-version=${type.apiVersions[0]}`, {
            as: nobody,
            ...(method === 'PUT' || method === 'PATCH'
              ? { body: { location: 'eastus', properties: {} } }
              : {}),
          });
          const told = `${method} ${spelled} without ${permission}: ${reply.status} ${reply.code}`;
          assert.ok(reply.status >= 400, told);
          if (spelling === 0) assert.equal(reply.code, 'AuthorizationFailed', told);
          asked++;
        }
        assert.deepEqual(await outside(setting, undefined), before, `${method} ${path}`);
      }
    }
    assert.ok(asked > 500, `${asked} requests`);
  });
});

/** Groups are asked for below subscriptions. */
function permissionBase(base: string): string {
  return base === 'Microsoft.Resources/resourceGroups'
    ? 'Microsoft.Resources/subscriptions/resourceGroups'
    : base;
}

function guid(random: Random): string {
  return `50000000-0000-4000-8000-${String(random.integer(4)).padStart(12, '0')}`;
}

function pick<T>(random: Random, list: readonly T[]): T {
  const picked = list[random.integer(list.length)];
  assert.ok(picked !== undefined);
  return picked;
}

/** True once in `times`. */
function chance(random: Random, times: number): boolean {
  return random.integer(times) === 0;
}
