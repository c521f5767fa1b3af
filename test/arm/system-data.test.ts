import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessTypes, builtInRoleId, madeByEstate } from '../../src/arm/index.ts';
import { type Estate, openEstate, people } from './estate.ts';
import { thing, things } from './things.ts';

let estate: Estate;
let group: string;

before(async () => {
  estate = await openEstate({ types: things });
  group = await estate.group('Dock');
  const name = estate.manager.context.random.uuid();
  await estate.manager.records.put({
    id: `${group}/providers/${accessTypes.roleAssignments}/${name}`,
    name,
    type: accessTypes.roleAssignments,
    properties: {
      scope: group,
      principalId: people.reader.objectId,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleId('Contributor')}`,
    },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(0),
    etag: '"x"',
  });
});
after(() => estate.close());

/** A fresh widget of the administrator, and the data of its making. */
async function made(name: string) {
  const path = thing(group, `widgets/${name}`);
  const answer = await estate.call('PUT', path, { body: { location: 'eastus' } });
  assert.equal(answer.status, 201, answer.message);
  const at = new Date(estate.clock.now()).toISOString();
  assert.deepEqual(answer.body.systemData, {
    createdBy: people.admin.name,
    createdByType: 'User',
    createdAt: at,
    lastModifiedBy: people.admin.name,
    lastModifiedByType: 'User',
    lastModifiedAt: at,
  });
  return { path, at };
}

for (const [how, change] of [
  ['put', (path: string) => estate.call('PUT', path, asReader({ location: 'eastus', tags: { a: 'b' } }))],
  ['patched', (path: string) => estate.call('PATCH', path, asReader({ tags: { a: 'b' } }))],
  [
    'given tags',
    (path: string) =>
      estate.call(
        'PATCH',
        `${path.replace(/\?.*/, '')}/providers/Microsoft.Resources/tags/default?api-version=2021-04-01`,
        asReader({ operation: 'Merge', properties: { tags: { a: 'b' } } }),
      ),
  ],
] as const) {
  test(`what is ${how} says who changed it last and when, and still who made it and when`, async () => {
    const { path, at } = await made(`w-${how.replace(' ', '-')}`);
    estate.clock.advance(90_000);
    const changed = await change(path);
    assert.equal(changed.status, 200, changed.message);
    const { body } = await estate.call('GET', path);
    assert.deepEqual(body.systemData, {
      createdBy: people.admin.name,
      createdByType: 'User',
      createdAt: at,
      lastModifiedBy: people.reader.name,
      lastModifiedByType: 'User',
      lastModifiedAt: new Date(estate.clock.now()).toISOString(),
    });
  });
}

test('a change that is refused changes neither', async () => {
  const { path, at } = await made('kept');
  estate.clock.advance(90_000);
  const refused = await estate.call('PATCH', path, { as: people.nobody, body: { tags: { a: 'b' } } });
  assert.equal(refused.status, 403);
  const { body } = await estate.call('GET', path, { as: people.reader });
  assert.ok(JSON.stringify(body.systemData).includes(`"lastModifiedAt":"${at}"`));
});

function asReader(body: object) {
  return { as: people.reader, body };
}
