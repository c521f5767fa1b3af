import { createHash } from 'node:crypto';
import { type Clock, CodedError, type Logger, type Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import { arcRelayPath, createArcRelay, createBastionGateway, createRelayTokens } from '../gateway/index.ts';
import type { UpgradeHandler } from '../http/index.ts';
import type { Identity } from '../identity/index.ts';
import type { RelayCredential } from '../providers/kubernetes/index.ts';
import { createBastionDirectory } from './bastion-directory.ts';
import type { Providers } from './resource-manager.ts';

interface Parts {
  readonly clusters: ClusterHost;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Signs relay tokens; the same after a restart. */
  readonly relayKey: Uint8Array;
  /** Asked for at each use: the resource manager is built after the gateway, which mints its relay tokens. */
  readonly manager: () => Providers;
}

/** Bastion and Arc data planes, with the estate's answers to their questions. */
export function buildGateway(parts: Parts) {
  const { clusters, identity, clock, random, log, manager } = parts;
  const bastion = createBastionGateway({
    directory: createBastionDirectory({
      get: (id) => manager().records.get(id),
      list: (scope, type) => manager().records.list(scope, type),
    }),
    access: {
      authenticate: (token) => identity.tokens.verify(token, 'resource-manager'),
      can: (caller, action, scope) => manager().access.can(caller, action, scope),
    },
    dial: async (targetId) => {
      const cluster = clusters
        .list()
        .find(({ spec }) => spec.resourceId.toLowerCase() === targetId.toLowerCase());
      if (!cluster) throw new CodedError('unavailable', `the cluster ${targetId} is not running`);
      return cluster.dial();
    },
    clock,
    random,
    log,
  });
  const relayTokens = createRelayTokens({ key: parts.relayKey, clock });
  const relay = createArcRelay({
    verify: (token, name) => relayTokens.verify(token, name),
    dial: async (name) => {
      const cluster = clusters.list().find(({ spec }) => hybridConnectionName(spec.resourceId) === name);
      if (!cluster) throw new CodedError('not-found', `no connected cluster listens on '${name}'`);
      return cluster.dial();
    },
    clock,
    log,
  });
  const upgrade: UpgradeHandler = (request) =>
    request.path.startsWith(`${arcRelayPath}/`) ? relay.upgrade(request) : bastion.upgrade(request);
  return {
    bastion,
    upgrade,
    relayCredential: (clusterId: string): RelayCredential => {
      const cluster = clusters.get(clusterId);
      const name = hybridConnectionName(cluster?.spec.resourceId ?? clusterId);
      const { token, expiresAt } = relayTokens.mint(name, relayTokenMs);
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

const relayTokenMs = 60 * 60 * 1000;

/** The name under which a connected cluster listens at the relay. */
function hybridConnectionName(resourceId: string): string {
  const digest = createHash('sha256').update(resourceId.toLowerCase()).digest('hex');
  return `microsoft.kubernetes/connectedclusters/${digest}/1`;
}
