import { notAcceptable } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import { encodeProtobuf, encodeWatchEvent } from '../../kinds/protobuf/index.ts';
import type { Rendering } from '../request/accept.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { SelectedEvent } from '../storage/watch-source.ts';

/** Events of watches as bytes: lines of JSON, or protobuf behind its length. */

/** What stands in front of an event in protobuf: its length, as a big-endian number. */
export const frameHeadBytes = 4;

/** An event about a value. */
export function eventOf(type: string, object: JsonObject, format: Rendering['format']): Buffer {
  if (format !== 'protobuf') return line(type, JSON.stringify(object));
  const envelope = encodeProtobuf(object);
  if (!envelope) throw notAcceptable(['application/json;stream=watch']);
  return frame(type, [envelope]);
}

/** The latest event as bytes: all watchers are told of it in one go, so one slot of each format is enough. */
const latest = {
  json: emptySlot(),
  protobuf: emptySlot(),
};

function emptySlot(): Slot {
  return { object: undefined, type: '', resource: undefined, bytes: Buffer.alloc(0) };
}

interface Slot {
  object: StoredObject | undefined;
  type: string;
  resource: ServedResource | undefined;
  bytes: Buffer;
}

/** An event about a whole object. Throws 406 for protobuf of a kind that has none. */
export function encodedOnce(
  { type, object }: SelectedEvent,
  resource: ServedResource,
  format: Rendering['format'],
): Buffer {
  const slot = format === 'protobuf' ? latest.protobuf : latest.json;
  if (slot.object !== object || slot.type !== type || slot.resource !== resource) {
    slot.bytes =
      format === 'protobuf'
        ? frame(type, object.protobufEnvelope(resource))
        : Buffer.concat([eventHeads[type], object.bytes(resource), eventEnd]);
    slot.object = object;
    slot.type = type;
    slot.resource = resource;
  }
  return slot.bytes;
}

/** The same for Tables and metadata: each form is made once for all watchers that want it. */
const latestForms: {
  object: StoredObject | undefined;
  type: string;
  resource: ServedResource | undefined;
  value: JsonObject;
  readonly events: Map<string, Buffer>;
} = { object: undefined, type: '', resource: undefined, value: {}, events: new Map() };

/** A form of objects; watchers whose form has the same name are sent the same bytes. */
export interface EventForm {
  readonly name: string;
  readonly format: Rendering['format'];
}

export function formedOnce(
  { type, object }: SelectedEvent,
  resource: ServedResource,
  form: EventForm,
  make: (value: JsonObject) => JsonObject,
): Buffer {
  if (latestForms.object !== object || latestForms.type !== type || latestForms.resource !== resource) {
    latestForms.object = object;
    latestForms.type = type;
    latestForms.resource = resource;
    latestForms.value = object.peek(resource);
    latestForms.events.clear();
  }
  const known = latestForms.events.get(form.name);
  if (known) return known;
  const made = eventOf(type, make(latestForms.value), form.format);
  latestForms.events.set(form.name, made);
  return made;
}

const eventHeads = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const;
const eventEnd = Buffer.from('}\n');

function line(type: string, object: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${object}}\n`);
}

function frame(type: string, envelope: readonly Uint8Array[]): Buffer {
  const event = encodeWatchEvent(type, envelope);
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUInt32BE(event.reduce((bytes, chunk) => bytes + chunk.length, 0));
  return Buffer.concat([head, ...event]);
}
