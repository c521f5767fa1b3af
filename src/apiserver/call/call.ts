import type { Authorizer, UserInfo } from '../../apimachinery/contract.ts';
import type { Clock, Json, JsonObject, Logger, Random } from '../../base/index.ts';
import type { Guard } from '../../store/contract.ts';
import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts';
import type { TokenVerdict } from '../authn/token-verdict.ts';
import type { LastingRequests } from '../authz/lasting-requests.ts';
import type { PolicyRule } from '../authz/rules.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { BodyFindings } from '../request/body-findings.ts';
import type { CallOptions } from '../request/options.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { WatchSource } from '../storage/watch-source.ts';
import type { NotEnforcedNotes } from './not-enforced.ts';

/** One request for a resource, whoever brought it: HTTP or a client in this process. */
export interface Call {
  readonly verb: string;
  readonly resource: ServedResource;
  readonly subresource: string;
  /** The subresource in the path, where it takes the course of another: an approval is a write of status. */
  readonly askedAs?: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: UserInfo;
  readonly options: CallOptions;
  readonly body: CallBody;
  /** All parameters of the request, for subresources with options of their own; none without HTTP. */
  readonly query?: URLSearchParams;
  /** Names the field manager of callers that give none. */
  readonly userAgent: string;
  /** Of a loop that leads: nothing is written once this does not hold. */
  readonly fence?: Guard;
  /** Texts for `Warning` headers; verbs add to it. */
  readonly warnings: string[];
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface CallBody {
  readonly patchType: PatchType | undefined;
  /** A private copy that the verb may change. Throws 400 or 415. */
  read(): Promise<Json>;
  /** Known once the body was read. */
  readonly findings: BodyFindings;
  /** The bytes that were read; undefined for a body that was a value from the start. */
  bytes(): Uint8Array | undefined;
  /** True when there is nothing to read. */
  readonly empty: boolean;
}

/** The parts of a cluster that verbs work with. */
export interface ClusterParts {
  readonly storage: ClusterStorage;
  readonly resources: ResourceRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly admission: {
    /** Steps that concern writes of the resource, in their order. */
    of(resource: ServedResource): readonly AdmissionStep[];
  };
  /** `group/resource` of which, in this cluster, one write goes after the other. */
  readonly exclusive: ReadonlySet<string>;
  /** What is stored and has no effect. */
  readonly notEnforced: NotEnforcedNotes;
  readonly authorize: Authorizer;
  /** Ends what goes on when what allowed it goes. */
  readonly lasting: LastingRequests;
  /** What a user holds in a namespace; `incomplete` when other authorizers may allow more. */
  rulesOf(user: UserInfo, namespace: string): Promise<{ rules: PolicyRule[]; incomplete: boolean }>;
  /** Whose a bearer token is, for some of the audiences; none: for this server. */
  reviewToken(token: string, audiences: readonly string[]): Promise<TokenVerdict>;
  /** Issues service account tokens, when there is a key for them. */
  readonly tokens: ServiceAccountTokens | undefined;
  /** The store lease under which objects of the resource are kept (events expire); undefined: they are kept for ever. */
  leaseFor(resource: ServedResource): Promise<string> | undefined;
}

/** One write under admission; steps may change `object`. */
export interface AdmissionRequest {
  readonly parts: ClusterParts;
  readonly call: Call;
  readonly operation: 'create' | 'update' | 'delete';
  readonly namespace: string;
  readonly name: string;
  /** The new state; undefined for a delete. */
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
  /** Facts that no other object of the cluster may come to state in the meantime; steps of `inTurn`'s resources add to it. */
  readonly claims: string[];
}

/** A step throws a StatusError to refuse. `mutate` steps run before validation, `validate` steps after. */
export interface AdmissionStep {
  readonly name: string;
  /** `ServedResource.storageKey` of the resources whose writes it looks at; it is not asked about others. */
  readonly concerns: 'all' | readonly string[];
  mutate?(request: AdmissionRequest): Promise<void> | void;
  validate?(request: AdmissionRequest): Promise<void> | void;
}

export type Answer =
  | ObjectAnswer
  | ListAnswer
  | { readonly type: 'watch'; readonly resource: ServedResource; readonly source: WatchSource }
  /** An object that is not stored in this form: dry runs, reviews, scales, Status. */
  | {
      readonly type: 'value';
      readonly code: number;
      readonly value: JsonObject;
      readonly resource: ServedResource | undefined;
    }
  | { readonly type: 'text'; readonly code: number; readonly text: string };

export interface ObjectAnswer {
  readonly type: 'object';
  readonly code: number;
  readonly resource: ServedResource;
  readonly object: StoredObject;
}

export interface ListAnswer {
  readonly type: 'list';
  readonly resource: ServedResource;
  readonly objects: readonly StoredObject[];
  readonly resourceVersion: string;
  readonly continueToken: string;
  readonly remainingItemCount: number | undefined;
  /** The selectors, by which lists of the same objects are told apart; undefined for objects that are not those in memory. */
  readonly selectedBy: string | undefined;
}

export type Verb = (parts: ClusterParts, call: Call) => Promise<Answer>;
