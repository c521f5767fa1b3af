import type { JsonObject } from '../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../declaration.ts';
import { location, noWait, required, resourceGroup, tags, text, toggle } from '../../declare/flags.ts';
import { putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { isResourceId } from '../../ids.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { identityOf } from './identity.ts';
import { fleet } from './noun.ts';

const hubPollSeconds = 30;
const plainPollSeconds = 5;
const flags = {
  name: required('--name -n', 'Specify the fleet name.'),
  resourceGroup: resourceGroup(),
  location: location(),
  tags: tags(),
  enableHub: toggle('--enable-hub', 'Give the fleet a hub cluster.'),
  vmSize: text('--vm-size', "VM size of the hub's nodes."),
  dnsNamePrefix: text('--dns-name-prefix -p', "Prefix of the hub's host name."),
  privateCluster: toggle('--enable-private-cluster', 'Make the hub reachable from its network only.'),
  vnetIntegration: toggle('--enable-vnet-integration', "Put the hub's API server into a subnet."),
  apiServerSubnet: text(
    '--apiserver-subnet-id',
    "Subnet of the hub's API server (with --enable-vnet-integration).",
  ),
  agentSubnet: text('--agent-subnet-id', "Subnet of the hub's nodes. Needed for a private hub."),
  managedIdentity: toggle('--enable-managed-identity', 'Give the fleet a managed identity.'),
  assignIdentity: text('--assign-identity', 'ID of a user-assigned identity for the fleet.'),
  noWait: noWait(),
} as const;

/** `az fleet create`. */
export const command = defineCommand({
  words: 'fleet create',
  summary: 'Create or update a fleet.',
  flags,
  examples: [
    {
      text: 'Create a fleet without a hub.',
      command: 'az fleet create -g MyResourceGroup -l MyLocation -n MyFleetName --tags "TagKey=TagValue"',
    },
    {
      text: 'Create a fleet with a hub.',
      command: 'az fleet create -g MyResourceGroup -n MyFleetName --enable-hub',
    },
    {
      text: 'Create a fleet with a private hub.',
      command:
        'az fleet create -g MyResourceGroup -n MyFleetName --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id SUBNET_ID',
    },
  ],
  async run(call) {
    const given = call.flags;
    check(given);
    const place = await locationOrGroups(call.session, given.location, given.resourceGroup);
    await grantNetworkRoles(call, given);
    const noun = { ...fleet, pollSeconds: given.enableHub ? hubPollSeconds : plainPollSeconds };
    return putResource(noun, call, {
      location: place,
      ...(given.tags ? { tags: given.tags } : {}),
      identity: identityOf(given.managedIdentity, given.assignIdentity),
      ...(given.enableHub ? { properties: { hubProfile: hubProfileOf(given) } } : {}),
    });
  },
});

interface Given {
  readonly enableHub: boolean;
  readonly vmSize: string | undefined;
  readonly dnsNamePrefix: string | undefined;
  readonly privateCluster: boolean;
  readonly vnetIntegration: boolean;
  readonly apiServerSubnet: string | undefined;
  readonly agentSubnet: string | undefined;
  readonly managedIdentity: boolean;
  readonly assignIdentity: string | undefined;
}

function check(given: Given): void {
  const { dnsNamePrefix, privateCluster, vnetIntegration, apiServerSubnet, agentSubnet } = given;
  if (
    !given.enableHub &&
    (dnsNamePrefix || privateCluster || vnetIntegration || apiServerSubnet || agentSubnet)
  ) {
    throw new AzError(
      'The parameters for private cluster, vnet & subnet integration are only valid if hub is enabled.',
    );
  }
  if (given.assignIdentity !== undefined && !given.managedIdentity) {
    throw new AzError('Cannot assign identity without enabling managed identity.');
  }
  for (const [id, name] of [
    [apiServerSubnet, '--apiserver-subnet-id'],
    [agentSubnet, '--agent-subnet-id'],
    [given.assignIdentity, '--assign-identity'],
  ] as const) {
    if (id !== undefined && !isResourceId(id)) throw new AzError(`${name} is not a valid Azure resource ID.`);
  }
  if (vnetIntegration && !(given.managedIdentity && given.assignIdentity !== undefined)) {
    throw new AzError(
      '--enable-vnet-integration requires user assigned managed identity to be enabled. Please add --enable-managed-identity and --assign-identity <identity-id> to your command.',
    );
  }
  // The unmodified az goes on here, grants a role on the whole subscription and then fails.
  if (privateCluster && agentSubnet === undefined) {
    throw new AzError(
      '--enable-private-cluster requires --agent-subnet-id: a private hub lives in a subnet of yours.',
    );
  }
  if (vnetIntegration && apiServerSubnet === undefined) {
    throw new AzError('--enable-vnet-integration requires --apiserver-subnet-id.');
  }
}

async function grantNetworkRoles(call: Call<Flags>, given: Given): Promise<void> {
  const { agentSubnet, apiServerSubnet, assignIdentity } = given;
  if (!given.privateCluster && !given.vnetIntegration) return;
  const { demandRegistered, fleetServicePrincipal, grantNetworkContributor, identityPrincipal } =
    await import('./network-roles.ts');
  if (given.privateCluster && agentSubnet !== undefined) {
    await demandRegistered(call);
    await grantNetworkContributor(call, await fleetServicePrincipal(call), agentSubnet);
  }
  if (given.vnetIntegration && assignIdentity !== undefined && apiServerSubnet !== undefined) {
    const principal = await identityPrincipal(call, assignIdentity);
    await grantNetworkContributor(call, principal, apiServerSubnet);
    if (agentSubnet !== undefined) await grantNetworkContributor(call, principal, agentSubnet);
  }
}

function hubProfileOf(given: Given): JsonObject {
  const { dnsNamePrefix, apiServerSubnet, agentSubnet, vmSize } = given;
  return {
    ...(dnsNamePrefix === undefined ? {} : { dnsPrefix: dnsNamePrefix }),
    apiServerAccessProfile: {
      enablePrivateCluster: given.privateCluster,
      enableVnetIntegration: given.vnetIntegration,
      ...(apiServerSubnet === undefined ? {} : { subnetId: apiServerSubnet }),
    },
    agentProfile: {
      ...(agentSubnet === undefined ? {} : { subnetId: agentSubnet }),
      ...(vmSize === undefined ? {} : { vmSize }),
    },
  };
}
