import { type Clock, CodedError, type Logger, type Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import { createBastionGateway } from '../gateway/index.ts';
import { type Handler, jsonResponse, type UpgradeHandler } from '../http/index.ts';
import type { Identity } from '../identity/index.ts';
import type { RelayCredential } from '../providers/kubernetes/index.ts';
import type { Store } from '../store/index.ts';
import { createBastionDirectory } from './bastion-directory.ts';
import type { Providers } from './resource-manager.ts';

interface Parts {
  readonly clusters: ClusterHost;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly store: Store;
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
  const upgrade: UpgradeHandler = (request) => bastion.upgrade(request);
  return {
    bastion,
    relay: { handler: (() => jsonResponse(503, {})) as Handler },
    upgrade,
    relayCredential: (_clusterId: string): RelayCredential => ({
      expirationTime: 0,
      hybridConnectionName: '',
      relay: '',
      token: '',
      relayTid: '',
      relayType: '',
    }),
    close: () => bastion.close(),
  };
}
