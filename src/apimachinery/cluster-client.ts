import type { Json, JsonObject } from '../base/index.ts';

/**
 * The shapes of `src/apimachinery/client.ts`, declared again because rooms of one floor do not import each other. A
 * client made here is one of those, structurally.
 */
export interface ClusterClient {
  get(resource: ResourceRef, target: ObjectRef): Promise<KubeObject>;
  list(resource: ResourceRef, options?: ListOptions): Promise<KubeList>;
  create(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  update(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  patch(
    resource: ResourceRef,
    target: ObjectRef,
    patch: ClientPatch,
    options?: WriteOptions,
  ): Promise<KubeObject>;
  delete(resource: ResourceRef, target: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection(resource: ResourceRef, options?: ListOptions & DeleteOptions): Promise<void>;
  watch(resource: ResourceRef, options: WatchOptions, handler: WatchHandler): ClusterWatch;
  raw(method: string, path: string, body?: Json): Promise<RawResponse>;
}

export interface ResourceRef {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string;
}

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
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export type ClientPatch =
  | { readonly type: 'json'; readonly body: readonly JsonObject[] }
  | { readonly type: 'merge' | 'strategic' | 'apply'; readonly body: JsonObject };

export interface WatchOptions extends ListOptions {
  readonly resourceVersion?: string;
}

export interface WatchHandler {
  onEvent(event: WatchEvent): void;
  onError(error: ClientError): void;
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

/** A `Status` as an error, of the class that the client's user knows (`ClusterError` of `reconcile`). */
export interface ClientError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
}

export type ClientErrorConstructor = new (
  status: number,
  reason: string,
  message: string,
  details?: JsonObject,
) => ClientError;
