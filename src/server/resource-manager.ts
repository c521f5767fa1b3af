import {
  type AccessControl,
  type CallerDirectory,
  createResourceManager,
  type RecordStore,
  type ResourceManager,
  type ResourceType,
  type Subscriptions,
} from '../arm/index.ts';
import type { Clock, Logger, Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import type { Handler } from '../http/index.ts';
import type { Identity } from '../identity/index.ts';
import { absent } from '../providers/absent/index.ts';
import { authorizationTypes } from '../providers/authorization/index.ts';
import type { FleetSupply, NamespaceSupply } from '../providers/cluster-supply.ts';
import { computeTypes } from '../providers/compute/index.ts';
import {
  containerServiceLoops,
  containerServiceRoutes,
  containerServiceTypes,
} from '../providers/container-service/index.ts';
import type { UpgradeDurations } from '../providers/container-service/settings.ts';
import type { PublicAddress } from '../providers/kubeconfig.ts';
import {
  arcLoops,
  arcRoutes,
  arcTypes,
  canonicalPath,
  type RelayCredential,
} from '../providers/kubernetes/index.ts';
import { managedIdentityTypes } from '../providers/managed-identity/index.ts';
import { networkResourceTypes } from '../providers/network/index.ts';
import { resourceGraphRoutes } from '../providers/resource-graph/index.ts';
import {
  type DeploymentSettings,
  resourcesRoutes,
  resourcesTypes,
  runDeployments,
  runResourceGroups,
} from '../providers/resources/index.ts';
import type { Guard, Store } from '../store/index.ts';
import { clusterSupply } from './cluster-supply.ts';
import { endpointId } from './endpoint-id.ts';
import { commandSupply } from './kubectl.ts';
import { cloudMetadata, type Origins } from './metadata.ts';

/** Public API servers live here; clients that resolve names of `.localhost` reach them without help. */
const publicDomain = 'drydock.localhost';
/** Private ones live here: `.invalid` resolves nowhere (RFC 6761). */
const privateDomain = 'drydock.invalid';

/** Resource Manager with every provider, and the loops behind them. */
export interface Providers {
  readonly handler: Handler;
  readonly records: RecordStore;
  readonly access: AccessControl;
  readonly subscriptions: Subscriptions;
  initialize(): Promise<void>;
  startLoops(): { stop(): Promise<void> };
  close(): Promise<void>;
}

export interface ResourceManagerParts {
  readonly store: Store;
  /** The guard of whoever leads the loops. */
  readonly fence: () => Guard;
  /** Other processes may work on the same store. */
  readonly othersRun: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly identity: Identity;
  readonly clusters: ClusterHost;
  readonly fleets: FleetSupply & { readonly namespaces: NamespaceSupply };
  readonly origins: () => Origins;
  /** The port of a cluster's own, when it has one. */
  readonly portOf: (clusterId: string) => number | undefined;
  readonly launcher: string;
  readonly home: string;
  readonly anyApiVersion: boolean;
  readonly durations: UpgradeDurations;
  readonly relay: (clusterId: string, holderObjectId: string) => RelayCredential;
}

export function buildResourceManager(parts: ResourceManagerParts): Providers {
  const { store, clock, random, log, identity, origins } = parts;
  const { directory } = identity;
  const tenant = directory.tenant();
  const settings = {
    clusters: clusterSupply(parts.clusters, clock),
    commands: commandSupply(parts.clusters, clock),
    ...{ fleets: parts.fleets, namespaces: parts.fleets.namespaces },
    durations: parts.durations,
    identities: identitiesOf(directory),
    tenantId: tenant.tenantId,
    publicDomain,
    privateDomain,
    publicAddress: (clusterId: string) => publicAddress(clusterId, parts),
    tokenCommand: { command: parts.launcher, words: ['get-token', '--home', parts.home] },
    relay: parts.relay,
  };
  const bastionEndpoint = (id: string) =>
    `${new URL(origins().resourceManager).host}/bastion/${endpointId(id)}`;
  const deploying: DeploymentSettings = {
    calls: () => manager.calls,
    environment: () => cloudMetadata(origins()),
  };
  const manager: ResourceManager = createResourceManager({
    store,
    fence: parts.fence,
    othersRun: parts.othersRun,
    clock,
    random,
    log,
    directory: callerDirectory(identity),
    tenantId: tenant.tenantId,
    tenantName: tenant.displayName,
    tenantDomain: tenant.domain,
    administratorObjectId: directory.administrator().objectId,
    metadata: () => cloudMetadata(origins()),
    loginEndpoint: () => origins().login,
    canonicalPath,
    routes: routesOf({ deploying, settings }),
    anyApiVersion: parts.anyApiVersion,
    absent,
    types: typesOf({ deploying, settings, bastionEndpoint }),
  });
  const led = { ...settings, identities: identitiesOf(directory, parts.fence) };
  const loopParts = { records: manager.records, clock, random, log };
  return {
    handler: manager.handler,
    records: manager.records,
    access: manager.access,
    subscriptions: manager.subscriptions,
    initialize: () => manager.initialize(),
    close: () => manager.close(),
    startLoops() {
      const loops = [
        manager.startHousekeeping(),
        runResourceGroups(loopParts, manager.deletes),
        runDeployments({ ...loopParts, tenantId: tenant.tenantId }, deploying),
        ...containerServiceLoops(loopParts, led),
        ...arcLoops(loopParts, led),
      ];
      return {
        async stop() {
          await Promise.all(loops.map((loop) => loop.stop()));
        },
      };
    },
  };
}

/** What is no verb of a resource. */
function routesOf({ deploying, settings }: Pick<Parameters<typeof typesOf>[0], 'deploying' | 'settings'>) {
  return [
    ...resourcesRoutes(deploying),
    ...resourceGraphRoutes,
    ...containerServiceRoutes(settings),
    ...arcRoutes,
  ];
}

/** Every resource type that is built. */
function typesOf(parts: {
  readonly deploying: DeploymentSettings;
  readonly settings: Parameters<typeof arcTypes>[0] & Parameters<typeof containerServiceTypes>[0];
  bastionEndpoint(id: string): string;
}): ResourceType[] {
  const { deploying, settings, bastionEndpoint } = parts;
  return [
    ...resourcesTypes(deploying),
    ...authorizationTypes,
    ...networkResourceTypes({ bastionEndpoint }),
    ...managedIdentityTypes(settings.identities),
    ...computeTypes,
    ...containerServiceTypes(settings),
    ...arcTypes(settings),
  ];
}

/** Directory objects of resources; with `fence` each of their writes carries it. */
function identitiesOf(directory: Identity['directory'], fence?: () => Guard) {
  return {
    create: (wanted: { name: string; resourceId: string }) => directory.createManagedIdentity(wanted, fence),
    remove: (objectId: string, guard = fence) => directory.removePrincipal(objectId, guard),
  };
}

/** A port of the cluster's own says which one is meant; on the shared port the TLS server name does. */
function publicAddress(
  clusterId: string,
  { clusters, origins, portOf }: Pick<ResourceManagerParts, 'clusters' | 'origins' | 'portOf'>,
): PublicAddress {
  const port = portOf(clusterId);
  if (port !== undefined) return { server: `https://localhost:${port}` };
  const hostName = clusters.get(clusterId)?.hostName;
  return { server: origins().resourceManager, ...(hostName !== undefined && { tlsServerName: hostName }) };
}

function callerDirectory(identity: Identity): CallerDirectory {
  const { directory, tokens } = identity;
  return {
    authenticate: (authorization) => tokens.authenticateHeader(authorization, 'resource-manager'),
    groupsOf: (objectId) => directory.groupsOf(objectId),
    watchGroups: (onChange) => directory.watchGroups(onChange),
    principalType: (objectId) => directory.principalType(objectId),
    isActive: (objectId) => directory.isActive(objectId),
  };
}
