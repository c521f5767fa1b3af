import type { Json, JsonObject } from '../base/index.ts';
import type { Elapsed } from './duration.ts';

/** One served resource in one version. Built once and shared by every cluster (built-in) or per CRD generation. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  /** Lower-case plural. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Objects of all versions of a resource share one stored form: this version. */
  readonly storageVersion: string;
  /** The group under which objects are stored when it is not `group`: events.k8s.io keeps its events as core events. */
  readonly storageGroup?: string;
  /** What it takes, besides another apiVersion, to serve the stored form in this version. Absent: nothing. */
  readonly conversion?: VersionConversion;
  /** What stored objects are brought to when they are read; one for all versions of a resource. Absent: they are sent as they are. */
  readonly storedForm?: StoredForm;
  readonly subresources: Readonly<Record<string, SubresourceDefinition>>;
  readonly schema: ObjectSchema;
  readonly columns: TableColumns;
  /** What callers of a deprecated version are warned with. */
  readonly deprecation?: string;
  /** The webhook that alone may convert between versions. */
  readonly convertedBy?: ConversionWebhook;
  /** Fields usable in field selectors besides metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, (object: JsonObject) => string>>;
  /** What callers hear who select by another field. Absent: a text that says as much. */
  readonly unselectable?: (path: string) => string;
  /** Its folder in a real server's etcd, which some refusals name, when it is not called as the resource. */
  readonly registryFolder?: string;
  readonly quirks: ResourceQuirks;
  readonly deletion: ResourceDeletion;
  readonly strategy: WriteStrategy;
}

/** Ways in which few resources differ from the others; what is left out does not hold. */
export interface ResourceQuirks {
  /** `metadata.generation` counts changes of the spec. */
  readonly hasGeneration?: boolean;
  /** The generation is 1 for ever. */
  readonly generationStays?: boolean;
  /** Annotations are part of what the controller acts on: the generation counts them. */
  readonly annotationsCountAsChange?: boolean;
  /** The same for labels. */
  readonly labelsCountAsChange?: boolean;
  /** PUT to a missing object creates it. */
  readonly createOnUpdate?: boolean;
  /** An update names the version that it changes. */
  readonly updateDemandsVersion?: boolean;
  /** Objects go by themselves, some time after their last change: events. */
  readonly expires?: boolean;
  /** A field selector may not ask for a namespace; other kinds without one take the question and find nothing. */
  readonly knowsNoNamespace?: boolean;
  /** Its status is shown in no Table. */
  readonly statusHasNoColumns?: boolean;
  /** The version in which a real server stores it, as discovery's hash tells, when it is not ours; '' where it stores nothing. */
  readonly hashedVersion?: string;
  /** A write through `status` leaves the metadata as they are, labels and annotations too. */
  readonly statusKeepsMetadata?: boolean;
  /**
   * Dotted paths that a write through an endpoint cannot set, by subresource and '' for the object itself, so that nobody comes
   * to own them by it. Left out: `status` of an object that has it as a subresource, and `spec` through `status`.
   */
  readonly resets?: Readonly<Record<string, readonly string[]>>;
}

/** What is different when an object of a resource is deleted; what is left out is as with most. */
export interface ResourceDeletion {
  /** A finished delete shows the last state, where others answer with a Status. */
  readonly answersWithObject?: boolean;
  /** The last state says that the object was told to end, also when it got no time for it. */
  readonly showsMark?: boolean;
  /** Dependents stay when nobody says otherwise, as they did before there was garbage collection. */
  readonly orphans?: boolean;
  /** What callers hear who leave that open. */
  readonly orphansWarning?: string;
  /** Who is waited for, besides those whom the object names. */
  readonly finalizer?: string;
  /** It goes when it can, however long that takes: no time is given or written. */
  readonly timeless?: boolean;
  /** Seconds that the object gets to end, of those that were asked for; absent: none. */
  graceSeconds?(object: JsonObject, asked: number | undefined): number;
  /** Says in the object itself that it is to end. */
  mark?(object: JsonObject): void;
  /** Whether the object names somebody outside its metadata who holds it. */
  isHeld?(object: JsonObject): boolean;
}

/** Who makes the versions of a resource's objects out of one another. */
export interface ConversionWebhook {
  /** As the definition has it: a URL or a Service, and whom to trust. */
  readonly clientConfig: JsonObject;
  /** Versions of ConversionReview that it takes. */
  readonly reviewVersions: readonly string[];
  /** What the schema of the stored version makes of an object, also when that version is not served. */
  readonly storedForm: StoredForm | undefined;
}

/** The form that a schema gives to stored objects, also to those that were written under an earlier one. */
export interface StoredForm {
  /** Prunes and fills in place. */
  bring(object: JsonObject): void;
}

/** Both work on a private copy in place. `apiVersion` and `kind` are the caller's to change. */
export interface VersionConversion {
  fromStorage(object: JsonObject): void;
  toStorage(object: JsonObject): void;
}

/** A part of an object that has a path of its own. */
export interface SubresourceDefinition {
  readonly name: string;
  readonly verbs: readonly string[];
  /** Group/version/kind of its body when it is not the parent's, e.g. autoscaling/v1 Scale. */
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** Where a custom resource keeps what its `scale` shows, as simple paths (`.spec.replicas`). */
  readonly scalePaths?: ScalePaths;
}

/** Simple paths (`.spec.replicas`) into a custom resource. */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  readonly labelSelector: string | undefined;
}

/**
 * What differs between kinds on a write. All of it works on a private copy of the decoded object and is synchronous.
 * Order in a write: decode, prune/strict check, `default`, mutating admission, `prepareForCreate|Update`, `validate`, validating admission.
 */
export interface WriteStrategy {
  /** What an object shows that says nothing: members that are printed whatever their value. Absent: none. */
  blank?(): JsonObject;
  /** Fills absent fields. */
  default(object: JsonObject): void;
  /** Clears or fixes fields that a create may not set (e.g. status). */
  prepareForCreate(object: JsonObject): void;
  /** `subresource` is '' for the object itself: then status is taken from `old`; for 'status' the rest is. */
  prepareForUpdate(object: JsonObject, old: JsonObject, subresource: string): void;
  /** Field errors of the new state; `old` is undefined for a create. */
  validate(object: JsonObject, old: JsonObject | undefined, subresource: string): FieldError[];
  /** Client warnings (`Warning:` headers). */
  warnings?(object: JsonObject, old: JsonObject | undefined): string[];
}

/** One cause of a 422 `Invalid` Status, worded as apimachinery's `field.Error` does. */
export interface FieldError {
  /** E.g. `FieldValueInvalid`, `FieldValueRequired`, `FieldValueNotSupported`, `FieldValueForbidden`, `FieldValueDuplicate`, `FieldValueTooLong`, `FieldValueTooMany`, `FieldValueTypeInvalid`. */
  readonly reason: string;
  /** E.g. `spec.policy.numberOfClusters`; `<nil>` never appears: the root is ''. */
  readonly field: string;
  /** Complete text, e.g. `Invalid value: 5: must be ...`, without the field. */
  readonly message: string;
}

/** Structure of an object: shared by pruning, strict decoding, patches, server-side apply and OpenAPI. */
export interface ObjectSchema {
  readonly root: SchemaNode;
  /** OpenAPI definition name, e.g. `io.k8s.api.apps.v1.Deployment` or `com.example.v1.Widget`. */
  readonly definitionName: string;
}

/** A resolved schema node. `fields()` and friends are lazy so that shared types are built once, on first use. */
export interface SchemaNode {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'any';
  readonly format?: string;
  readonly description?: string;
  readonly nullable?: boolean;
  /** A built-in type as Go writes it, e.g. `v1.DeploymentSpec`; absent for anything but a struct. */
  readonly goType?: string | undefined;
  /** The name that Go has for a type other than a struct, e.g. `v1.RestartPolicy` for a text. */
  readonly goName?: string;
  /** Keep unknown members below this node. */
  readonly preserveUnknown?: boolean;
  /** The node is a whole Kubernetes object with TypeMeta and ObjectMeta. */
  readonly embeddedResource?: boolean;
  readonly required?: readonly string[];
  /** Declared members, or undefined when the node is a plain map or scalar. */
  field(name: string): SchemaNode | undefined;
  fieldNames(): readonly string[];
  /** Members of a list. */
  readonly items?: SchemaNode | undefined;
  /** Values of a map with free keys. */
  readonly values?: SchemaNode | undefined;
  /** `x-kubernetes-list-type`; lists without one are atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'granular' | 'atomic';
  /** Strategic merge: `merge` lists merge by `patchMergeKey`; `retainKeys` as in `$retainKeys`. */
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey?: string;
  readonly default?: Json | undefined;
  readonly enum?: readonly Json[];
  /**
   * The kind's Go type always writes this member: absent, it counts as an empty object, or as null for lists and maps.
   */
  readonly alwaysPresent?: boolean;
}

/** Columns of `meta.k8s.io/v1 Table`. */
export interface TableColumns {
  readonly definitions: readonly TableColumn[];
  /** Cells of one object, in column order. */
  cells(object: JsonObject): readonly Cell[];
}

/** What stands in a column of a Table. */
export type Cell = Json | Elapsed;

/** A column as a Table declares it; columns of priority 0 are shown without `-o wide`. */
export interface TableColumn extends JsonObject {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

/** Who asks a Kubernetes API server. */
export interface UserInfo {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Tries to recognise the caller by one credential: the other is undefined. Undefined: not mine, ask the next one.
 * Throws CodedError `unauthenticated`.
 */
export type Authenticator = (credentials: {
  readonly bearerToken: string | undefined;
  readonly clientCertificate: Uint8Array | undefined;
}) => Promise<UserInfo | undefined>;

/** May somebody do this? Asked of authorizers, about a resource or a path. */
export interface AccessReview {
  readonly user: UserInfo;
  readonly verb: string;
  /** For resource requests. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
  /** For non-resource requests. */
  readonly path?: string;
}

/** `no-opinion` passes the question to the next authorizer; when none allows, the request is 403. */
export interface AccessDecision {
  readonly decision: 'allow' | 'deny' | 'no-opinion';
  readonly reason: string;
}

/** Says whether somebody may, or that it is not the one to say. */
export type Authorizer = (review: AccessReview) => Promise<AccessDecision> | AccessDecision;
