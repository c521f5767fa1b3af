import type { Clock, Json, JsonObject, Logger, Random } from '../base/index.ts';
import type { Guard, Store } from '../store/contract.ts';
import type { AbsentNamespace } from './absent-namespace.ts';
import type { ActionResults, OperationError } from './action-results.ts';

export type { OperationError } from './action-results.ts';

/** Who calls, as the token said. */
export interface Caller {
  /** Directory object id. */
  readonly objectId: string;
  readonly type: 'User' | 'ServicePrincipal' | 'ManagedIdentity';
  /** User principal name for people, application id for others. */
  readonly name: string;
  readonly tenantId: string;
}

/** What `arm` needs from whoever knows people and tokens. */
export interface CallerDirectory {
  /**
   * The caller behind an `Authorization` header value. Throws CodedError `unauthenticated`, whose message is the text after the
   * code of the 401 envelope and whose detail is `{ code }` (e.g. `ExpiredAuthenticationToken`).
   */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Object ids of all groups that hold the principal, nested ones included. */
  groupsOf(objectId: string): Promise<readonly string[]>;
  /** Calls `onChange` when any membership changes. Without it memberships are asked for again after a second. */
  watchGroups?(onChange: () => void): { close(): void };
  /** Whether the user or service principal exists and may sign in. Without it whoever exists may. */
  isActive?(objectId: string): boolean;
  /** The kind of a directory object, or undefined when there is none. */
  principalType(objectId: string): Promise<'User' | 'Group' | 'ServicePrincipal' | undefined>;
}

/**
 * A resource type as one declaration: routes, version checks, permission names, validation, envelope and operations
 * derive from it. One file `type.ts` per type under `providers/<namespace>/<type>/`.
 */
export interface ResourceType {
  /** Casing as Azure prints it, e.g. `Microsoft.Network`. */
  readonly namespace: string;
  /** Type path without the namespace, e.g. `fleets/members`. */
  readonly type: string;
  /**
   * Newest first. With `lowestApiVersion` the list is known to have gaps: what is not older than that one and not of
   * the future is served too. Without it the list is Azure's own, and nothing else is served.
   */
  readonly apiVersions: readonly string[];
  readonly lowestApiVersion?: string;
  /** `tracked`: has location and tags. `proxy`: has neither. `extension`: lives behind any resource id. */
  readonly scope: 'tracked' | 'proxy' | 'extension';
  readonly name: NameRule;
  /** Regions as display names; default: every region of the estate. */
  readonly locations?: readonly string[];
  /**
   * Reads the body of a PUT or PATCH before anything else does: member names in the casing that `references` and
   * `prepare` use. Throws the refusal of members that do not fit. Default: the body as sent.
   */
  conform?(body: JsonObject, apiVersion: string): JsonObject;
  /**
   * Checks a write and returns the properties to store. `stored` is undefined for a create. For a PATCH the merge is
   * already done. Throws CodedError / ArmError for refusals.
   */
  prepare(write: ResourceWrite): Promise<ResourceDraft> | ResourceDraft;
  /** Whether a write or delete is finished by a loop (async operation) or at once. */
  readonly lifecycle: 'immediate' | 'converged';
  /**
   * Properties as a caller sees them: adds derived members, hides secrets. Default: as stored. Answers are kept while nothing
   * has changed of the record and of what was read from the context: nothing else that changes may go into them.
   */
  present?(record: ResourceRecord, context: PresentContext): JsonObject | Promise<JsonObject>;
  /** What to write at a start for a record that an older version stored otherwise; empty: it is as it should be. */
  renew?(record: ResourceRecord, context: TypeContext): readonly RelatedWrite[];
  /** Refuses a delete, e.g. because something uses the resource. */
  beforeDelete?(record: ResourceRecord, context: TypeContext): Promise<void> | void;
  /** Ids of records beside it that go in the commit that removes a record of an immediate type. */
  goesWith?(record: ResourceRecord, context: TypeContext): Promise<readonly string[]> | readonly string[];
  /**
   * Clears away what an immediate type has elsewhere, once the record has gone. It may never be called, when the process
   * ends in between: what it clears away is looked for at the next start too.
   */
  afterDelete?(record: ResourceRecord, context: TypeContext): Promise<void>;
  /** State of a converged record while it is created or deleted; default `Creating` and `Deleting`. */
  readonly createState?: string;
  readonly deleteState?: string;
  /** POST actions by name, e.g. `listCredentials`. */
  readonly actions?: Readonly<Record<string, ResourceAction>>;
  /** Body member that carries the etag; default none. Fleet prints `eTag`, network `etag`. */
  readonly etagMember?: 'etag' | 'eTag';
  /** Default: PUT, PATCH, GET, DELETE, list. A read-only type lists `['get', 'list']`. */
  readonly verbs?: readonly ('get' | 'list' | 'put' | 'patch' | 'delete')[];
  /** Envelope members besides location and tags that a PUT may set and an answer repeats. */
  readonly envelope?: readonly (
    | 'sku'
    | 'kind'
    | 'identity'
    | 'extendedLocation'
    | 'zones'
    | 'managedBy'
    | 'plan'
  )[];
  /** Type as the service itself prints it, where that is not the declared casing. Lists of all resources print that one. */
  readonly printedType?: string;
  /** Default true. Network and others print none. */
  readonly systemData?: boolean;
  /** Statuses of PUT (create, update) and DELETE; defaults 201, 200, 202. */
  readonly statuses?: { readonly create?: number; readonly update?: number; readonly delete?: number };
  /**
   * True: a PUT or DELETE of an immediate type answers with operation headers as Azure does, for an operation that has
   * ended when the answer leaves. Clients that find none wait on a fixed interval of theirs. `deletes`: only of a DELETE.
   */
  readonly announcesOperations?: boolean | 'deletes';
  /** `Retry-After` seconds of this type's operations; default 1. */
  readonly retryAfterSeconds?: number;
  /** How a delete ends when that differs from `lifecycle`. */
  readonly deletion?: 'immediate' | 'converged';
  /** Type path in permission names when it is not `type`, e.g. `subscriptions/resourceGroups`. */
  readonly permissionType?: string;
  /** True: an answer has `tags` also when there are none. Default: no such member. */
  readonly alwaysTags?: boolean;
  /** Default true. False: answers carry no `properties.provisioningState`. */
  readonly provisioningState?: boolean;
  /** Code of the 409 while an operation runs; default `Conflict`. Network says `AnotherOperationInProgress`. */
  readonly busyCode?: string;
  /** Members that a PATCH may change; one that names another is refused. Default: all that the type has. */
  readonly patchable?: readonly ('tags' | 'properties' | 'sku' | 'identity' | 'kind' | 'zones')[];
  /** True: DELETE 202 and 200 carry the resource as body (fleets, role assignments). */
  readonly deleteBody?: boolean;
  /** Where resources of a tracked or proxy type live; default: in a resource group only. */
  readonly levels?: readonly ('tenant' | 'subscription' | 'group')[];
  /** True: hidden from `/resources` lists. Children, proxies and extensions are hidden anyway. */
  readonly unlisted?: boolean;
  /** OData options that lists honour beside `$top`, `$skiptoken` and, where there is a `list`, `$filter`. Default none. */
  readonly listOptions?: readonly string[];
  /** Items of a list as the type wants them: its own `$filter`, items that are no records. Default: all readable ones. */
  list?(call: ListCall): Promise<readonly ResourceRecord[]> | readonly ResourceRecord[];
  /** The refusal of a write or delete while an operation runs; default: one with `busyCode`. */
  busy?(record: ResourceRecord): Error;
  /** The refusal when there is no such resource; default ResourceNotFound. */
  notFound?(id: string): Error;
  /**
   * Scopes besides its own where changing or deleting a stored record needs the same permission. What a write adds is
   * the matter of `references`.
   */
  holdsAt?(record: ResourceRecord): readonly string[];
  /**
   * For types of which the whole tenant has one set, whatever scope a request speaks from: where a record is kept, and
   * the id that it shows there. Names are unique in the tenant.
   */
  readonly tenantWide?: {
    keptAs(id: string): string;
    shownAs(record: ResourceRecord, id: string): string;
  };
  /**
   * Scopes below a resource of this type that are no resources of their own here: roles can be given there. `names` by
   * the word before them, e.g. `namespaces` of a cluster.
   */
  readonly roleScopes?: Readonly<Record<string, RegExp>>;
  /** Bodies may be written as templates are: with comments, and names without quotes. */
  readonly relaxedJson?: true;
  /** Ids in a body are not asked for here: the type asks for all that it does with them. */
  readonly asksItself?: true;
  /** Places in the body where ids of other resources stand, and what their writer needs there. */
  readonly references?: readonly BodyReference[];
  /** A record that is not stored, e.g. a built-in role definition. Asked when the store has none. */
  lookup?(id: string, context: TypeContext): Promise<ResourceRecord | undefined> | ResourceRecord | undefined;
}

/** A place in a body where the id of another resource stands. */
export interface BodyReference {
  /**
   * Members in the casing that the type reads them, from the body's root: `properties.pools[].subnetId`; `[]` is any
   * item of a list, `{}` the names of a map.
   */
  readonly path: string;
  /** Full types that the id may have; default any. Others are refused as LinkedInvalidPropertyId. */
  readonly types?: readonly string[];
  /** The right that the writer needs at the id: an action, or the last word of one of its own type. Default `read`. */
  readonly permission?: string;
  /** The refusal when nothing is there. Absent: the type looks for itself, or does not know. */
  readonly missing?: ReferenceRefusal;
  /** The refusal of what is no id, or an id of another type; default LinkedInvalidPropertyId. */
  readonly malformed?: ReferenceRefusal;
  /** Words that may stand there instead of an id, e.g. `none`. */
  readonly words?: readonly string[];
  /** True: the service itself prints ids there; what a caller sends back is not read. */
  readonly printed?: true;
}

/** `id` as sent, `path` of its place, `by` the resource that is written. */
export type ReferenceRefusal = (reference: {
  readonly id: string;
  readonly path: string;
  readonly by: string;
}) => Error;

export interface ListCall {
  /** Id that the collection hangs on; '' is the tenant. */
  readonly scope: string;
  readonly query: URLSearchParams;
  readonly caller: Caller;
  /** What the caller may read of this type at and below `scope`, ordered by id without case. */
  readonly records: readonly ResourceRecord[];
  readonly context: TypeContext;
}

export interface NameRule {
  readonly pattern: RegExp;
  /** Code of the 400; default `InvalidResourceName`. */
  readonly code?: string;
  /** The sentence of the refusal's reason, e.g. `1 to 63 lower-case letters, digits and hyphens`. */
  readonly rule: string;
}

export interface ResourceWrite {
  readonly id: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly verb: 'put' | 'patch';
  /** The whole new envelope: location, tags, properties, sku, identity ... */
  readonly body: JsonObject;
  readonly stored: ResourceRecord | undefined;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly context: TypeContext;
}

/** What `prepare` decides. Members left out are taken from the body as sent. */
export interface ResourceDraft {
  readonly properties: JsonObject;
  /** Of types that are not `tracked` and have a region all the same. */
  readonly location?: string;
  readonly sku?: Json;
  readonly kind?: string;
  readonly identity?: Json;
  readonly extendedLocation?: Json;
  readonly managedBy?: string;
  readonly internal?: JsonObject;
  /**
   * `Creating`/`Updating` etc. for converged types; default by verb. `Succeeded` on a converged type: nothing is left
   * for a loop, so the answer is final and no operation starts.
   */
  readonly provisioningState?: string;
  /** Ids that must still be as `prepare` saw them when the write is committed; else `prepare` is asked again. */
  readonly unchanged?: readonly string[];
  /**
   * Facts that only this record may state, in words of the type's choice, e.g. `member of a fleet: {cluster id}`. Of
   * two writes that state the same one at the same moment, the second is prepared again and sees the first.
   */
  readonly claims?: readonly string[];
  /** Records that live and change with this one in the same commit (subnets of a vnet, a managed group). */
  readonly related?: readonly RelatedWrite[];
}

export type RelatedWrite = { readonly put: ResourceRecord } | { readonly delete: string };

/** A resource as stored. The store key is derived from the lower-cased id; casing lives here. */
export interface ResourceRecord {
  readonly id: string;
  readonly name: string;
  /** Full type, e.g. `Microsoft.ContainerService/fleets`. */
  readonly type: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sku?: Json;
  readonly kind?: string;
  readonly identity?: Json;
  readonly extendedLocation?: Json;
  readonly zones?: Json;
  readonly plan?: Json;
  readonly managedBy?: string;
  /** Without provisioningState. */
  readonly properties: JsonObject;
  readonly provisioningState: string;
  readonly systemData: SystemData;
  /** Opaque; changes with every write. */
  readonly etag: string;
  /** The running operation, when there is one. */
  readonly operation?: string;
  /** How what was begun last ended: its operation, unless the estate itself began it, and its error when it failed. */
  readonly lastOperation?: {
    readonly id?: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
  /** Facts that the loops keep for themselves; never shown. */
  readonly internal?: JsonObject;
}

export interface SystemData extends JsonObject {
  createdBy: string;
  createdByType: string;
  createdAt: string;
  lastModifiedBy: string;
  lastModifiedByType: string;
  lastModifiedAt: string;
}

export interface PresentContext {
  readonly apiVersion: string;
  /** True when the record is one of a list. */
  readonly inList: boolean;
  /** Origin that the caller used, e.g. `https://localhost:8443`. */
  readonly origin: string;
  readonly records: RecordReader;
}

/** What a type may use while it checks a write or runs an action. */
export interface TypeContext {
  readonly records: RecordReader;
  readonly directory: CallerDirectory;
  readonly tenantId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** True when the caller may do `action` at `scope`. */
  can(caller: Caller, action: string, scope: string): Promise<boolean>;
  /** The guard of the loop that asks, when one does: what a type writes elsewhere carries it. */
  readonly fence?: () => Guard;
}

export interface RecordReader {
  get(id: string): Promise<ResourceRecord | undefined>;
  /** Records of `type` (any when absent) whose id starts with `scope`. */
  list(scope: string, type?: string): Promise<readonly ResourceRecord[]>;
}

export type ResourceAction = AnsweringAction | ChangingAction | ConvergedAction;

interface NamedAction {
  /** Permission; default `{namespace}/{type}/{action}/action`. */
  readonly permission?: string;
}

/** An action that the type's loop carries out: 202 with an operation, which the loop ends. */
export interface ConvergedAction extends NamedAction {
  readonly mode: 'converged';
  /** The record as the loop is to find it, with a state that is not final. Throws the refusal. May be asked again. */
  change(call: Omit<ActionCall, 'update'>): ResourceRecord | Promise<ResourceRecord>;
}

/** An action that changes the record at once: 200 with the resource as it is then. Conditions (`If-Match`) hold for it. */
export interface ChangingAction extends NamedAction {
  readonly mode: 'changing';
  /** The record as it is to be; the same one: nothing to do. Throws the refusal. May be asked again. */
  change(call: Omit<ActionCall, 'update'>): ResourceRecord | Promise<ResourceRecord>;
  /** Ids of other records that must stay as they are while it decides. */
  restsOn?(record: ResourceRecord): readonly string[];
}

export interface AnsweringAction extends NamedAction {
  /** A non-null answer is 200 with that body; null is 204. `later`: 202 with an operation whose result is the body. */
  run(call: ActionCall): Promise<Json | null>;
  readonly mode?: 'immediate' | 'later';
  /** Of one that runs `later`: throws the refusal of what will not be begun. */
  check?(call: ActionCall): Promise<void> | void;
  /** Of one that runs `later`: its result is a resource below this one, and `Location` alone leads there. */
  readonly results?: ActionResults;
}

export interface ActionCall {
  readonly record: ResourceRecord;
  /** Writes the record that the action works on, e.g. to keep a key that it made. As `RecordStore.update`. */
  update(change: (record: ResourceRecord) => ResourceRecord | undefined): Promise<ResourceRecord | undefined>;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
  readonly caller: Caller;
  readonly origin: string;
  readonly apiVersion: string;
  readonly context: TypeContext;
}

/**
 * What loops in `providers` use: watch records of a type and write back the next state. Only these writes move
 * `provisioningState`; finishing also finishes the record's operation in the same commit.
 */
export interface RecordStore extends RecordReader {
  /** Calls `onChange` with the id of every record of `type` now and whenever one changes or goes. */
  watch(type: string, onChange: (id: string) => void): Promise<{ close(): void }>;
  /**
   * Applies `change` to the current record and commits it; repeats on a lost race. `undefined` from `change` means
   * nothing to do. `outcome` ends the running operation.
   */
  update(
    id: string,
    change: (record: ResourceRecord) => ResourceRecord | undefined,
    outcome?: OperationOutcome,
  ): Promise<ResourceRecord | undefined>;
  /** Writes a record that the estate itself owns (a managed group, a hub cluster). */
  put(record: ResourceRecord): Promise<void>;
  /** Writes a record where there is none; false: there is one, or what it belongs to (`under`, an id) is gone or going. */
  create(record: ResourceRecord, options?: { readonly under?: string }): Promise<boolean>;
  /** Removes a record for good. A running deletion has succeeded with it; what was still being made or changed is canceled. */
  remove(id: string): Promise<void>;
}

export type OperationOutcome =
  | { readonly status: 'Succeeded'; readonly result?: Json }
  | { readonly status: 'Failed' | 'Canceled'; readonly error: OperationError };

/** What `createResourceManager` needs. */
export interface ResourceManagerOptions {
  readonly store: Store;
  /** The guard of whoever leads the loops: what they write carries it. Default none. */
  readonly fence?: () => Guard;
  /** Other processes may work on the same store. Default no. */
  readonly othersRun?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly directory: CallerDirectory;
  readonly tenantId: string;
  readonly types: readonly ResourceType[];
  /** What Azure offers beside `types`; a request for it is answered 501 by name. Default nothing. */
  readonly absent?: readonly AbsentNamespace[];
  /** How long a question about a running operation is held for its end; default `operationLimits.statusWaitMs`. */
  readonly statusWaitMs?: number;
  /** True: every well-formed api-version is served, also one that Azure does not have. Default false. */
  readonly anyApiVersion?: boolean;
  /** Further routes: reads that are no records, such as `{S}/providers/{ns}/locations/{location}/skus`. */
  readonly routes?: readonly ArmRoute[];
  /** The path that a documented alias stands for; others as they are. */
  readonly canonicalPath?: (path: string) => string;
  /** Gets Owner at the tenant root on first start. */
  readonly administratorObjectId?: string;
  /** Display name of the subscription made on first start; default `Drydock`. */
  readonly subscriptionName?: string;
  readonly tenantName?: string;
  readonly tenantDomain?: string;
  /** The document of `/metadata/endpoints?api-version=2022-09-01`, for the origin that the caller used. */
  readonly metadata?: (origin: string) => JsonObject;
  /** Login endpoint for the 401 challenge, without the tenant; default `https://login.windows.net`. */
  readonly loginEndpoint?: (origin: string) => string;
}

/** A route of a provider that is not a resource verb. Segments in braces are parameters; `{scope}` at the start is any id. */
export interface ArmRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** E.g. `/subscriptions/{subscriptionId}/providers/Microsoft.X/locations/{location}/skus`. */
  readonly path: string;
  /** Newest first. Empty: any well-formed version. */
  readonly apiVersions: readonly string[];
  /** As in `ResourceType`. */
  readonly lowestApiVersion?: string;
  /** OData options (`$filter`) that a GET honours; others are refused by name. Default none; `any`: the handler looks. */
  readonly options?: readonly string[] | 'any';
  /** Demanded at the subscription, group or id that the path names. Absent: the handler filters by itself. */
  readonly permission?: string;
  /** No token and no api-version needed. */
  readonly anonymous?: boolean;
  /** As in `ResourceType`. */
  readonly relaxedJson?: true;
  /** The body is not looked at: there is nothing that could be done with it. */
  readonly ignoresBody?: boolean;
  handle(call: RouteCall): Promise<RouteAnswer> | RouteAnswer;
}

export interface RouteCall {
  /** Decoded, by the name in braces. `scope` is an id that begins with `/`, or '' for the tenant. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Names in lower case, as everywhere: ARM ignores their case. */
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Undefined on anonymous routes only. */
  readonly caller: Caller | undefined;
  readonly origin: string;
  /** As received, for `nextLink`. */
  readonly url: string;
  readonly apiVersion: string;
  /** `x-ms-correlation-request-id` of the answer. */
  readonly correlationId: string;
  readonly context: TypeContext;
  readonly inventory: Inventory;
}

/** What there is in the estate, as far as a caller may read it: for what looks at resources of every type. */
export interface Inventory {
  /**
   * The records below the scopes that the caller may read and that are asked for, by id. A scope of '' is the tenant.
   * Types that lists leave out are left out here too.
   */
  readable(
    caller: Caller,
    asked: { readonly scopes: readonly string[]; readonly wants: (type: string) => boolean },
  ): Promise<readonly ResourceRecord[]>;
  /** A record as its own GET answers it with the newest api-version of its type, secrets left out. */
  shown(record: ResourceRecord, origin: string): Promise<JsonObject>;
}

export interface RouteAnswer {
  readonly status: number;
  readonly body?: Json;
  /** The body in UTF-8, in place of `body`; the bytes may be shown to others too. */
  readonly bytes?: readonly Uint8Array[];
  readonly headers?: Readonly<Record<string, string>>;
}
