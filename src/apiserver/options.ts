import type { AdmissionStep } from '../apimachinery/admission.ts';
import type { Authenticator, Authorizer, UserInfo } from '../apimachinery/contract.ts';
import type { NotEnforced } from '../apimachinery/not-enforced.ts';
import type { Clock, Logger, Random } from '../base/index.ts';
import type { HttpRequest, HttpResponse } from '../http/contract.ts';
import type { HealthCheck } from '../http/health.ts';
import type { Store } from '../store/contract.ts';
import type { AuditOptions } from './audit/index.ts';
import type { FrontProxyIdentity, ServiceUrls } from './backends/index.ts';
import type { PodMachines } from './call/pod-machines.ts';
import type { VersionInfo } from './discovery/paths.ts';
import type { InFlightLimit } from './flow-control/index.ts';
import type { FeatureSwitches } from './switches/index.ts';
import type { PlugInSwitches } from './write/plug-ins.ts';

/** A request from outside with its answer. */
export interface Answered {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** Who it was proven to come from; undefined: nobody was recognised. */
  readonly caller: UserInfo | undefined;
  /** As whom it was answered: another one than the caller when he impersonated. */
  readonly user: UserInfo | undefined;
}

export interface ApiServerOptions {
  readonly store: Store;
  /** Everything of this cluster lies under it in the store; no slash at the end. */
  readonly keyPrefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly version: VersionInfo;
  /** Asked in order who a caller is, after the cluster's own service account tokens. */
  readonly authenticators: readonly Authenticator[];
  /** Asked before the cluster's own RBAC, to refuse what no role may give; of members of `system:masters` never. */
  readonly guards?: readonly Authorizer[];
  /** Asked after the cluster's own RBAC. */
  readonly authorizers: readonly Authorizer[];
  /**
   * The authority of the client certificates among the authenticators: extension servers are told to trust it as long as this
   * server does.
   */
  readonly clientAuthority?: { readonly certificatePem: string; isTrusted(): boolean };
  /** What this server shows extension servers of itself; default: what is gone with this server. */
  readonly frontProxy?: FrontProxyIdentity;
  /** PKCS#8 PEM of the key that signs service account tokens (EC P-256 or RSA); without it none are issued. */
  readonly serviceAccountKeyPem?: string;
  /** `iss` of service account tokens; default `https://kubernetes.default.svc.cluster.local`. */
  readonly serviceAccountIssuer?: string;
  /** IPv4 range of service addresses; default `10.0.0.0/16`. */
  readonly serviceCidr?: string;
  /** What `/readyz` asks besides its own checks. */
  readonly readyChecks?: readonly HealthCheck[];
  /** What this cluster stores without any effect; writers are warned. */
  readonly notEnforced?: readonly NotEnforced[];
  /** Steps of admission that this cluster has besides those of every cluster, in their order. */
  readonly admissionSteps?: readonly AdmissionStep[];
  /** Where Services are reached (`NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`) whose endpoints this process cannot dial; https. */
  readonly serviceUrls?: ServiceUrls;
  /** Plug-ins of the real server that are on or off other than usual. */
  readonly admissionPlugIns?: PlugInSwitches;
  /** Features and API versions that are on or off other than usual. */
  readonly features?: FeatureSwitches;
  /**
   * Requests at work at the same time; default 400 reads and 200 writes. With priority and fairness their sum (at least 1) is
   * shared out among the priority levels; without, each is a limit of its own, and 0 none.
   */
  readonly requestsInFlight?: InFlightLimit;
  /** Whether FlowSchemas and PriorityLevelConfigurations act; default true. */
  readonly priorityAndFairness?: boolean;
  /** Called after each answer to a request from outside; it must not throw. A watch has only begun by then. */
  readonly observe?: (answered: Answered) => void;
  /** What is written of which requests, and where; absent: nothing. */
  readonly audit?: AuditOptions;
  /** What stands behind pods and nodes; absent: nothing does, and what only a kubelet could answer is refused. */
  readonly machines?: PodMachines;
  /** Whether `metrics.k8s.io` says what nodes and pods use, of `machines`. */
  readonly servesNodeMetrics?: boolean;
  /** What is measured of the process, shown after what is measured of this server; the text format of Prometheus. */
  readonly processMetrics?: () => Promise<string>;
  /** What the server does by itself waits for `startKeeping`; default: it begins with `start`, as nobody else can do it. */
  readonly keepsWhenTold?: boolean;
}
