import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { people } from '../arm/estate.ts';
import { type DeploymentEstate, openDeployments, subscriptionSchema, template } from './deployment-estate.ts';

const networkVersion = '2024-05-01';

/** A network with a subnet and an address, as Bicep compiles it. */
const network = template({
  parameters: {
    prefix: { type: 'string', minLength: 2, metadata: { description: 'Begins all names.' } },
    location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    ports: { type: 'array', defaultValue: [] },
    password: { type: 'securestring', defaultValue: 'hidden-value' },
  },
  variables: { vnet: "[format('{0}-vnet', parameters('prefix'))]" },
  resources: [
    {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: networkVersion,
      name: "[variables('vnet')]",
      location: "[parameters('location')]",
      tags: { owner: 'me' },
      properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
    },
    {
      type: 'Microsoft.Network/virtualNetworks/subnets',
      apiVersion: networkVersion,
      name: "[format('{0}/{1}', variables('vnet'), 'one')]",
      properties: { addressPrefix: "[cidrSubnet('10.0.0.0/16', 24, 3)]" },
      dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', variables('vnet'))]"],
    },
  ],
  outputs: {
    subnet: {
      type: 'string',
      value:
        "[reference(resourceId('Microsoft.Network/virtualNetworks/subnets', variables('vnet'), 'one'), '2024-05-01').addressPrefix]",
    },
    secret: { type: 'securestring', value: "[concat(parameters('password'), '!')]" },
  },
});

const properties = (body: JsonObject) => body.properties as JsonObject;

describe('deployments', () => {
  let estate: DeploymentEstate;

  before(async () => {
    estate = await openDeployments();
  });
  after(() => estate.close());

  test('a template makes its resources in order and tells its outputs, and the same again changes nothing', async () => {
    const group = await estate.group('first');
    for (const name of ['one', 'two']) {
      const done = await estate.deploy(group, name, {
        template: network,
        parameters: { prefix: { value: 'ab' } },
      });
      assert.equal(properties(done.body).provisioningState, 'Succeeded', JSON.stringify(done.body));
      assert.deepEqual(properties(done.body).outputs, {
        subnet: { type: 'String', value: '10.0.3.0/24' },
        secret: { type: 'SecureString' },
      });
      assert.doesNotMatch(JSON.stringify(done.body), /hidden-value/);
    }
  });

  const identity = (name: string, more: JsonObject = {}): JsonObject => ({
    type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
    apiVersion: '2023-01-31',
    name,
    location: 'eastus',
    ...more,
  });
  const deploymentId = (scope: string, name: string) =>
    `${scope}/providers/Microsoft.Resources/deployments/${name}`;

  test('symbolic names, loops, conditions and what is there already', async () => {
    const group = await estate.group('symbols');
    await estate.deploy(group, 'before', { template: template({ resources: [identity('old')] }) });
    const resources = {
      old: {
        existing: true,
        type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
        apiVersion: '2023-01-31',
        name: 'old',
      },
      each: identity("[format('id{0}', copyIndex())]", {
        copy: { name: 'each', count: 3, mode: 'serial', batchSize: 1 },
        tags: { before: "[reference('old').principalId]" },
      }),
      never: identity('never', { condition: '[equals(1, 2)]', dependsOn: ['each'] }),
      last: identity('last', {
        dependsOn: ['each', 'never'],
        tags: { of: "[reference(format('each[{0}]', 1)).clientId]" },
      }),
    };
    const outputs = {
      all: {
        type: 'array',
        copy: { count: 3, input: "[reference(format('each[{0}]', copyIndex())).principalId]" },
      },
      count: { type: 'int', value: "[length(references('each'))]" },
    };
    const done = await estate.deploy(group, 'main', {
      template: template({ languageVersion: '2.0', resources, outputs }),
    });
    assert.equal(properties(done.body).provisioningState, 'Succeeded', JSON.stringify(done.body));
    const shown = properties(done.body).outputs as Record<string, { value: unknown }>;
    assert.equal(new Set(shown['all']?.value as string[]).size, 3);
    assert.equal(shown['count']?.value, 3);
    const names = (
      await estate.manager.records.list(group, 'Microsoft.ManagedIdentity/userAssignedIdentities')
    ).map(({ name }) => name);
    assert.deepEqual(names.sort(), ['id0', 'id1', 'id2', 'last', 'old']);
    assert.equal((properties(done.body).outputResources as unknown[]).length, 4);
  });

  test('a deployment at a subscription makes a group and deploys into it, with both scopes of evaluation', async () => {
    const nested = (name: string, scope: string, inner: JsonObject, parameters: JsonObject) => ({
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name,
      resourceGroup: 'made',
      dependsOn: ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'made')]"],
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope },
        parameters,
        template: template(inner),
      },
    });
    const resources = [
      {
        type: 'Microsoft.Resources/resourceGroups',
        apiVersion: '2024-03-01',
        name: 'made',
        location: 'eastus',
      },
      nested(
        'inner',
        'inner',
        { parameters: { n: { type: 'string' } }, resources: [identity("[parameters('n')]")] },
        { n: { value: "[parameters('name')]" } },
      ),
      nested('outer', 'outer', { resources: [identity("[concat(parameters('name'), '2')]")] }, {}),
    ];
    const source = template({ parameters: { name: { type: 'string' } }, resources }, subscriptionSchema);
    const parameters = { name: { value: 'first' } };
    const done = await estate.deploy(
      estate.subscription,
      'whole',
      { template: source, parameters },
      { location: 'eastus' },
    );
    assert.equal(properties(done.body).provisioningState, 'Succeeded', JSON.stringify(done.body));
    assert.equal(done.body.location, 'eastus');
    const made = await estate.manager.records.list(
      `${estate.subscription}/resourceGroups/made`,
      'Microsoft.ManagedIdentity/userAssignedIdentities',
    );
    assert.deepEqual(made.map(({ name }) => name).sort(), ['first', 'first2']);
    const without = await estate.deploy(estate.subscription, 'whole', { template: source, parameters });
    assert.deepEqual([without.status, without.code], [400, 'InvalidDeployment']);
  });

  test('a resource that is refused fails the deployment with its reason, and what needs it is never begun', async () => {
    const group = await estate.group('failing');
    const assignment = {
      type: 'Microsoft.Authorization/roleAssignments',
      apiVersion: '2022-04-01',
      name: "[guid('a')]",
      properties: {
        roleDefinitionId:
          "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
        principalId: '00000000-0000-4000-8000-0000000000ee',
      },
    };
    const resources = [
      assignment,
      identity('after', {
        dependsOn: ["[resourceId('Microsoft.Authorization/roleAssignments', guid('a'))]"],
      }),
      identity('beside'),
    ];
    const done = await estate.deploy(group, 'main', { template: template({ resources }) });
    const error = properties(done.body).error as JsonObject;
    assert.equal(properties(done.body).provisioningState, 'Failed');
    assert.equal(error.code, 'DeploymentFailed');
    assert.equal((error.details as JsonObject[])[0]?.code, 'PrincipalNotFound');
    const operations = await estate.call('GET', `${deploymentId(group, 'main')}/operations`);
    const states = (operations.body.value as JsonObject[]).map((one) => properties(one).provisioningState);
    assert.deepEqual(states.sort(), ['Failed', 'Succeeded']);
    assert.equal(
      await estate.manager.records.get(
        `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/after`,
      ),
      undefined,
    );
  });

  test('whoever may deploy may not make what he may not make', async () => {
    const group = await estate.group('guarded');
    const role = {
      properties: {
        roleName: 'Deployer',
        type: 'CustomRole',
        permissions: [{ actions: ['Microsoft.Resources/deployments/*'], notActions: [] }],
        assignableScopes: [estate.subscription],
      },
    };
    const roleId = `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-00000000d001`;
    assert.equal((await estate.call('PUT', `${roleId}?api-version=2022-04-01`, { body: role })).status, 201);
    const assignment = { properties: { roleDefinitionId: roleId, principalId: people.nobody.objectId } };
    const at = `${group}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000d002`;
    assert.equal(
      (await estate.call('PUT', `${at}?api-version=2022-04-01`, { body: assignment })).status,
      201,
    );
    const as = people.nobody;
    const source = template({ resources: [identity('mine')] });
    const refused = await estate.deploy(group, 'd', { template: source }, { as });
    assert.deepEqual([refused.status, refused.code], [403, 'InvalidTemplateDeployment']);
    assert.match(
      refused.message,
      /Authorization failed for template resource 'mine' .*userAssignedIdentities\/write/,
    );
    // A deployment within asks as the same caller.
    const inner = {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: 'inner',
      properties: { mode: 'Incremental', template: source },
    };
    const nested = await estate.deploy(group, 'e', { template: template({ resources: [inner] }) }, { as });
    assert.match(JSON.stringify(nested.body), /Authorization failed for template resource 'mine'/);
    // Reading through a template is reading.
    const outputs = {
      o: {
        type: 'object',
        value:
          "[reference(resourceId('first', 'Microsoft.Network/virtualNetworks', 'ab-vnet'), '2024-05-01')]",
      },
    };
    const read = await estate.deploy(group, 'f', { template: template({ outputs }) }, { as });
    assert.equal(properties(read.body).provisioningState, 'Failed');
    assert.doesNotMatch(JSON.stringify(read.body), /10\.0\.0\.0/);
    assert.equal((await estate.call('GET', deploymentId(group, 'f'), { as: people.reader })).status, 403);
  });

  test('complete mode takes away what is not in the template, as what-if said', async () => {
    const group = await estate.group('complete');
    const one = await estate.deploy(group, 'one', {
      template: template({ resources: [identity('keep'), identity('goes')] }),
    });
    assert.equal(properties(one.body).provisioningState, 'Succeeded', JSON.stringify(one.body));
    const only = template({ resources: [identity('keep', { tags: { a: 'b' } })] });
    const sent = { body: { properties: { mode: 'Complete', template: only } } };
    const told = await estate.call('POST', `${deploymentId(group, 'two')}/whatIf`, sent);
    const changes = properties(told.body).changes as JsonObject[];
    assert.deepEqual(
      changes.map(({ resourceId, changeType }) => [String(resourceId).split('/').at(-1), changeType]),
      [
        ['goes', 'Delete'],
        ['keep', 'Modify'],
      ],
    );
    const delta = changes[1]?.delta;
    assert.ok(Array.isArray(delta));
    assert.deepEqual(
      (delta as JsonObject[]).map(({ path, propertyChangeType }) => [path, propertyChangeType]),
      [['tags.a', 'Create']],
    );
    const done = await estate.deploy(group, 'two', { template: only, mode: 'Complete' });
    assert.equal(properties(done.body).provisioningState, 'Succeeded');
    const left = await estate.manager.records.list(group, 'Microsoft.ManagedIdentity/userAssignedIdentities');
    assert.deepEqual(
      left.map(({ name }) => name),
      ['keep'],
    );
  });

  test('no answer and no ended record holds the value of a secure parameter', async () => {
    const group = await estate.group('secrets');
    const given = { prefix: { value: 'zz' }, password: { value: 'geheim-7' } };
    const sent = { body: { properties: { mode: 'Incremental', template: network, parameters: given } } };
    const id = deploymentId(group, 'main');
    const answers = [
      await estate.call('POST', `${id}/validate`, sent),
      await estate.call('POST', `${id}/whatIf`, sent),
      await estate.call('PUT', id, sent),
      await estate.ended(id),
      await estate.call('GET', `${id}/operations`),
      await estate.call('POST', `${id}/exportTemplate`),
    ];
    for (const { status, body } of answers) {
      assert.ok(status < 300, JSON.stringify(body));
      assert.doesNotMatch(JSON.stringify(body), /geheim-7/);
    }
    const record = await estate.manager.records.get(id);
    assert.equal(record?.internal?.['values'], undefined);
    const secrets = await estate.call('POST', `${id}/listOutputsWithSecureValues`);
    assert.deepEqual((secrets.body.secret as JsonObject).value, 'geheim-7!');
  });

  test('a template that grows without end is refused at once', async () => {
    const group = await estate.group('hostile');
    const doubling =
      "[length(reduce(range(0, 60), 'ab', lambda('s', 'x', concat(lambdaVariables('s'), lambdaVariables('s')))))]";
    for (const resources of [
      [identity("[format('i{0}', copyIndex())]", { copy: { name: 'c', count: 100_000 } })],
      [identity("[format('i{0}', copyIndex())]", { copy: { name: 'c', count: 801 } })],
      [identity('x', { tags: { a: doubling } })],
      [identity('a', { dependsOn: ['b'] }), identity('b', { dependsOn: ['a'] })],
    ]) {
      const reply = await estate.deploy(group, 'd', { template: template({ resources }) });
      assert.equal(reply.status, 400, JSON.stringify(reply.body));
      assert.match(reply.code, /^(?:InvalidTemplate|TemplateEvaluationLimitExceeded)$/);
    }
    assert.equal((await estate.call('GET', deploymentId(group, 'd'))).status, 404);
  });
});

test('a deployment stands in its record: a process that comes later carries it out, once for a name at a time', async () => {
  const estate = await openDeployments({ isIdle: true });
  try {
    const group = await estate.group('later');
    const id = (name: string) => `${group}/providers/Microsoft.Resources/deployments/${name}`;
    const body = {
      properties: { mode: 'Incremental', template: network, parameters: { prefix: { value: 'ab' } } },
    };
    const both = await Promise.all([1, 2].map(() => estate.call('PUT', id('main'), { body })));
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);
    assert.equal(both.find(({ status }) => status === 409)?.code, 'DeploymentActive');
    assert.equal((await estate.call('PUT', id('gone'), { body })).status, 201);
    assert.equal((await estate.call('POST', `${id('gone')}/cancel`)).status, 204);
    estate.startLoops();
    assert.equal(properties((await estate.ended(id('main'))).body).provisioningState, 'Succeeded');
    const canceled = await estate.ended(id('gone'));
    assert.equal(properties(canceled.body).provisioningState, 'Canceled');
    assert.equal((await estate.call('POST', `${id('gone')}/cancel`)).code, 'DeploymentCannotBeCancelled');
    assert.equal((await estate.call('DELETE', id('gone'))).status, 204);
    assert.equal((await estate.call('GET', id('gone'))).code, 'DeploymentNotFound');
  } finally {
    await estate.close();
  }
});

test('a resource that is deleted while its deployment waits for it fails the deployment', async () => {
  const estate = await openDeployments();
  try {
    const group = await estate.group('middle');
    const engine = {
      type: 'Contoso.Things/engines',
      apiVersion: '2024-05-01',
      name: 'slow',
      location: 'eastus',
      properties: {},
    };
    const id = `${group}/providers/Microsoft.Resources/deployments/main`;
    const body = { properties: { mode: 'Incremental', template: template({ resources: [engine] }) } };
    assert.equal((await estate.call('PUT', id, { body })).status, 201);
    const engineId = `${group}/providers/Contoso.Things/engines/slow`;
    // No loop makes engines here: it stays where its request left it.
    while (!(await estate.manager.records.get(engineId))) await new Promise((next) => setTimeout(next, 5));
    assert.match(
      String(properties((await estate.call('GET', id)).body).provisioningState),
      /^(?:Accepted|Running)$/,
    );
    await estate.manager.records.remove(engineId);
    const done = await estate.ended(id);
    assert.equal(properties(done.body).provisioningState, 'Failed');
    assert.match(JSON.stringify(done.body), /was deleted while the deployment waited for it/);
  } finally {
    await estate.close();
  }
});

test('a caller whose account was disabled, or whose role was taken away, before his deployment began makes nothing', async () => {
  const estate = await openDeployments({ isIdle: true });
  try {
    const group = await estate.group('late');
    const as = people.nobody;
    const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
    const assignment = `${group}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-00000000d003`;
    const body = {
      properties: {
        roleDefinitionId: `${estate.subscription}/providers/Microsoft.Authorization/roleDefinitions/${owner}`,
        principalId: as.objectId,
      },
    };
    const version = '?api-version=2022-04-01';
    assert.equal((await estate.call('PUT', assignment + version, { body })).status, 201);
    const made = {
      type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
      apiVersion: '2023-01-31',
      name: 'made',
      location: 'eastus',
    };
    const sent = { properties: { mode: 'Incremental', template: template({ resources: [made] }) } };
    const id = (name: string) => `${group}/providers/Microsoft.Resources/deployments/${name}`;
    assert.equal((await estate.call('PUT', id('one'), { body: sent, as })).status, 201);
    estate.directory.disabled.add(as.objectId);
    estate.startLoops();
    assert.match(JSON.stringify((await estate.ended(id('one'))).body), /has been disabled/);
    estate.directory.disabled.clear();
    await estate.stopLoops();
    assert.equal((await estate.call('PUT', id('two'), { body: sent, as })).status, 201);
    assert.equal((await estate.call('DELETE', assignment + version)).status, 200);
    estate.startLoops();
    assert.match(JSON.stringify((await estate.ended(id('two'))).body), /AuthorizationFailed/);
    assert.deepEqual(
      await estate.manager.records.list(group, 'Microsoft.ManagedIdentity/userAssignedIdentities'),
      [],
    );
  } finally {
    await estate.close();
  }
});

const plainIdentity = (name: string, more: JsonObject = {}): JsonObject => ({
  type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  apiVersion: '2023-01-31',
  name,
  location: 'eastus',
  ...more,
});
const innerDeployment = (name: string, inner: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2022-09-01',
  name,
  properties: {
    mode: 'Incremental',
    expressionEvaluationOptions: { scope: 'inner' },
    template: template(inner),
  },
  ...more,
});
const incremental = (sections: JsonObject) => ({
  properties: { mode: 'Incremental', template: template(sections) },
});

describe('deployments under attack', () => {
  let estate: DeploymentEstate;

  before(async () => {
    estate = await openDeployments();
  });
  after(() => estate.close());

  const identities = async (group: string) => {
    const all = await estate.manager.records.list(group, 'Microsoft.ManagedIdentity/userAssignedIdentities');
    return all.map(({ name }) => name).sort();
  };

  test('complete mode keeps what a deployment within has made, and takes away what its condition leaves out', async () => {
    const group = await estate.group('within');
    await estate.deploy(group, 'before', {
      template: template({ resources: ['keep', 'out', 'goes'].map((name) => plainIdentity(name)) }),
    });
    const source = template({
      resources: [
        plainIdentity('keep'),
        plainIdentity('out', { condition: false }),
        innerDeployment('one', {
          resources: [innerDeployment('two', { resources: [plainIdentity('deep')] })],
        }),
      ],
    });
    const id = `${group}/providers/Microsoft.Resources/deployments/main`;
    const told = await estate.call('POST', `${id}/whatIf`, {
      body: { properties: { mode: 'Complete', template: source } },
    });
    const changes = properties(told.body).changes as JsonObject[];
    assert.deepEqual(
      changes.map(({ resourceId, changeType }) => [String(resourceId).split('/').at(-1), changeType]),
      [
        ['deep', 'Create'],
        ['goes', 'Delete'],
        ['keep', 'NoChange'],
        ['out', 'Delete'],
      ],
    );
    const done = await estate.deploy(group, 'main', { template: source, mode: 'Complete' });
    assert.equal(properties(done.body).provisioningState, 'Succeeded', JSON.stringify(done.body));
    assert.deepEqual(await identities(group), ['deep', 'keep']);
    const inner = innerDeployment('one', {});
    const cleaning = { ...inner, properties: { ...(inner.properties as JsonObject), mode: 'Complete' } };
    const refused = await estate.deploy(group, 'other', { template: template({ resources: [cleaning] }) });
    assert.deepEqual([refused.status, refused.code], [400, 'InvalidTemplate']);
  });

  test('what-if of loops of deployments within each other is bounded as a whole', async () => {
    const group = await estate.group('wide');
    const loop = { copy: { name: 'c', count: 800 } };
    let inner: JsonObject = { resources: [plainIdentity("[format('i{0}', copyIndex())]", loop)] };
    for (let level = 0; level < 3; level++)
      inner = { resources: [innerDeployment("[format('d{0}', copyIndex())]", inner, loop)] };
    const id = `${group}/providers/Microsoft.Resources/deployments/main`;
    const told = await estate.call('POST', `${id}/whatIf`, { body: incremental(inner) });
    assert.deepEqual([told.status, told.code], [400, 'TemplateEvaluationLimitExceeded']);
    const flat = {
      resources: [innerDeployment("[format('d{0}', copyIndex())]", {}, { copy: { name: 'c', count: 502 } })],
    };
    const left = await estate.call('POST', `${id}/whatIf`, { body: incremental(flat) });
    assert.deepEqual(
      (properties(left.body).changes as JsonObject[]).map(({ changeType }) => changeType),
      ['Ignore', 'Ignore'],
    );
  });

  test('two loops that wait for each other make no record that grows with their product', async () => {
    const group = await estate.group('product');
    const loop = (name: string, more: JsonObject) =>
      plainIdentity(`[format('${name}-{0}', add(100, copyIndex()))]`, {
        copy: { name, count: 400 },
        ...more,
      });
    const id = `${group}/providers/Microsoft.Resources/deployments/main`;
    const sent = { body: incremental({ resources: [loop('aa', {}), loop('bb', { dependsOn: ['aa'] })] }) };
    const valid = await estate.call('POST', `${id}/validate`, sent);
    assert.equal(valid.status, 200);
    const edges = (properties(valid.body).dependencies as JsonObject[]).flatMap(
      (one) => one.dependsOn as JsonObject[],
    );
    assert.equal(edges.length, 4_000);
  });
});

test('a deployment whose template means something else after a restart fails, and does not claim what it did not make', async () => {
  const estate = await openDeployments({ isIdle: true });
  try {
    const group = await estate.group('moved');
    await estate.call('PATCH', group, { body: { tags: { stage: 'one' } } });
    const id = `${group}/providers/Microsoft.Resources/deployments/main`;
    const body = incremental({ resources: [plainIdentity("[concat('id-', resourceGroup().tags.stage)]")] });
    assert.equal((await estate.call('PUT', id, { body })).status, 201);
    await estate.call('PATCH', group, { body: { tags: { stage: 'two' } } });
    estate.startLoops();
    const done = await estate.ended(id);
    assert.equal(properties(done.body).provisioningState, 'Failed', JSON.stringify(done.body));
    assert.match(JSON.stringify(done.body), /is not in the template/);
  } finally {
    await estate.close();
  }
});

test('a deployment within that was begun before the process ended is waited for, and one around it never is', async () => {
  const estate = await openDeployments({ isIdle: true });
  try {
    const group = await estate.group('killed');
    const id = (name: string) => `${group}/providers/Microsoft.Resources/deployments/${name}`;
    const inner = innerDeployment('inner', { resources: [plainIdentity('made')] });
    assert.equal(
      (await estate.call('PUT', id('outer'), { body: incremental({ resources: [inner] }) })).status,
      201,
    );
    const { records, calls } = estate.manager;
    // As the process leaves it that is killed between the request and its note.
    const outer = await records.update(id('outer'), (current) => {
      const [step] = (current.internal?.['steps'] ?? []) as JsonObject[];
      const steps = [{ ...step, state: 'Running', isSent: false, startedAtMs: 1 }];
      return { ...current, internal: { ...current.internal, steps } };
    });
    const correlationId = String(outer?.internal?.['correlationId']);
    const { type: _type, apiVersion, name: _name, ...sent } = inner;
    const caller = people.admin;
    const request = {
      method: 'PUT',
      id: id('inner'),
      apiVersion: String(apiVersion),
      body: sent,
      correlationId,
    } as const;
    assert.equal((await calls.send(caller, request)).status, 201);
    estate.startLoops();
    const done = await estate.ended(id('outer'));
    assert.equal(properties(done.body).provisioningState, 'Succeeded', JSON.stringify(done.body));
    const around = innerDeployment('first', { resources: [innerDeployment('around', {})] });
    assert.equal(
      (await estate.call('PUT', id('around'), { body: incremental({ resources: [around] }) })).status,
      201,
    );
    assert.match(
      JSON.stringify((await estate.ended(id('around'))).body),
      /DeploymentActive|ResourceDeploymentFailure/,
    );
  } finally {
    await estate.close();
  }
});
