import type { JsonObject } from '../../base/index.ts';
import { demand } from '../access/demand.ts';
import type { ArmRoute, ResourceRecord, ResourceType, RouteAnswer, RouteCall } from '../contract.ts';
import { refusals } from '../errors.ts';
import { type Namespace, offeredLocations, permissionBase } from '../registry.ts';
import { resourceManagerVersions } from '../resource-versions.ts';
import type { Services } from '../services.ts';
import { isRegistered, withRegistration } from '../subscriptions.ts';
import { typeOperations } from './provider-operations.ts';
import { callerOf, demandVisible } from './visibility.ts';

// `$expand` asks for aliases and metadata of types, of which there are none.
const versions = {
  apiVersions: resourceManagerVersions,
  lowestApiVersion: '2014-04-01',
  options: ['$expand'],
} as const;

/** Provider metadata, registration, and the operations that a namespace offers. */
export function providerRoutes(services: Services): ArmRoute[] {
  const { registry } = services;
  const show = (namespace: Namespace, call: RouteCall) =>
    renderNamespace(namespace, subscriptionOfCall(call, services));
  const list = async (call: RouteCall): Promise<RouteAnswer> => {
    await demandMetadata(services, call);
    return { status: 200, body: { value: registry.namespaces().map((namespace) => show(namespace, call)) } };
  };
  const get = async (call: RouteCall): Promise<RouteAnswer> => {
    await demandMetadata(services, call);
    return { status: 200, body: show(find(services, call), call) };
  };
  const subscription = '/subscriptions/{subscriptionId}/providers';
  return [
    { method: 'GET', path: subscription, ...versions, handle: list },
    { method: 'GET', path: '/providers', ...versions, handle: list },
    { method: 'GET', path: `${subscription}/{namespace}`, ...versions, handle: get },
    { method: 'GET', path: '/providers/{namespace}', ...versions, handle: get },
    {
      method: 'POST',
      path: `${subscription}/{namespace}/register`,
      ...versions,
      handle: (call) => setRegistration(services, call, true),
    },
    {
      method: 'POST',
      path: `${subscription}/{namespace}/unregister`,
      ...versions,
      handle: (call) => setRegistration(services, call, false),
    },
    {
      method: 'GET',
      path: '/providers/{namespace}/operations',
      apiVersions: [],
      handle: (call) => ({ status: 200, body: { value: renderOperations(find(services, call)) } }),
    },
  ];
}

function find(services: Services, call: RouteCall): Namespace {
  const name = call.parameters.namespace ?? '';
  const namespace = services.registry.namespace(name);
  if (!namespace) throw refusals.invalidNamespace(name);
  return namespace;
}

async function demandMetadata(services: Services, call: RouteCall): Promise<void> {
  const { subscriptionId } = call.parameters;
  if (subscriptionId === undefined) return;
  const scope = `/subscriptions/${subscriptionId}`;
  await demandVisible(services, call, { action: 'Microsoft.Resources/subscriptions/providers/read', scope });
}

function subscriptionOfCall(call: RouteCall, services: Services): ResourceRecord | undefined {
  const { subscriptionId } = call.parameters;
  return subscriptionId === undefined
    ? undefined
    : services.records.cache.get(`/subscriptions/${subscriptionId}`)?.record;
}

async function setRegistration(
  services: Services,
  call: RouteCall,
  registered: boolean,
): Promise<RouteAnswer> {
  const namespace = find(services, call);
  const scope = `/subscriptions/${call.parameters.subscriptionId}`;
  const word = registered ? 'register' : 'unregister';
  await demand(services.access, callerOf(call), { action: `${namespace.name}/${word}/action`, scope });
  const updated = await services.records.update(scope, (subscription) =>
    isRegistered(subscription, namespace.name) === registered || namespace.registrationFree
      ? undefined
      : withRegistration(subscription, namespace.name, registered),
  );
  return { status: 200, body: renderNamespace(namespace, updated) };
}

function renderNamespace(namespace: Namespace, subscription: ResourceRecord | undefined): JsonObject {
  const body: JsonObject = { namespace: namespace.name, resourceTypes: namespace.types.map(renderType) };
  if (!subscription) return body;
  return {
    id: `${subscription.id}/providers/${namespace.name}`,
    ...body,
    registrationState: isRegistered(subscription, namespace.name) ? 'Registered' : 'NotRegistered',
    registrationPolicy: namespace.registrationFree ? 'RegistrationFree' : 'RegistrationRequired',
  };
}

function renderType(type: ResourceType): JsonObject {
  const tracked = type.scope === 'tracked';
  return {
    resourceType: type.type,
    locations: tracked ? [...offeredLocations(type)] : [],
    apiVersions: [...type.apiVersions],
    capabilities: tracked ? 'SupportsTags, SupportsLocation' : 'None',
  };
}

function renderOperations(namespace: Namespace): JsonObject[] {
  return namespace.types.flatMap((type) => {
    const base = permissionBase(type);
    const names = typeOperations(type);
    return names.map((name) => ({
      name,
      isDataAction: false,
      display: {
        provider: namespace.name,
        resource: type.type,
        operation: name.slice(base.length + 1),
        description: '',
      },
      origin: 'user,system',
    }));
  });
}
