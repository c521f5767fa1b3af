import type { FeatureSwitches } from '../apiserver/index.ts';
import { CodedError, isObject } from '../base/index.ts';
import type { EtcdSettings } from './etcd-settings.ts';
import type { KubeAuditSettings } from './kube-audit.ts';
import type { ChosenLimits } from './limit-settings.ts';

/** Another process has the home open. */
export class HomeInUse extends CodedError {
  constructor(home: string, detail: unknown) {
    super(
      'unavailable',
      `the home ${home} is in use by another process. Stop that one first, or use another --home.`,
      detail,
    );
    this.name = 'HomeInUse';
  }
}

/** Where the estate keeps what is not in its store; absolute paths. */
export interface EstateFiles {
  readonly database: string;
  readonly authority: string;
  readonly authorityKey: string;
  readonly controlToken: string;
  readonly administratorPassword: string;
  readonly running: string;
  readonly settings: string;
  readonly log: string;
  readonly audit: string;
  readonly kubeAudit: string;
}

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export function isPortRange(value: unknown): value is PortRange {
  return isObject(value) && typeof value['first'] === 'number' && typeof value['last'] === 'number';
}

export interface EstateOptions {
  readonly home: string;
  readonly files: EstateFiles;
  /** 0: any free port. */
  readonly port: number;
  /** Address to listen on besides the loopback ones. */
  readonly listen?: string;
  /** Ports for clusters, one each; without it clusters are reached by their TLS server name alone. */
  readonly clusterPorts?: PortRange;
  /** True: Resource Manager serves every well-formed api-version, also one that Azure does not have. */
  readonly anyApiVersion?: boolean;
  /** Where Services of clusters are reached that webhooks and APIs lie behind, by `NAMESPACE/NAME[:PORT]`; https. */
  readonly serviceUrls?: ReadonlyMap<string, URL>;
  /** In every cluster, Kubernetes' features and API versions that are on or off other than usual. */
  readonly features?: FeatureSwitches;
  /** Limits other than the usual ones. */
  readonly limits?: ChosenLimits;
  /** What is written of requests to clusters; without a log it goes to `files.kubeAudit`. */
  readonly audit?: KubeAuditSettings;
  /** The store is there instead of in `files.database`. */
  readonly etcd?: EtcdSettings;
  /** Path of the program, for kubeconfigs that call it. */
  readonly launcher: string;
  readonly version: string;
}

/** What a running estate tells about itself; also the content of `running.json`. */
export interface RunningEstate {
  readonly pid: number;
  /** Tells this process from a later one with the same number. */
  readonly process: string;
  readonly port: number;
  readonly version: string;
  readonly resourceManager: string;
  readonly login: string;
  readonly graph: string;
  /** What was asked for at the start. */
  readonly listen?: string;
  readonly clusterPorts?: PortRange;
  readonly anyApiVersion?: boolean;
  /** As `--service-url` takes them. */
  readonly serviceUrls?: string;
  /** As the options of these names have them. */
  readonly featureGates?: string;
  readonly runtimeConfig?: string;
  readonly limits?: ChosenLimits;
  readonly audit?: KubeAuditSettings;
  readonly etcd?: EtcdSettings;
}
