import { rmSync } from 'node:fs';
import type { AuditOptions, FeatureSwitches } from '../apiserver/index.ts';
import {
  type AuditTrail,
  type Clock,
  CodedError,
  errorMessage,
  type Logger,
  type systemRandom,
  utf8,
} from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import {
  type CertificateAndKey,
  createListener,
  type Handler,
  type HealthCheck,
  type Listener,
  type ListenerLimits,
  RequestsInFlight,
  Traffic,
} from '../http/index.ts';
import { createIdentity, type Identity, type TokenAnswer } from '../identity/index.ts';
import { aksCatalog, release } from '../providers/container-service/index.ts';
import { type Guard, Leadership } from '../store/index.ts';
import { audited, observeAnswer } from './audit-observer.ts';
import { type Close, closeAll } from './closing.ts';
import { ClusterPorts } from './cluster-ports.ts';
import { buildClusters } from './clusters.ts';
import { createControlHandler } from './control.ts';
import type { EventLoop } from './event-loop.ts';
import { FleetMembershipMirror } from './fleet-memberships.ts';
import { createFleetSupply, type RunningFleets } from './fleet-supply.ts';
import { clusterFront, createFront, limitFront, upgradeFront } from './front.ts';
import { buildGateway } from './gateway.ts';
import { watchFile } from './home-watch.ts';
import { clusterRequests, serverLimits, upgradeDurations } from './limit-settings.ts';
import { listenOn } from './listen-on.ts';
import { type Origins, originsFor, resourceManagerAudience } from './metadata.ts';
import { createMetrics } from './metrics.ts';
import type { EstateStore } from './open-store.ts';
import type { EstateOptions, RunningEstate } from './options.ts';
import { removeOrphanPrincipals } from './orphan-principals.ts';
import { processIdentity } from './process-identity.ts';
import { buildResourceManager, type Providers } from './resource-manager.ts';
import { loadAuthority, loadControlToken, writePrivate } from './secrets.ts';
import { servedIdentities, servedNames } from './served-identities.ts';
import { serviceUrlsText } from './service-urls.ts';
import { statusOf } from './status.ts';

/** A running control plane. */
export interface Estate {
  readonly running: RunningEstate;
  /** Who the local command line is signed in as, with tokens for it. */
  signIn(): Promise<LocalSignIn>;
  /** Resolves when the database was deleted or replaced: nothing that is written is kept any more. */
  readonly homeGone: Promise<'home gone'>;
  close(): Promise<void>;
}

export interface LocalSignIn {
  readonly userName: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly tenantDomain: string;
  readonly subscriptions: readonly { readonly id: string; readonly name: string; readonly state: string }[];
  readonly audience: string;
  readonly tokens: TokenAnswer;
}

const azureCliApplication = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

/** What an estate is built on. */
export interface Starting {
  readonly options: EstateOptions;
  readonly store: EstateStore;
  /** No other process can have the store open. */
  readonly alone: boolean;
  readonly clock: Clock;
  readonly random: typeof systemRandom;
  readonly log: Logger;
  readonly audit: AuditTrail;
  /** What is written of requests to clusters; undefined: nothing. */
  readonly kubeAudit?: AuditOptions | undefined;
  readonly eventLoop: EventLoop;
  readonly readyChecks: readonly HealthCheck[];
  /** What to undo, last first. */
  readonly closing: Close[];
}

/** Builds every part on a store and listens; resolves once every part answers. */
export async function startParts(start: Starting): Promise<Estate> {
  const { options, clock, log, closing } = start;
  const { files } = options;
  const { rooms, address } = await buildRooms(start);
  const { providers, clusters, identity, gateway, controlToken } = rooms;
  const running = () => ({
    pid: process.pid,
    process: processIdentity(process.pid) ?? '',
    port: Number(new URL(address.origins.resourceManager).port),
    version: options.version,
    ...address.origins,
    ...(options.listen && { listen: options.listen }),
    ...(options.clusterPorts && { clusterPorts: options.clusterPorts }),
    ...(options.anyApiVersion && { anyApiVersion: true }),
    ...(options.serviceUrls && { serviceUrls: serviceUrlsText(options.serviceUrls) }),
    ...{ ...switchesText(options.features ?? {}), ...(options.limits && { limits: options.limits }) },
    ...{ ...(options.audit && { audit: options.audit }), ...(options.etcd && { etcd: options.etcd }) },
  });
  const limits = serverLimits(options.limits ?? {});
  const requests = new RequestsInFlight(clock, limits.inFlight);
  const traffic = new Traffic(clock, limits.traffic);
  const fence = () => rooms.leadership.fence();
  const ports = clusterPorts(start, { clusters, fence, requests, traffic, limits: limits.listener });
  const open = createFront({
    clusters,
    resourceManager: audited(providers.handler, { trail: start.audit, surface: 'arm' }),
    login: identity.loginHandler,
    graph: audited(identity.graphHandler, { trail: start.audit, surface: 'graph' }),
    bastion: gateway.bastion.handler,
    control: createControlHandler({
      token: controlToken,
      status: async () => statusOf({ ...rooms, options, running: running(), portOf: address.portOf }),
      ...releasesOf(start, providers),
      copyDatabase: (file) => start.store.copyTo(file),
      createSubscription: async (name) => ({ ...(await providers.subscriptions.create(name)) }),
    }),
    metrics: createMetrics({ clusters, eventLoop: start.eventLoop, requests, traffic }),
    readyChecks: start.readyChecks,
    version: options.version,
  });
  const front = limitFront(open, { clusters, requests, random: start.random });
  const listener = openListener(start, { ...rooms, front, traffic, limits: limits.listener });
  closing.push(() => listener.close());
  address.origins = originsFor(await listenOn(listener, { ...options, advice: portAdvice }));
  if (ports) {
    address.portOf = (clusterId) => ports.portOf(clusterId);
    closing.push(() => ports.close());
    await ports.open();
  }
  writePrivate(files.settings, settingsText(options, running().port));
  writePrivate(files.running, JSON.stringify(running()));
  closing.push(() => rmSync(files.running, { force: true }));
  log.info('up', { ...running() });
  const homeGone = new Promise<'home gone'>((resolve) => {
    const watch = watchFile(files.database, clock, () => resolve('home gone'));
    closing.push(() => watch.close());
  });
  // Everything answers; what converges by itself begins a turn later.
  const begins = clock.after(0, () => startLoops(start, rooms));
  closing.push(() => begins.cancel());
  return {
    running: running(),
    homeGone,
    signIn: () => localSignIn(identity, providers),
    async close() {
      log.info('going down');
      await closeAll(closing, { clock, log });
    },
  };
}

/** What plays Azure's releases. */
function releasesOf({ clock, random }: Starting, { records }: Providers) {
  return {
    releases: async () => {
      const { versions, nodeImages } = await aksCatalog(records);
      return { kubernetesVersions: [...versions], nodeImages: [...nodeImages] };
    },
    release: async (name: string) => ({ ...(await release(name, { records, clock, random })) }),
  };
}

const portAdvice = 'Pick another one with --port N, or --port 0 for any free one.';

/** What the next start does when nothing else is asked. */
function settingsText({ listen, clusterPorts, limits, audit, etcd }: EstateOptions, port: number): string {
  return JSON.stringify({
    port,
    ...(listen && { listen }),
    ...(clusterPorts && { clusterPorts }),
    ...(limits && { limits }),
    ...(audit && { audit }),
    ...(etcd && { etcd }),
  });
}

/** Ports of clusters, when they are asked for; they follow the clusters from now on. */
function clusterPorts(
  { options, store, clock, log, random }: Starting,
  parts: {
    readonly clusters: ClusterHost;
    readonly fence: () => Guard;
    readonly requests: RequestsInFlight;
    readonly traffic: Traffic;
    readonly limits: Partial<ListenerLimits>;
  },
): ClusterPorts | undefined {
  const range = options.clusterPorts;
  if (!range) return undefined;
  const { clusters, fence, requests, traffic, limits } = parts;
  const answer = (clusterId: string) => clusterFront(clusterId, { clusters, requests, random });
  const ports = new ClusterPorts({
    ...{ range, listen: options.listen, clusters, answer, store, fence, traffic, limits, clock, log },
  });
  clusters.afterEnsure((cluster) => ports.ensure(cluster));
  clusters.beforeRemoval(({ clusterId }) => ports.release(clusterId));
  clusters.beforeStop(({ spec }) => ports.pause(spec.clusterId));
  return ports;
}

/** All that converges by itself runs while this process leads, and ends before it gives that back. */
function startLoops({ closing, clock, log }: Starting, rooms: Rooms): void {
  const { leadership, identity, providers, clusters, fleets } = rooms;
  const closingDown = new AbortController();
  const led = leadership.run(async (term) => {
    const loops = [providers.startLoops(), identity.startLoops(() => leadership.fence())];
    const starting = startControllers(clusters, { clock, log, term });
    if (!term.aborted) await new Promise((over) => term.addEventListener('abort', over, { once: true }));
    await Promise.all(loops.map((loop) => loop.stop()));
    await fleets.close();
    await clusters.stopControllers();
    await starting;
  }, closingDown.signal);
  closing.push(async () => {
    closingDown.abort();
    await led;
  });
}

/** Tries until they have started: nothing else does within a term. */
async function startControllers(
  clusters: ClusterHost,
  { clock, log, term }: Pick<Starting, 'clock' | 'log'> & { readonly term: AbortSignal },
): Promise<void> {
  while (!term.aborted) {
    try {
      return await clusters.startControllers();
    } catch (thrown) {
      log.error('controllers did not start', { error: errorMessage(thrown), retryInMs: controllersRetryMs });
      await clock.sleep(controllersRetryMs, term);
    }
  }
}

const controllersRetryMs = 1_000;

interface Rooms {
  readonly leadership: Leadership;
  readonly fleets: RunningFleets;
  readonly identity: Identity;
  readonly clusters: ClusterHost;
  readonly gateway: ReturnType<typeof buildGateway>;
  readonly providers: Providers;
  readonly authority: CertificateAndKey;
  readonly controlToken: string;
}

/** Where clients reach what; known for good once everything listens. */
interface Addresses {
  origins: Origins;
  portOf: (clusterId: string) => number | undefined;
}

/** Builds the rooms from the ground up; each is ready to answer when this resolves. */
async function buildRooms(start: Starting): Promise<{ rooms: Rooms; address: Addresses }> {
  const { options, store, clock, random, log, readyChecks, closing } = start;
  const { files, limits = {} } = options;
  const authority = loadAuthority(files, { clock, random, isNew: store.revision() === 0 });
  const controlToken = loadControlToken(files, random);
  const address: Addresses = { origins: originsFor(options.port), portOf: () => undefined };
  const identity = createIdentity({
    ...{ store, clock, random, log, audit: start.audit },
    onBatched: (request, response) =>
      observeAnswer({ trail: start.audit, surface: 'graph' }, request, response),
    origins: () => address.origins,
  });
  closing.push(() => identity.close());
  const first = await identity.initialize();
  if (first) writePrivate(files.administratorPassword, first.administratorPassword);

  const leadership = new Leadership({
    ...{ store, clock, log, name: 'loops', identity: `${process.pid} ${random.uuid()}` },
    alone: start.alone,
  });
  const fence = () => leadership.fence();

  // The rooms need each other at run time: what is asked of the resource manager is asked once it is there.
  let built: Providers | undefined;
  const manager = () => demandBuilt(built);
  const roles = {
    canData: (objectId: string, action: string, scope: string) =>
      manager().access.canData(objectId, action, scope),
    watch: (onChange: () => void) => manager().access.watch(onChange),
  };
  const memberships = new FleetMembershipMirror();
  const clusters = buildClusters({
    ...{ store, fence, clock, random, log, authority, identity, roles, readyChecks, audit: start.audit },
    ...{ memberships, kubeAudit: start.kubeAudit, features: options.features ?? {} },
    servedNames: servedNames(options.listen),
    ...(options.serviceUrls && { serviceUrls: options.serviceUrls }),
    requestsInFlight: clusterRequests(limits),
  });
  const fleets = createFleetSupply({ clusters, memberships, limits, clock, random, log });
  const gateway = buildGateway({
    ...{ clusters, identity, clock, random, log, manager, audit: start.audit },
    relayKey: utf8(`relay ${controlToken}`),
  });
  const providers = buildResourceManager({
    ...{ store, fence, clock, random, log, identity, clusters, fleets },
    origins: () => address.origins,
    portOf: (clusterId) => address.portOf(clusterId),
    othersRun: !start.alone,
    launcher: options.launcher,
    home: options.home,
    anyApiVersion: options.anyApiVersion === true,
    durations: upgradeDurations(limits),
    relay: gateway.relayCredential,
  });
  built = providers;
  closing.push(() => gateway.close());
  await providers.initialize();
  // Another process may be about to record the resource of one.
  if (start.alone) await removeOrphanPrincipals(providers.records, identity, log);
  closing.push(() => providers.close());
  closing.push(await memberships.start(providers.records));
  await clusters.initialize();
  await gateway.start();
  closing.push(() => clusters.close());
  closing.push(() => fleets.close());
  return {
    rooms: { leadership, fleets, identity, clusters, gateway, providers, authority, controlToken },
    address,
  };
}

function openListener(
  { options, clock, random, log }: Starting,
  parts: Pick<Rooms, 'clusters' | 'gateway' | 'authority'> & {
    readonly front: Handler;
    readonly traffic: Traffic;
    readonly limits: Partial<ListenerLimits>;
  },
): Listener {
  const { authority, clusters, front, gateway, traffic, limits } = parts;
  const contextFor = servedIdentities({ authority, clusters, listen: options.listen, clock, random });
  return createListener({
    ...{ handler: front, traffic, limits, clock, log },
    upgrade: upgradeFront(front, gateway),
    tls: { requestClientCertificate: true, contextFor },
  });
}

function demandBuilt(built: Providers | undefined): Providers {
  if (built) return built;
  throw new CodedError('unavailable', 'the server is starting');
}

async function localSignIn(identity: Identity, providers: Providers): Promise<LocalSignIn> {
  const tenant = identity.directory.tenant();
  const administrator = identity.directory.administrator();
  return {
    userName: administrator.userPrincipalName,
    tenantId: tenant.tenantId,
    tenantName: tenant.displayName,
    tenantDomain: tenant.domain,
    subscriptions: providers.subscriptions
      .list()
      .map((one) => ({ id: one.subscriptionId, name: one.displayName, state: one.state })),
    audience: resourceManagerAudience,
    tokens: await identity.tokens.signIn({
      objectId: administrator.objectId,
      applicationId: azureCliApplication,
    }),
  };
}

function switchesText({ featureGates, runtimeConfig }: FeatureSwitches): Partial<RunningEstate> {
  return {
    ...(featureGates && { featureGates: featureGates.join() }),
    ...(runtimeConfig && { runtimeConfig: runtimeConfig.join() }),
  };
}
