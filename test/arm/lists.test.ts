import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compileFilter } from '../../src/arm/index.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { assertLinear } from '../attack/steps.ts';
import { plainRequest } from '../support/request.ts';
import { type Estate, openEstate, people, tenantId } from './estate.ts';
import { thing, things } from './things.ts';

describe('lists and ARM-owned routes', () => {
  let estate: Estate;
  let dock: string;

  before(async () => {
    estate = await openEstate({
      types: things,
      metadata: (origin) => ({
        name: 'Drydock',
        resourceManager: origin,
        authentication: { loginEndpoint: `${origin}/login`, audiences: [origin] },
        microsoftGraphResourceId: `${origin}/graph/`,
        suffixes: {},
      }),
    });
    dock = await estate.group('Dock');
    const yard = await estate.group('Yard');
    const put = (at: string, name: string, body: JsonObject) =>
      estate.call('PUT', thing(at, name), { body: { location: 'eastus', ...body } });
    await put(dock, 'widgets/anchor', { tags: { Env: 'test', team: 'a' } });
    await put(dock, 'widgets/buoy', { location: 'westus2', tags: { env: 'prod' } });
    await put(yard, 'widgets/crane', { tags: { Env: 'test' }, sku: { name: 'S' } });
    await put(yard, 'engines/diesel', {});
    await estate.call('PUT', thing(dock, 'widgets/anchor/parts/chain'), { body: {} });
  });
  after(() => estate.close());

  const names = async (target: string): Promise<string[]> => {
    const reply = await estate.call('GET', target);
    assert.equal(reply.status, 200, `${target}: ${reply.message}`);
    return items(reply.body).map((item) => String(item.name));
  };
  const filtered = (filter: string) =>
    names(`${estate.subscription}/resources?$filter=${encodeURIComponent(filter)}`);

  test('resources lists tracked resources without their properties', async () => {
    assert.deepEqual(await names(`${estate.subscription}/resources`), ['anchor', 'buoy', 'diesel', 'crane']);
    assert.deepEqual(await names(`${dock}/resources`), ['anchor', 'buoy']);
    const reply = await estate.call(
      'GET',
      `${dock}/resources?$expand=createdTime,changedTime,provisioningState`,
    );
    const [anchor] = items(reply.body);
    assert.equal(anchor?.properties, undefined);
    assert.equal(anchor?.provisioningState, 'Succeeded');
    assert.ok(anchor?.createdTime && anchor.changedTime);
    assert.equal((await estate.call('GET', `${dock}x/resources`)).code, 'ResourceGroupNotFound');
  });

  test('a $filter that nests, repeats or runs too long is refused and costs no more than linear work', async () => {
    const target = (filter: string) =>
      `${estate.subscription}/resources?$filter=${encodeURIComponent(filter)}`;
    const odd: Readonly<Record<string, (size: number) => string>> = {
      brackets: (size) => '('.repeat(size),
      closed: (size) => `${'('.repeat(size)}name eq 'a'${')'.repeat(size)}`,
      negations: (size) => `${'not '.repeat(size)}name eq 'a'`,
      quotes: (size) => `name eq '${"''".repeat(size)}`,
      blanks: (size) => `name${' '.repeat(size)}`,
      terms: (size) => Array.from({ length: size }, () => "name eq 'a'").join(' or '),
    };
    for (const [what, make] of Object.entries(odd)) {
      const reply = await estate.call('GET', target(make(8000)));
      assert.deepEqual([reply.status, reply.code], [400, 'InvalidFilterInQueryString'], what);
      await assertLinear({
        size: 100,
        input: make,
        run: (filter) => compileFilter(filter),
      });
    }
    const terms = await estate.call('GET', target(odd.terms?.(20) ?? ''));
    assert.equal(terms.status, 200, terms.message);
  });

  test('$filter speaks of type, group, name, location and tags', async () => {
    assert.deepEqual(await filtered("resourceType eq 'contoso.things/WIDGETS'"), ['anchor', 'buoy', 'crane']);
    assert.deepEqual(await filtered("resourceGroup eq 'yard'"), ['diesel', 'crane']);
    assert.deepEqual(await filtered("name eq 'buoy' or name eq 'crane'"), ['buoy', 'crane']);
    assert.deepEqual(await filtered("location eq 'West US 2'"), ['buoy']);
    assert.deepEqual(await filtered("tagName eq 'env' and tagValue eq 'test'"), ['anchor', 'crane']);
    assert.deepEqual(await filtered("tagName eq 'team' and tagValue eq 'test'"), []);
    assert.deepEqual(await filtered("substringof('an', name)"), ['anchor', 'crane']);
    assert.deepEqual(await filtered("startswith(tagName,'te') and resourceGroup ne 'Yard'"), ['anchor']);
    assert.deepEqual(await filtered("not (resourceGroup eq 'Dock') and (name eq 'diesel')"), ['diesel']);
    const encoded = `${estate.subscription}/resources?%24filter=name%20eq%20'buoy'`;
    assert.deepEqual(await names(encoded), ['buoy']);
    for (const wrong of ['name is buoy', 'nothing eq 1', "name eq 'a' and", "f('x')", "name eq 'a"]) {
      const target = `${estate.subscription}/resources?$filter=${encodeURIComponent(wrong)}`;
      assert.equal((await estate.call('GET', target)).code, 'InvalidFilterInQueryString', wrong);
    }
  });

  test('an option that a list does not honour is refused by name, in any case, everywhere', async () => {
    const lists = [
      '/subscriptions',
      '/tenants',
      `${estate.subscription}/locations`,
      `${estate.subscription}/providers`,
      `${estate.subscription}/resourcegroups`,
      `${estate.subscription}/resources`,
      `${dock}/resources`,
      `${dock}/providers/Contoso.Things/engines`,
      `${dock}/providers/Microsoft.Authorization/permissions`,
    ];
    const versionOf = (list: string) => (list.includes('Contoso') ? '2024-05-01' : '2022-04-01');
    for (const list of lists) {
      for (const option of ['$orderby', '$SELECT', '$search', '$skip']) {
        const reply = await estate.call('GET', `${list}?${option}=name&api-version=${versionOf(list)}`);
        assert.deepEqual([reply.status, reply.code], [400, 'UnsupportedQueryOption'], `${list} ${option}`);
        assert.ok(reply.message.includes(`'${option.toLowerCase()}'`), reply.message);
      }
      const filtered = await estate.call(
        'GET',
        `${list}?$filter=bogus eq 'x'&api-version=${versionOf(list)}`,
      );
      assert.deepEqual([filtered.status, filtered.code], [400, 'InvalidFilterInQueryString'], list);
    }
    const expanded = await estate.call('GET', `${dock}/resources?$expand=everything`);
    assert.deepEqual([expanded.status, expanded.code], [400, 'InvalidParameter']);
  });

  test('groups are filtered by tag', async () => {
    await estate.call('PATCH', dock, { body: { tags: { Kind: 'harbour' } } });
    const filter = encodeURIComponent("tagname eq 'kind' and tagvalue eq 'harbour'");
    assert.deepEqual(await names(`${estate.subscription}/resourcegroups?$filter=${filter}`), ['Dock']);
    assert.equal((await estate.call('HEAD', dock)).status, 204);
    assert.equal((await estate.call('HEAD', `${dock}x`)).status, 404);
  });

  test('pages follow each other through an absolute nextLink', async () => {
    const found: string[] = [];
    let next: string | undefined =
      `https://arm.test:8443${estate.subscription}/resources?$top=3&api-version=2024-11-01`;
    for (let pages = 0; next !== undefined; pages++) {
      assert.ok(pages < 3);
      const reply = await estate.call('GET', next);
      found.push(...items(reply.body).map((item) => String(item.name)));
      next = reply.body.nextLink === undefined ? undefined : String(reply.body.nextLink);
      if (next !== undefined) assert.match(next, /^https:\/\/arm\.test:8443\/subscriptions\/.*\$skiptoken=/);
    }
    assert.deepEqual(found, ['anchor', 'buoy', 'diesel', 'crane']);
    const bad = await estate.call('GET', `${estate.subscription}/resources?$top=none`);
    assert.equal(bad.status, 400);
  });

  test('collections at subscription, group and parent', async () => {
    assert.deepEqual(await names(thing(estate.subscription, 'widgets')), ['anchor', 'buoy', 'crane']);
    assert.deepEqual(await names(thing(dock, 'widgets')), ['anchor', 'buoy']);
    assert.deepEqual(await names(thing(dock, 'widgets/anchor/parts')), ['chain']);
    const orphan = await estate.call('GET', thing(dock, 'widgets/none/parts'));
    assert.equal(orphan.code, 'ParentResourceNotFound');
  });

  test('tenants, subscriptions and locations', async () => {
    const tenants = await estate.call('GET', '/tenants');
    assert.deepEqual(items(tenants.body), [
      {
        id: `/tenants/${tenantId}`,
        tenantId,
        countryCode: 'US',
        displayName: 'Drydock',
        domains: ['drydock.local'],
        tenantCategory: 'Home',
        defaultDomain: 'drydock.local',
        tenantType: 'AAD',
      },
    ]);
    const made = await estate.manager.subscriptions.create('Second');
    const subscriptions = items((await estate.call('GET', '/subscriptions')).body);
    assert.deepEqual(
      subscriptions.map((one) => one.displayName),
      ['Drydock', 'Second'],
    );
    const one = await estate.call('GET', `/subscriptions/${made.subscriptionId}?api-version=2022-12-01`);
    assert.deepEqual([one.body.tenantId, one.body.state], [tenantId, 'Enabled']);
    const locations = items((await estate.call('GET', `${estate.subscription}/locations`)).body);
    const west = locations.find(({ name }) => name === 'westus2');
    assert.equal(west?.displayName, 'West US 2');
    const empty = await estate.call('GET', `/subscriptions/${made.subscriptionId}/resources`);
    assert.deepEqual(empty.body.value, []);
  });

  test('provider metadata names types, versions and regions; operations name permissions', async () => {
    const provider = await estate.call('GET', `${estate.subscription}/providers/contoso.things`);
    assert.equal(provider.body.namespace, 'Contoso.Things');
    assert.equal(provider.body.registrationState, 'Registered');
    const types = provider.body.resourceTypes;
    assert.ok(Array.isArray(types));
    assert.deepEqual(types[0], {
      resourceType: 'widgets',
      locations: ['East US', 'West US 2'],
      apiVersions: ['2024-05-01', '2023-01-01-preview'],
      capabilities: 'SupportsTags, SupportsLocation',
    });
    const unknown = await estate.call('GET', `${estate.subscription}/providers/No.Such`);
    assert.deepEqual([unknown.status, unknown.code], [404, 'InvalidResourceNamespace']);
    assert.equal(items((await estate.call('GET', `${estate.subscription}/providers`)).body).length, 2);
    const operations = await names('/providers/Contoso.Things/operations');
    assert.ok(operations.includes('Contoso.Things/widgets/listKeys/action'));
  });

  test('metadata has three forms and needs no token', async () => {
    const get = (query: string) =>
      estate.manager.handler(plainRequest({ target: `/metadata/endpoints?${query}`, host: 'arm.test:8443' }));
    const read = async (query: string): Promise<unknown> => {
      const { body, status } = await get(query);
      assert.equal(status, 200);
      return body instanceof Uint8Array ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined;
    };
    const one = await read('api-version=2022-09-01');
    assert.equal((one as JsonObject).name, 'Drydock');
    assert.ok(Array.isArray(await read('')));
    assert.ok(Array.isArray(await read('api-version=2019-05-01')));
    const first = (await read('api-version=2015-01-01')) as JsonObject;
    assert.deepEqual(Object.keys(first), [
      'galleryEndpoint',
      'graphEndpoint',
      'portalEndpoint',
      'authentication',
    ]);
  });

  test('the tags resource merges, replaces and deletes on any scope', async () => {
    const anchor = `${dock}/providers/Contoso.Things/widgets/anchor`;
    const tags = `${anchor}/providers/Microsoft.Resources/tags/default`;
    const patch = (operation: string, sent: JsonObject) =>
      estate.call('PATCH', tags, { body: { operation, properties: { tags: sent } } });
    assert.deepEqual((await estate.call('GET', tags)).body.properties, { tags: { Env: 'test', team: 'a' } });
    assert.deepEqual((await patch('Merge', { team: 'b', more: '1' })).body.properties, {
      tags: { Env: 'test', team: 'b', more: '1' },
    });
    assert.deepEqual((await patch('Delete', { more: '1', team: 'x' })).body.properties, {
      tags: { Env: 'test', team: 'b' },
    });
    assert.deepEqual((await patch('Replace', { only: '1' })).body.properties, { tags: { only: '1' } });
    assert.equal((await patch('Explode', {})).status, 400);
    assert.deepEqual((await estate.call('GET', thing(dock, 'widgets/anchor'))).body.tags, { only: '1' });
    assert.equal((await estate.call('DELETE', tags)).status, 200);
    const onSubscription = `${estate.subscription}/providers/Microsoft.Resources/tags/default`;
    const put = await estate.call('PUT', onSubscription, { body: { properties: { tags: { cost: 'x' } } } });
    assert.deepEqual(put.body.properties, { tags: { cost: 'x' } });
    assert.deepEqual((await estate.call('GET', estate.subscription)).body.tags, { cost: 'x' });
  });

  test('a method that a route has not is refused as a method, not as an unknown type', async () => {
    for (const [method, path] of [
      ['PUT', `${dock}/providers/Microsoft.Authorization/permissions`],
      ['DELETE', `${estate.subscription}/locations`],
      ['POST', `${dock}/providers/Microsoft.Resources/tags/default`],
    ]) {
      const reply = await estate.call(String(method), `${path}?api-version=2022-04-01`, { body: {} });
      assert.deepEqual([reply.status, reply.code], [405, 'MethodNotAllowed'], path);
    }
  });

  test('tag names of a subscription are those that were made and those that are carried', async () => {
    const base = `${estate.subscription}/tagNames`;
    const made = await estate.call('PUT', `${base}/constructor`);
    assert.deepEqual([made.status, made.body.tagName, made.body.values], [201, 'constructor', []]);
    assert.equal((await estate.call('PUT', `${base}/constructor`)).status, 200);
    const value = await estate.call('PUT', `${base}/CONSTRUCTOR/tagValues/one`);
    assert.deepEqual(
      [value.status, value.body.tagValue, value.body.count],
      [201, 'one', { type: 'Total', value: 0 }],
    );
    const list = await estate.call('GET', base);
    const counts = new Map(
      items(list.body).map(({ tagName, count }) => [String(tagName).toLowerCase(), count]),
    );
    assert.deepEqual(counts.get('constructor'), { type: 'Total', value: 0 });
    assert.equal(JSON.stringify(counts.get('env')).includes('"value":0'), false);
    assert.deepEqual(
      [
        (await estate.call('DELETE', `${base}/env`)).status,
        (await estate.call('DELETE', `${base}/never`)).status,
      ],
      [409, 204],
    );
    assert.equal((await estate.call('DELETE', `${base}/constructor/tagValues/one`)).status, 200);
    assert.equal((await estate.call('DELETE', `${base}/constructor`)).status, 200);
    assert.equal((await estate.call('PUT', `${base}/none/tagValues/x`)).code, 'TagNameNotFound');
    assert.equal((await estate.call('PUT', `${base}/a%3Cb`)).code, 'InvalidTagNameCharacters');
    assert.equal((await estate.call('GET', base, { as: people.nobody })).status, 403);
  });

  test('permissions lists the caller’s own blocks', async () => {
    const reply = await estate.call(
      'GET',
      `${dock}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`,
    );
    assert.deepEqual(items(reply.body), [
      { actions: ['*'], notActions: [], dataActions: [], notDataActions: [] },
    ]);
  });
});

function items(body: JsonObject): JsonObject[] {
  return (Array.isArray(body.value) ? body.value : []).filter(
    (item): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}
