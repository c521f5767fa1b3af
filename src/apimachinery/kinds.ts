import {
  type ClusterClient,
  ClusterError,
  type DeleteOptions,
  type KubeObject,
  type ListOptions,
  type ObjectRef,
  type Patch,
  type ResourceRef,
  type WriteOptions,
} from './client.ts';

declare const objectType: unique symbol;

/** A resource together with the type of its objects. */
export interface Kind<T extends KubeObject> extends ResourceRef {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}

/** Names a kind: `defineKind<Pod>('v1', 'Pod', 'pods')`. */
export function defineKind<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  resource: string,
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): Kind<T> {
  const slash = apiVersion.indexOf('/');
  return Object.freeze({
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    resource,
    kind,
    apiVersion,
    namespaced: scope === 'Namespaced',
  });
}

/** The objects of a kind as a client hands them out: shared and frozen. */
export interface TypedList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

/** A `ClusterClient` whose answers carry the type of their kind. */
export interface TypedClient {
  readonly cluster: ClusterClient;
  get<T extends KubeObject>(kind: Kind<T>, target: ObjectRef): Promise<T>;
  /** The object, or undefined when there is none. */
  find<T extends KubeObject>(kind: Kind<T>, target: ObjectRef): Promise<T | undefined>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<TypedList<T>>;
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    target: ObjectRef,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  delete<T extends KubeObject>(kind: Kind<T>, target: ObjectRef, options?: DeleteOptions): Promise<void>;
}

/**
 * Gives objects the type of their kind. This is the one place where that is asserted: the API server has checked
 * every stored object against the schema that the type restates.
 */
export function asKind<T extends KubeObject>(_kind: Kind<T>, object: KubeObject): T {
  return object as T;
}

/** A typed view of a client. */
export function typedClient(cluster: ClusterClient): TypedClient {
  return {
    cluster,
    get: async (kind, target) => asKind(kind, await cluster.get(kind, target)),
    async find(kind, target) {
      try {
        return asKind(kind, await cluster.get(kind, target));
      } catch (thrown) {
        if (isNotFound(thrown)) return undefined;
        throw thrown;
      }
    },
    async list(kind, options) {
      const list = await cluster.list(kind, options);
      return { ...list, items: list.items.map((item) => asKind(kind, item)) };
    },
    create: async (kind, object, options) => asKind(kind, await cluster.create(kind, object, options)),
    update: async (kind, object, options) => asKind(kind, await cluster.update(kind, object, options)),
    updateStatus: async (kind, object) =>
      asKind(kind, await cluster.update(kind, object, { subresource: 'status' })),
    patch: async (kind, target, patch, options) =>
      asKind(kind, await cluster.patch(kind, target, patch, options)),
    delete: (kind, target, options) => cluster.delete(kind, target, options),
  };
}

function reasonOf(thrown: unknown): string | undefined {
  return thrown instanceof ClusterError ? thrown.reason : undefined;
}

/** The object (or its kind) does not exist. */
export function isNotFound(thrown: unknown): boolean {
  return reasonOf(thrown) === 'NotFound';
}

/** Waits for a call on an object that may have gone meanwhile; that is as good as done. */
export async function ignoringMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
  }
}

/** An object of this name exists already. */
export function isAlreadyExists(thrown: unknown): boolean {
  return reasonOf(thrown) === 'AlreadyExists';
}

/** The object changed since it was read: read again and retry. */
export function isConflict(thrown: unknown): boolean {
  return reasonOf(thrown) === 'Conflict';
}

/** The revision to go on from was compacted: list again. */
export function isGone(thrown: unknown): boolean {
  const reason = reasonOf(thrown);
  return reason === 'Expired' || reason === 'Gone';
}

/** `namespace/name`, or `name` for a cluster-scoped object. */
export function objectKey(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** The reference that an `objectKey` stands for. */
export function refOfKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The reference of an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name = '' } = object.metadata;
  return namespace ? { namespace, name } : { name };
}
