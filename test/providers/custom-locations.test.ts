import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { arcRoutes } from '../../src/providers/kubernetes/index.ts';
import type { Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { caller } from './support.ts';

let estate: Estate;
let group: string;

before(async () => {
  ({ estate } = await everyType({ routes: arcRoutes }));
  group = await estate.group('edge');
});
after(() => estate.close());

const put = (name: string, host: string, namespace?: string) =>
  caller(estate, '2021-08-15')(
    'PUT',
    `${group}/providers/Microsoft.ExtendedLocation/customLocations/${name}`,
    {
      body: {
        location: 'eastus',
        properties: {
          hostResourceId: `${group}/providers/Microsoft.ResourceConnector/appliances/${host}`,
          ...(namespace === undefined ? {} : { namespace }),
        },
      },
    },
  );

test('two custom locations of one host never share a namespace, in whatever case, also when asked for at once', async () => {
  const first = await put('one', 'bridge', 'shared');
  assert.equal(first.status, 201, first.message);
  const taken = await put('two', 'BRIDGE', 'Shared');
  assert.deepEqual([taken.status, taken.code], [409, 'Conflict'], taken.message);
  assert.match(taken.message, /is taken by the custom location '.*\/one'\. Choose another namespace\./);
  assert.equal((await put('one', 'bridge', 'shared')).status, 200, 'its own');
  assert.equal((await put('two', 'other-bridge', 'shared')).status, 201, 'on another host');
  const atOnce = await Promise.all(['three', 'four', 'five'].map((name) => put(name, 'bridge', 'raced')));
  assert.deepEqual(atOnce.map(({ status }) => status).sort(), [201, 409, 409]);
});

const type = 'Microsoft.ExtendedLocation/customLocations';
const at = (name: string, more = '') => `${group}/providers/${type}/${name}${more}`;
const preview = () => caller(estate, '2024-09-15-preview');
const rule = (properties: JsonObject) => ({ body: { location: 'eastus', properties } });

test('the rule with the lowest priority that matches says in which resource group something comes to stand', async () => {
  assert.equal((await put('ruled', 'ruled-bridge')).status, 201);
  const [teams, rest] = [await estate.group('teams'), await estate.group('rest')];
  const rules: readonly (readonly [string, JsonObject])[] = [
    ['all', { priority: 900, targetResourceGroup: rest }],
    ['team', { priority: 10, selector: { matchLabels: { team: 'a' } }, targetResourceGroup: teams }],
    [
      'not',
      {
        priority: 5,
        selector: {
          matchExpressions: [
            { key: 'team', operator: 'NotIn', values: ['a', 'b'] },
            { key: 'x', operator: 'Exists' },
          ],
        },
        targetResourceGroup: group,
      },
    ],
  ];
  for (const [name, properties] of rules) {
    const made = await preview()('PUT', at('ruled', `/resourceSyncRules/${name}`), rule(properties));
    assert.equal(made.status, 201, made.message);
  }
  const target = async (labels: JsonObject) => {
    const { status, body } = await preview()('POST', at('ruled', '/findTargetResourceGroup'), {
      body: { labels },
    });
    return [
      status,
      body['targetResourceGroup'],
      String(body['matchedResourceSyncRule'] ?? '')
        .split('/')
        .at(-1),
    ];
  };
  assert.deepEqual(await target({ team: 'a' }), [200, teams, 'team']);
  assert.deepEqual(await target({ team: 'b', x: '' }), [200, rest, 'all']);
  assert.deepEqual(await target({ x: '' }), [200, group, 'not']);
  const all = at('ruled', '/resourceSyncRules/all');
  const changed = await preview()('PATCH', all, { body: { properties: { priority: 1 } } });
  assert.equal(changed.status, 200, changed.message);
  assert.deepEqual(await target({ team: 'a' }), [200, rest, 'all']);
  assert.equal((await preview()('DELETE', all)).status, 200);
  assert.deepEqual(await target({ team: 'b' }), [204, undefined, '']);
  assert.equal((await preview()('DELETE', at('ruled'))).status, 202);
  const gone = await preview()('GET', at('ruled', '/resourceSyncRules/team'));
  assert.equal(gone.status, 404, 'its rules go with a location');
});

test('a rule that cannot be is refused, by what is wrong with it', async () => {
  assert.equal((await put('strict', 'strict-bridge')).status, 201);
  const target = { priority: 1, targetResourceGroup: group };
  const expression = (of: JsonObject) => ({ ...target, selector: { matchExpressions: [of] } });
  const refused: readonly (readonly [JsonObject, string, RegExp])[] = [
    [{ targetResourceGroup: group }, 'InvalidParameter', /priority/],
    [{ ...target, priority: -1 }, 'InvalidParameter', /priority/],
    [{ ...target, priority: 'first' }, 'InvalidRequestContent', /properties\.priority/],
    [{ priority: 1 }, 'InvalidParameter', /targetResourceGroup/],
    [{ priority: 1, targetResourceGroup: at('strict') }, 'LinkedInvalidPropertyId', /targetResourceGroup/],
    [{ priority: 1, targetResourceGroup: `${group}x` }, 'ResourceGroupNotFound', /edgex/],
    [expression({ key: 'a', operator: 'Gt', values: ['1'] }), 'InvalidParameter', /operator/],
    [expression({ operator: 'Exists' }), 'InvalidParameter', /key/],
    [expression({ key: 'a', operator: 'In' }), 'InvalidParameter', /In needs values/],
    [expression({ key: 'a', operator: 'Exists', values: ['b'] }), 'InvalidParameter', /takes no values/],
  ];
  for (const [properties, code, message] of refused) {
    const reply = await preview()('PUT', at('strict', '/resourceSyncRules/r'), rule(properties));
    assert.deepEqual(
      [reply.status, reply.code],
      [400, code],
      `${JSON.stringify(properties)}: ${reply.message}`,
    );
    assert.match(reply.message, message);
  }
  const orphan = await preview()('PUT', at('nowhere', '/resourceSyncRules/r'), rule(target));
  assert.deepEqual([orphan.status, orphan.code], [404, 'ParentResourceNotFound']);
  const missing = await preview()('POST', at('nowhere', '/findTargetResourceGroup'), { body: {} });
  assert.equal(missing.status, 404);
});

test('a body of a location with a wrong type or an unknown member is refused', async () => {
  const sent = (properties: JsonObject) =>
    caller(estate, '2021-08-15')('PUT', at('typed'), {
      body: { location: 'eastus', properties: { hostResourceId: at('host'), ...properties } },
    });
  for (const properties of [{ displayName: {} }, { clusterExtensionIds: 'one' }, { colour: 'red' }]) {
    const reply = await sent(properties);
    assert.deepEqual([reply.status, reply.code], [400, 'InvalidRequestContent'], JSON.stringify(properties));
  }
});
