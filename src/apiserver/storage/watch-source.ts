import { expired, type StatusError, statusErrorOf } from '../../apimachinery/status.ts';
import type { Clock, Timer } from '../../base/index.ts';
import type { Collection, CollectionEvent } from './collection.ts';
import type { Selection } from './selection.ts';
import type { StoredObject } from './stored-object.ts';

/** What a watcher is told. Calls come in order and never after `end`. */
export interface WatchConsumer {
  event(event: SelectedEvent): void;
  /** `initialEventsEnd`: everything that existed at the start has been sent. */
  bookmark(revision: number, initialEventsEnd: boolean): void;
  /** The watch is over because of an error; `end` follows. */
  error(error: StatusError): void;
  end(): void;
  /** In place of `end`, when the reader may see no more: what he has not taken yet is dropped. */
  cut(): void;
}

export interface SelectedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

/** Sends objects in the form in which they are shown. */
type Send = (prepared: readonly StoredObject[]) => Promise<void> | void;

const watchLimits = {
  bookmarkEveryMs: 60_000,
  /** Changes that wait for a conversion; a watch that falls further behind ends. */
  queuedEvents: 1_000,
} as const;

export interface WatchPlan {
  readonly collection: Collection;
  readonly selection: Selection;
  readonly clock: Clock;
  /**
   * What to begin with: the state, nothing, the events above a revision from memory, or those that the store had up to
   * `through` and then from memory.
   */
  readonly begin:
    | { readonly from: 'state'; readonly announceEnd: boolean }
    | { readonly from: 'now' }
    | { readonly from: 'revision'; readonly revision: number }
    | { readonly from: 'history'; readonly events: readonly CollectionEvent[]; readonly through: number }
    | { readonly from: 'error'; readonly error: StatusError };
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
  /** What has to be done with objects before they are shown, by somebody outside; absent: nothing. */
  readonly prepare?: (objects: readonly StoredObject[]) => Promise<readonly StoredObject[]>;
  /** The revision that readers see now. */
  readonly currentRevision: () => number;
}

/** One watch of one resource, ready to be started once. */
export class WatchSource {
  readonly #plan: WatchPlan;
  #consumer: WatchConsumer | undefined;
  #stops: (() => void)[] = [];
  #timers: Timer[] = [];
  #closed = false;
  readonly #beginnings: (() => () => void)[] = [];
  /** What waits for the preparation of what came before it. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(plan: WatchPlan) {
    this.#plan = plan;
  }

  /** `begin` is called when the watch starts, what it returns when the watch is over. */
  whileRunning(begin: () => () => void): void {
    this.#beginnings.push(begin);
  }

  /** Sends what there is at once, then each change as it is committed. Nothing is lost between the two. */
  start(consumer: WatchConsumer): void {
    const { begin, collection, selection, clock, timeoutMs, bookmarks } = this.#plan;
    this.#consumer = consumer;
    if (begin.from === 'error') {
      consumer.error(begin.error);
      this.finish();
      return;
    }
    for (const each of this.#beginnings) this.#stops.push(each());
    this.#sendBeginning(consumer);
    if (this.#closed) return;
    this.#stops.push(
      collection.listen((event) => this.#onEvent(event), selection.about),
      collection.onEnd(() => this.finish()),
    );
    this.#timers.push(clock.after(timeoutMs, () => this.expire()));
    if (bookmarks) this.#scheduleBookmark();
  }

  /** Ends the watch from this side and tells the consumer. */
  finish(): void {
    if (this.#closed) return;
    this.close();
    this.#consumer?.end();
  }

  /** Ends the watch of somebody who may not go on with it. */
  revoke(): void {
    if (this.#closed) return;
    this.close();
    this.#consumer?.cut();
  }

  /** Stops without another word. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  #sendBeginning(consumer: WatchConsumer): void {
    const { begin, collection } = this.#plan;
    if (begin.from === 'state') {
      this.#sendState(consumer);
      if (begin.announceEnd) this.#bookmark(true);
    } else if (begin.from === 'revision' || begin.from === 'history') {
      const known = begin.from === 'revision' ? begin.revision : begin.through;
      // Events may have left memory since the watch was planned.
      if (known < collection.floor) {
        consumer.error(expired(`too old resource version: ${known} (${collection.floor})`));
        this.finish();
        return;
      }
      if (begin.from === 'history') for (const event of begin.events) this.#onEvent(event);
      for (const event of collection.eventsAfter(known)) this.#onEvent(event);
    }
  }

  #sendState(consumer: WatchConsumer): void {
    const { collection, selection } = this.#plan;
    const { prepare } = this.#plan;
    if (prepare) {
      const objects = [...selection.among(collection)];
      this.#afterwards(objects, (prepared) => this.#sendObjects(prepared, consumer));
    } else this.#sendObjects(selection.among(collection), consumer);
  }

  #sendObjects(objects: Iterable<StoredObject>, consumer: WatchConsumer): void {
    const { selection } = this.#plan;
    for (const object of objects) {
      if (selection.matches(object)) consumer.event({ type: 'ADDED', object });
      if (this.#closed) return;
    }
  }

  #onEvent(event: CollectionEvent): void {
    if (this.#closed) return;
    const { prepare, selection } = this.#plan;
    if (!prepare) {
      const selected = select(event, selection);
      if (selected) this.#consumer?.event(selected);
      return;
    }
    const shown = event.previous ? [event.object, event.previous] : [event.object];
    this.#afterwards(shown, ([object = event.object, previous]) => {
      const selected = select(event, selection, { object, previous });
      if (!selected) return undefined;
      // The last state that matched is made only now.
      return this.#now([selected.object], ([last = selected.object]) =>
        this.#consumer?.event({ ...selected, object: last }),
      );
    });
  }

  /** In its turn: once everything before it was sent, and its own objects are prepared. */
  #afterwards(objects: readonly StoredObject[], send: Send): void {
    if (++this.#queued > watchLimits.queuedEvents) {
      this.#fail(expired('too many changes wait for their conversion'));
      return;
    }
    this.#queue = this.#queue.then(async () => {
      await this.#now(objects, send);
      this.#queued--;
    });
  }

  async #now(objects: readonly StoredObject[], send: Send): Promise<void> {
    try {
      const prepared = this.#closed ? objects : ((await this.#plan.prepare?.(objects)) ?? objects);
      if (!this.#closed) await send(prepared);
    } catch (thrown) {
      this.#fail(statusErrorOf(thrown));
    }
  }

  #fail(error: StatusError): void {
    if (this.#closed) return;
    this.#consumer?.error(error);
    this.finish();
  }

  /** Ends it as time does: a last bookmark lets the caller go on from here without reading anything twice. */
  expire(): void {
    if (this.#closed) return;
    if (this.#plan.bookmarks) this.#bookmark(false);
    if (this.#plan.prepare) this.#afterwards([], () => this.finish());
    else this.finish();
  }

  /** Never ahead of what it speaks for. */
  #bookmark(announcesEnd: boolean): void {
    const revision = this.#plan.currentRevision();
    if (!this.#plan.prepare) this.#consumer?.bookmark(revision, announcesEnd);
    else this.#afterwards([], () => this.#consumer?.bookmark(revision, announcesEnd));
  }

  #scheduleBookmark(): void {
    const timer = this.#plan.clock.after(watchLimits.bookmarkEveryMs, () => {
      if (this.#closed) return;
      this.#bookmark(false);
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#scheduleBookmark();
    });
    this.#timers.push(timer);
  }
}

/** An event as seen through a selection: objects appear and disappear as they begin and cease to match. */
function select(
  event: CollectionEvent,
  selection: Selection,
  { object, previous }: Pick<CollectionEvent, 'object' | 'previous'> = event,
): SelectedEvent | undefined {
  const { namespace } = selection;
  if (namespace !== '' && object.namespace !== namespace) return undefined;
  const asItIs = object === event.object ? event : { type: event.type, object };
  if (!selection.selective) return asItIs;
  const before = previous !== undefined && selection.matches(previous);
  if (event.type === 'DELETED') return before ? asItIs : undefined;
  const now = selection.matches(object);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (before && event.previous) return { type: 'DELETED', object: lastState(event, event.previous) };
  return undefined;
}

let lastStateOf: CollectionEvent | undefined;
let lastStateObject: StoredObject | undefined;

/** The state that still matched, under the revision of the change; made once for all watchers of an event. */
function lastState(event: CollectionEvent, previous: StoredObject): StoredObject {
  if (lastStateOf !== event || lastStateObject === undefined) {
    lastStateOf = event;
    lastStateObject = previous.at(event.revision);
  }
  return lastStateObject;
}
