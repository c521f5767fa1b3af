import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ResourceType } from '../../src/arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { everyType } from './every-type.ts';
import { interfaceModels, type KnownMember, mapperModels } from './round-trip/models.ts';

const network = await mapperModels('arm-network', 'dist/esm');
const clusters = await mapperModels('arm-containerservice', 'dist/esm');
const fleets = await interfaceModels('arm-containerservicefleet', 'dist/esm');
const arc = await mapperModels('arm-hybridkubernetes', 'dist-esm/src');
const authorization = await mapperModels('arm-authorization', 'dist-esm/src');
const identities = await mapperModels('arm-msi', 'dist/esm');
const locations = await mapperModels('arm-extendedlocation', 'dist-esm/src');

/** What is taken whatever its type is, by the end of its path, and why. */
const anyType = [
  // Details of errors hold details; nobody's are read.
  'rror.details[0]',
];

/** The model of each type whose bodies are read by a shape. */
const subjects = [
  ['Microsoft.Network/virtualNetworks', network, 'VirtualNetwork'],
  ['Microsoft.Network/virtualNetworks/subnets', network, 'Subnet'],
  ['Microsoft.Network/virtualNetworks/virtualNetworkPeerings', network, 'VirtualNetworkPeering'],
  ['Microsoft.Network/publicIPAddresses', network, 'PublicIPAddress'],
  ['Microsoft.Network/networkSecurityGroups', network, 'NetworkSecurityGroup'],
  ['Microsoft.Network/networkSecurityGroups/securityRules', network, 'SecurityRule'],
  ['Microsoft.Network/bastionHosts', network, 'BastionHost'],
  ['Microsoft.ContainerService/managedClusters', clusters, 'ManagedCluster'],
  ['Microsoft.ContainerService/managedClusters/agentPools', clusters, 'AgentPool'],
  [
    'Microsoft.ContainerService/managedClusters/maintenanceConfigurations',
    clusters,
    'MaintenanceConfiguration',
  ],
  ['Microsoft.ContainerService/snapshots', clusters, 'Snapshot'],
  ['Microsoft.ContainerService/fleets/updateStrategies', fleets, 'FleetUpdateStrategy'],
  ['Microsoft.ContainerService/fleets/updateRuns', fleets, 'UpdateRun'],
  ['Microsoft.ContainerService/fleets/autoUpgradeProfiles', fleets, 'AutoUpgradeProfile'],
  ['Microsoft.Authorization/roleAssignments', authorization, 'RoleAssignmentCreateParameters'],
  ['Microsoft.Authorization/roleDefinitions', authorization, 'RoleDefinition'],
  ['Microsoft.ManagedIdentity/userAssignedIdentities', identities, 'Identity'],
  [
    'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
    identities,
    'FederatedIdentityCredential',
  ],
  ['Microsoft.Kubernetes/connectedClusters', arc, 'ConnectedCluster'],
  ['Microsoft.ExtendedLocation/customLocations', locations, 'CustomLocation'],
  ['Microsoft.ExtendedLocation/customLocations/resourceSyncRules', locations, 'ResourceSyncRule'],
] as const;

describe('the members that Azure’s SDKs know of a type', () => {
  let types: readonly ResourceType[];
  let close: () => Promise<void>;

  before(async () => {
    const every = await everyType();
    types = every.types;
    close = () => every.estate.close();
  });
  after(() => close());

  /** How a type reads a body in its newest version that is no preview. */
  const readerOf = (full: string) => {
    const type = types.find((one) => `${one.namespace}/${one.type}` === full);
    assert.ok(type?.conform, full);
    const version = type.apiVersions.find((one) => !one.endsWith('-preview')) ?? type.apiVersions[0] ?? '';
    const read = type.conform.bind(type);
    return (body: JsonObject) => read(body, version);
  };

  test('are known, whatever the case of their names, those that nobody may write too', () => {
    const unknown: string[] = [];
    for (const [type, models, model] of subjects) {
      const conform = readerOf(type);
      for (const { path, right, isInReadOnly } of below(models.members(model))) {
        const name = path.at(-1);
        if (typeof name !== 'string' || name === 'key') continue;
        const spelt = isInReadOnly ? name : name.toUpperCase();
        const read = outcome(() => conform(bodyOf([...path.slice(0, -1), spelt], right)));
        if (!isObject(read) || !holds(read, path)) unknown.push(`${type} ${wordOf(path)}`);
      }
    }
    assert.deepEqual(unknown, []);
  });

  test('are refused by their place when they are of another type', () => {
    const taken: string[] = [];
    for (const [type, models, model] of subjects) {
      const conform = readerOf(type);
      for (const { path, wrong, isReadOnly } of below(models.members(model))) {
        if (isReadOnly || anyType.some((end) => wordOf(path).endsWith(end))) continue;
        const refused = outcome(() => conform(bodyOf(path, wrong)));
        if (!(refused instanceof Error) || !JSON.stringify([refused.message, refused]).includes(wordOf(path)))
          taken.push(`${type} ${wordOf(path)}`);
      }
    }
    assert.deepEqual(taken, []);
  });
});

/** Members of `properties`: what stands beside them is read alike for all types. */
function below(members: readonly KnownMember[]): KnownMember[] {
  return members.filter(({ path }) => path[0] === 'properties' && path.length > 1);
}

function bodyOf(path: readonly (string | 0)[], value: Json): JsonObject {
  const body = path.reduceRight<Json>((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value);
  assert.ok(isObject(body));
  return body;
}

function holds(body: JsonObject, path: readonly (string | 0)[]): boolean {
  let at: unknown = body;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = Reflect.get(at, step);
  }
  return true;
}

function outcome(read: () => JsonObject): JsonObject | Error {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function wordOf(path: readonly (string | 0)[]): string {
  return path
    .map((step) => (step === 0 ? '[0]' : `.${step}`))
    .join('')
    .slice(1);
}
