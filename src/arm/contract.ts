import type { Clock, Json, JsonObject, Logger, Random } from '../base/index.ts';
import type { Store } from '../store/contract.ts';

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
  /** Newest first. A version at least as new as `lowestApiVersion` is served even when it is not listed. */
  readonly apiVersions: readonly string[];
  readonly lowestApiVersion?: string;
  /** `tracked`: has location and tags. `proxy`: has neither. `extension`: lives behind any resource id. */
  readonly scope: 'tracked' | 'proxy' | 'extension';
  readonly name: NameRule;
  /** Regions as display names; default: every region of the estate. */
  readonly locations?: readonly string[];
  /**
   * Checks a write and returns the properties to store. `stored` is undefined for a create. For a PATCH the merge is
   * already done. Throws CodedError / ArmError for refusals.
   */
  prepare(write: ResourceWrite): Promise<ResourceDraft> | ResourceDraft;
  /** Whether a write or delete is finished by a loop (async operation) or at once. */
  readonly lifecycle: 'immediate' | 'converged';
  /** Properties as a caller sees them: adds derived members, hides secrets. Default: as stored. */
  present?(record: ResourceRecord, context: PresentContext): JsonObject;
  /** Refuses a delete, e.g. because something uses the resource. */
  beforeDelete?(record: ResourceRecord, context: TypeContext): Promise<void> | void;
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
  /** Default true. Network and others print none. */
  readonly systemData?: boolean;
  /** Statuses of PUT (create, update) and DELETE; defaults 201, 200, 202. */
  readonly statuses?: { readonly create?: number; readonly update?: number; readonly delete?: number };
  /** `Retry-After` seconds of this type's operations; default 1. */
  readonly retryAfterSeconds?: number;
}

export interface NameRule {
  readonly pattern: RegExp;
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
  readonly context: TypeContext;
}

/** What `prepare` decides. Members left out are taken from the body as sent. */
export interface ResourceDraft {
  readonly properties: JsonObject;
  readonly sku?: Json;
  readonly kind?: string;
  readonly identity?: Json;
  readonly extendedLocation?: Json;
  readonly managedBy?: string;
  /** `Creating`/`Updating` etc. for converged types; default by verb. */
  readonly provisioningState?: string;
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
  /** Origin that the caller used, e.g. `https://localhost:8443`. */
  readonly origin: string;
  readonly records: RecordReader;
}

/** What a type may use while it checks a write or runs an action. */
export interface TypeContext {
  readonly records: RecordReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** True when the caller may do `action` at `scope`. */
  can(caller: Caller, action: string, scope: string): Promise<boolean>;
  /** Like `can`, but throws LinkedAuthorizationFailed for `write` on `scope`. */
  demandLinked(caller: Caller, demand: LinkedDemand): Promise<void>;
}

export interface LinkedDemand {
  /** The action under way and its scope. */
  readonly action: string;
  readonly scope: string;
  /** What is also needed, and where. */
  readonly linkedAction: string;
  readonly linkedScope: string;
}

export interface RecordReader {
  get(id: string): Promise<ResourceRecord | undefined>;
  /** Records of `type` (any when absent) whose id starts with `scope`. */
  list(scope: string, type?: string): Promise<readonly ResourceRecord[]>;
}

export interface ResourceAction {
  /** Permission; default `{namespace}/{type}/{action}/action`. */
  readonly permission?: string;
  /** A non-null answer is 200 with that body; null is 204. `later`: 202 with an operation whose result is the body. */
  run(call: ActionCall): Promise<Json | null>;
  readonly mode?: 'immediate' | 'later';
}

export interface ActionCall {
  readonly record: ResourceRecord;
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
  /** Removes a record for good and ends its running operation as succeeded. */
  remove(id: string): Promise<void>;
}

export type OperationOutcome =
  | { readonly status: 'Succeeded'; readonly result?: Json }
  | { readonly status: 'Failed' | 'Canceled'; readonly error: { code: string; message: string } };

/** What `createResourceManager` needs. */
export interface ResourceManagerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly directory: CallerDirectory;
  readonly tenantId: string;
  readonly types: readonly ResourceType[];
}
