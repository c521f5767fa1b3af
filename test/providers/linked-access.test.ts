import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type BodyReference, builtInRoleId, type ResourceType } from '../../src/arm/index.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { type Estate, people } from '../arm/estate.ts';
import { attackRandom } from '../attack/seed.ts';
import { assertLinear } from '../attack/steps.ts';
import { everyType } from './every-type.ts';

const { reader } = people;
const names = ['default', 'one', 'AzureBastionSubnet', '10000000-0000-4000-8000-000000000001'];

/** Where a type's resource may lie in the group, with all that must stand above it. */
function placeOf(type: ResourceType, group: string): { id: string; above: string[] } {
  if (type.type === 'resourceGroups') return { id: group, above: [] };
  const words = type.type.split('/');
  const own = names.find((name) => type.name.pattern.test(name)) ?? 'one';
  const above: string[] = [];
  let id = `${group}/providers/${type.namespace}`;
  for (const [index, word] of words.entries()) {
    const last = index === words.length - 1;
    id += `/${word}/${last ? own : 'parent'}`;
    if (!last) above.push(id);
  }
  return { id, above };
}

/** A body with one value at a declared place. */
function bodyWith(path: string, value: string): JsonObject {
  const steps = path.split(/(?=\[\]|\{\}|\.)/).map((step) => step.replace(/^\./, ''));
  let inner: unknown = value;
  for (const step of steps.toReversed()) {
    if (step === '[]') inner = [inner];
    else if (step === '{}') inner = { [String(inner)]: {} };
    else inner = { [step]: inner };
  }
  return inner as JsonObject;
}

describe('ids in bodies', () => {
  let estate: Estate;
  let types: readonly ResourceType[];
  let mine: string;
  let foreign: string;

  before(async () => {
    ({ estate, types } = await everyType());
    mine = await estate.group('Mine');
    foreign = await estate.group('Foreign');
    const owner = `${mine}/providers/Microsoft.Authorization/roleAssignments/20000000-0000-4000-8000-000000000001`;
    const granted = await estate.call('PUT', `${owner}?api-version=2022-04-01`, {
      body: {
        properties: { roleDefinitionId: builtInRoleId('Owner'), principalId: reader.objectId },
      },
    });
    assert.equal(granted.status, 201, granted.message);
  });
  after(() => estate.close());

  const idOf = (fullType: string) => {
    const [namespace, ...words] = fullType.split('/');
    if (fullType.startsWith('Microsoft.Resources/')) return foreign;
    return `${foreign}/providers/${namespace}${words.map((word) => `/${word}/theirs`).join('')}`;
  };

  /** Sends the id at the place, as PUT and as PATCH, and expects to be refused for it. */
  async function expectRefused(
    type: ResourceType,
    path: string,
    value: string,
    place: 'declared' | 'any' = 'declared',
  ): Promise<void> {
    const { id, above } = placeOf(type, mine);
    for (const record of above) await store(record, `${type.namespace}/parents`);
    await store(id, `${type.namespace}/${type.type}`);
    const verbs = type.verbs ?? ['put', 'patch'];
    for (const method of ['PUT', 'PATCH']) {
      if (!verbs.some((verb) => verb === method.toLowerCase())) continue;
      const patched = type.patchable?.some((member) => path.startsWith(member)) ?? true;
      if (method === 'PATCH' && !patched) continue;
      const location = type.scope === 'tracked' ? { location: 'eastus' } : {};
      const reply = await estate.call(method, `${id}?api-version=${type.apiVersions[0]}`, {
        as: reader,
        body: { ...location, ...bodyWith(path, value) },
      });
      const what = `${method} ${type.type} with ${value} at ${path}: ${reply.status} ${reply.message}`;
      // A type that reads its body strictly knows no such place at all.
      const misfits = ['UnmarshalError', 'InvalidRequestFormat', 'InvalidRequestContent'].includes(
        reply.code,
      );
      if (place === 'any' && type.conform && misfits) continue;
      assert.equal(reply.code, 'LinkedAuthorizationFailed', what);
      assert.ok(reply.message.toLowerCase().includes(value.toLowerCase()), what);
    }
  }

  async function store(id: string, type: string): Promise<void> {
    if (await estate.manager.records.get(id)) return;
    await estate.manager.records.put({
      id,
      name: id.split('/').at(-1) ?? '',
      type,
      location: 'eastus',
      properties: {},
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

  const written = (type: ResourceType) => !type.verbs || type.verbs.includes('put');
  const declared = (type: ResourceType): BodyReference[] => [
    ...(type.references ?? []).filter(({ printed }) => !printed),
    ...(type.envelope?.includes('identity')
      ? [
          {
            path: 'identity.userAssignedIdentities{}',
            types: ['Microsoft.ManagedIdentity/userAssignedIdentities'],
          },
        ]
      : []),
  ];

  test('no declared place takes an id of a group where the caller has nothing', async () => {
    let places = 0;
    for (const type of types.filter(written)) {
      for (const { path, types: allowed } of declared(type)) {
        const kinds = allowed ?? ['Microsoft.ContainerService/managedClusters'];
        for (const kind of kinds) await expectRefused(type, path, idOf(kind));
        places++;
      }
    }
    assert.ok(places > 30, `${places} places`);
  });

  test('no other place of any type takes one either, wherever it stands and however it is spelled', async () => {
    const random = attackRandom('linked access');
    const printed = new Set(types.flatMap((type) => type.references ?? []).map(({ path }) => path));
    for (const type of types.filter(written)) {
      for (let round = 0; round < 12; round++) {
        const depth = 1 + random.integer(4);
        let path = 'properties';
        for (let level = 0; level < depth; level++) {
          path += ['.id', '.subnetId', '.resource', '[]', '.profile'][random.integer(5)];
        }
        if (random.integer(4) === 0) path += '{}';
        if (printed.has(path)) continue;
        const kind = [
          'Microsoft.Network/virtualNetworks/subnets',
          'Contoso.Odd/things',
          'Microsoft.Resources/x',
        ];
        const value = idOf(kind[random.integer(3)] ?? '');
        await expectRefused(type, path, random.integer(2) === 0 ? value : value.toUpperCase(), 'any');
      }
    }
  });

  test('an id that spells another one than it shows is refused, not followed', async () => {
    const odd = [
      `${mine}/../Foreign/providers/Microsoft.Network/networkSecurityGroups/n`,
      `${mine}//providers/Microsoft.Network/networkSecurityGroups/n`,
      `/${mine}/providers/Microsoft.Network/networkSecurityGroups/n`,
      `${mine}%2f..%2fForeign/providers/Microsoft.Network/networkSecurityGroups/n`,
      `${mine}/providers/Microsoft.Network/networkSecurityGroups/n?x=1`,
    ];
    for (const id of odd) {
      for (const member of ['networkSecurityGroup', 'somethingElse']) {
        const reply = await estate.call(
          'PUT',
          `${mine}/providers/Microsoft.Network/virtualNetworks/net?api-version=2024-05-01`,
          {
            as: reader,
            body: {
              location: 'eastus',
              properties: {
                addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
                subnets: [{ name: 's', properties: { addressPrefix: '10.1.0.0/24', [member]: { id } } }],
              },
            },
          },
        );
        assert.deepEqual([reply.status, reply.code], [400, 'LinkedInvalidPropertyId'], id);
      }
    }
  });

  test('a body that names very many resources is refused, and costs no more than linear work', async () => {
    const put = (places: number, id = '') =>
      estate.call('PUT', `${mine}/providers/Microsoft.AzureStackHCI/clusters/many?api-version=2024-04-01`, {
        body: {
          location: 'eastus',
          properties: {
            notes: Array.from({ length: places }, (_, index) => (id === '' ? 'text' : `${id}${index}`)),
          },
        },
      });
    const reply = await put(1001, `${foreign}/providers/Contoso.Odd/things/t`);
    assert.deepEqual([reply.status, reply.code], [400, 'InvalidRequestContent']);
    await assertLinear({ size: 100, input: (size) => size, run: (size) => put(size) });
    await assertLinear({
      size: 60,
      input: (size) => size,
      run: (size) => put(size, `${foreign}/providers/Contoso.Odd/things/t`),
    });
    await assertLinear({
      size: 100,
      input: (size) => `/providers/a${'/providers/a'.repeat(size)}/b/c`,
      run: (id) => put(1, id),
    });
  });

  test('who may join there may name it', async () => {
    const group = `${foreign}/providers/Microsoft.Network/networkSecurityGroups/shared`;
    const made = await estate.call('PUT', `${group}?api-version=2024-05-01`, {
      body: { location: 'eastus' },
    });
    assert.equal(made.status, 201, made.message);
    const network = `${mine}/providers/Microsoft.Network/virtualNetworks/joined?api-version=2024-05-01`;
    const body = {
      location: 'eastus',
      properties: {
        addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
        subnets: [
          { name: 's', properties: { addressPrefix: '10.2.0.0/24', networkSecurityGroup: { id: group } } },
        ],
      },
    };
    assert.equal((await estate.call('PUT', network, { as: reader, body })).code, 'LinkedAuthorizationFailed');
    const role = `${group}/providers/Microsoft.Authorization/roleAssignments/20000000-0000-4000-8000-000000000002`;
    await estate.call('PUT', `${role}?api-version=2022-04-01`, {
      body: {
        properties: {
          roleDefinitionId: builtInRoleId('Network Contributor'),
          principalId: reader.objectId,
        },
      },
    });
    const joined = await estate.call('PUT', network, { as: reader, body });
    assert.equal(joined.status, 201, joined.message);
  });
});
