import { madeByEstate, newEtag, type ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import type { LoopParts } from '../../loop.ts';
import { groupRecord } from '../../managed-group.ts';
import type { ContainerServiceSettings } from '../settings.ts';

const identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities';

/**
 * The identity that nodes pull images with, as clusters print it: the one that the caller named, or `{cluster}-agentpool`
 * in the node resource group, which is made here once. Undefined: there is no such group.
 * Source: https://learn.microsoft.com/azure/aks/use-managed-identity#summary-of-managed-identities-used-by-aks
 */
export async function kubeletIdentity(
  cluster: ResourceRecord,
  parts: LoopParts,
  settings: ContainerServiceSettings,
): Promise<JsonObject | undefined> {
  const { records } = parts;
  const properties = new Fields(cluster.properties);
  const named = properties.object('identityProfile').object('kubeletidentity').string('resourceId');
  const group = groupRecord(cluster, properties.string('nodeResourceGroup') ?? '');
  const id = named ?? `${group.id}/providers/${identityType}/${cluster.name}-agentpool`;
  let identity = await records.get(id);
  if (!identity && !named && (await records.get(group.id)))
    identity = await makeIdentity(id, cluster, { parts, settings });
  if (!identity) return undefined;
  const { clientId, principalId } = identity.properties;
  return { resourceId: identity.id, clientId, objectId: principalId };
}

async function makeIdentity(
  id: string,
  cluster: ResourceRecord,
  { parts, settings }: { readonly parts: LoopParts; readonly settings: ContainerServiceSettings },
): Promise<ResourceRecord | undefined> {
  const name = `${cluster.name}-agentpool`;
  const { objectId, clientId } = await settings.identities.create({ name, resourceId: id });
  const record: ResourceRecord = {
    id,
    name,
    type: identityType,
    ...(cluster.location === undefined ? {} : { location: cluster.location }),
    properties: { tenantId: settings.tenantId, principalId: objectId, clientId },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(parts.clock.now()),
    etag: newEtag(parts.random, ''),
  };
  await parts.records.create(record);
  return parts.records.get(id);
}
