import type { ClusterClient, KubeObject, ListOptions, ResourceRef } from '../../src/apimachinery/client.ts';
import type { Kind } from '../../src/apimachinery/kinds.ts';
import { asKind, defineKind } from '../../src/apimachinery/kinds.ts';
import { certificateAuthenticator, tokenAuthenticator } from '../../src/apiserver/index.ts';
import { type Clock, type Logger, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import {
  type ClusterControllers,
  fleetCustomResources,
  hubAdmission,
  memberCustomResources,
  type NodePool,
  startClusterControllers,
} from '../../src/controllers/index.ts';
import type { AddressSupply } from '../../src/controllers/shared/addresses.ts';
import { createAuthority, requestSigner } from '../../src/http/index.ts';
import { SimulatedMachines } from '../../src/machines/index.ts';
import { startTestServer, type TestServer, type TestServerOptions, users } from '../apiserver/harness.ts';

/** A logger that prints when DEBUG is set. */
export const testLog: Logger = process.env['DEBUG'] ? printing({}) : silentLogger;

function printing(base: object): Logger {
  const print = (level: string) => (message: string, fields?: object) =>
    console.error(level, message, JSON.stringify({ ...base, ...fields }));
  return {
    debug: print('debug'),
    info: print('info'),
    warn: print('warn'),
    error: print('error'),
    with: (fields) => printing({ ...base, ...fields }),
  };
}

/** Two small worker nodes. */
export const twoNodes: readonly NodePool[] = [pool('nodepool1', ['node-1', 'node-2'])];

export function pool(name: string, nodeNames: readonly string[], rest: Partial<NodePool> = {}): NodePool {
  return {
    name,
    mode: 'worker',
    nodeNames,
    labels: {},
    taints: [],
    cpuCores: 4,
    memoryMiB: 16_384,
    osImage: 'Ubuntu 22.04.5 LTS',
    maxPods: 110,
    ...rest,
  };
}

export interface TestCluster extends TestServer {
  readonly controllers: ClusterControllers;
}

const hubSteps = hubAdmission({
  isAgentName: (name) => name.startsWith('fleet-member-agent:'),
  isOfAzure: ({ extra }) => extra['oid'] !== undefined,
});

/** An API server with everything that runs beside one; a hub's refuses what hubs refuse. */
export async function startTestCluster(
  options: TestServerOptions & {
    readonly nodes?: readonly NodePool[];
    readonly profile?: 'hub' | 'member' | 'arc';
    readonly addresses?: AddressSupply;
    /** Another clock for controllers than for the server. */
    readonly controllersClock?: Clock;
    /** The client that the controllers get. */
    readonly clientFor?: (client: ClusterClient) => ClusterClient;
  } = {},
): Promise<TestCluster> {
  const { nodes = twoNodes, profile = 'member', addresses, clientFor, controllersClock, ...rest } = options;
  const authority = createAuthority({ commonName: 'test clients', clock: systemClock, random: systemRandom });
  const server = await startTestServer({
    admissionPlugIns: {},
    machines: new SimulatedMachines(systemClock),
    authenticators: [
      tokenAuthenticator(users),
      certificateAuthenticator(authority.certificatePem, options.clock ?? systemClock),
    ],
    ...(profile === 'hub' && { admissionSteps: hubSteps }),
    ...rest,
  });
  const controllers = startClusterControllers({
    client: clientFor?.(server.client) ?? server.client,
    clock: controllersClock ?? options.clock ?? systemClock,
    random: systemRandom,
    log: testLog,
    profile,
    nodes,
    ...(addresses ? { addresses } : {}),
    authority: requestSigner(authority, systemRandom),
    secretToken: (account) => server.server.secretToken(account),
    policyWarnings: (policy) => server.server.policyWarnings(policy),
    certificateAuthority: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  });
  return {
    ...server,
    controllers,
    async close() {
      await controllers.close();
      await server.close();
    },
  };
}

const customResources = defineKind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);

/** Makes the kinds that a fleet has on its hub. */
export async function installFleetKinds(client: ClusterClient): Promise<void> {
  for (const definition of fleetCustomResources()) await client.create(customResources, definition);
}

/** Makes the kinds that a fleet has on a member. */
export async function installMemberKinds(client: ClusterClient): Promise<void> {
  for (const definition of memberCustomResources()) await client.create(customResources, definition);
}

/** The client, but for what happens before its first call that says so; a rejection is the answer of the call. */
export function meddled(
  client: ClusterClient,
  call: { readonly verb: 'create' | 'patch'; readonly resource: string; readonly saying?: string },
  meddle: () => Promise<unknown>,
): ClusterClient {
  let isDone = false;
  return new Proxy(client, {
    get(target, name) {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== 'function') return own;
      return (...sent: [ResourceRef, ...unknown[]]) => {
        const isMeant = name === call.verb && sent[0].resource === call.resource;
        if (isDone || !isMeant || !JSON.stringify(sent).includes(call.saying ?? ''))
          return own.apply(target, sent);
        isDone = true;
        return meddle().then(() => own.apply(target, sent));
      };
    },
  });
}

/** Resolves with the object once it satisfies `holds`; watches, does not poll. Undefined stands for no object. */
export function eventually<T extends KubeObject>(
  client: ClusterClient,
  kind: Kind<T>,
  target: { readonly name: string; readonly namespace?: string },
  holds: (object: T | undefined) => boolean,
): Promise<T | undefined> {
  const { name, namespace } = target;
  const select = { fieldSelector: `metadata.name=${name}`, ...(namespace ? { namespace } : {}) };
  return eventuallyAll(client, kind, select, (objects) => holds(objects[0])).then((objects) => objects[0]);
}

/** Resolves with the selected objects once they together satisfy `holds`. */
export function eventuallyAll<T extends KubeObject>(
  client: ClusterClient,
  kind: Kind<T>,
  select: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
  holds: (objects: readonly T[]) => boolean,
): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const objects = new Map<string, T>();
    let done = false;
    const check = () => {
      const current = [...objects.values()];
      if (done || !holds(current)) return;
      done = true;
      queueMicrotask(() => watch.close());
      resolve(current);
    };
    const watch = client.watch(kind, select, {
      onEvent(event) {
        if (event.type === 'BOOKMARK') return;
        const key = event.object.metadata.uid ?? '';
        if (event.type === 'DELETED') objects.delete(key);
        else objects.set(key, asKind(kind, event.object));
        check();
      },
      onError: reject,
    });
    // Nothing there is a state that no event tells.
    client.list(kind, select).then((list) => {
      if (list.items.length === 0) check();
    }, reject);
  });
}
