import { type JsonObject, utf8 } from '../../base/index.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { Encoding, EventEncoding, Form, Now } from './encoding.ts';

/** A notation of values, for people: they ask for little and seldom, so that nothing is kept. */
export interface Notation {
  readonly mediaType: string;
  text(value: JsonObject): string;
}

/** A form of objects in a notation; what it has for watches is another one's. */
export function byValue(form: Form, { mediaType, text }: Notation, events: EventEncoding): Encoding {
  const value = (shown: JsonObject, resource: ServedResource | undefined, now: Now) =>
    utf8(text(resource ? form.one(shown, resource, now) : shown));
  return {
    mediaType,
    value,
    object: (object, resource, now) => value(object.peek(resource), resource, now),
    list(list, now) {
      const { objects, resource } = list;
      const items = objects.map((object) => form.item(object.peek(resource), resource, now));
      return utf8(text({ ...form.head(list), [form.items]: items }));
    },
    streamType: events.streamType,
    messages: events.messages,
    event: (event, watch) => events.event(event, watch),
    bookmark: (metadata, watch) => events.bookmark(metadata, watch),
    failure: (status, watch) => events.failure(status, watch),
  };
}
