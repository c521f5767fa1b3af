import type { JsonObject } from '../../base/index.ts';
import type { ArmRoute } from '../contract.ts';
import { refusals } from '../errors.ts';
import { type Namespace, permissionBase } from '../registry.ts';
import type { Services } from '../services.ts';

const path = '/providers/Microsoft.Authorization/providerOperations';
const versions = {
  apiVersions: ['2022-04-01', '2018-01-01-preview', '2015-07-01'],
  lowestApiVersion: '2015-07-01',
  options: ['$expand'],
} as const;

/**
 * What may be granted or denied, by namespace: for whoever writes a role.
 * Source: https://learn.microsoft.com/rest/api/authorization/provider-operations-metadata
 */
export function providerOperationRoutes({ registry }: Services): ArmRoute[] {
  return [
    {
      method: 'GET',
      path,
      ...versions,
      handle: ({ query }) => {
        const built = registry.namespaces().filter(({ types }) => types.length > 0);
        return { status: 200, body: { value: built.map((one) => render(one, query)) } };
      },
    },
    {
      method: 'GET',
      path: `${path}/{namespace}`,
      ...versions,
      handle: ({ parameters, query }) => {
        const name = parameters.namespace ?? '';
        const namespace = registry.namespace(name);
        if (!namespace) throw refusals.invalidNamespace(name);
        return { status: 200, body: render(namespace, query) };
      },
    },
  ];
}

function render(namespace: Namespace, query: URLSearchParams): JsonObject {
  const { name, types } = namespace;
  const body: JsonObject = {
    id: `${path}/${name}`,
    name,
    type: 'Microsoft.Authorization/providerOperations',
    displayName: name,
    operations: [],
  };
  if (query.get('$expand')?.toLowerCase() !== 'resourcetypes') return body;
  const resourceTypes = types.map((type) => ({
    name: type.type,
    displayName: type.type,
    operations: typeOperations(type).map((operation) => ({
      name: operation,
      displayName: operation.slice(permissionBase(type).length + 1) || operation,
      description: '',
      origin: 'user,system',
      properties: null,
      isDataAction: false,
    })),
  }));
  return { ...body, resourceTypes };
}

/** The permissions that a type knows: of its verbs, and of its actions. */
export function typeOperations(type: Namespace['types'][number]): string[] {
  const base = permissionBase(type);
  const verbs = new Set<string>();
  for (const verb of type.verbs ?? ['put', 'patch', 'get', 'delete', 'list']) {
    verbs.add(verb === 'put' || verb === 'patch' ? 'write' : verb === 'delete' ? 'delete' : 'read');
  }
  const names = [...verbs].map((verb) => `${base}/${verb}`);
  for (const [name, action] of Object.entries(type.actions ?? {})) {
    names.push(action.permission ?? `${base}/${name}/action`);
  }
  return names;
}
