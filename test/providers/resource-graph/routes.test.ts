import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/base/index.ts';
import { resourceGraphRoutes } from '../../../src/providers/resource-graph/index.ts';
import { type CallOptions, type Estate, people, tenantId } from '../../arm/estate.ts';
import { everyType } from '../every-type.ts';

const address = '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01';
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

describe('queries of Resource Graph', () => {
  let estate: Estate;
  let other: string;
  let open: string;
  let closed: string;

  before(async () => {
    ({ estate } = await everyType({ routes: resourceGraphRoutes }));
    other = `/subscriptions/${(await estate.manager.subscriptions.create('Other')).subscriptionId}`;
    open = await estate.group('open');
    closed = await estate.group('closed');
    await network(`${open}/providers/Microsoft.Network/virtualNetworks/seen`);
    await network(`${closed}/providers/Microsoft.Network/virtualNetworks/hidden`);
    await put(`${other}/resourceGroups/far`, { location: 'westeurope', tags: { secret: 'far' } });
    await network(`${other}/resourceGroups/far/providers/Microsoft.Network/virtualNetworks/away`);
    await put(
      `${open}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-0000000000e1?api-version=2022-04-01`,
      {
        properties: {
          roleDefinitionId: `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions/${reader}`,
          principalId: people.reader.objectId,
        },
      },
    );
  });
  after(() => estate.close());

  const put = async (target: string, body: JsonObject) => {
    const { status, message } = await estate.call('PUT', target, { body });
    assert.ok(status < 300, `${status} ${message}`);
  };
  const network = (id: string) =>
    put(id, { location: 'eastus', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } });
  const send = (body: JsonObject, options: CallOptions = {}) =>
    estate.call('POST', address, { ...options, body });
  const data = async (query: string, options: CallOptions = {}, more: JsonObject = {}) => {
    const reply = await send({ query, ...more }, options);
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
    return reply.body.data;
  };
  const asReader = { as: people.reader };

  test('show the columns of a resource, with its own properties', async () => {
    const [row] = (await data("resources | where name == 'seen'")) as [JsonObject];
    assert.deepEqual(Object.keys(row), [
      ...[
        'id',
        'name',
        'type',
        'tenantId',
        'kind',
        'location',
        'resourceGroup',
        'subscriptionId',
        'managedBy',
      ],
      ...['sku', 'plan', 'properties', 'tags', 'identity', 'zones', 'extendedLocation', 'systemData'],
    ]);
    assert.equal(row.type, 'microsoft.network/virtualnetworks');
    assert.deepEqual([row.tenantId, row.kind, row.resourceGroup, row.sku], [tenantId, '', 'open', null]);
    const [address] = (await data(
      "where name == 'seen' | project p = tostring(properties.addressSpace.addressPrefixes[0])",
    )) as [JsonObject];
    assert.deepEqual(address, { p: '10.0.0.0/16' });
  });

  test('keep subscriptions, groups and roles in tables of their own', async () => {
    assert.deepEqual(await data('resourcecontainers | summarize count() by type | order by type asc'), [
      { type: 'microsoft.resources/subscriptions', count_: 2 },
      { type: 'microsoft.resources/subscriptions/resourcegroups', count_: 3 },
    ]);
    assert.deepEqual(
      await data(
        "resourcecontainers | where type endswith '/subscriptions' and name == 'Other' | project properties.state",
      ),
      [{ properties_state: 'Enabled' }],
    );
    const assigned = `authorizationresources | where properties.principalId == '${people.reader.objectId}' | project type`;
    assert.deepEqual(await data(assigned), [{ type: 'microsoft.authorization/roleassignments' }]);
  });

  test('show a caller only what their roles let them read, through every operator', async () => {
    const seen = [{ name: 'seen' }];
    assert.deepEqual(await data('project name', asReader), seen);
    for (const query of [
      'resources | join kind=inner (resources | project id, name1 = name) on id | project name',
      'resources | union (resourcecontainers) | where type has "virtualnetworks" | project name',
      'resources | mv-expand a = properties.addressSpace.addressPrefixes | project name',
      'resources | summarize by name',
      'resources | extend all = 1 | join kind=leftouter (resources | extend all = 1, other = name) on all | project name = other',
    ]) {
      assert.deepEqual(await data(query, asReader), seen, query);
    }
    assert.deepEqual(await data('resourcecontainers | project name', asReader), [{ name: 'open' }]);
    assert.deepEqual(await data('resourcecontainers | summarize make_list(tostring(tags))', asReader), [
      { list_tags: [''] },
    ]);
    assert.deepEqual(await data('resources | count', { as: people.nobody }), [{ Count: 0 }]);
    assert.equal((await send({ query: 'resources' }, { as: null })).status, 401);
  });

  test('look at the subscriptions that are named, and at no others', async () => {
    const id = other.slice('/subscriptions/'.length);
    const names = (more: JsonObject, options: CallOptions = {}) =>
      data('resources | project name | order by name asc', options, more);
    assert.deepEqual(await names({ subscriptions: [id.toUpperCase()] }), [{ name: 'away' }]);
    assert.deepEqual(await names({ subscriptions: [id] }, asReader), []);
    assert.deepEqual(await names({ managementGroups: [tenantId] }, asReader), [{ name: 'seen' }]);
    assert.equal(((await names({ subscriptions: [id, id] })) as unknown[]).length, 1);
    const unknown = await send({
      query: 'resources',
      subscriptions: ['00000000-0000-4000-8000-000000000123'],
    });
    assert.deepEqual([unknown.status, unknown.code], [400, 'BadRequest']);
    const group = await send({ query: 'resources', managementGroups: ['other'] });
    assert.equal(group.status, 400);
    const noId = await send({ query: 'resources', subscriptions: ['../x'] });
    assert.equal(noId.status, 400);
  });

  test('come page by page, as objects or as a table', async () => {
    const query = 'resources | project name | order by name asc';
    const first = await send({ query, options: { $top: 2 } });
    assert.deepEqual(first.body.data, [{ name: 'away' }, { name: 'hidden' }]);
    assert.deepEqual(
      [first.body.totalRecords, first.body.count, first.body.resultTruncated],
      [3, 2, 'false'],
    );
    const token = first.body.$skipToken ?? '';
    const second = await send({ query, options: { $top: 2, $skipToken: token } });
    assert.deepEqual([second.body.data, second.body.$skipToken], [[{ name: 'seen' }], undefined]);
    for (const [asked, $skipToken] of [
      [`${query} `, token],
      [query, 'nonsense'],
      [query, Buffer.from('{"skip":-1}').toString('base64url')],
    ] as const) {
      assert.equal((await send({ query: asked, options: { $skipToken } })).status, 400);
    }
    const table = await send({
      query: 'resources | summarize n = count(), l = make_list(name), d = min(now()) by location',
      options: { resultFormat: 'table' },
    });
    assert.deepEqual((table.body.data as JsonObject).columns, [
      { name: 'location', type: 'string' },
      { name: 'n', type: 'integer' },
      { name: 'l', type: 'object' },
      { name: 'd', type: 'string' },
    ]);
  });

  test('are refused when their answer is too large, before it is written', async () => {
    const long = `let a = '${'a'.repeat(4_096)}'; let b = strcat(${Array(16).fill('a')}); let c = strcat(${Array(15).fill('b')});`;
    const columns = Array.from({ length: 400 }, (_, at) => `c${at} = c`);
    for (const query of [
      `${long} resources | project ${columns}`,
      `resources | mv-expand x = range | project ['${'n'.repeat(100_000)}'] = name`.replace(
        'range',
        `dynamic([${Array.from({ length: 500 }, (_, at) => at)}]) limit 500`,
      ),
    ]) {
      const { status, body } = await send({ query });
      const [detail] = ((body.error as JsonObject).details as JsonObject[]) ?? [];
      assert.deepEqual([status, detail?.code], [400, 'ResponsePayloadTooLarge']);
    }
  });

  test('are refused with the place of the fault in the details', async () => {
    const { status, code, message, body, headers } = await send({ query: 'resources | evaluate x' });
    assert.deepEqual([status, code], [400, 'BadRequest']);
    assert.match(
      message,
      /^Please provide below info when asking for support: timestamp = [^,]*Z, correlationId = /,
    );
    assert.ok(message.includes(String(headers['x-ms-correlation-request-id'])));
    assert.deepEqual((body.error as JsonObject).details, [
      {
        code: 'InvalidQuery',
        message:
          'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
      },
      {
        code: 'InvalidQueryLanguage',
        message: 'InvalidQueryLanguage',
        line: 1,
        characterPositionInLine: 12,
        token: 'evaluate',
      },
    ]);
    for (const wrong of [
      {},
      { query: 7 },
      { query: 'resources', options: { $top: 1_001 } },
      { query: 'resources', options: { resultFormat: 'csv' } },
      { query: 'resources', subscriptions: 'all' },
    ]) {
      assert.equal((await send(wrong)).status, 400, JSON.stringify(wrong));
    }
    assert.equal((await send({ query: 'resources', facets: [{ expression: 'name' }] })).status, 501);
    const history = await estate.call('POST', address.replace('resources', 'resourcesHistory'), {
      as: people.nobody,
    });
    assert.deepEqual([history.status, history.code], [501, 'NotImplemented']);
    assert.equal((await estate.call('GET', address)).status, 405);
  });
});
