import { ArmError, type ResourceWrite } from '../../../arm/index.ts';
import { parseIpRange, rangesOverlap } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';

const subnetPattern =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i;

/** The hub's service range: a private hub's network must not overlap it. */
const serviceRange = '10.0.0.0/16';

/** A private hub needs a subnet for its agents, and every named subnet must exist and fit. */
export async function checkSubnets(write: ResourceWrite, hub: Fields): Promise<void> {
  const server = hub.object('apiServerAccessProfile');
  const agent = hub.object('agentProfile');
  const isPrivate = server.boolean('enablePrivateCluster') === true;
  if (isPrivate && !agent.has('subnetId')) {
    throw agent.wrong(
      'subnetId',
      'a private hub cluster needs the subnet of its agents (agentProfile.subnetId)',
    );
  }
  if (!isPrivate && agent.has('subnetId')) {
    throw new ArmError(
      400,
      'AgentSubnetUnsupported',
      'The agent subnet (hubProfile.agentProfile.subnetId) is supported for private hub clusters only. Set apiServerAccessProfile.enablePrivateCluster, or leave the subnet out.',
    );
  }
  if (server.has('subnetId') && server.boolean('enableVnetIntegration') !== true) {
    throw new ArmError(
      400,
      'APIServerSubnetUnsupported',
      'The API server subnet (hubProfile.apiServerAccessProfile.subnetId) is supported with virtual network integration only. Set apiServerAccessProfile.enableVnetIntegration, or leave the subnet out.',
    );
  }
  if (server.boolean('enableVnetIntegration') && !server.has('subnetId')) {
    throw server.wrong('subnetId', 'virtual network integration needs the subnet of the API server');
  }
  for (const profile of [agent, server]) {
    const subnetId = profile.string('subnetId');
    if (subnetId !== undefined) await checkSubnet(write, profile, subnetId);
  }
}

async function checkSubnet(write: ResourceWrite, profile: Fields, subnetId: string): Promise<void> {
  if (!subnetPattern.test(subnetId)) {
    throw new ArmError(
      400,
      'LinkedInvalidPropertyId',
      `Property id '${subnetId}' at path '${profile.at('subnetId')}' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
    );
  }
  const subnet = await write.context.records.get(subnetId);
  if (!subnet) {
    throw new ArmError(
      400,
      'InvalidResourceReference',
      `Resource ${subnetId} referenced by resource ${write.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
    );
  }
  const networkId = subnetId.slice(0, subnetId.toLowerCase().lastIndexOf('/subnets/'));
  const network = await write.context.records.get(networkId);
  const addressSpace = network?.properties['addressSpace'];
  for (const prefix of prefixesOf(addressSpace)) {
    const [range, services] = [parseIpRange(prefix), parseIpRange(serviceRange)];
    if (!range || !services || !rangesOverlap(range, services)) continue;
    throw new ArmError(
      400,
      'ServiceCidrOverlapExistingSubnetsCidr',
      `The address space '${prefix}' of the virtual network '${networkId}' overlaps the hub's service range ${serviceRange}. Use a network outside of it.`,
    );
  }
}

function prefixesOf(addressSpace: unknown): string[] {
  if (typeof addressSpace !== 'object' || addressSpace === null || !('addressPrefixes' in addressSpace))
    return [];
  const { addressPrefixes } = addressSpace;
  return Array.isArray(addressPrefixes) ? addressPrefixes.filter((item) => typeof item === 'string') : [];
}
