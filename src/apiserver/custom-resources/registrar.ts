import { finalizersOf, readMetadata } from '../../apimachinery/metadata.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { eachInTurn, errorMessage, isObject, type JsonObject } from '../../base/index.ts';
import type { ClusterParts } from '../call/call.ts';
import { definitionsOf, establish, isEstablished, terminating } from '../crd/index.ts';
import type { Collection, CollectionEvent } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { changeObject } from '../write/change.ts';
import { deleteInstances } from './cleanup.ts';

/** Between two tries to delete the instances of a definition, or to accept names. */
const tryAgainMs = 1_000;

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Keeps what a cluster serves in step with its CustomResourceDefinitions. */
export class CustomResourceRegistrar {
  readonly #parts: ClusterParts;
  readonly #resource: ServedResource;
  #collection: Collection | undefined;
  /** Definitions whose instances are being deleted. */
  readonly #cleaning = new Set<string>();
  #closed = false;

  constructor(parts: ClusterParts, resource: ServedResource) {
    this.#parts = parts;
    this.#resource = resource;
  }

  async start(): Promise<void> {
    const collection = await this.#parts.storage.collection(this.#resource);
    this.#collection = collection;
    for (const stored of collection.scan('')) this.#consider(stored.name, stored.decoded(this.#resource));
    collection.listen((event) => this.#onEvent(event));
  }

  close(): void {
    this.#closed = true;
  }

  /** The status that a definition is to have beside the cluster's others. */
  statusOf(crd: JsonObject): JsonObject {
    const others = [...(this.#collection?.scan('') ?? [])].map((stored) => stored.decoded(this.#resource));
    return establish(crd, others, this.#parts.clock.now());
  }

  #onEvent({ type, object }: CollectionEvent): void {
    if (type !== 'DELETED') {
      this.#consider(object.name, object.decoded(this.#resource));
      return;
    }
    this.#parts.resources.terminating.delete(object.name);
    this.#parts.resources.setCustom(object.name, [], (gone) => this.#parts.storage.forget(gone));
    // Names that it held are free for others now.
    this.#inBackground('accept names', () => this.#reconsiderNames());
  }

  #consider(name: string, crd: JsonObject): void {
    const metadata = readMetadata(crd);
    const definitions = isEstablished(crd) ? definitionsOf(crd) : [];
    this.#parts.resources.setCustom(name, definitions, (gone) => this.#parts.storage.endWatches(gone));
    const { terminating } = this.#parts.resources;
    if (metadata['deletionTimestamp'] === undefined) terminating.delete(name);
    else terminating.add(name);
    const waits =
      metadata['deletionTimestamp'] !== undefined && finalizersOf(metadata).includes(cleanupFinalizer);
    if (waits && !this.#cleaning.has(name)) {
      this.#cleaning.add(name);
      this.#inBackground('delete instances', () => this.#cleanUp(name));
    }
  }

  async #cleanUp(name: string): Promise<void> {
    try {
      const [served] = this.#parts.resources.ofCrd(name);
      await this.#showTerminating(name);
      if (served) await deleteInstances(this.#parts, served.asStored, () => this.#closed);
      if (this.#closed) return;
      await changeObject(this.#parts, internalCall('update', this.#resource, { namespace: '', name }), {
        creates: 'never',
        mayRetry: true,
        compute: (current) => {
          const crd = current?.copy(this.#resource) ?? {};
          const metadata = crd['metadata'];
          if (isObject(metadata)) {
            metadata['finalizers'] = finalizersOf(metadata).filter((each) => each !== cleanupFinalizer);
          }
          return crd;
        },
      });
    } catch (thrown) {
      // Nothing else may change the definition: without another try it would wait for ever.
      const isGone = thrown instanceof StatusError && thrown.code === 404;
      if (!isGone && !this.#closed) this.#parts.clock.after(tryAgainMs, () => this.#lookAgain(name));
      throw thrown;
    } finally {
      this.#cleaning.delete(name);
    }
  }

  #lookAgain(name: string): void {
    if (this.#closed) return;
    const stored = [...(this.#collection?.scan('') ?? [])].find((each) => each.name === name);
    if (stored) this.#consider(name, stored.decoded(this.#resource));
  }

  async #showTerminating(name: string): Promise<void> {
    const call = internalCall('update', this.#resource, { namespace: '', name, subresource: 'status' });
    await changeObject(this.#parts, call, {
      creates: 'never',
      mayRetry: true,
      compute: (current) => {
        const changed = current?.copy(this.#resource) ?? {};
        changed['status'] = terminating(changed, this.#parts.clock.now());
        return changed;
      },
    });
  }

  async #reconsiderNames(): Promise<void> {
    if (this.#closed) return;
    try {
      await eachInTurn([...(this.#collection?.scan('') ?? [])], async (stored) => {
        const crd = stored.decoded(this.#resource);
        if (!isEstablished(crd) && this.statusOf(crd) !== crd['status']) await this.#acceptNames(stored.name);
      });
    } catch (thrown) {
      // The name that was freed is free once: nothing else brings those that wait for it another look.
      if (!this.#closed)
        this.#parts.clock.after(tryAgainMs, () =>
          this.#inBackground('accept names', () => this.#reconsiderNames()),
        );
      throw thrown;
    }
  }

  /** Admission gives it the status that it is to have now, and claims its names. */
  async #acceptNames(name: string): Promise<void> {
    const call = internalCall('update', this.#resource, { namespace: '', name });
    try {
      await changeObject(this.#parts, call, {
        creates: 'never',
        mayRetry: true,
        compute: (current) => current?.copy(this.#resource) ?? {},
      });
    } catch (thrown) {
      // One that went meanwhile waits for nothing.
      if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
    }
  }

  #inBackground(what: string, run: () => Promise<void>): void {
    run().catch((thrown) => {
      if (this.#closed || (thrown instanceof StatusError && thrown.code === 404)) return;
      this.#parts.log.error(`custom resources: could not ${what}`, { error: errorMessage(thrown) });
    });
  }
}
