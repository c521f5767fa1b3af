import { type Clock, CodedError, jsonEqual, type Logger, type Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import { createBastionGateway, type BastionGateway } from '../gateway/bastion/bastion-gateway.ts';
import { jsonResponse, type Handler, type UpgradeHandler } from '../http/index.ts';
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
}
void jsonEqual;
export function buildGateway(parts: Parts) {
  let bastion: BastionGateway | undefined;
  const handler: Handler = (request) => bastion?.handler(request) ?? jsonResponse(503, {});
  const upgrade: UpgradeHandler = async (request) => bastion?.upgrade(request) ?? jsonResponse(503, {});
  return {
    bastion: { handler },
    relay: { handler: (() => jsonResponse(503, {})) as Handler },
    upgrade,
    relayCredential: (_clusterId: string): RelayCredential => ({ expirationTime: 0, hybridConnectionName: '', relay: '', token: '', relayTid: '', relayType: '' }),
    connect(manager: Providers) {
      bastion = createBastionGateway({
        directory: createBastionDirectory(manager.records),
        access: {
          authenticate: async (token) => ({ objectId: (await parts.identity.tokens.verify(token, 'resource-manager')).objectId }),
          can: (caller, action, scope) => manager.access.can(caller, action, scope),
        },
        dial: async (targetId) => {
          const cluster = parts.clusters.list().find(({ spec }) => spec.role === 'hub' && targetId.toLowerCase().includes('hub'));
          if (!cluster) throw new CodedError('unavailable', 'no cluster');
          return cluster.dial();
        },
        clock: parts.clock, random: parts.random, log: parts.log,
      });
    },
  };
}
