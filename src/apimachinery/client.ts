import type { Json, JsonObject } from '../base/index.ts';

/**
 * How controllers speak to a cluster. Two implementations: in this process (the same filter chain, no socket) and
 * HTTP. A controller cannot tell which one it holds.
 *
 * Errors: every call rejects with `ClusterError`.
 */
export interface ClusterClient {
  get(resource: ResourceRef, target: ObjectRef): Promise<KubeObject>;
  list(resource: ResourceRef, options?: ListOptions): Promise<KubeList>;
  create(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Replaces the object (or its subresource). Its `metadata.resourceVersion`, when set, must be the current one. */
  update(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  patch(resource: ResourceRef, target: ObjectRef, patch: Patch, options?: WriteOptions): Promise<KubeObject>;
  delete(resource: ResourceRef, target: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection(resource: ResourceRef, options?: ListOptions & DeleteOptions): Promise<void>;
  /** Never rejects: failures arrive as `onError`, after which the watch is over. */
  watch(resource: ResourceRef, options: WatchOptions, handler: WatchHandler): ClusterWatch;
  /** A request outside the resource model, such as `/readyz`, `/version` or discovery. */
  raw(method: string, path: string, body?: Json): Promise<RawResponse>;
}

/** `group` is empty for the core group; `resource` is the lower-case plural. */
export interface ResourceRef {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** The caller needs nothing but metadata: objects may come in another version than this one. */
  readonly ofMetadataAlone?: boolean;
}

export interface ObjectRef {
  readonly name: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
}

/** A Kubernetes object. What a client returns is frozen and shared: copy it before changing it. */
export interface KubeObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface ObjectMeta extends JsonObject {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference extends JsonObject {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface KubeList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface WriteOptions {
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  /** Server-side apply: take over fields that others own. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export type Patch =
  | { readonly type: 'json'; readonly body: readonly JsonObject[] }
  | { readonly type: 'merge' | 'strategic' | 'apply'; readonly body: JsonObject };

export interface WatchOptions extends ListOptions {
  /** Events after this version; absent: the current state first, as `ADDED`. */
  readonly resourceVersion?: string;
}

export interface WatchHandler {
  onEvent(event: WatchEvent): void;
  /** `gone` (410): list again. Anything else: watch again from the last version seen. */
  onError(error: ClusterError): void;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface ClusterWatch {
  close(): void;
}

export interface RawResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** A Kubernetes `Status` as an error. `reason` is e.g. `NotFound`, `Conflict`, `AlreadyExists`, `Expired`. */
export class ClusterError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;

  constructor(status: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.name = 'ClusterError';
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}
