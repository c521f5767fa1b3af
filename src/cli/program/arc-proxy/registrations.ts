import type { IncomingMessage } from 'node:http';
import { type Clock, isObject, type JsonObject } from '../../../base/index.ts';
import { arcRelayPath, ClusterForwarder, type RelayCredential } from '../../../gateway/index.ts';
import { clusterPathOf, readProxied } from '../../az/kubeconfig/proxied.ts';
import { Answer } from './answer.ts';

const registerPath =
  /^(\/subscriptions\/[^/?]+\/resourceGroups\/[^/?]+\/providers\/Microsoft\.Kubernetes\/connectedClusters\/[^/?]+)\/register(?:\?|$)/i;

/** More than anybody holds open at a time. */
const clustersPerProxy = 100;

export interface RegistrationOptions {
  /** `https://host:port` of the proxy itself. */
  readonly server: () => string;
  /** PEM of the CA of the proxy. */
  readonly authority: string;
  /** Origin of Resource Manager, where the relay is mounted. */
  readonly resourceManager: () => string;
  /** PEM of the CA of Resource Manager. */
  readonly trusted: string;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

type Proxied = ReturnType<typeof readProxied>;

interface Registered {
  readonly forwarder: ClusterForwarder;
  /** What it was registered with. */
  readonly proxied: Proxied;
  /** The newest that az brought. */
  credential: RelayCredential;
}

/** The clusters that az has registered; it comes again with a fresh right to the relay before the last one ends. */
export class Registrations {
  readonly #options: RegistrationOptions;
  readonly #byPath = new Map<string, Registered>();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** The cluster whose path a request begins with. */
  clusterOf(message: IncomingMessage): ClusterForwarder | undefined {
    const path = /^\/([0-9a-f]{64})(?=[/?]|$)/.exec(message.url ?? '')?.[1];
    return path === undefined ? undefined : this.#byPath.get(path)?.forwarder;
  }

  /** Registers what az posts to `url` and answers the kubeconfig that leads here. Throws `Answer`. */
  register(url: string, body: JsonObject): JsonObject {
    const id = registerPath.exec(url)?.[1];
    if (id === undefined) throw new Answer(404, 'nothing is served there');
    const credential = credentialOf(body['hybridConnectionConfig']);
    const proxied = readKubeconfigOf(body);
    const clusterPath = clusterPathOf(decodeURIComponent(id));
    const known = this.#byPath.get(clusterPath);
    if (known && isSameCluster(known.proxied, proxied)) known.credential = credential;
    else {
      // One that was made anew under the same name.
      known?.forwarder.close();
      this.#byPath.delete(clusterPath);
      this.#open(clusterPath, { credential, proxied });
    }
    const { server, authority } = this.#options;
    const kubeconfig = proxied.leadTo({ server: `${server()}/${clusterPath}`, authority });
    return { kubeconfigs: [{ name: 'Kubeconfig', value: Buffer.from(kubeconfig).toString('base64') }] };
  }

  close(): void {
    for (const { forwarder } of this.#byPath.values()) forwarder.close();
    this.#byPath.clear();
  }

  #open(clusterPath: string, { credential, proxied }: Omit<Registered, 'forwarder'>): void {
    if (this.#byPath.size >= clustersPerProxy)
      throw new Answer(429, `at most ${clustersPerProxy} clusters are registered at a time`);
    const { resourceManager, trusted, clock, onError } = this.#options;
    const { host } = new URL(resourceManager());
    const registered: Registered = {
      credential,
      proxied,
      forwarder: new ClusterForwarder({
        clusterPath,
        relay: {
          url: `wss://${host}${arcRelayPath}`,
          ca: trusted,
          credential: async () => registered.credential,
        },
        cluster: { serverName: proxied.serverName, ca: proxied.authority ?? trusted },
        clock,
        onError,
      }),
    };
    this.#byPath.set(clusterPath, registered);
  }
}

function isSameCluster(one: Proxied, other: Proxied): boolean {
  return one.serverName === other.serverName && one.authority === other.authority;
}

function credentialOf(config: unknown): RelayCredential {
  const { hybridConnectionName, token, expirationTime } = isObject(config) ? config : {};
  if (typeof hybridConnectionName !== 'string' || typeof token !== 'string')
    throw new Answer(400, 'hybridConnectionConfig names no connection or holds no token');
  return { hybridConnectionName, token, expiresAt: Number(expirationTime) };
}

function readKubeconfigOf({ kubeconfigs }: JsonObject) {
  const first = Array.isArray(kubeconfigs) ? kubeconfigs[0] : undefined;
  const value = isObject(first) ? first['value'] : undefined;
  if (typeof value !== 'string') throw new Answer(400, 'kubeconfigs holds no kubeconfig');
  try {
    return readProxied(Buffer.from(value, 'base64').toString('utf8'));
  } catch (thrown) {
    throw new Answer(400, thrown instanceof Error ? thrown.message : String(thrown));
  }
}
