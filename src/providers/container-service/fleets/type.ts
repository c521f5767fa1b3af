import { isDeepStrictEqual } from 'node:util';
import {
  type ActionCall,
  ArmError,
  normalLocation,
  type RelatedWrite,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { kubeconfigYaml } from '../../kubeconfig.ts';
import { aksVersions } from '../../kubernetes-versions.ts';
import { azureSizes, findSize } from '../../machine-sizes.ts';
import { claimGroup } from '../../managed-group.ts';
import { namespaceScopes } from '../../namespace-scopes.ts';
import { joinsSubnet } from '../../references.ts';
import { fleetVersions } from '../api-versions.ts';
import { kubeconfigs, runningCluster, tokenPlugin } from '../managed-clusters/credentials.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { hubGroupName, hubGroupNameCharacters, hubGroupNames, hubRecordId } from './hub.ts';
import { operationStatus } from './status.ts';
import { checkSubnets } from './subnets.ts';

/** Fleets, with or without a hub cluster. */
export function fleets(settings: ContainerServiceSettings): ResourceType {
  return {
    namespace: 'Microsoft.ContainerService',
    type: 'fleets',
    apiVersions: fleetVersions,
    scope: 'tracked',
    name: {
      pattern: /^[a-z0-9]$|^[a-z0-9][-a-z0-9]{0,61}[a-z0-9]$/,
      rule: '1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends',
    },
    lifecycle: 'converged',
    envelope: ['identity'],
    roleScopes: namespaceScopes,
    patchable: ['tags', 'identity'],
    references: [
      joinsSubnet('properties.hubProfile.agentProfile.subnetId'),
      joinsSubnet('properties.hubProfile.apiServerAccessProfile.subnetId'),
    ],
    etagMember: 'eTag',
    deleteBody: true,
    prepare: (write) => prepare(write, settings),
    present,
    actions: { listCredentials: { run: (call) => listCredentials(call, settings) } },
  };
}

async function prepare(write: ResourceWrite, settings: ContainerServiceSettings): Promise<ResourceDraft> {
  const body = new Fields(write.body['properties'], 'properties');
  const stored = new Fields(write.stored?.properties);
  const identity = write.body['identity'] ?? write.stored?.identity ?? { type: 'None' };
  // Tags need no loop: a PATCH of them is finished when it is answered.
  if (write.verb === 'patch' && isDeepStrictEqual(identity, write.stored?.identity ?? { type: 'None' })) {
    const properties = write.stored?.properties ?? {};
    return { properties, identity, provisioningState: write.stored?.provisioningState ?? 'Succeeded' };
  }
  if (!body.has('hubProfile')) {
    // A hub cannot be taken away: a PUT without one keeps it.
    const kept = stored.has('hubProfile') ? { hubProfile: stored.object('hubProfile').value } : {};
    return { properties: kept, identity };
  }
  const asked = body.object('hubProfile');
  const before = stored.has('hubProfile') ? stored.object('hubProfile') : undefined;
  if (before) refuseHubChanges(asked, before);
  await checkSubnets(write, asked);
  return {
    properties: { hubProfile: before?.value ?? newHub(write, asked, settings) },
    identity,
    related: before ? [] : await claimHubGroups(write),
  };
}

async function claimHubGroups(write: ResourceWrite): Promise<RelatedWrite[]> {
  const location = normalLocation(String(write.body['location']));
  const fleet = { id: write.id, name: write.name, location };
  const { hub, nodes } = hubGroupNames(fleet);
  const claim = { location, fleetId: write.id, longestCharacters: hubGroupNameCharacters };
  return [
    await claimGroup(write, { ...claim, name: nodes, ownerId: hubRecordId(fleet) }),
    await claimGroup(write, { ...claim, name: hub, ownerId: write.id }),
  ];
}

const dnsPrefixPattern = /^[a-zA-Z0-9]$|^[a-zA-Z0-9][a-zA-Z0-9-]{0,52}[a-zA-Z0-9]$/;

function newHub(write: ResourceWrite, asked: Fields, settings: ContainerServiceSettings): JsonObject {
  const { random } = write.context;
  const dnsPrefix = asked.string('dnsPrefix') ?? `${write.name.slice(0, 50)}-hub`;
  if (!dnsPrefixPattern.test(dnsPrefix)) {
    throw asked.wrong(
      'dnsPrefix',
      '1 to 54 letters, digits and hyphens, with a letter or digit at both ends',
    );
  }
  const server = asked.object('apiServerAccessProfile');
  const agent = asked.object('agentProfile');
  const sizeName = agent.string('vmSize') ?? 'Standard_D4s_v4';
  const size = findSize(azureSizes, sizeName);
  if (!size) {
    throw agent.wrong(
      'vmSize',
      `the VM size '${sizeName}' is not available; available: ${Object.keys(azureSizes).join(', ')}`,
    );
  }
  const isPrivate = server.boolean('enablePrivateCluster') ?? false;
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const host = `hub-${random.string(6, letters)}-${random.string(8, letters)}`;
  const place = `${normalLocation(String(write.body['location']))}.${isPrivate ? settings.privateDomain : settings.publicDomain}`;
  return {
    dnsPrefix,
    apiServerAccessProfile: {
      enablePrivateCluster: isPrivate,
      enableVnetIntegration: server.boolean('enableVnetIntegration') ?? false,
      ...(server.has('subnetId') ? { subnetId: server.string('subnetId') } : {}),
    },
    agentProfile: {
      ...(agent.has('subnetId') ? { subnetId: agent.string('subnetId') } : {}),
      vmSize: size.name,
    },
    fqdn: `${host}.hcp.${place}`,
    portalFqdn: `${host}.portal.hcp.${place}`,
    kubernetesVersion: aksVersions.defaultVersion,
  };
}

function refuseHubChanges(asked: Fields, before: Fields): void {
  const fixed: readonly (readonly [string, (hub: Fields) => unknown])[] = [
    ['hubProfile.dnsPrefix', (hub) => hub.string('dnsPrefix')],
    [
      'hubProfile.apiServerAccessProfile.enablePrivateCluster',
      (hub) => hub.object('apiServerAccessProfile').boolean('enablePrivateCluster'),
    ],
    [
      'hubProfile.apiServerAccessProfile.enableVnetIntegration',
      (hub) => hub.object('apiServerAccessProfile').boolean('enableVnetIntegration'),
    ],
    [
      'hubProfile.apiServerAccessProfile.subnetId',
      (hub) => hub.object('apiServerAccessProfile').string('subnetId'),
    ],
    ['hubProfile.agentProfile.subnetId', (hub) => hub.object('agentProfile').string('subnetId')],
    ['hubProfile.agentProfile.vmSize', (hub) => hub.object('agentProfile').string('vmSize')],
  ];
  for (const [path, read] of fixed) {
    const wanted = read(asked);
    if (wanted === undefined || String(wanted).toLowerCase() === String(read(before)).toLowerCase()) continue;
    throw new ArmError(400, 'PropertyChangeNotAllowed', `Changing property '${path}' is not allowed.`, {
      target: `properties.${path}`,
    });
  }
}

function present(record: ResourceRecord): JsonObject {
  const { hubProfile } = record.properties;
  return {
    ...(hubProfile === undefined ? {} : { hubProfile }),
    status: operationStatus(record),
  };
}

async function listCredentials(call: ActionCall, settings: ContainerServiceSettings): Promise<JsonObject> {
  const hub = new Fields(call.record.properties).object('hubProfile');
  if (!hub.has('fqdn')) {
    throw new ArmError(
      400,
      'InvalidHubOperation',
      `The given fleet is hubless (has no hubprofile). The fleet '${call.record.name}' has no hub cluster, so there are no credentials to list. Create the fleet with a hub (az fleet create --enable-hub).`,
    );
  }
  const hubRecord = await call.context.records.get(hubRecordId(call.record));
  if (!hubRecord) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The hub of fleet '${call.record.name}' is still being created. Try again when its provisioning state is Succeeded.`,
    );
  }
  const fqdn = hub.string('fqdn') ?? '';
  const isPrivate = hub.object('apiServerAccessProfile').boolean('enablePrivateCluster') === true;
  const cluster = runningCluster(hubRecord, settings);
  const yaml = kubeconfigYaml({
    context: 'hub',
    userName: `clusterUser_${hubGroupName(call.record)}_hub`,
    ...(isPrivate ? { server: `https://${fqdn}:443` } : settings.publicAddress(cluster.spec.clusterId)),
    certificateAuthority: cluster.certificateAuthority,
    user: { plugin: tokenPlugin(settings) },
  });
  return kubeconfigs('clusterUser', yaml);
}
