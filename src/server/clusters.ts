import type { AuditOptions, FeatureSwitches } from '../apiserver/index.ts';
import type { AuditTrail, Clock, Logger, Random } from '../base/index.ts';
import { type ClusterHost, createEmbeddedClusters } from '../clusters/index.ts';
import { hubAdmission, schedulingNotBuilt, startClusterControllers } from '../controllers/index.ts';
import { type CertificateAndKey, type HealthCheck, issueServerCertificate } from '../http/index.ts';
import type { Identity } from '../identity/index.ts';
import { SimulatedMachines } from '../machines/index.ts';
import type { Guard, Store } from '../store/index.ts';
import { observeCluster } from './audit-observer.ts';
import {
  adminGroupAuthorizer,
  agentUserPrefix,
  azureObjectId,
  azureRoleAuthorizer,
  type DataAccess,
  entraAuthenticator,
  fleetGuard,
} from './cluster-access.ts';
import type { FleetMemberships } from './fleet-memberships.ts';
import { processMetrics } from './process-metrics.ts';

interface Parts {
  readonly store: Store;
  /** The guard of whoever leads the loops. */
  readonly fence: () => Guard;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly authority: CertificateAndKey;
  readonly identity: Identity;
  readonly roles: DataAccess;
  readonly memberships: FleetMemberships;
  readonly readyChecks: readonly HealthCheck[];
  readonly audit: AuditTrail;
  readonly serviceUrls?: ReadonlyMap<string, URL>;
  readonly features?: FeatureSwitches;
  readonly kubeAudit: AuditOptions | undefined;
  /** Of each cluster: it shares the sum out among its priority levels. */
  readonly requestsInFlight: { readonly reads: number; readonly writes: number };
  /** What else clients may call this machine; every API server answers to it. */
  readonly servedNames: { readonly hostNames: readonly string[]; readonly ipAddresses: readonly string[] };
}

/** Every API server also answers to these names: through a tunnel a client connects to localhost. */
const commonNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

const hubSteps = hubAdmission({
  isAgentName: (username) => username.startsWith(agentUserPrefix),
  isOfAzure: (user) => azureObjectId(user) !== undefined,
});

export function buildClusters(parts: Parts): ClusterHost {
  const { store, fence, clock, random, log, authority, identity, roles, readyChecks, servedNames } = parts;
  const { audit, kubeAudit, memberships } = parts;
  const tokens = {
    verify: identity.tokens.verify.bind(identity.tokens),
    groupsOf: (objectId: string) => identity.directory.groupsOf(objectId),
  };
  return createEmbeddedClusters({
    store,
    fence,
    clock,
    random,
    log,
    readyChecks,
    processMetrics,
    machines: new SimulatedMachines(clock),
    ...(parts.serviceUrls && { serviceUrls: parts.serviceUrls }),
    ...(parts.features && { features: parts.features }),
    requestsInFlight: parts.requestsInFlight,
    certificateAuthority: authority.certificatePem,
    accessChanges: (onChange) => {
      const { directory } = identity;
      const watches = [
        roles.watch(onChange),
        memberships.watch(onChange),
        directory.watchAccounts(onChange),
        directory.watchGroups(onChange),
      ];
      return { close: () => watches.forEach((watch) => void watch.close()) };
    },
    authenticators: (spec) => [entraAuthenticator(tokens, () => spec().access)],
    // Other clusters are not asked: every request would be.
    guards: (spec) => (spec().role === 'hub' ? [fleetGuard] : []),
    authorizers: (spec) => [
      adminGroupAuthorizer(tokens, () => spec().access),
      azureRoleAuthorizer(
        roles,
        () => spec().access,
        (clusterId) => memberships.fleetOf(clusterId),
      ),
    ],
    serve: async (hostNames) => {
      const issued = issueServerCertificate(authority, {
        hostNames: [...new Set([...hostNames, ...commonNames, ...servedNames.hostNames])],
        ipAddresses: [...servedNames.ipAddresses, '10.0.0.1'],
        clock,
        random,
      });
      return { cert: issued.certificatePem, key: issued.privateKeyPem };
    },
    audit: ({ name, clusterId }) =>
      kubeAudit && {
        ...kubeAudit,
        annotations: { 'drydock.dev/cluster': name, 'drydock.dev/cluster-id': clusterId },
      },
    observe: (spec) => (answered) => observeCluster(audit, answered, spec().name),
    notEnforced: () => schedulingNotBuilt,
    admissionSteps: ({ role }) => (role === 'hub' ? hubSteps : []),
    controllers: ({ spec, ...own }) =>
      startClusterControllers({
        ...own,
        clock,
        random,
        log: log.with({ cluster: spec.name }),
        profile: spec.role,
        kubernetesVersion: spec.kubernetesVersion,
        nodes: spec.nodes,
      }),
  });
}
