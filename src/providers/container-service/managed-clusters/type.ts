import {
  ArmError,
  normalLocation,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { resolveVersion } from '../../kubernetes-versions.ts';
import { claimGroup, type GroupClaim } from '../../managed-group.ts';
import { namespaceScopes } from '../../namespace-scopes.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { type AksCatalog, aksCatalog, releasesId } from '../releases/catalog.ts';
import { runCommandAction } from '../run-command/action.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { aadProfile } from './aad-profile.ts';
import { abortAction } from './abort.ts';
import { credentialActions } from './credentials.ts';
import { clusterDefaults, networkProfile } from './defaults.ts';
import { refuseHub } from './hub.ts';
import {
  agentPoolDrafts,
  type ClusterVersion,
  goalOf,
  poolNamed,
  poolProperties,
  readAgentPools,
  refuseBusyPools,
  refusePoolChanges,
} from './pools.ts';
import { powerActions, refuseStopped } from './power.ts';
import { powerOf } from './power-state.ts';
import { apiServerName, clusterIdOf } from './record.ts';
import { clusterReferences } from './references.ts';
import { renewalActions } from './renewals.ts';
import { conformCluster } from './shape.ts';
import { upgradeTo, withWork } from './upgrade-work.ts';
import { demandUpgrade, unsupportedVersion } from './upgrades.ts';

export const poolLimit = 100;

/** AKS clusters, the part of them that a fleet member needs. */
export function managedClusters(settings: ContainerServiceSettings): ResourceType {
  return {
    namespace: 'Microsoft.ContainerService',
    type: 'managedClusters',
    apiVersions: managedClusterVersions,
    lowestApiVersion: '2019-02-01',
    scope: 'tracked',
    name: {
      pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
      rule: '1 to 63 letters, digits, hyphens and underscores, with a letter or digit at both ends',
    },
    lifecycle: 'converged',
    envelope: ['sku', 'kind', 'identity'],
    etagMember: 'eTag',
    printedType: 'Microsoft.ContainerService/ManagedClusters',
    patchable: ['tags'],
    conform: conformCluster,
    references: clusterReferences,
    roleScopes: namespaceScopes,
    prepare: (write) => prepare(write, settings),
    present,
    beforeDelete: refuseHub,
    busyCode: 'OperationNotAllowed',
    actions: {
      ...credentialActions(settings),
      ...powerActions,
      ...renewalActions,
      abort: abortAction,
      runCommand: runCommandAction(settings),
    },
  };
}

async function prepare(write: ResourceWrite, settings: ContainerServiceSettings): Promise<ResourceDraft> {
  refuseHub(write.stored);
  // Tags need no loop: a PATCH, which changes nothing else, is finished when it is answered.
  if (write.verb === 'patch' && write.stored) {
    return { properties: write.stored.properties, provisioningState: write.stored.provisioningState };
  }
  refuseStopped(write.stored);
  await refuseBusyPools(write.id, write.context);
  const stored = new Fields(write.stored?.properties);
  const body = new Fields(withStoredPools(write), 'properties');
  const current = currentVersion(stored);
  const asked = body.string('kubernetesVersion');
  const alias = asked || stored.string('kubernetesVersion');
  // An alias that the cluster fits stays where it is: `1.33` sent again is no upgrade.
  const kept = current && alias && current.startsWith(`${alias}.`) ? current : undefined;
  const catalog = await aksCatalog(write.context.records);
  const version = kept ?? resolveVersion(catalog, alias);
  if (!version) throw unsupportedVersion(write.name, asked ?? '');
  demandUpgrade(catalog, current, version);
  const dnsPrefix = readDnsPrefix(write.name, body, stored);
  refuseChange('dnsPrefix', stored.string('dnsPrefix'), dnsPrefix);
  // Whoever names no version gets the minor version, which stays as it is while its patches change, as on AKS.
  const given = alias?.replace(/^v/i, '') || version.split('.', 2).join('.');
  const pools = await readAgentPools(
    body,
    { given, current: version, catalog },
    { stored, records: write.context.records },
  );
  refusePoolChanges(stored, pools);
  const before = stored.objects('agentPoolProfiles');
  const goals = pools.map((pool) => goalOf(pool, poolNamed(before, pool.name)));
  const work = write.stored && upgradeTo(write.stored, { plane: version, pools: goals });
  if (pools.length > poolLimit) throw body.wrong('agentPoolProfiles', `at most ${poolLimit} agent pools`);
  const location = normalLocation(String(write.body['location'] ?? ''));
  const nodeGroup = stored.string('nodeResourceGroup') ?? nodeGroupName(write, body, location);
  refuseChange('nodeResourceGroup', nodeGroup, body.string('nodeResourceGroup') || undefined);
  return {
    properties: {
      ...ownProperties(body, stored, { version: given, dnsPrefix }),
      currentKubernetesVersion: current ?? version,
      agentPoolProfiles: pools.map((pool) => poolProperties(pool, poolNamed(before, pool.name))),
      fqdn:
        stored.string('fqdn') ??
        clusterHostName(write, { dnsPrefix, location, domain: settings.publicDomain }),
      nodeResourceGroup: nodeGroup,
    },
    sku: readSku(write),
    identity: write.body['identity'] ?? write.stored?.identity ?? { type: 'SystemAssigned' },
    ...(write.stored && { internal: withWork(write.stored.internal, work) }),
    ...(work && { provisioningState: 'Upgrading' }),
    unchanged: [releasesId],
    related: [
      ...agentPoolDrafts(write, pools),
      ...(write.stored ? [] : [await claimGroup(write, nodeGroupClaim(write, nodeGroup, location))]),
    ],
  };
}

/** A cluster that is sent without its pools keeps them. */
function withStoredPools({ body, stored }: ResourceWrite): Json {
  const sent = isObject(body['properties']) ? body['properties'] : {};
  return { ...(stored && { agentPoolProfiles: stored.properties['agentPoolProfiles'] }), ...sent };
}

/** What the service says of a cluster; ignored when it is sent. */
const readOnly: ReadonlySet<string> = new Set([
  'agentPoolProfiles',
  'azurePortalFQDN',
  'currentKubernetesVersion',
  'fqdn',
  'maxAgentPools',
  'powerState',
  'privateFQDN',
  'provisioningState',
  'resourceUID',
  'servicePrincipalProfile',
  'status',
]);

/** The release that the API server runs; `kubernetesVersion` may be an alias of it. */
export function currentVersion(properties: Fields): string | undefined {
  return properties.string('currentKubernetesVersion') ?? properties.string('kubernetesVersion');
}

export function clusterVersion(properties: Fields, catalog: AksCatalog): ClusterVersion {
  const current = currentVersion(properties) ?? '';
  return { given: properties.string('kubernetesVersion') ?? current, current, catalog };
}

/** Members that a caller sets, as they are kept: with the service's defaults filled in. */
function ownProperties(
  body: Fields,
  stored: Fields,
  fixed: { version: string; dnsPrefix: string },
): JsonObject {
  const network = new Fields(
    { ...stored.object('networkProfile').value, ...body.object('networkProfile').value },
    body.at('networkProfile'),
  );
  const kept = Object.entries(body.value).filter(([name, value]) => value !== null && !readOnly.has(name));
  const aad = body.has('aadProfile') ? { aadProfile: aadProfile(body.object('aadProfile')) } : {};
  return {
    ...Object.fromEntries(kept),
    ...clusterDefaults(body),
    ...aad,
    kubernetesVersion: fixed.version,
    dnsPrefix: fixed.dnsPrefix,
    enableRBAC: body.boolean('enableRBAC') ?? true,
    disableLocalAccounts: body.boolean('disableLocalAccounts') ?? false,
    supportPlan: body.string('supportPlan') ?? 'KubernetesOfficial',
    networkProfile: networkProfile(network),
    oidcIssuerProfile: { enabled: body.object('oidcIssuerProfile').boolean('enabled') ?? false },
  };
}

/** `{dnsPrefix}-{8 characters}.hcp.{location}.{domain}`, as AKS names its API servers. */
function clusterHostName(
  write: Pick<ResourceWrite, 'context'>,
  parts: { readonly dnsPrefix: string; readonly location: string; readonly domain: string },
): string {
  const suffix = write.context.random.string(8, 'abcdefghijklmnopqrstuvwxyz0123456789');
  return `${parts.dnsPrefix}-${suffix}.hcp.${parts.location}.${parts.domain}`.toLowerCase();
}

/** Source: https://aka.ms/aks-naming-rules */
const nodeGroupNameCharacters = 80;

function nodeGroupName(write: ResourceWrite, body: Fields, location: string): string {
  const group = /\/resourceGroups\/([^/]+)/i.exec(write.id)?.[1] ?? '';
  return body.string('nodeResourceGroup') || `MC_${group}_${write.name}_${location}`;
}

function nodeGroupClaim(write: ResourceWrite, name: string, location: string): GroupClaim {
  return { name, ownerId: write.id, location, longestCharacters: nodeGroupNameCharacters };
}

function readSku(write: ResourceWrite): JsonObject {
  const sku = new Fields(write.body['sku'] ?? write.stored?.sku, 'sku');
  const name = sku.choice('name', ['Base', 'Automatic', 'Basic']) ?? 'Base';
  const tier = sku.choice('tier', ['Free', 'Standard', 'Premium', 'Paid']) ?? 'Free';
  return { name, tier };
}

const dnsPrefixPattern = /^[a-zA-Z0-9]$|^[a-zA-Z0-9][a-zA-Z0-9-]{0,52}[a-zA-Z0-9]$/;

function readDnsPrefix(name: string, body: Fields, stored: Fields): string {
  const known = body.string('dnsPrefix') ?? stored.string('dnsPrefix');
  // The host name gets characters of its own, so that no two clusters share one however much is taken away here.
  const prefix = known ?? `${name.replaceAll('_', '-').slice(0, 50)}-dns`;
  if (dnsPrefixPattern.test(prefix)) return prefix;
  throw body.wrong('dnsPrefix', '1 to 54 letters, digits and hyphens, with a letter or digit at both ends');
}

function present(record: ResourceRecord): JsonObject {
  const properties = new Fields(record.properties);
  return {
    ...record.properties,
    currentKubernetesVersion: currentVersion(properties),
    powerState: { code: powerOf(record) },
    azurePortalFQDN: properties.string('fqdn')?.replace('.hcp.', '.portal.hcp.'),
    agentPoolProfiles: properties.objects('agentPoolProfiles').map((pool) => ({
      ...pool.value,
      ...(powerOf(record) === 'Stopped' ? { powerState: { code: 'Stopped' } } : {}),
      provisioningState: record.provisioningState,
    })),
    maxAgentPools: poolLimit,
    ...presentIssuer(properties),
    ...presentFailure(record),
    ...presentIdentityProfile(record),
    resourceUID: clusterIdOf(record),
  };
}

/** Who signs the tokens of the cluster's service accounts, for those that trust them. */
function presentIssuer(properties: Fields): JsonObject {
  const profile = properties.object('oidcIssuerProfile');
  if (profile.boolean('enabled') !== true) return {};
  return { oidcIssuerProfile: { ...profile.value, issuerURL: `https://${apiServerName(properties)}` } };
}

/** Why the cluster is as it is, when the last thing done to it failed. */
function presentFailure({ provisioningState, lastOperation }: ResourceRecord): JsonObject {
  if (provisioningState !== 'Failed' || !lastOperation?.error) return {};
  return { status: { provisioningError: { ...lastOperation.error } } };
}

/** The identity that nodes pull images with. */
function presentIdentityProfile(record: ResourceRecord): JsonObject {
  const kubelet = record.internal?.['kubeletIdentity'];
  return isObject(kubelet) ? { identityProfile: { kubeletidentity: kubelet } } : {};
}

export function refuseChange(property: string, from: string | undefined, to: string | undefined): void {
  if (from === undefined || to === undefined || from.toLowerCase() === to.toLowerCase()) return;
  throw new ArmError(400, 'PropertyChangeNotAllowed', `Changing property '${property}' is not allowed.`, {
    target: property,
  });
}
