import type { JsonObject } from '../../base/index.ts';
import type { HttpBody } from '../../http/contract.ts';
import type { NamedKind } from '../../kinds/protobuf/index.ts';
import type { ListAnswer } from '../call/call.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { SelectedEvent } from '../storage/watch-source.ts';

/**
 * One way to put objects into bytes. What it makes of a stored object is made once for each revision and found again for
 * whoever is answered with it: a GET, a list, a watch.
 */
export interface Encoding extends EventEncoding {
  /** `Content-Type` of an object or a list. */
  readonly mediaType: string;
  object(object: StoredObject, resource: ServedResource, now: Now): HttpBody;
  /** An object that is not stored in this form; `resource` undefined: a Status, which stays one in every encoding. */
  value(value: JsonObject, resource: ServedResource | undefined, now: Now): HttpBody;
  list(list: ListAnswer, now: Now): HttpBody;
}

/** Milliseconds, for durations up to now. */
export type Now = () => number;

/** The events of a watch; each is sent as one chunk. */
export interface EventEncoding {
  /** `Content-Type` of a watch. */
  readonly streamType: string;
  /** What events are as messages of a WebSocket. */
  readonly messages: 'text' | 'binary';
  event(event: SelectedEvent, watch: EventPlace): Buffer;
  /** Tells how far the watch has come. */
  bookmark(metadata: JsonObject, watch: EventPlace): Buffer;
  failure(status: JsonObject, watch: EventPlace): Buffer;
}

/** Where in which watch an event stands. */
export interface EventPlace {
  readonly resource: ServedResource;
  readonly isFirst: boolean;
  readonly now: Now;
  /** The event is a message by itself, which nobody has to tell from the next. */
  readonly asMessage: boolean;
}

/** What objects look like, whatever they are written in. */
export interface Form {
  /** What one object calls itself. */
  named(resource: ServedResource): NamedKind;
  one(value: JsonObject, resource: ServedResource, now: Now): JsonObject;
  /** A list without its items, and what they are called in it. */
  head(list: ListAnswer): JsonObject;
  readonly items: 'items' | 'rows';
  item(value: JsonObject, resource: ServedResource, now: Now): JsonObject;
  bookmark(metadata: JsonObject, resource: ServedResource): JsonObject;
}
