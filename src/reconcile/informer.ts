import type {
  ClusterClient,
  ClusterError,
  ClusterWatch,
  KubeObject,
  ListOptions,
  WatchEvent,
} from '../apimachinery/client.ts';
import { asKind, isGone, type Kind, objectKey } from '../apimachinery/kinds.ts';
import { type Clock, errorMessage, type Logger } from '../base/index.ts';

export const informerLimits = {
  firstRetryMs: 50,
  longestRetryMs: 10_000,
} as const;

/** What an informer tells: handlers only note keys, they do no work of their own. */
export interface InformerHandler<T> {
  added?(object: T): void;
  updated?(object: T, previous: T): void;
  deleted?(object: T): void;
}

export interface InformerOptions<T extends KubeObject> {
  readonly client: ClusterClient;
  readonly kind: Kind<T>;
  /** Restricts what is watched. */
  readonly select?: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;
  /** By index name: the values under which an object is found with `byIndex`. */
  readonly indexers?: Readonly<Record<string, (object: T) => readonly string[]>>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The current objects of one kind, kept up to date by list and watch. It holds the client's own frozen objects, no
 * copies. After a broken watch it goes on from the last version seen; when that is gone it lists again and tells
 * the difference.
 */
export class Informer<T extends KubeObject> {
  readonly kind: Kind<T>;
  /** Resolves when the first list is in; never rejects (a kind that does not exist yet is asked for again). */
  readonly synced: Promise<void>;
  readonly #options: InformerOptions<T>;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #handlers = new Set<InformerHandler<T>>();
  #closed = false;
  /** Wakes a pause; made only for one, because hundreds of informers never pause. */
  #wake: AbortController | undefined;
  #resolveSynced: () => void = () => {};
  #hasSynced = false;
  #watch: ClusterWatch | undefined;
  /** The version up to which the watch has told everything. */
  #seenVersion = '';
  #failures = 0;

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    this.kind = options.kind;
    for (const [name, values] of Object.entries(options.indexers ?? {})) {
      this.#indexes.set(name, { values, keys: new Map() });
    }
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
    void this.#relist();
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** By `namespace/name` (or `name`). */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  byIndex(index: string, value: string): readonly T[] {
    const keys = this.#index(index).keys.get(value);
    if (!keys) return [];
    const found: T[] = [];
    for (const key of keys) {
      const object = this.#objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  /** Adds an index to an informer that several share. Nothing happens when it is there. */
  addIndex(index: string, values: (object: T) => readonly string[]): void {
    if (this.#indexes.has(index)) return;
    const added: Index<T> = { values, keys: new Map() };
    this.#indexes.set(index, added);
    for (const [key, object] of this.#objects) addToIndex(added, key, object);
  }

  /** Tells `handler` of all current objects (as added), then of every change. Returns how to stop that. */
  subscribe(handler: InformerHandler<T>): () => void {
    this.#handlers.add(handler);
    if (handler.added) for (const object of this.#objects.values()) handler.added(object);
    return () => this.#handlers.delete(handler);
  }

  /**
   * Takes in what a write has just returned, so that the next pass does not act on the state before it. An answer
   * that the watch has already overtaken is ignored.
   */
  observe(object: T): void {
    const version = Number(object.metadata.resourceVersion);
    const key = objectKey(object);
    const known = this.#objects.get(key);
    // Gone meanwhile, or gone and made again under its name: what is known came later.
    const knownVersion = known ? Number(known.metadata.resourceVersion) : Number(this.#seenVersion);
    if (version <= knownVersion) return;
    this.#put(key, object);
  }

  /** Notes that a delete was accepted: until the watch tells more, the object counts as being deleted. */
  observeDelete(object: T, nowRfc3339: string): void {
    const key = objectKey(object);
    const current = this.#objects.get(key);
    if (!current || current.metadata.uid !== object.metadata.uid || current.metadata.deletionTimestamp)
      return;
    const metadata = { ...current.metadata, deletionTimestamp: nowRfc3339 };
    const deleting = Object.freeze({ ...current, metadata: Object.freeze(metadata) });
    this.#replace(key, current, deleting);
  }

  /** Ends the watch. What is known stays: a pass that is under way must not take everything for gone. */
  close(): void {
    this.#closed = true;
    this.#wake?.abort();
    this.#watch?.close();
    this.#handlers.clear();
    this.#resolveSynced();
  }

  async #relist(): Promise<void> {
    while (!this.#closed) {
      try {
        const list = await this.#options.client.list(this.kind, this.#options.select);
        if (this.#closed) return;
        this.#takeList(list.items, list.resourceVersion);
        this.#failures = 0;
        this.#startWatch();
        return;
      } catch (thrown) {
        this.#options.log.debug('list failed', { kind: this.kind.kind, error: errorMessage(thrown) });
        await this.#pause();
      }
    }
  }

  #takeList(items: readonly KubeObject[], version: string): void {
    const listed = new Set<string>();
    this.#seenVersion = version;
    for (const item of items) {
      const object = asKind(this.kind, item);
      const key = objectKey(object);
      listed.add(key);
      this.#put(key, object);
    }
    for (const [key, object] of [...this.#objects]) {
      const newerThanList = Number(object.metadata.resourceVersion) > Number(version);
      if (!listed.has(key) && !newerThanList) this.#remove(key, object);
    }
    this.#hasSynced = true;
    this.#resolveSynced();
  }

  #startWatch(): void {
    const options = { ...this.#options.select, resourceVersion: this.#seenVersion };
    this.#watch = this.#options.client.watch(this.kind, options, {
      onEvent: (event) => this.#take(event),
      onError: (error) => void this.#resume(error),
    });
  }

  async #resume(error: ClusterError): Promise<void> {
    if (this.#closed) return;
    this.#watch = undefined;
    if (isGone(error)) {
      await this.#relist();
      return;
    }
    await this.#pause();
    if (!this.#closed) this.#startWatch();
  }

  #pause(): Promise<void> {
    const delayMs = Math.min(
      informerLimits.longestRetryMs,
      informerLimits.firstRetryMs * 2 ** this.#failures,
    );
    this.#failures++;
    this.#wake = new AbortController();
    return this.#options.clock.sleep(delayMs, this.#wake.signal);
  }

  #take(event: WatchEvent): void {
    if (this.#closed) return;
    this.#failures = 0;
    if (event.type === 'BOOKMARK') {
      this.#seenVersion = event.resourceVersion;
      return;
    }
    const object = asKind(this.kind, event.object);
    const key = objectKey(object);
    this.#seenVersion = object.metadata.resourceVersion ?? this.#seenVersion;
    if (event.type === 'DELETED') this.#remove(key, object);
    else this.#put(key, object);
  }

  #put(key: string, object: T): void {
    const previous = this.#objects.get(key);
    if (!previous) {
      this.#objects.set(key, object);
      for (const index of this.#indexes.values()) addToIndex(index, key, object);
      for (const handler of this.#handlers) handler.added?.(object);
      return;
    }
    const isNewer =
      Number(object.metadata.resourceVersion) > Number(previous.metadata.resourceVersion) ||
      object.metadata.uid !== previous.metadata.uid;
    if (isNewer) this.#replace(key, previous, object);
  }

  #replace(key: string, previous: T, object: T): void {
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      removeFromIndex(index, key, previous);
      addToIndex(index, key, object);
    }
    if (previous.metadata.uid === object.metadata.uid) {
      for (const handler of this.#handlers) handler.updated?.(object, previous);
      return;
    }
    // Deleted and made again under the same name while nobody watched.
    for (const handler of this.#handlers) handler.deleted?.(previous);
    for (const handler of this.#handlers) handler.added?.(object);
  }

  #remove(key: string, object: T): void {
    const previous = this.#objects.get(key);
    if (!previous) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) removeFromIndex(index, key, previous);
    const last = object.metadata.uid === previous.metadata.uid ? object : previous;
    for (const handler of this.#handlers) handler.deleted?.(last);
  }

  #index(name: string): Index<T> {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`informer of ${this.kind.resource}: no index "${name}"`);
    return index;
  }
}

interface Index<T> {
  readonly values: (object: T) => readonly string[];
  readonly keys: Map<string, Set<string>>;
}

function addToIndex<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.values(object)) {
    const keys = index.keys.get(value);
    if (keys) keys.add(key);
    else index.keys.set(value, new Set([key]));
  }
}

function removeFromIndex<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.values(object)) {
    const keys = index.keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) index.keys.delete(value);
  }
}

/** The informers of one cluster, one per kind, shared by its controllers. */
export class InformerSet {
  readonly #options: { readonly client: ClusterClient; readonly clock: Clock; readonly log: Logger };
  readonly #informers = new Map<string, { close(): void; readonly synced: Promise<void> }>();

  constructor(options: { readonly client: ClusterClient; readonly clock: Clock; readonly log: Logger }) {
    this.#options = options;
  }

  /** The informer of a kind in all namespaces; started on first use. */
  of<T extends KubeObject>(kind: Kind<T>): Informer<T> {
    const name = `${kind.group}/${kind.version}/${kind.resource}`;
    const known = this.#informers.get(name);
    // Keyed by kind, so what is found under the name was made with the same type parameter.
    if (known instanceof Informer) return known as Informer<T>;
    const informer = new Informer<T>({ ...this.#options, kind });
    this.#informers.set(name, informer);
    return informer;
  }

  /** Resolves when every informer that was asked for so far has its first list. */
  async synced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced));
  }

  close(): void {
    for (const informer of this.#informers.values()) informer.close();
    this.#informers.clear();
  }
}
