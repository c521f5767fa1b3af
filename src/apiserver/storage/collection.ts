import { SortedList } from '../../base/index.ts';
import type { Change, Entry } from '../../store/contract.ts';
import { parseObjectKey } from './keys.ts';
import { StoredObject } from './stored-object.ts';

/** A change of one object, as watchers of its collection see it. */
export interface CollectionEvent {
  readonly revision: number;
  /** `DELETED` carries the last state under the revision of the deletion. */
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
}

export type CollectionListener = (event: CollectionEvent) => void;

interface Slot {
  /** As made by `objectKey`. */
  readonly key: string;
  object: StoredObject;
  /** As they lie in the store. */
  bytes: number;
}

interface Remembered {
  readonly event: CollectionEvent;
  /** As they were counted: objects take a little more once they have been read. */
  readonly bytes: number;
}

export const collectionLimits = {
  /** Past events kept for watches that resume; older ones are worked out from the store. */
  historyEvents: 1_000,
  /** Of what was and what became of it: either may be large. */
  historyBytes: 2 * 1024 * 1024,
} as const;

/** All objects of one resource in one cluster: current state, in key order, and the latest events. */
export class Collection {
  /** Store key prefix of the objects, with the slash. */
  readonly keyPrefix: string;
  /** The revision at which the collection was read from the store. */
  readonly loadedRevision: number;
  /** The revision of the latest change, or of loading. */
  lastRevision: number;
  /** Of all objects, as they lie in the store. */
  bytes = 0;
  /** Events above this revision are in `history`. */
  floor: number;
  readonly #byKey = new Map<string, Slot>();
  readonly #inOrder: SortedList<Slot>;
  /** Nothing stands before `#historyStart`. */
  #history: (Remembered | undefined)[] = [];
  #historyStart = 0;
  #historyBytes = 0;
  /** By what they listen to, so that an event costs what hears of it: most watch one namespace or one object of many. */
  readonly #listeners = new Map<string, Set<CollectionListener>>();
  readonly #enders = new Set<() => void>();

  constructor(keyPrefix: string, entries: readonly Entry[], revision: number) {
    this.keyPrefix = keyPrefix;
    this.floor = revision;
    this.loadedRevision = revision;
    this.lastRevision = revision;
    for (const entry of entries) {
      const key = entry.key.slice(keyPrefix.length);
      this.#byKey.set(key, { key, object: this.#read(entry), bytes: entry.value.length });
      this.bytes += entry.value.length;
    }
    this.#inOrder = new SortedList((slot) => slot.key, [...this.#byKey.values()]);
  }

  get size(): number {
    return this.#inOrder.size;
  }

  /** `key` as made by `objectKey`. */
  get(key: string): StoredObject | undefined {
    return this.#byKey.get(key)?.object;
  }

  /** Objects whose key starts with `prefix` (a namespace, or everything), from `afterKey` on, in key order. */
  *scan(prefix: string, afterKey?: string): Generator<StoredObject> {
    for (const piece of this.pieces(prefix, afterKey)) for (const { object } of piece) yield object;
  }

  /** The same in pieces, for those who go through many. */
  *pieces(prefix: string, afterKey?: string): Generator<readonly { readonly object: StoredObject }[]> {
    for (const piece of this.#inOrder.piecesFrom(afterKey === undefined ? prefix : `${afterKey}\0`)) {
      const last = piece.at(-1);
      if (!last || last.key.startsWith(prefix)) {
        yield piece;
        continue;
      }
      const end = piece.findIndex(({ key }) => !key.startsWith(prefix));
      yield piece.slice(0, end);
      return;
    }
  }

  /** How many keys start with `prefix` and come after `afterKey`. */
  countAfter(prefix: string, afterKey: string): number {
    return this.#inOrder.countBelow(`${prefix}\x7f`) - this.#inOrder.countBelow(`${afterKey}\0`);
  }

  /** Events above `revision`, oldest first. Only complete when `revision` is not below `floor`. */
  *eventsAfter(revision: number): Generator<CollectionEvent> {
    let low = this.#historyStart;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#history[middle]?.event.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    for (const remembered of this.#history.slice(low)) if (remembered) yield remembered.event;
  }

  /** `about`: '' for all, the key of an object, or `namespacePrefix` of a namespace. */
  listen(listener: CollectionListener, about = ''): () => void {
    let listeners = this.#listeners.get(about);
    if (!listeners) this.#listeners.set(about, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(about) === listeners) this.#listeners.delete(about);
    };
  }

  /** Calls `run` when watches of this collection are to end. */
  onEnd(run: () => void): () => void {
    this.#enders.add(run);
    return () => this.#enders.delete(run);
  }

  /** Ends all watches: the resource is not served any more, or not in this form. */
  endWatches(): void {
    for (const run of [...this.#enders]) run();
  }

  /** Applies a durable change; called in revision order. */
  apply(change: Change): void {
    const event = change.type === 'put' ? this.#put(change.entry) : this.#delete(change.key, change.revision);
    if (!event) return;
    this.lastRevision = event.revision;
    this.#remember(event);
    if (this.#listeners.size === 0) return;
    const key = (change.type === 'put' ? change.entry.key : change.key).slice(this.keyPrefix.length);
    const heardBy: CollectionListener[] = [];
    // Whoever begins to listen in another's turn knows what came of this event already.
    for (const about of ['', key.slice(0, key.indexOf('/') + 1), key]) {
      const listeners = this.#listeners.get(about);
      if (listeners) heardBy.push(...listeners);
    }
    for (const listener of heardBy) listener(event);
  }

  /** Makes an object of an entry of this collection that was read from the store's past. */
  #read(entry: Entry): StoredObject {
    return new StoredObject(parseObjectKey(entry.key, this.keyPrefix), entry.value, entry.revision);
  }

  #put(entry: Entry): CollectionEvent {
    const key = entry.key.slice(this.keyPrefix.length);
    const slot = this.#byKey.get(key);
    const object = this.#read(entry);
    const bytes = entry.value.length;
    this.bytes += bytes - (slot?.bytes ?? 0);
    if (slot) {
      const previous = slot.object;
      slot.object = object;
      slot.bytes = bytes;
      return { revision: entry.revision, type: 'MODIFIED', object, previous };
    }
    const added = { key, object, bytes };
    this.#byKey.set(key, added);
    this.#inOrder.add(added);
    return { revision: entry.revision, type: 'ADDED', object, previous: undefined };
  }

  #delete(storeKey: string, revision: number): CollectionEvent | undefined {
    const key = storeKey.slice(this.keyPrefix.length);
    const slot = this.#byKey.get(key);
    if (!slot) return undefined;
    const previous = slot.object;
    this.bytes -= slot.bytes;
    this.#byKey.delete(key);
    this.#inOrder.delete(key);
    return { revision, type: 'DELETED', object: previous.at(revision), previous };
  }

  #remember(event: CollectionEvent): void {
    const bytes = event.object.byteLength + (event.previous?.byteLength ?? 0);
    this.#history.push({ event, bytes });
    this.#historyBytes += bytes;
    while (
      this.#history.length - this.#historyStart > collectionLimits.historyEvents ||
      this.#historyBytes > collectionLimits.historyBytes
    ) {
      const dropped = this.#history[this.#historyStart];
      if (!dropped) break;
      this.#history[this.#historyStart++] = undefined;
      this.floor = dropped.event.revision;
      this.#historyBytes -= dropped.bytes;
    }
    if (this.#historyStart > 512 && this.#historyStart * 2 > this.#history.length) {
      this.#history = this.#history.slice(this.#historyStart);
      this.#historyStart = 0;
    }
  }
}
