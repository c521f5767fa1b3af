import { finalizersOf, readMetadata } from '../../apimachinery/metadata.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { eachInTurn, errorMessage, isObject, type JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { OwnWork, Term } from '../call/own-work.ts';
import { definitionsOf, establish, isEstablished, terminating } from '../crd/index.ts';
import type { Collection, CollectionEvent } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { changeObject } from '../write/change.ts';
import { deleteInstances } from './cleanup.ts';

/** Between two tries to delete the instances of a definition, or to accept names. */
const tryAgainMs = 1_000;

/** Keeps a definition until its instances are gone, as in the real server. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Keeps what a cluster serves in step with its CustomResourceDefinitions. */
export class CustomResourceRegistrar {
  readonly #parts: ClusterParts;
  readonly #resource: ServedResource;
  #collection: Collection | undefined;
  /** Definitions whose instances are being deleted. */
  readonly #cleaning = new Set<string>();
  readonly #own: OwnWork;

  constructor(parts: ClusterParts, resource: ServedResource, own: OwnWork) {
    this.#parts = parts;
    this.#resource = resource;
    this.#own = own;
    own.onStart(() => {
      for (const stored of this.#stored()) this.#cleanUpIfGoing(stored.name, stored.decoded(resource));
      this.#inBackground('accept names', (term) => this.#reconsiderNames(term));
    });
  }

  async start(): Promise<void> {
    const collection = await this.#parts.storage.collection(this.#resource);
    this.#collection = collection;
    for (const stored of collection.scan('')) this.#consider(stored.name, stored.decoded(this.#resource));
    collection.listen((event) => this.#onEvent(event));
  }

  /** The status that a definition is to have beside the cluster's others. */
  statusOf(crd: JsonObject): JsonObject {
    const others = this.#stored().map((stored) => stored.decoded(this.#resource));
    return establish(crd, others, this.#parts.clock.now());
  }

  #stored(): readonly StoredObject[] {
    return [...(this.#collection?.scan('') ?? [])];
  }

  #onEvent({ type, object }: CollectionEvent): void {
    if (type !== 'DELETED') {
      this.#consider(object.name, object.decoded(this.#resource));
      return;
    }
    this.#parts.resources.terminating.delete(object.name);
    this.#parts.resources.setCustom(object.name, [], (gone) => this.#parts.storage.forget(gone));
    // Names that it held are free for others now.
    this.#inBackground('accept names', (term) => this.#reconsiderNames(term));
  }

  #consider(name: string, crd: JsonObject): void {
    const metadata = readMetadata(crd);
    const definitions = isEstablished(crd) ? definitionsOf(crd) : [];
    this.#parts.resources.setCustom(name, definitions, (gone) => this.#parts.storage.endWatches(gone));
    const { terminating } = this.#parts.resources;
    if (metadata['deletionTimestamp'] === undefined) terminating.delete(name);
    else terminating.add(name);
    this.#cleanUpIfGoing(name, crd);
  }

  #cleanUpIfGoing(name: string, crd: JsonObject): void {
    const metadata = readMetadata(crd);
    const waits =
      metadata['deletionTimestamp'] !== undefined && finalizersOf(metadata).includes(cleanupFinalizer);
    if (!waits || this.#cleaning.has(name)) return;
    this.#inBackground('delete instances', (term) => {
      this.#cleaning.add(name);
      return this.#cleanUp(name, term);
    });
  }

  async #cleanUp(name: string, term: Term): Promise<void> {
    try {
      const [served] = this.#parts.resources.ofCrd(name);
      await this.#showTerminating(name, term);
      if (served) await deleteInstances(this.#parts, served.asStored, term);
      if (term.ending.aborted) return;
      await changeObject(this.#parts, this.#update(name, term), {
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
      if (!isGone && !term.ending.aborted) this.#parts.clock.after(tryAgainMs, () => this.#lookAgain(name));
      throw thrown;
    } finally {
      this.#cleaning.delete(name);
    }
  }

  #lookAgain(name: string): void {
    const stored = this.#stored().find((each) => each.name === name);
    if (stored) this.#cleanUpIfGoing(name, stored.decoded(this.#resource));
  }

  #update(name: string, term: Term, subresource = ''): Call {
    return internalCall(term, 'update', { resource: this.#resource, namespace: '', name, subresource });
  }

  async #showTerminating(name: string, term: Term): Promise<void> {
    await changeObject(this.#parts, this.#update(name, term, 'status'), {
      creates: 'never',
      mayRetry: true,
      compute: (current) => {
        const changed = current?.copy(this.#resource) ?? {};
        changed['status'] = terminating(changed, this.#parts.clock.now());
        return changed;
      },
    });
  }

  async #reconsiderNames(term: Term): Promise<void> {
    try {
      await eachInTurn(this.#stored(), async (stored) => {
        const crd = stored.decoded(this.#resource);
        if (term.ending.aborted || isEstablished(crd) || this.statusOf(crd) === crd['status']) return;
        await this.#acceptNames(stored.name, term);
      });
    } catch (thrown) {
      // The name that was freed is free once: nothing else brings those that wait for it another look.
      if (!term.ending.aborted)
        this.#parts.clock.after(tryAgainMs, () =>
          this.#inBackground('accept names', (next) => this.#reconsiderNames(next)),
        );
      throw thrown;
    }
  }

  /** Admission gives it the status that it is to have now, and claims its names. */
  async #acceptNames(name: string, term: Term): Promise<void> {
    try {
      await changeObject(this.#parts, this.#update(name, term), {
        creates: 'never',
        mayRetry: true,
        compute: (current) => current?.copy(this.#resource) ?? {},
      });
    } catch (thrown) {
      // One that went meanwhile waits for nothing.
      if (!(thrown instanceof StatusError) || thrown.code !== 404) throw thrown;
    }
  }

  /** Nothing happens while another process does this; the start of a term looks at everything. */
  #inBackground(what: string, run: (term: Term) => Promise<void>): void {
    this.#own.run((term) =>
      run(term).catch((thrown) => {
        if (term.ending.aborted || (thrown instanceof StatusError && thrown.code === 404)) return;
        this.#parts.log.error(`custom resources: could not ${what}`, { error: errorMessage(thrown) });
      }),
    );
  }
}
