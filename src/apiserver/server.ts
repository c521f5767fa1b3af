import type { ClusterClient } from '../apimachinery/client.ts';
import type { UserInfo } from '../apimachinery/contract.ts';
import { isObject, parseJson } from '../base/index.ts';
import type { Handler } from '../http/contract.ts';
import { allBuiltinResources } from '../kinds/index.ts';
import type { Guard } from '../store/contract.ts';
import { firstServiceAddress } from './admission/service-ranges.ts';
import { ExtensionTrust } from './aggregation/extension-trust.ts';
import { ApiServiceKeeper } from './aggregation/keeper.ts';
import { builtInServices } from './aggregation/local-services.ts';
import { passOn } from './aggregation/pass-on.ts';
import { RemoteServices } from './aggregation/remote-services.ts';
import { Audit, countNothingAudited } from './audit/index.ts';
import type { SecretAccount } from './authn/secret-claims.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import { flowControlObjects } from './bootstrap/flow-control.ts';
import { bootstrapObjects } from './bootstrap/objects.ts';
import { InProcessClient } from './client.ts';
import { assembleCluster, type Cluster, defaultServiceCidr } from './cluster.ts';
import { customResourceDefinitionResource } from './crd/index.ts';
import { Discovery } from './discovery/documents.ts';
import { healthEndpoints } from './discovery/health.ts';
import { versionDocument } from './discovery/paths.ts';
import { ResourceRegistry, SharedResources } from './discovery/registry.ts';
import { extraPath } from './extra-paths.ts';
import { ConfigurationKeeper, FlowControl, InFlightGate } from './flow-control/index.ts';
import { answerKnown, createHandler, type HandlerParts } from './handler.ts';
import { impersonate } from './impersonate.ts';
import { ClusterMetrics } from './metrics/cluster-metrics.ts';
import { answerMetrics, metricsVersion } from './node-metrics/metrics-api.ts';
import type { ApiServerOptions } from './options.ts';
import { type ExpressionWarning, expressionWarnings } from './policies/type-check.ts';
import { SecretTokenUse, trackingConfigMap } from './secret-token-use.ts';
import { ServiceNetworkKeeper } from './service-network/keeper.ts';
import { type Features, featuresOf } from './switches/index.ts';
import { apiServerUser } from './verbs/internal-call.ts';
import type { ActivePlugIns } from './write/plug-ins.ts';

/** One Kubernetes API server. */
export interface ApiServer {
  /** Completes what a new cluster needs, as long as `fence` holds, and begins to serve. */
  start(fence?: () => Guard): Promise<void>;
  /** Does what the server does by itself from now on, as the process that leads: what that writes carries `fence`. */
  startKeeping(fence?: () => Guard): void;
  /** Resolves when nothing of that runs any more; requests are answered on. */
  stopKeeping(): Promise<void>;
  /** Answers HTTP requests; the listener belongs to the caller. */
  readonly handler: Handler;
  /** A client in this process with the rights of `user`. With a `fence`, which may throw, its writes carry that guard. */
  client(user: UserInfo, fence?: () => Guard): ClusterClient;
  /** The token for a Secret of a service account: it has no end of its own. Undefined on a server without a key. */
  secretToken(account: SecretAccount): Promise<string> | undefined;
  /** What the expressions of a ValidatingAdmissionPolicy get wrong about the kinds that it means. */
  policyWarnings(policy: object): readonly ExpressionWarning[];
  /** Somebody outside changed who callers are or what they may: what goes on is asked about again. */
  accessChanged(): void;
  /** Which plug-ins of admission are on. */
  readonly admissionPlugIns: ActivePlugIns;
  /** What whoever switched features has to know. */
  readonly notices: readonly string[];
  /** The revision that readers see. */
  resourceVersion(): string;
  close(): Promise<void>;
}

/** By which of what is built is served. */
const shared = new Map<string, SharedResources>();

/** Built once in a process for all clusters that serve the same. */
function sharedResources({ serves }: Features): SharedResources {
  const built = allBuiltinResources().map(({ definition }) => ({ definition, isOn: serves(definition) }));
  const key = built.map(({ isOn }) => (isOn ? '1' : '0')).join('');
  let known = shared.get(key);
  if (!known) {
    const those = (on: boolean) =>
      built.flatMap(({ definition, isOn }) =>
        isOn !== on
          ? []
          : definition.kind === 'CustomResourceDefinition'
            ? [customResourceDefinitionResource()]
            : [definition],
      );
    shared.set(key, (known = new SharedResources(those(true), those(false))));
  }
  return known;
}

/** Makes an API server on a store. It costs next to nothing until it is used. Throws CodedError `invalid` for plug-ins and features that it has not. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new LibraryApiServer(options);
}

/** As kube-apiserver has it. */
const usualInFlight = { reads: 400, writes: 200 } as const;

class LibraryApiServer implements ApiServer {
  readonly handler: Handler;
  readonly #options: ApiServerOptions;
  readonly #cluster: Cluster;
  readonly #handlerParts: HandlerParts;
  readonly #remotes: RemoteServices;
  readonly #apiServices: ApiServiceKeeper;
  readonly #trust: ExtensionTrust;
  readonly #serviceNetwork: ServiceNetworkKeeper;
  readonly #flowControl: FlowControl | undefined;
  readonly #configurations: ConfigurationKeeper;
  readonly #features: Features;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { requestsInFlight = usualInFlight, priorityAndFairness = true } = options;
    this.#features = featuresOf(options.features ?? {}, { priorityAndFairness });
    const resources = new ResourceRegistry(sharedResources(this.#features));
    const use = new SecretTokenUse({ ...options, client: () => this.client(apiServerUser) });
    this.#cluster = assembleCluster(options, resources, {
      used: (account, secret) => use.note(account, secret),
      features: this.#features,
    });
    const { parts, authentication, own, backends, frontProxy } = this.#cluster;
    const metrics = options.machines && options.servesNodeMetrics ? options.machines : undefined;
    this.#remotes = new RemoteServices({
      ...parts,
      backends,
      frontProxy,
      own: metrics ? [metricsVersion] : [],
    });
    this.#apiServices = new ApiServiceKeeper(parts, own, { remotes: this.#remotes, backends, frontProxy });
    this.#trust = new ExtensionTrust(parts, own, {
      frontProxy,
      client: options.clientAuthority,
    });
    this.#serviceNetwork = new ServiceNetworkKeeper(parts, own, options.serviceCidr ?? defaultServiceCidr);
    countNothingAudited(parts.metrics);
    this.#configurations = new ConfigurationKeeper(parts, own);
    const flowControl = priorityAndFairness
      ? new FlowControl(parts, requestsInFlight.reads + requestsInFlight.writes)
      : undefined;
    this.#flowControl = flowControl;
    this.#handlerParts = {
      cluster: parts,
      authentication,
      health: healthEndpoints(options.readyChecks ?? []),
      paths: { discovery: new Discovery(resources), version: options.version },
      impersonate: (request, user) => impersonate(parts, request, user),
      flow: flowControl ?? new InFlightGate(requestsInFlight),
      extraPaths: (request) =>
        extraPath(request, { ...parts, flowControl, processMetrics: options.processMetrics }),
      metrics: new ClusterMetrics(parts.metrics, {
        now: () => parts.clock.monotonic(),
        build: () => versionDocument(options.version),
      }),
      nodeMetrics: metrics && ((info, query) => answerMetrics(parts, metrics, { info, query })),
      elsewhere: (info) => this.#remotes.of(info),
      passOn: (remote, asked) => passOn({ backends, frontProxy, clock: options.clock }, remote, asked),
      audit: options.audit && new Audit(options.audit, parts),
      observe: options.observe,
    };
    this.handler = createHandler(this.#handlerParts);
  }

  async start(fence?: () => Guard): Promise<void> {
    const { parts, registrar } = this.#cluster;
    await parts.storage.start();
    const cidr = this.#options.serviceCidr ?? defaultServiceCidr;
    const nowMs = parts.clock.now();
    const network = { cidr, first: firstServiceAddress(cidr), nowMs };
    const apiServices = builtInServices(parts.resources, nowMs);
    const own = [
      trackingConfigMap(nowMs),
      ...flowControlObjects(nowMs),
      ...apiServices,
      this.#trust.wanted(),
    ];
    await bootstrap(parts, [...bootstrapObjects(network), ...own], fence);
    await registrar.start();
    await this.#apiServices.start();
    await this.#trust.start();
    await this.#serviceNetwork.start();
    await this.#configurations.start();
    await this.#flowControl?.start();
    await this.#cluster.policies.start();
    await this.#cluster.webhooks.start();
    if (!this.#options.keepsWhenTold) this.startKeeping();
  }

  startKeeping(fence?: () => Guard): void {
    this.#cluster.own.start(fence);
  }

  stopKeeping(): Promise<void> {
    return this.#cluster.own.stop();
  }

  client(user: UserInfo, fence?: () => Guard): ClusterClient {
    return new InProcessClient({
      cluster: this.#cluster.parts,
      user,
      fence,
      answer: (request, caller) => answerKnown(this.#handlerParts, request, caller),
    });
  }

  secretToken(account: SecretAccount): Promise<string> | undefined {
    return this.#cluster.parts.tokens?.issueForSecret(account);
  }

  policyWarnings(policy: object): readonly ExpressionWarning[] {
    const read = parseJson(JSON.stringify(policy));
    return expressionWarnings(isObject(read) ? read : {}, this.#cluster.parts.resources);
  }

  accessChanged(): void {
    this.#cluster.authentication.forget();
    this.#trust.ask();
    this.#cluster.parts.lasting.identitiesChanged();
  }

  get admissionPlugIns(): ActivePlugIns {
    return this.#cluster.plugIns;
  }

  get notices(): readonly string[] {
    return this.#features.notices;
  }

  resourceVersion(): string {
    return String(this.#cluster.parts.storage.revision());
  }

  async close(): Promise<void> {
    this.#flowControl?.close();
    this.#cluster.backends.close();
    this.#apiServices.close();
    await this.stopKeeping();
    this.#cluster.parts.lasting.close();
    this.#cluster.parts.storage.close();
  }
}
