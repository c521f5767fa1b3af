import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JsonObject, nestingLevelsLimit } from '../../src/base/index.ts';
import { type Estate, openEstate, people } from './estate.ts';
import { thing, things } from './things.ts';

describe('the order of checks', () => {
  let estate: Estate;
  let group: string;

  before(async () => {
    estate = await openEstate({ types: things });
    group = await estate.group('Dock');
  });
  after(() => estate.close());

  test('a missing api-version is said to anyone', async () => {
    const reply = await estate.call('GET', '/subscriptions', { as: null, headers: { 'x-no-version': '1' } });
    assert.equal(reply.status, 400);
    assert.equal(reply.code, 'MissingApiVersionParameter');
  });

  test('an unknown subscription is said to anyone', async () => {
    const unknown = '/subscriptions/99999999-9999-4999-8999-999999999999/resourcegroups';
    assert.equal((await estate.call('GET', unknown, { as: null })).code, 'SubscriptionNotFound');
    const malformed = await estate.call('GET', '/subscriptions/x/resourcegroups', { as: null });
    assert.equal(malformed.status, 400);
    assert.equal(malformed.code, 'InvalidSubscriptionId');
  });

  test('no token is 401 with the challenge that names the tenant', async () => {
    const reply = await estate.call('GET', group, { as: null });
    assert.equal(reply.status, 401);
    assert.equal(reply.code, 'AuthenticationFailed');
    assert.match(
      reply.headers['www-authenticate'] ?? '',
      /^Bearer authorization_uri="https:\/\/login\.windows\.net\/1{8}-[^"]+", error="invalid_token", error_description="/,
    );
  });

  test('a caller without a role never learns whether something exists', async () => {
    const targets = [group, `${group}x`, thing(group, 'widgets/one'), thing(`${group}x`, 'widgets/one')];
    for (const target of [...targets, '/nothing/of/the/kind', `${estate.subscription}/resources`]) {
      const reply = await estate.call('GET', target, { as: people.nobody });
      assert.equal(reply.status, 403, target);
      assert.equal(reply.code, 'AuthorizationFailed');
    }
    const reply = await estate.call('DELETE', thing(group, 'widgets/one'), { as: people.nobody });
    assert.equal(
      reply.message,
      `The client 'nobody@drydock.local' with object id '${people.nobody.objectId}' does not have authorization to perform action ` +
        `'Contoso.Things/widgets/delete' over scope '${group}/providers/Contoso.Things/widgets/one' or the scope is invalid. ` +
        'If access was recently granted, please refresh your credentials.',
    );
  });

  test('a namespace that is not there is no question of rights', async () => {
    for (const target of [group, `${group}x`]) {
      const reply = await estate.call('GET', `${target}/providers/No.Such/types/x`, { as: people.nobody });
      assert.deepEqual([reply.status, reply.code], [404, 'InvalidResourceNamespace'], target);
    }
  });

  test('a method that is none of Resource Manager is refused', async () => {
    for (const method of ['OPTIONS', 'PURGE']) {
      assert.equal((await estate.call(method, group)).status, 405, method);
    }
  });

  test('a scope with escaped slashes is the same scope, and nothing else may hide a slash', async () => {
    const escaped = `/${encodeURIComponent(group)}/providers/Contoso.Things/widgets/one`;
    assert.equal((await estate.call('GET', escaped)).code, 'ResourceNotFound');
    assert.equal((await estate.call('GET', escaped, { as: people.nobody })).status, 403);
    for (const hidden of ['%2F..%2Fx', 'a%2Fb', '%5Cx']) {
      assert.equal(
        (await estate.call('GET', `${group}/providers/Contoso.Things/widgets/${hidden}`)).status,
        400,
      );
    }
    const twice = `/${encodeURIComponent(encodeURIComponent(group))}/providers/Contoso.Things/widgets/one`;
    assert.notEqual((await estate.call('GET', twice)).status, 200);
  });

  test('writes need a registered namespace, reads do not', async () => {
    const provider = `${estate.subscription}/providers/Contoso.Things`;
    await estate.call('POST', `${provider}/unregister`);
    const refused = await estate.call('PUT', thing(`${group}x`, 'widgets/one'), {
      body: { location: 'eastus' },
    });
    assert.equal(refused.status, 409);
    assert.equal(refused.code, 'MissingSubscriptionRegistration');
    assert.match(refused.message, /not registered to use namespace 'Contoso\.Things'/);
    assert.equal((await estate.call('GET', thing(group, 'widgets/one'))).code, 'ResourceNotFound');
    const registered = await estate.call('POST', `${provider}/register`);
    assert.equal(registered.body.registrationState, 'Registered');
  });

  test('group, namespace, type and version are refused in this order', async () => {
    const put = (target: string) => estate.call('PUT', target, { body: { location: 'eastus' } });
    assert.deepEqual(await codeAnd(put(thing(`${group}x`, 'widgets/one'))), [404, 'ResourceGroupNotFound']);
    assert.deepEqual(await codeAnd(put(`${group}/providers/No.Such/types/x`)), [
      404,
      'InvalidResourceNamespace',
    ]);
    assert.deepEqual(await codeAnd(put(thing(group, 'gadgets/x'))), [404, 'InvalidResourceType']);
    const old = await put(`${group}/providers/Contoso.Things/widgets/x?api-version=2020-01-01`);
    assert.equal(old.code, 'NoRegisteredProviderFound');
    assert.equal(
      old.message,
      "No registered resource provider found for location 'eastus' and API version '2020-01-01' for type 'widgets'. The supported " +
        "api-versions are '2024-05-01, 2023-01-01-preview'. The supported locations are 'eastus, westus2'.",
    );
    const between = `${group}/providers/Contoso.Things/widgets/x?api-version=2023-11-01`;
    assert.equal((await estate.call('GET', between)).code, 'ResourceNotFound');
    for (const version of ['2099-01-01', '2098-12-31-beta', '2024-05-01-future', 'latest']) {
      const refused = await put(`${group}/providers/Contoso.Things/widgets/x?api-version=${version}`);
      assert.deepEqual([refused.status, refused.code], [400, 'NoRegisteredProviderFound'], version);
    }
    const bad = await estate.call('GET', `${group}?api-version=1999-01-01`);
    assert.deepEqual([bad.status, bad.code], [400, 'InvalidApiVersionParameter']);
    assert.match(bad.message, /The supported versions are '2025-04-01,2025-03-01,/);
  });

  test('location rules', async () => {
    const target = thing(group, 'widgets/placed');
    const put = (body: unknown) => estate.call('PUT', target, { body });
    assert.equal((await put({ properties: {} })).code, 'LocationRequired');
    const nowhere = await put({ location: 'atlantis' });
    assert.equal(nowhere.code, 'LocationNotAvailableForResourceType');
    assert.match(nowhere.message, /List of available regions for the resource type is 'eastus,westus2'\.$/);
    assert.equal((await put({ location: 'West US 2' })).body.location, 'westus2');
    const moved = await put({ location: 'eastus' });
    assert.deepEqual([moved.status, moved.code], [409, 'InvalidResourceLocation']);
    const group2 = await estate.call('PUT', group, { body: { location: 'westus' } });
    assert.deepEqual([group2.status, group2.code], [409, 'InvalidResourceGroupLocation']);
  });

  test('names, parents, media types and methods', async () => {
    const body = { location: 'eastus' };
    const name = await estate.call('PUT', thing(group, 'widgets/1st'), { body });
    assert.deepEqual([name.status, name.code], [400, 'InvalidResourceName']);
    const orphan = await estate.call('PUT', thing(group, 'widgets/none/parts/p'), {
      body: { properties: {} },
    });
    assert.deepEqual([orphan.status, orphan.code], [404, 'ParentResourceNotFound']);
    assert.equal(
      orphan.message,
      "Failed to perform 'write' on resource(s) of type 'widgets/parts', because the parent resource " +
        `'${group}/providers/Contoso.Things/widgets/none' could not be found.`,
    );
    const form = await estate.call('PUT', thing(group, 'widgets/w'), {
      body: 'a=b',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.deepEqual([form.status, form.code], [415, 'UnsupportedMediaType']);
    assert.equal((await estate.call('PUT', thing(group, 'widgets'), { body })).status, 405);
    assert.equal((await estate.call('POST', thing(group, 'widgets/placed/dance'))).status, 405);
    const escaped = thing(`${estate.subscription}/resourceGroups/Dock%2Fproviders`, 'widgets/w');
    assert.equal((await estate.call('GET', escaped)).status, 400);
    const unknown = await estate.call('GET', '/nothing/of/the/kind');
    assert.deepEqual([unknown.status, unknown.code], [404, 'NotFound']);
  });

  test('a trailing comma is refused with its place and creates nothing', async () => {
    const text = '{\n  "location": "eastus",\n  "properties": {\n    "size": 1,\n  }\n}';
    const reply = await estate.call('PUT', thing(group, 'widgets/comma'), { body: text });
    assert.equal(reply.status, 400);
    assert.equal(reply.code, 'InvalidRequestContent');
    assert.match(reply.message, /could not be deserialized: 'Invalid property identifier character: }/);
    assert.match(reply.message, /Path 'properties', line 5, position 3\./);
    assert.match(reply.message, /no trailing comma/);
    assert.equal((await estate.call('GET', thing(group, 'widgets/comma'))).status, 404);
  });

  test('a failure inside a provider tells nothing of its cause', async () => {
    const broken = await openEstate({
      types: [
        {
          ...(things[0] ?? assert.fail()),
          prepare() {
            throw new TypeError('secret');
          },
        },
      ],
    });
    const target = thing(await broken.group('g'), 'widgets/w');
    const reply = await broken.call('PUT', target, { body: { location: 'eastus' } });
    assert.deepEqual([reply.status, reply.code], [500, 'InternalServerError']);
    assert.match(reply.message, /^Encountered internal server error\. Diagnostic information: timestamp '/);
    assert.doesNotMatch(reply.message, /secret/);
    assert.equal(reply.headers['x-ms-failure-cause'], 'service');
    await broken.close();
  });

  async function codeAnd(call: Promise<{ status: number; code: string }>) {
    const { status, code } = await call;
    return [status, code];
  }
});

describe('resources', () => {
  let estate: Estate;
  let group: string;

  before(async () => {
    estate = await openEstate({ types: things });
    group = await estate.group('Dock');
  });
  after(() => estate.close());

  test('a tracked resource is made, read in any case, and deleted', async () => {
    const widget = `${group}/providers/Contoso.Things/widgets/One`;
    const made = await estate.call('PUT', thing(group, 'widgets/One'), {
      body: { location: 'West US 2', tags: { a: 'b' }, properties: { size: 1 }, sku: { name: 'S' } },
    });
    assert.equal(made.status, 201);
    assert.deepEqual(Object.keys(made.body), [
      'id',
      'name',
      'type',
      'location',
      'tags',
      'sku',
      'properties',
      'systemData',
      'etag',
    ]);
    assert.equal(made.body.type, 'Contoso.Things/widgets');
    assert.deepEqual(made.body.properties, { size: 1, provisioningState: 'Succeeded' });
    const odd = thing(group, 'widgets/One').toUpperCase().replace('/PROVIDERS/', '/providers//');
    const read = await estate.call('GET', odd.replace('?', '/?'));
    assert.equal(read.status, 200);
    assert.equal(read.body.id, widget);
    assert.equal((await estate.call('HEAD', thing(group, 'widgets/one'))).status, 204);
    const again = await estate.call('PUT', thing(group, 'WIDGETS/ONE'), { body: { location: 'westus2' } });
    assert.equal(again.status, 200);
    assert.equal(again.body.id, widget);
    assert.equal(again.body.tags, undefined);
    assert.equal(again.body.sku, undefined);
    assert.equal((await estate.call('DELETE', thing(group, 'widgets/one'))).status, 200);
    assert.equal((await estate.call('DELETE', thing(group, 'widgets/one'))).status, 204);
    const gone = await estate.call('GET', thing(group, 'widgets/one'));
    assert.equal(
      gone.message,
      "The Resource 'Contoso.Things/widgets/one' under resource group 'Dock' was not found. For more details please go to " +
        'https://aka.ms/ARMResourceNotFoundFix',
    );
    assert.equal((await estate.call('HEAD', thing(group, 'widgets/one'))).status, 404);
  });

  test('the casing of what stands above is that of its maker', async () => {
    const made = await estate.call('PUT', thing(group.toUpperCase(), 'WIDGETS/Cased'), {
      body: { location: 'eastus' },
    });
    assert.equal(made.body.id, `${group}/providers/Contoso.Things/widgets/Cased`);
    const part = await estate.call('PUT', thing(group, 'widgets/CASED/PARTS/P'), { body: {} });
    assert.equal(part.body.id, `${group}/providers/Contoso.Things/widgets/Cased/parts/P`);
    assert.equal(part.body.location, undefined);
  });

  test('PATCH replaces tags, merges properties, and never creates', async () => {
    const target = thing(group, 'widgets/patched');
    assert.equal((await estate.call('PATCH', target, { body: {} })).code, 'ResourceNotFound');
    await estate.call('PUT', target, {
      body: {
        location: 'eastus',
        tags: { a: '1', b: '2' },
        properties: { keep: 1, drop: { x: 1 }, deep: { x: 1 } },
      },
    });
    const reply = await estate.call('PATCH', target, {
      body: { tags: { c: '3' }, properties: { drop: null, deep: { y: 2 } } },
    });
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.body.tags, { c: '3' });
    assert.deepEqual(reply.body.properties, {
      keep: 1,
      deep: { x: 1, y: 2 },
      provisioningState: 'Succeeded',
    });
  });

  test('etags: conditions of PUT, PATCH, DELETE and GET', async () => {
    const target = thing(group, 'widgets/tagged');
    const call = (method: string, headers: Record<string, string>) =>
      estate.call(method, target, { headers, ...(method !== 'GET' && { body: { location: 'eastus' } }) });
    assert.equal((await call('PUT', { 'if-match': '*' })).status, 412);
    assert.equal((await call('PATCH', { 'if-match': '*' })).status, 404);
    assert.equal((await call('DELETE', { 'if-match': '"x"' })).status, 204);
    const made = await call('PUT', { 'if-none-match': '*' });
    assert.equal(made.status, 201);
    const etag = String(made.body.etag);
    assert.match(etag, /^W\/"[0-9a-f-]{36}"$/);
    assert.equal(made.headers.etag, etag);
    assert.equal((await call('PUT', { 'if-none-match': '*' })).code, 'PreconditionFailed');
    assert.equal((await call('GET', { 'if-none-match': etag })).status, 304);
    assert.equal((await call('PUT', { 'if-match': '"other"' })).status, 412);
    const bare = etag.slice(3, -1);
    const changed = await call('PUT', { 'if-match': bare });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.body.etag, etag);
    assert.equal((await call('PATCH', { 'if-match': etag })).status, 412);
    assert.equal((await call('DELETE', { 'if-match': etag })).status, 412);
    assert.equal((await call('DELETE', { 'if-match': String(changed.body.etag) })).status, 200);
  });

  test('deleting a parent deletes its children and what hangs on it', async () => {
    await estate.call('PUT', thing(group, 'widgets/tree'), { body: { location: 'eastus' } });
    await estate.call('PUT', thing(group, 'widgets/tree/parts/leaf'), { body: {} });
    const note = thing(`${group}/providers/Contoso.Things/widgets/tree`, 'notes/n');
    const noted = await estate.call('PUT', note, { body: { properties: { text: 'x' } } });
    assert.equal(noted.status, 201);
    assert.equal((await estate.call('DELETE', thing(group, 'widgets/tree'))).status, 200);
    assert.equal((await estate.call('GET', note)).code, 'ParentResourceNotFound');
    assert.equal(
      (await estate.manager.records.list(`${group}/providers/Contoso.Things/widgets/tree`)).length,
      0,
    );
  });

  test('actions answer 200 with a body and 204 without, in any case', async () => {
    await estate.call('PUT', thing(group, 'widgets/acts'), { body: { location: 'eastus' } });
    const keys = await estate.call('POST', thing(group, 'widgets/acts/LISTKEYS'));
    assert.deepEqual([keys.status, keys.body], [200, { keys: ['acts'] }]);
    assert.equal((await estate.call('POST', thing(group, 'widgets/acts/restart'))).status, 204);
    assert.equal((await estate.call('POST', thing(group, 'widgets/none/restart'))).code, 'ResourceNotFound');
  });

  test('systemData says who made and who changed it', async () => {
    const made = await estate.call('PUT', thing(group, 'widgets/signed'), { body: { location: 'eastus' } });
    estate.clock.advance(5000);
    const changed = await estate.call('PUT', thing(group, 'widgets/signed'), {
      body: { location: 'eastus' },
    });
    const first = made.body.systemData;
    assert.deepEqual(changed.body.systemData, {
      ...(typeof first === 'object' ? first : {}),
      lastModifiedAt: new Date(estate.clock.now()).toISOString(),
    });
  });

  test('tags are limited and their names compare without case', async () => {
    const put = (tags: unknown) =>
      estate.call('PUT', thing(group, 'widgets/t'), { body: { location: 'eastus', tags } });
    const reserved = await put({ 'a<b': 'x' });
    assert.equal(reserved.code, 'InvalidTagNameCharacters');
    assert.equal(
      reserved.message,
      "The tag names 'a<b' have reserved characters '<,>,%,&,\\,?,/' or control characters.",
    );
    assert.equal((await put({ ['n'.repeat(513)]: 'x' })).code, 'InvalidTag');
    assert.equal((await put({ a: 'x', A: 'y' })).code, 'InvalidTag');
    assert.equal((await put({ a: 'x'.repeat(257) })).code, 'InvalidTag');
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`n${index}`, 'v']));
    assert.equal((await put(many)).code, 'InvalidTag');
    const { n50: _last, ...fifty } = many;
    assert.equal((await put({ ...fifty, ['n'.repeat(512)]: 'v'.repeat(256), n0: undefined })).status, 201);
    // Whoever adds one in another way is refused as well.
    const target = thing(group, 'widgets/t');
    assert.equal((await put(fifty)).status, 200);
    assert.equal((await estate.call('PATCH', target, { body: { tags: many } })).code, 'InvalidTag');
    const tags = `${group}/providers/Contoso.Things/widgets/t/providers/Microsoft.Resources/tags/default`;
    const merge = { operation: 'Merge', properties: { tags: { more: 'x' } } };
    assert.equal((await estate.call('PATCH', tags, { body: merge })).code, 'InvalidTag');
  });

  test('what no resource has at the top of a body is refused, and what this type has not', async () => {
    const put = (more: object) =>
      estate.call('PUT', thing(group, 'widgets/top'), { body: { location: 'eastus', ...more } });
    const unknown = await put({ propertys: {} });
    assert.deepEqual([unknown.status, unknown.code], [400, 'InvalidRequestContent']);
    assert.match(
      unknown.message,
      /'Could not find member 'propertys' on object of type 'ResourceDefinition'\. Path 'propertys'/,
    );
    for (const [member, value] of [
      ['zones', ['1']],
      ['extendedLocation', { type: 'EdgeZone', name: 'x' }],
      ['plan', { name: 'p' }],
      ['managedBy', group],
    ] as const) {
      const reply = await put({ [member]: value });
      assert.deepEqual([reply.status, reply.code], [501, 'NotImplemented'], member);
      assert.match(reply.message, new RegExp(`'${member}' of 'Contoso.Things/widgets'`));
    }
    const nothing = await put({ zones: [], plan: null, managedBy: '', extendedLocation: {} });
    assert.equal(nothing.status, 201, nothing.message);
    const again = await put({
      ...nothing.body,
      ID: nothing.body.id,
      systemData: {},
      Etag: 'x',
      provisioningState: 'x',
    });
    assert.equal(again.status, 200, again.message);
  });

  test('a body as deep as the server reads any is kept, changed and removed; a deeper one is refused', async () => {
    const target = thing(group, 'widgets/deep');
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const body = (levels: number) => `{"location":"eastus","properties":${nested(levels)}}`;
    const deep = nestingLevelsLimit - 1;
    const refused = await estate.call('PUT', target, { body: body(deep + 1) });
    assert.deepEqual([refused.status, refused.code], [400, 'InvalidRequestContent']);
    assert.match(refused.message, new RegExp(`nests deeper than ${nestingLevelsLimit} levels`));
    assert.equal((await estate.call('PUT', target, { body: body(deep) })).status, 201);
    const patched = await estate.call('PATCH', target, {
      body: `{"properties":${nested(deep).replace('1', '2')}}`,
    });
    assert.equal(patched.status, 200, patched.message);
    const shown = await estate.call('GET', target);
    const again = await estate.call('PUT', target, { body: shown.body });
    assert.deepEqual([again.status, JSON.stringify(again.body.properties).includes('"a":2')], [200, true]);
    assert.equal((await estate.call('DELETE', target)).status, 200);
  });

  test('a PATCH that names what it would not change is refused, and changes nothing', async () => {
    const target = thing(group, 'widgets/unpatched');
    const made = await estate.call('PUT', target, { body: { location: 'eastus', properties: { a: 1 } } });
    assert.equal(made.status, 201, made.message);
    const refused = async (body: JsonObject) => {
      const { status, code } = await estate.call('PATCH', target, {
        body: { tags: { lost: 'yes' }, ...body },
      });
      return [status, code];
    };
    assert.deepEqual(await refused({ propertis: { a: 2 } }), [400, 'InvalidRequestContent']);
    assert.deepEqual(await refused({ location: 'westus' }), [400, 'PropertyChangeNotAllowed']);
    assert.deepEqual(await refused({ plan: { name: 'p' } }), [501, 'NotImplemented']);
    const { body } = await estate.call('GET', target);
    assert.deepEqual(
      [body.location, body.tags, body.properties],
      ['eastus', made.body.tags, made.body.properties],
    );
    const whole = await estate.call('PATCH', target, { body: { ...body, tags: { kept: 'yes' } } });
    assert.deepEqual([whole.status, whole.body.tags], [200, { kept: 'yes' }], whole.message);
  });

  test('every answer carries the headers that clients read', async () => {
    const id = '12345678-1234-4234-8234-123456789abc';
    const reply = await estate.call('GET', group, {
      headers: { 'x-ms-client-request-id': 'mine', 'x-ms-correlation-request-id': id },
    });
    assert.equal(reply.headers['x-ms-client-request-id'], 'mine');
    assert.equal(reply.headers['x-ms-correlation-request-id'], id);
    assert.match(reply.headers['x-ms-request-id'] ?? '', /^[0-9a-f-]{36}$/);
    assert.match(reply.headers['x-ms-routing-request-id'] ?? '', /^EASTUS:\d{8}T\d{6}Z:[0-9a-f-]{36}$/);
    assert.equal(reply.headers['x-ms-ratelimit-remaining-subscription-reads'], '1099');
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    assert.equal(reply.headers['cache-control'], 'no-cache');
    const refused = await estate.call('GET', `${group}x`);
    assert.equal(refused.headers['x-ms-failure-cause'], 'gateway');
    assert.equal(refused.headers['content-type'], 'application/json; charset=utf-8');
  });
});
