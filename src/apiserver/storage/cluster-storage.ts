import { StatusError } from '../../apimachinery/status.ts';
import { CodedError } from '../../base/index.ts';
import type {
  ChangeBatch,
  CommitResult,
  Entry,
  Guard,
  Store,
  Transaction,
  TransactionLimits,
  Watch,
} from '../../store/contract.ts';
import { Claims, claimLimits, fencedCommits } from '../../store/index.ts';
import { Collection, type CollectionEvent } from './collection.ts';
import { parseObjectKey } from './keys.ts';
import type { ServedResource } from './served-resource.ts';
import { StoredObject } from './stored-object.ts';
import { Turns } from './turns.ts';

const storageLimits = {
  /** Changes that a watch is given from the store when it resumes; from further back its caller lists again. */
  resumedEvents: 10_000,
} as const;

/** Facts that only one object of a cluster may state, and the moment on which that was decided (`ClusterStorage.seen`). */
export interface Stated {
  readonly facts: readonly string[];
  readonly seen: number;
  /** As `Call.fence`. */
  readonly fence: Guard | undefined;
}

/** Another object came to state a fact first: the write is decided again. */
export class ClaimLost extends Error {}

/**
 * A cluster's objects: one store watch feeds the collections in use. A commit resolves only after the collections show
 * it, so that whoever was answered reads what was written.
 */
export class ClusterStorage {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #claims: Claims;
  readonly #collections = new Map<string, Collection>();
  readonly #loading = new Map<string, Loading>();
  /** Writers that name no version wait for each other here instead of losing races. */
  readonly turns = new Turns();
  #watch: Watch | undefined;
  #seenRevision = 0;
  #waiting: { revision: number; resolve: () => void }[] = [];

  /** `prefix` without a slash at its end. */
  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = `${prefix}/`;
    this.#claims = new Claims(store, `${this.#prefix}~claims/`, claimLimits.keysForManyFacts);
  }

  async start(): Promise<void> {
    this.#seenRevision = this.#store.revision();
    this.#watch = await this.#store.watch(this.#prefix, (batch) => this.#apply(batch), this.#seenRevision);
  }

  close(): void {
    this.#watch?.close();
    for (const collection of this.#collections.values()) collection.endWatches();
    this.#collections.clear();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** What one commit takes. */
  get limits(): TransactionLimits {
    return this.#store.limits;
  }

  /** The revision of the newest commit that readers see. */
  revision(): number {
    return this.#store.revision();
  }

  compactedRevision(): number {
    return this.#store.compactedRevision();
  }

  storeKey(served: ServedResource, key: string): string {
    return `${this.#prefix}${served.storageKey}/${key}`;
  }

  /** The collection when it is in memory already. */
  loaded(served: ServedResource): Collection | undefined {
    return this.#collections.get(served.storageKey);
  }

  async collection(served: ServedResource): Promise<Collection> {
    return (
      this.#collections.get(served.storageKey) ??
      (await (this.#loading.get(served.storageKey) ?? this.#load(served.storageKey)).done)
    );
  }

  /** Ends the watches of a resource. */
  endWatches({ storageKey }: ServedResource): void {
    this.#collections.get(storageKey)?.endWatches();
  }

  /** Ends the watches of a resource and drops it from memory. */
  forget(served: ServedResource): void {
    this.endWatches(served);
    this.#collections.delete(served.storageKey);
  }

  /** Applies all writes if every guard holds. Throws CodedError `unavailable` when `fence` is given and does not. */
  async commit(transaction: Transaction, fence?: Guard): Promise<CommitResult> {
    const result = await (fence
      ? fencedCommits(this.#store, () => fence)(transaction)
      : this.#store.commit(transaction)
    ).catch(asStorageError);
    if (result.ok && result.revision > this.#seenRevision) await this.#seen(result.revision);
    return result;
  }

  /** The moment that readers see: what they decide on is as of this revision, or newer. */
  seen(): number {
    return this.#seenRevision;
  }

  /** A commit that also states facts. Throws `ClaimLost` when one of them was stated after `seen`. */
  commitStating(transaction: Transaction, stated: Stated): Promise<CommitResult> {
    return stated.facts.length === 0
      ? this.commit(transaction, stated.fence)
      : this.#commitClaims(transaction, stated);
  }

  async #commitClaims(transaction: Transaction, { facts, seen, fence }: Stated): Promise<CommitResult> {
    const claimed = await this.#claims.take(facts, seen);
    if ('statedAt' in claimed) {
      if (claimed.statedAt > this.#seenRevision) await this.#seen(claimed.statedAt);
      throw new ClaimLost();
    }
    const { guards = [], writes } = transaction;
    const all = { guards: [...claimed.guards, ...guards], writes: [...claimed.writes, ...writes] };
    const result = await this.commit(all, fence);
    if (!result.ok && this.#claims.owns(result.failed)) throw new ClaimLost();
    return result;
  }

  grantLease(ttlMs: number): Promise<string> {
    return this.#store.grantLease(ttlMs);
  }

  /** Reads the past. Throws CodedError `gone` below the compaction point. */
  async rangeAt(
    served: ServedResource,
    query: { prefix: string; afterKey?: string | undefined; limit?: number; revision: number },
  ): Promise<{ objects: StoredObject[]; more: boolean }> {
    const base = `${this.#prefix}${served.storageKey}/`;
    const { entries, more } = await this.#store.range({
      prefix: base + query.prefix,
      atRevision: query.revision,
      ...(query.afterKey === undefined ? {} : { afterKey: base + query.afterKey }),
      ...(query.limit === undefined ? {} : { limit: query.limit }),
    });
    return { objects: entries.map((entry) => objectOf(entry, base)), more };
  }

  /**
   * What happened to a resource above `revision`, from the store, and up to which revision that goes. Throws CodedError
   * `gone` below the compaction point and for more than a watch is given at once.
   */
  async eventsAfter(
    { storageKey }: ServedResource,
    revision: number,
  ): Promise<{ events: CollectionEvent[]; through: number }> {
    const base = `${this.#prefix}${storageKey}/`;
    const through = this.#store.revision();
    const query = { prefix: base, afterRevision: revision, maximumChanges: storageLimits.resumedEvents };
    const batches = await this.#store.history(query);
    if (!batches) throw new CodedError('gone', `More than ${storageLimits.resumedEvents} changes ago.`);
    const known = new Map<string, StoredObject | undefined>();
    const events: CollectionEvent[] = [];
    for (const change of batches.flatMap((batch) => batch.changes)) {
      const key = change.type === 'put' ? change.entry.key : change.key;
      if (!known.has(key)) known.set(key, await this.#objectAt(key, base, revision));
      const previous = known.get(key);
      const object = change.type === 'put' ? objectOf(change.entry, base) : undefined;
      known.set(key, object);
      if (object) {
        const type = previous ? 'MODIFIED' : 'ADDED';
        events.push({ revision: object.revision, type, object, previous });
      } else if (previous && change.type === 'delete') {
        const last = previous.at(change.revision);
        events.push({ revision: change.revision, type: 'DELETED', object: last, previous });
      }
    }
    return { events, through };
  }

  async #objectAt(key: string, base: string, atRevision: number): Promise<StoredObject | undefined> {
    const { entries } = await this.#store.range({ prefix: key, atRevision, limit: 1 });
    const [entry] = entries;
    return entry?.key === key ? objectOf(entry, base) : undefined;
  }

  /** Objects as they stand in the store, for readers that should not keep a collection in memory. */
  async range(served: ServedResource, prefix = ''): Promise<StoredObject[]> {
    const base = `${this.#prefix}${served.storageKey}/`;
    const { entries } = await this.#store.range({ prefix: base + prefix });
    return entries.map((entry) => objectOf(entry, base));
  }

  #load(storageKey: string): Loading {
    const loading: Loading = { batches: [], done: this.#read(storageKey) };
    this.#loading.set(storageKey, loading);
    return loading;
  }

  async #read(storageKey: string): Promise<Collection> {
    const keyPrefix = `${this.#prefix}${storageKey}/`;
    try {
      const entries: Entry[] = [];
      let page = await this.#store.range({ prefix: keyPrefix });
      entries.push(...page.entries);
      while (page.more) {
        const afterKey = entries.at(-1)?.key ?? keyPrefix;
        page = await this.#store.range({ prefix: keyPrefix, afterKey, atRevision: page.revision });
        entries.push(...page.entries);
      }
      const collection = new Collection(keyPrefix, entries, page.revision);
      for (const batch of this.#loading.get(storageKey)?.batches ?? []) {
        if (batch.revision > page.revision) applyTo(collection, batch);
      }
      this.#collections.set(storageKey, collection);
      return collection;
    } finally {
      this.#loading.delete(storageKey);
    }
  }

  #apply(batch: ChangeBatch): void {
    this.#seenRevision = batch.revision;
    for (const change of batch.changes) {
      const storageKey = this.#storageKeyOf(change.type === 'put' ? change.entry.key : change.key);
      const collection = this.#collections.get(storageKey);
      if (collection) collection.apply(change);
      else this.#loading.get(storageKey)?.batches.push({ revision: batch.revision, changes: [change] });
    }
    if (this.#waiting.length > 0) this.#wake();
  }

  #storageKeyOf(key: string): string {
    const group = key.indexOf('/', this.#prefix.length);
    return key.slice(this.#prefix.length, key.indexOf('/', group + 1));
  }

  #seen(revision: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ revision, resolve }));
  }

  #wake(): void {
    const ready = this.#waiting.filter(({ revision }) => revision <= this.#seenRevision);
    this.#waiting = this.#waiting.filter(({ revision }) => revision > this.#seenRevision);
    for (const { resolve } of ready) resolve();
  }
}

/** An object that the body's limit lets through may still be larger than the store takes. */
function asStorageError(thrown: unknown): never {
  if (thrown instanceof CodedError && thrown.code === 'too-large') {
    throw new StatusError(500, '', 'etcdserver: request is too large');
  }
  throw thrown;
}

interface Loading {
  /** Commits that arrived while the store was being read. */
  readonly batches: ChangeBatch[];
  readonly done: Promise<Collection>;
}

function applyTo(collection: Collection, batch: ChangeBatch): void {
  for (const change of batch.changes) collection.apply(change);
}

function objectOf(entry: Entry, base: string): StoredObject {
  return new StoredObject(parseObjectKey(entry.key, base), entry.value, entry.revision);
}
