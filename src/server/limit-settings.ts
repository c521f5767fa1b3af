import { defaultSnapshotDelays, type SnapshotDelays } from '../controllers/index.ts';
import { type InFlightLimits, inFlightLimits } from '../http/in-flight.ts';
import { type ListenerLimits, listenerLimits } from '../http/node/limits.ts';
import { type TrafficLimits, trafficLimits } from '../http/node/traffic.ts';
import { type UpgradeDurations, usualDurations } from '../providers/container-service/settings.ts';

/** A limit that whoever starts the server may set: an option of `drydock up` and a name in `limits` of the settings. */
export interface LimitSetting {
  readonly least: number;
  readonly most: number;
  /** In the unit of the option. */
  readonly usual: number;
  readonly summary: string;
}

const mebibyte = 1024 * 1024;

/** By option; named as kube-apiserver names them where it has one. */
export const limitSettings = {
  'max-requests-inflight': {
    least: 1,
    most: 100_000,
    usual: inFlightLimits.reads,
    summary:
      'reads at work at the same time, of all services; of each cluster the seats, with those for writes',
  },
  'max-mutating-requests-inflight': {
    least: 1,
    most: 100_000,
    usual: inFlightLimits.writes,
    summary: 'writes at work at the same time',
  },
  'max-watches': {
    least: 1,
    most: 1_000_000,
    usual: inFlightLimits.longRunning,
    summary: 'watches and other streams open at the same time',
  },
  'max-watches-per-user': {
    least: 1,
    most: 1_000_000,
    usual: inFlightLimits.longRunningPerCaller,
    summary: 'of those, streams of one user',
  },
  'max-connections': {
    least: 10,
    most: 1_000_000,
    usual: listenerLimits.connections,
    summary: 'connections; when all are taken, idle ones make room',
  },
  'http2-max-streams-per-connection': {
    least: 1,
    most: 100_000,
    usual: listenerLimits.streamsPerConnection,
    summary: 'requests at the same time on one HTTP/2 connection',
  },
  'max-request-body-kib': {
    least: 64,
    most: 16 * 1024,
    usual: 16 * 1024,
    summary:
      'largest body of a request, where the service asked has no smaller limit (Kubernetes 3 MiB, ARM 4 MiB)',
  },
  'request-body-timeout-seconds': {
    least: 1,
    most: 3_600,
    usual: listenerLimits.bodyMs / 1000,
    summary: 'how long the body of a request may take to arrive',
  },
  'max-buffered-request-mib': {
    least: 16,
    most: 65_536,
    usual: trafficLimits.requestBytes / mebibyte,
    summary: 'memory for request bodies that are arriving',
  },
  'max-buffered-answer-mib': {
    least: 16,
    most: 65_536,
    usual: trafficLimits.answerBytes / mebibyte,
    summary: 'memory for answers that wait for slow readers',
  },
  'control-plane-upgrade-seconds': {
    least: 0,
    most: 86_400,
    usual: usualDurations.controlPlaneMs / 1000,
    summary: 'how long the control plane of a cluster takes to go to another version',
  },
  'node-start-seconds': {
    least: 0,
    most: 86_400,
    usual: usualDurations.nodeStartMs / 1000,
    summary: 'how long a surge node of an upgrade takes to join',
  },
  'node-reimage-seconds': {
    least: 0,
    most: 86_400,
    usual: usualDurations.reimageMs / 1000,
    summary: 'how long a node of an upgrade is away until it is back with its new image',
  },
  'upgrade-minute-seconds': {
    least: 1,
    most: 60,
    usual: usualDurations.minuteMs / 1000,
    summary: 'how long a minute of drainTimeoutInMinutes and nodeSoakDurationInMinutes lasts',
  },
  'resource-changes-collection-seconds': {
    least: 0,
    most: 86_400,
    usual: defaultSnapshotDelays.collectMs / 1000,
    summary: 'how long a hub gathers changes of placed resources before it makes a snapshot (KubeFleet: 15)',
  },
  'resource-snapshot-interval-seconds': {
    least: 0,
    most: 86_400,
    usual: defaultSnapshotDelays.intervalMs / 1000,
    summary: 'how long a hub waits from one snapshot of a placement to the next (KubeFleet: 30)',
  },
} as const satisfies Record<string, LimitSetting>;

export type LimitName = keyof typeof limitSettings;
export type ChosenLimits = Readonly<Partial<Record<LimitName, number>>>;

export const limitNames = Object.keys(limitSettings).filter(isLimitName);

export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(limitSettings, name);
}

/** Why a value cannot be the limit of this name; undefined when it can. */
export function limitProblem(name: LimitName, value: unknown): string | undefined {
  const { least, most } = limitSettings[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
    return undefined;
  return `takes a whole number from ${least} to ${most}`;
}

/** What a server with these limits has for one of them. */
export function usedLimit(name: LimitName, chosen: ChosenLimits): number {
  return chosen[name] ?? limitSettings[name].usual;
}

/** What the parts of the server are given. */
export interface ServerLimits {
  readonly inFlight: Partial<InFlightLimits>;
  readonly listener: Partial<ListenerLimits>;
  readonly traffic: Partial<TrafficLimits>;
}

export function serverLimits(chosen: ChosenLimits): ServerLimits {
  const of = (name: LimitName, unit = 1): number => usedLimit(name, chosen) * unit;
  const connections = of('max-connections');
  return {
    inFlight: {
      reads: of('max-requests-inflight'),
      writes: of('max-mutating-requests-inflight'),
      longRunning: of('max-watches'),
      longRunningPerCaller: of('max-watches-per-user'),
    },
    listener: {
      connections,
      connectionsPerSource: Math.ceil(connections * sharePerSource),
      streamsPerConnection: of('http2-max-streams-per-connection'),
      requestBodyBytes: of('max-request-body-kib', 1024),
      bodyMs: of('request-body-timeout-seconds', 1000),
    },
    traffic: {
      requestBytes: of('max-buffered-request-mib', mebibyte),
      answerBytes: of('max-buffered-answer-mib', mebibyte),
    },
  };
}

/** What each cluster shares out among its priority levels. */
export function clusterRequests(chosen: ChosenLimits): { readonly reads: number; readonly writes: number } {
  return {
    reads: usedLimit('max-requests-inflight', chosen),
    writes: usedLimit('max-mutating-requests-inflight', chosen),
  };
}

/** How long the simulated work of upgrades lasts. */
export function upgradeDurations(chosen: ChosenLimits): UpgradeDurations {
  const of = (name: LimitName): number => usedLimit(name, chosen) * 1000;
  return {
    controlPlaneMs: of('control-plane-upgrade-seconds'),
    nodeStartMs: of('node-start-seconds'),
    reimageMs: of('node-reimage-seconds'),
    minuteMs: of('upgrade-minute-seconds'),
  };
}

/** How long hubs wait before they roll changes out. */
export function snapshotDelays(chosen: ChosenLimits): SnapshotDelays {
  return {
    collectMs: usedLimit('resource-changes-collection-seconds', chosen) * 1000,
    intervalMs: usedLimit('resource-snapshot-interval-seconds', chosen) * 1000,
  };
}

/** One address may have this part of all connections. */
const sharePerSource = listenerLimits.connectionsPerSource / listenerLimits.connections;
