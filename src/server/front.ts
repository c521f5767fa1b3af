import type { Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import {
  answerHealth,
  type Handler,
  type HealthCheck,
  type HttpRequest,
  jsonResponse,
  type RequestsInFlight,
  type UpgradeHandler,
} from '../http/index.ts';
import { createPortalHandler, withClusterPaths } from '../portal/index.ts';
import {
  clusterGone,
  clusterStopped,
  isClusterName,
  looksLikeKubernetes,
  misdirected,
  tooManyRequests,
} from './refusals.ts';

/**
 * The front behind the limits on requests in flight; who is refused hears it in the form that he reads. A cluster shares out its
 * seats itself (priority and fairness): of its requests only streams are counted here.
 */
export function limitFront(
  front: Handler,
  parts: Pick<FrontParts, 'clusters'> & { readonly requests: RequestsInFlight; readonly random: Random },
): Handler {
  const isForCluster = ({ connection: { serverName } }: HttpRequest): boolean =>
    serverName !== undefined && parts.clusters.findByHostName(serverName) !== undefined;
  const refuse = (request: HttpRequest) => {
    const asked = isForCluster(request) || looksLikeKubernetes(request) ? 'kubernetes' : 'azure';
    return tooManyRequests(asked, parts.random);
  };
  const limited = parts.requests.limit(front, refuse, isForCluster);
  // Outside of the limits, so that they see a request of a page as the cluster's that it is.
  return withClusterPaths(limited, (hostName) => {
    const cluster = parts.clusters.findByHostName(hostName);
    const isStopped = cluster === undefined && parts.clusters.isStopped(hostName);
    return {
      isKnown: cluster !== undefined || isStopped,
      publicEndpoint: cluster?.spec.publicEndpoint ?? isStopped,
    };
  });
}

/** Who answers requests to switch to WebSocket: the gateway for its own paths, for clusters and all else the front. */
export function upgradeFront(
  front: Handler,
  gateway: { upgraderOf(path: string): UpgradeHandler | undefined },
): UpgradeHandler {
  return (request) => {
    const upgrader = isClusterName(request.connection.serverName)
      ? undefined
      : gateway.upgraderOf(request.path);
    return upgrader ? upgrader(request) : front(request);
  };
}

/** What stands behind a cluster's own port: that cluster, whatever server name is asked for, behind the same limits. */
export function clusterFront(
  clusterId: string,
  parts: {
    readonly clusters: Pick<ClusterHost, 'get'>;
    readonly requests: RequestsInFlight;
    readonly random: Random;
  },
): Handler {
  const answer: Handler = (request) => {
    const cluster = parts.clusters.get(clusterId);
    return cluster?.spec.publicEndpoint ? cluster.handler(request) : clusterGone();
  };
  const refuse = () => tooManyRequests('kubernetes', parts.random);
  return parts.requests.limit(answer, refuse, () => true);
}

/** Where the one port leads. */
export interface FrontParts {
  readonly clusters: Pick<ClusterHost, 'findByHostName' | 'isStopped'>;
  readonly resourceManager: Handler;
  readonly login: Handler;
  readonly graph: Handler;
  readonly bastion: Handler;
  readonly control: Handler;
  readonly metrics: () => Promise<string>;
  readonly readyChecks: readonly HealthCheck[];
  readonly version: string;
}

/**
 * One port for everything. The server name asked for in TLS decides first: a Kubernetes API server answers to its
 * own names. Then the path decides; Resource Manager answers whatever nobody else does.
 */
export function createFront(parts: FrontParts): Handler {
  const endpoints = { healthz: [], livez: [], readyz: parts.readyChecks };
  const health: Handler = async (request) =>
    (await answerHealth(request, endpoints)) ?? parts.resourceManager(request);
  const byFirstSegment = new Map<string, Handler>([
    ['bastion', parts.bastion],
    ['drydock', parts.control],
    ['portal', createPortalHandler()],
    ['v1.0', parts.graph],
    ['beta', parts.graph],
    ['healthz', health],
    ['livez', health],
    ['readyz', health],
    ['metrics', async () => text(await parts.metrics())],
    ['', () => jsonResponse(200, { product: 'Drydock', version: parts.version })],
  ]);
  for (const name of ['subscriptions', 'providers', 'tenants', 'metadata']) {
    byFirstSegment.set(name, parts.resourceManager);
  }
  return (request) => {
    const { serverName } = request.connection;
    const cluster = serverName === undefined ? undefined : parts.clusters.findByHostName(serverName);
    if (cluster?.spec.publicEndpoint) return cluster.handler(request);
    if (cluster) return noEndpoint(serverName);
    if (serverName !== undefined && parts.clusters.isStopped(serverName)) return clusterStopped();
    if (isClusterName(serverName) || looksLikeKubernetes(request)) return misdirected(serverName);
    const segment = firstSegment(request);
    const handler = byFirstSegment.get(segment) ?? (isLogin(segment) ? parts.login : parts.resourceManager);
    return handler(request);
  };
}

/** The first segment; a slash that is escaped ends it too, as in scopes of Resource Manager that are one parameter. */
function firstSegment(request: HttpRequest): string {
  return /^(?:\/|%2f)*((?:(?!%2f)[^/])*)/i.exec(request.path)?.[1]?.toLowerCase() ?? '';
}

const loginSegments = new Set([
  'adfs',
  'common',
  'organizations',
  'consumers',
  'devicelogin',
  'oauth2',
  'login',
]);

/** Authorities are named by a tenant id or by a domain. */
function isLogin(segment: string): boolean {
  return (
    loginSegments.has(segment) ||
    /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(segment) ||
    /^[^.]+\.[^/]+$/.test(segment)
  );
}

function text(body: string) {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode(body),
  };
}

function noEndpoint(name: string | undefined) {
  return jsonResponse(421, {
    error: { code: 'MisdirectedRequest', message: `${name} has no public endpoint` },
  });
}
