import {
  type ClusterClient,
  ClusterError,
  type ClusterWatch,
  type DeleteOptions,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type ObjectRef,
  type Patch,
  type RawResponse,
  type ResourceRef,
  type WatchHandler,
  type WatchOptions,
  type WriteOptions,
} from '../../apimachinery/client.ts';
import type { Json } from '../../base/index.ts';

/** A client that no longer gets through once its cluster has stopped, as over a wire. */
export class StoppableClient implements ClusterClient {
  readonly #client: ClusterClient;
  readonly #isStopped: () => boolean;

  constructor(client: ClusterClient, isStopped: () => boolean) {
    this.#client = client;
    this.#isStopped = isStopped;
  }

  async get(resource: ResourceRef, target: ObjectRef): Promise<KubeObject> {
    return this.#reach().get(resource, target);
  }

  async list(resource: ResourceRef, options?: ListOptions): Promise<KubeList> {
    return this.#reach().list(resource, options);
  }

  async create(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    return this.#reach().create(resource, object, options);
  }

  async update(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    return this.#reach().update(resource, object, options);
  }

  async patch(
    resource: ResourceRef,
    target: ObjectRef,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return this.#reach().patch(resource, target, patch, options);
  }

  async delete(resource: ResourceRef, target: ObjectRef, options?: DeleteOptions): Promise<void> {
    return this.#reach().delete(resource, target, options);
  }

  async deleteCollection(resource: ResourceRef, options?: ListOptions & DeleteOptions): Promise<void> {
    return this.#reach().deleteCollection(resource, options);
  }

  watch(resource: ResourceRef, options: WatchOptions, handler: WatchHandler): ClusterWatch {
    if (!this.#isStopped()) return this.#client.watch(resource, options, handler);
    let open = true;
    queueMicrotask(() => {
      if (open) handler.onError(stopped());
    });
    return { close: () => void (open = false) };
  }

  async raw(method: string, path: string, body?: Json): Promise<RawResponse> {
    return this.#reach().raw(method, path, body);
  }

  #reach(): ClusterClient {
    if (this.#isStopped()) throw stopped();
    return this.#client;
  }
}

function stopped(): ClusterError {
  return new ClusterError(503, 'ServiceUnavailable', 'the cluster has stopped');
}
