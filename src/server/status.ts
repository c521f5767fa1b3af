import type { JsonObject } from '../base/index.ts';
import type { ClusterHandle, ClusterHost } from '../clusters/index.ts';
import type { Identity } from '../identity/index.ts';
import type { EstateOptions, RunningEstate } from './options.ts';
import type { Providers } from './resource-manager.ts';

export interface StatusParts {
  readonly options: EstateOptions;
  readonly running: RunningEstate;
  readonly identity: Identity;
  readonly clusters: ClusterHost;
  readonly providers: Pick<Providers, 'subscriptions'>;
  readonly portOf: (clusterId: string) => number | undefined;
}

/** What `drydock status --json` prints; scripts rely on the names. */
export function statusOf(parts: StatusParts): JsonObject {
  const { options, identity, clusters, providers } = parts;
  const { pid, version, resourceManager, login, graph, port } = parts.running;
  const { clusterPorts } = options;
  return {
    home: options.home,
    running: true,
    pid,
    port,
    version,
    resourceManager,
    login,
    graph,
    caFile: options.files.authority,
    tenantId: identity.directory.tenant().tenantId,
    subscriptionId: providers.subscriptions.list()[0]?.subscriptionId,
    signedInUser: identity.directory.administrator().userPrincipalName,
    ...(clusterPorts && { clusterPorts: `${clusterPorts.first}-${clusterPorts.last}` }),
    clusters: [
      ...clusters.list().map((cluster) => clusterStatus(cluster, parts)),
      ...clusters
        .stopped()
        .map((spec) => clusterStatus({ spec, state: 'stopped', hostName: spec.hostNames[0] ?? '' }, parts)),
    ],
  };
}

function clusterStatus(
  { spec, state, hostName }: Pick<ClusterHandle, 'spec' | 'state' | 'hostName'>,
  parts: StatusParts,
): JsonObject {
  const port = parts.portOf(spec.clusterId);
  return {
    name: spec.name,
    id: spec.clusterId,
    role: spec.role,
    state,
    resourceId: spec.resourceId,
    kubernetesVersion: spec.kubernetesVersion,
    hostName,
    publicEndpoint: spec.publicEndpoint,
    // Null: a public cluster for which no port was left.
    ...(parts.options.clusterPorts && spec.publicEndpoint && { port: port ?? null }),
  };
}
