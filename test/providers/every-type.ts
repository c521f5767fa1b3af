import type { ResourceType } from '../../src/arm/index.ts';
import { absent } from '../../src/providers/absent/index.ts';
import { authorizationTypes } from '../../src/providers/authorization/index.ts';
import type {
  ClusterSupply,
  CommandSupply,
  FleetSupply,
  NamespaceSupply,
} from '../../src/providers/cluster-supply.ts';
import { computeTypes } from '../../src/providers/compute/index.ts';
import {
  type ContainerServiceSettings,
  containerServiceTypes,
} from '../../src/providers/container-service/index.ts';
import { type ArcSettings, arcTypes } from '../../src/providers/kubernetes/index.ts';
import { managedIdentityTypes } from '../../src/providers/managed-identity/index.ts';
import { networkResourceTypes } from '../../src/providers/network/index.ts';
import { resourceGroups } from '../../src/providers/resources/index.ts';
import { type Estate, type EstateOptions, openEstate, tenantId } from '../arm/estate.ts';
import { identities } from './support.ts';

/** Requests record and loops act: what is asked of a request alone never comes here. */
const noClusters: ClusterSupply = {
  ensure: () => Promise.reject(new Error('no loop runs')),
  get: () => undefined,
  renew: () => Promise.reject(new Error('no clusters here')),
  stop: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};
const noCommands: CommandSupply = {
  run: () => Promise.resolve({ exitCode: 0, logs: '' }),
};

const noFleets: FleetSupply = {
  prepareHub: () => Promise.resolve(),
  join: () => Promise.resolve(),
  leave: () => Promise.resolve(),
};

const noNamespaces: NamespaceSupply = {
  obstacle: () => Promise.resolve(undefined),
  provide: () => Promise.resolve(),
  withdraw: () => Promise.resolve(true),
  watch: () => ({ close() {} }),
};

/** An estate with every type that the server has, and no loops: every write stays where its request left it. */
export async function everyType(
  options: Pick<EstateOptions, 'store' | 'clock' | 'directory' | 'routes'> & {
    readonly clusters?: ClusterSupply;
  } = {},
): Promise<{
  readonly estate: Estate;
  readonly types: readonly ResourceType[];
  readonly settings: ContainerServiceSettings & ArcSettings;
}> {
  const { clusters = noClusters, ...given } = options;
  const settings = {
    clusters,
    commands: noCommands,
    fleets: noFleets,
    namespaces: noNamespaces,
    identities,
    tenantId,
    publicDomain: 'drydock.test',
    privateDomain: 'drydock.invalid',
    publicAddress: () => ({ server: 'https://arm.test:8443' }),
    tokenCommand: { command: 'drydock', words: ['get-token'] },
    relay: () => ({
      expirationTime: 0,
      hybridConnectionName: '',
      relay: '',
      token: '',
      relayTid: '',
      relayType: '',
    }),
  };
  const types = [
    ...authorizationTypes,
    ...networkResourceTypes({ bastionEndpoint: (id) => `bst-${id.length}.bastion.test:8443` }),
    ...managedIdentityTypes(identities),
    ...computeTypes,
    ...containerServiceTypes(settings),
    ...arcTypes(settings),
  ];
  return {
    estate: await openEstate({ ...given, types, absent }),
    types: [resourceGroups, ...types],
    settings,
  };
}
