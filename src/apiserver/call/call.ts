import type { ClusterView, Operation, Write, WriteTarget } from '../../apimachinery/admission.ts';
import type { Authorizer, UserInfo } from '../../apimachinery/contract.ts';
import type { Clock, Json, JsonObject, Logger, Metrics, Random } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import type { Guard } from '../../store/contract.ts';
import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts';
import type { TokenVerdict } from '../authn/token-verdict.ts';
import type { LastingRequests } from '../authz/lasting-requests.ts';
import type { PolicyRule } from '../authz/rules.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { StoreMetrics } from '../metrics/store-metrics.ts';
import type { BodyFindings } from '../request/body-findings.ts';
import type { CallOptions } from '../request/options.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { Conversions } from '../storage/conversion.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { WatchSource } from '../storage/watch-source.ts';
import type { NotEnforcedNotes } from './not-enforced.ts';
import type { PodMachines } from './pod-machines.ts';
import type { CallRecord } from './record.ts';

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
  /** Of a proxy, what is asked for behind it: '' or with a slash at its beginning. */
  readonly subpath?: string;
  /** As it came, for what goes on for long or changes the protocol; none without HTTP. */
  readonly request?: HttpRequest;
  /** Names the field manager of callers that give none. */
  readonly userAgent: string;
  /** Of a loop that leads: nothing is written once this does not hold. */
  readonly fence?: Guard;
  /** Texts for `Warning` headers; verbs add to it. */
  readonly warnings: string[];
  readonly record: CallRecord;
}

/** RFC 6902, RFC 7386, strategic merge, and server-side apply. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** The body of a request, read when a verb asks for it. */
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
  /** What is measured of this cluster. */
  readonly metrics: Metrics;
  readonly storeMetrics: StoreMetrics;
  /** The steps that writes go through. */
  readonly courses: Courses;
  /** What those steps see of the cluster. */
  readonly view: ClusterView;
  /** What stands behind pods and nodes; undefined: nothing does. */
  readonly machines: PodMachines | undefined;
  /** What is stored and has no effect. */
  readonly notEnforced: NotEnforcedNotes;
  readonly authorize: Authorizer;
  /** Objects in versions that only a webhook makes. */
  readonly conversions: Conversions;
  /** True for writes that may have to wait for a webhook: nobody else waits along with them. */
  mayWait(target: WriteTarget): boolean;
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

/** What a verb answers, before it takes the form that the caller wants. */
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
  | { readonly type: 'text'; readonly code: number; readonly text: string }
  | StreamAnswer;

/** What goes on for long, or in another protocol. */
export interface StreamAnswer {
  readonly type: 'stream';
  readonly code: number;
  /** Begins it; `whileLasting` is called with what ends it, and returns what is to be called at its end. */
  open(whileLasting: (end: () => void) => () => void): HttpResponse;
}

/** A stored object, as it lies. */
export interface ObjectAnswer {
  readonly type: 'object';
  readonly code: number;
  readonly resource: ServedResource;
  readonly object: StoredObject;
}

/** Stored objects in the order of their keys, and where the next page begins. */
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

/** Does what a call asks for. Throws StatusError for what is refused. */
export type Verb = (parts: ClusterParts, call: Call) => Promise<Answer>;

/** What a verb wants of an object. */
export interface Change {
  /**
   * The new state as the caller wants it, private to this call; computed again when somebody else was faster. `old` is
   * what `current` says, decoded, and only to be read. Both are undefined when there is no object.
   */
  compute(current: StoredObject | undefined, old: JsonObject | undefined): Promise<JsonObject> | JsonObject;
  /** `always`: an object of that name is a conflict; `if-missing`: instead of 404. */
  readonly creates: 'never' | 'if-missing' | 'always';
  readonly mayRetry: boolean;
  /** Managed fields are written by `compute` itself (server-side apply), or not at all. */
  readonly tracked?: boolean;
  /** Admission was asked about the body that led here (a Scale, a Binding, an Eviction). */
  readonly admitted?: boolean;
  /** One of a collection that is deleted: its path names none. */
  readonly ofCollection?: boolean;
}

/** One write on its way through the steps. */
export interface WriteState extends Write {
  readonly parts: ClusterParts;
  readonly call: Call;
  readonly resource: ServedResource;
  readonly change: Pick<Change, 'tracked' | 'admitted' | 'ofCollection'>;
  readonly current: StoredObject | undefined;
  object: JsonObject | undefined;
  name: string;
  isAgain: boolean;
  /** Whether a mutating step replaced the object since this was last false. */
  wasReplaced: boolean;
  /** The name begins as asked for, and nobody chose the rest. */
  hasGeneratedName: boolean;
  /** The `resourceVersion` that a new object came with. */
  version: string;
  /** The moment on which claims are decided (`ClusterStorage.seen`). */
  seen: number;
  /** Set by the last step; undefined afterwards: somebody else was faster. */
  answer: Answer | undefined;
}

/** The parts of a write, in their order: each is gone through as a whole, and some of them more than once. */
export type WritePart =
  /** The object as the request means it. */
  | 'take'
  /** Admission that changes it. Once more when a step replaced the object. */
  | 'mutate'
  /** The object as the server keeps it, and whether its kind allows that. */
  | 'prepare'
  /** Admission that only refuses. Once more, with the commit, when others were faster with what was decided on. */
  | 'validate'
  | 'commit';

/** An entry of the list of steps (`write/steps.ts`). */
export interface WriteStep {
  readonly name: string;
  readonly part: WritePart;
  concerns?(target: WriteTarget): boolean;
  readonly alone?: boolean;
  run(state: WriteState): Promise<void> | void;
}

/** The steps that writes of one target meet, chosen once. */
export interface Course extends Readonly<Record<WritePart, readonly WriteStep[]>> {
  readonly target: WriteTarget;
  readonly kind: Write['kind'];
  /** One write of the resource goes after the other. */
  readonly alone: boolean;
  /** That is all that keeps them apart: nothing is claimed that would be lost to another. */
  readonly onlyTurns: boolean;
}

/** Finds the steps of a write. */
export interface Courses {
  of(resource: ServedResource, subresource: string, operation: Operation): Course;
}
