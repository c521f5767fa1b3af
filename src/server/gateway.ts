import { createHash } from 'node:crypto';
import { type AuditTrail, type Clock, CodedError, type Logger, type Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import {
  type ArcRelay,
  arcRelayPath,
  type BastionGateway,
  bastionPath,
  createArcRelay,
  createBastionGateway,
  createRelayTokens,
  Refusal,
  type RelayTokens,
} from '../gateway/index.ts';
import type { UpgradeHandler } from '../http/index.ts';
import type { Identity } from '../identity/index.ts';
import type { RelayCredential } from '../providers/kubernetes/index.ts';
import { watchAdmissions } from './admission-changes.ts';
import { createBastionDirectory } from './bastion-directory.ts';
import type { Providers } from './resource-manager.ts';

interface Parts {
  readonly clusters: ClusterHost;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly audit: AuditTrail;
  /** Signs relay tokens; the same after a restart. */
  readonly relayKey: Uint8Array;
  /** Asked for at each use: the resource manager is built after the gateway, which mints its relay tokens. */
  readonly manager: () => Providers;
}

/** Bastion and Arc data planes, with the estate's answers to their questions. */
export function buildGateway(parts: Parts) {
  const { clusters, identity, clock } = parts;
  const bastion = buildBastion(parts);
  const relayTokens = createRelayTokens({ key: parts.relayKey, clock });
  const relay = buildRelay(parts, relayTokens);
  /** Undefined for a path that is none of theirs. */
  const upgraderOf = (path: string): UpgradeHandler | undefined => {
    if (path.startsWith(`${arcRelayPath}/`)) return relay.upgrade;
    return path.startsWith(`${bastionPath}/`) ? bastion.upgrade : undefined;
  };
  // Said before the cluster's own end cuts the connections.
  clusters.beforeRemoval(async ({ resourceId }) => {
    bastion.endSessionsOf(resourceId, 'The target was deleted.');
    relay.endConnectionsTo(hybridConnectionName(resourceId), 'The cluster was deleted.');
  });
  clusters.beforeStop(async ({ spec }) => {
    bastion.endSessionsOf(spec.resourceId, 'The target was stopped.');
    relay.endConnectionsTo(hybridConnectionName(spec.resourceId), 'The cluster was stopped.');
  });
  return {
    bastion,
    upgraderOf,
    /** From here on what is open lives only as long as what allowed it. Call once the resource manager is ready. */
    async start() {
      const watch = await watchAdmissions(parts.manager(), identity.directory);
      bastion.follow(watch);
      relay.follow(watch);
    },
    relayCredential: (clusterId: string, holderId: string): RelayCredential => {
      const cluster = clusters.get(clusterId);
      const name = hybridConnectionName(cluster?.spec.resourceId ?? clusterId);
      const grant = { hybridConnectionName: name, holderId, lifeMs: relayTokenMs };
      const { token, expiresAt } = relayTokens.mint(grant);
      const relayTid = identity.directory.tenant().tenantId;
      return {
        expirationTime: expiresAt,
        hybridConnectionName: name,
        relay: 'drydock',
        token,
        relayTid,
        relayType: 'ServiceBus',
      };
    },
    close() {
      bastion.close();
      relay.close();
    },
  };
}

function buildBastion({ clusters, identity, clock, random, log, audit, manager }: Parts): BastionGateway {
  return createBastionGateway({
    directory: createBastionDirectory({
      get: (id) => manager().records.get(id),
      list: (scope, type) => manager().records.list(scope, type),
    }),
    access: {
      authenticate: (token) => identity.tokens.verify(token, 'resource-manager'),
      isActive: (objectId) => identity.directory.isActive(objectId),
      can: (caller, action, scope) => manager().access.can(caller, action, scope),
    },
    dial: async (targetId) => {
      const cluster = clusters
        .list()
        .find(({ spec }) => spec.resourceId.toLowerCase() === targetId.toLowerCase());
      if (!cluster) throw new CodedError('unavailable', `the cluster ${targetId} is not running`);
      return cluster.dial();
    },
    ...{ clock, random, log, audit },
  });
}

function buildRelay(
  { clusters, identity, clock, log, audit, manager }: Parts,
  relayTokens: RelayTokens,
): ArcRelay {
  const connected = (name: string) => {
    const cluster = clusters.list().find(({ spec }) => hybridConnectionName(spec.resourceId) === name);
    if (cluster) return cluster;
    throw new Refusal('not-found', `no connected cluster listens on '${name}'`, 'The cluster was deleted.');
  };
  return createArcRelay({
    verify: (token, name) => relayTokens.verify(token, name),
    admit: async (name, holderId) => {
      if (!identity.directory.isActive(holderId))
        throw new Refusal('forbidden', 'Your account was disabled or deleted.');
      const { resourceId } = connected(name).spec;
      if (!(await manager().records.get(resourceId)))
        throw new Refusal('not-found', 'The cluster was deleted.');
      if (await manager().access.can({ objectId: holderId }, relayAction, resourceId)) return;
      throw new Refusal(
        'forbidden',
        `The client with object id '${holderId}' does not have authorization to perform action '${relayAction}' over scope '${resourceId}'.`,
        'You no longer have the right to list the user credential of this cluster.',
      );
    },
    dial: async (name) => connected(name).dial(),
    ...{ clock, log, audit },
  });
}

/** What the token was handed out for is what its use needs. */
const relayAction = 'Microsoft.Kubernetes/connectedClusters/listClusterUserCredential/action';
const relayTokenMs = 60 * 60 * 1000;

/** The name under which a connected cluster listens at the relay. */
function hybridConnectionName(resourceId: string): string {
  const digest = createHash('sha256').update(resourceId.toLowerCase()).digest('hex');
  return `microsoft.kubernetes/connectedclusters/${digest}/1`;
}
