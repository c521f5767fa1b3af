import { ArmError, type ResourceDraft, type ResourceType, type ResourceWrite } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { agentPoolType } from '../managed-clusters/pools.ts';
import { conformProperties } from '../managed-clusters/shape.ts';

export const snapshotType = 'Microsoft.ContainerService/snapshots';

/**
 * What a node pool ran when it was taken; a pool that is made from it runs the same.
 * Source: https://learn.microsoft.com/azure/aks/node-pool-snapshot
 */
export const snapshots: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'snapshots',
  apiVersions: managedClusterVersions,
  lowestApiVersion: '2021-08-01',
  scope: 'tracked',
  name: {
    pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
    rule: '1 to 63 letters, digits, hyphens and underscores, with a letter or digit at both ends',
  },
  lifecycle: 'immediate',
  patchable: ['tags'],
  provisioningState: false,
  conform: (body, apiVersion) => conformProperties(body, shape, apiVersion),
  references: [
    {
      path: 'properties.creationData.sourceResourceId',
      types: [agentPoolType],
      missing: ({ id }) => new ArmError(404, 'NotFound', `Could not find the source agent pool '${id}'.`),
    },
  ],
  prepare,
};

const shape = {
  creationData: { sourceResourceId: 'text' },
  snapshotType: 'text',
  kubernetesVersion: 'text',
  nodeImageVersion: 'text',
  osType: 'text',
  osSku: 'text',
  vmSize: 'text',
  enableFIPS: 'boolean',
} as const;

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const { stored, verb } = write;
  // Tags alone can be patched.
  if (verb === 'patch' && stored) return { properties: stored.properties };
  const body = new Fields(write.body['properties'], 'properties');
  body.choice('snapshotType', ['NodePool']);
  const sourceResourceId = body.object('creationData').string('sourceResourceId');
  if (!sourceResourceId) throw body.wrong('creationData.sourceResourceId', 'it is required');
  if (stored) {
    const before = new Fields(stored.properties).object('creationData').string('sourceResourceId');
    if (before?.toLowerCase() === sourceResourceId.toLowerCase()) return { properties: stored.properties };
    throw new ArmError(
      400,
      'PropertyChangeNotAllowed',
      "Changing property 'properties.creationData.sourceResourceId' is not allowed.",
      { target: 'properties.creationData.sourceResourceId' },
    );
  }
  const pool = await write.context.records.get(sourceResourceId);
  const source = new Fields(pool?.properties);
  return {
    properties: {
      creationData: { sourceResourceId },
      snapshotType: 'NodePool',
      kubernetesVersion: source.string('currentOrchestratorVersion') ?? '',
      nodeImageVersion: source.string('nodeImageVersion') ?? '',
      osType: source.string('osType') ?? 'Linux',
      osSku: source.string('osSKU') ?? 'Ubuntu',
      vmSize: source.string('vmSize') ?? '',
      enableFIPS: source.boolean('enableFIPS') ?? false,
    },
  };
}
