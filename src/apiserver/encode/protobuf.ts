import { notAcceptable } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import {
  encodeProtobuf,
  encodeProtobufItem,
  encodeProtobufList,
  encodeProtobufMessage,
  encodeWatchEvent,
  protobufEnvelope,
} from '../../kinds/protobuf/index.ts';
import { eventsBudget, formsBudget, Kept } from '../storage/kept.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Encoding, Form } from './encoding.ts';
import { timeless } from './json.ts';
import { Runs } from './runs.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

/** A form in protobuf; its messages are kept. Throws 406 for kinds that have none. */
export function protobufOf(form: Form): Encoding {
  const messages = new Kept<Uint8Array>(formsBudget, ({ length }) => length);
  const events = new Kept<Buffer>(eventsBudget, ({ length }) => length);
  const messageOf = (object: StoredObject, resource: ServedResource): Uint8Array =>
    messages.find(object, resource) ??
    messages.keep(object, {
      served: resource,
      made: messageFor(form.one(object.peek(resource), resource, timeless)),
    });
  const runs = new Runs(
    (object, resource) => encodeProtobufItem(messageOf(object, resource)),
    Buffer.alloc(0),
  );
  /** The object as it is sent, in chunks that refer to its message. */
  const enveloped = (object: StoredObject, resource: ServedResource) =>
    protobufEnvelope(form.named(resource), messageOf(object, resource));
  return {
    mediaType: protobufType,
    streamType: `${protobufType};stream=watch`,
    messages: 'binary',
    object: enveloped,
    value: (value, resource, now) => whole(resource ? form.one(value, resource, now) : value),
    list: (list) => encodeProtobufList(form.head(list), runs.of(list)),
    event({ type, object }, { resource, asMessage }) {
      const event =
        events.find(object, resource, type) ??
        events.keep(object, {
          served: resource,
          label: type,
          made: frame(type, enveloped(object, resource)),
        });
      return unframed(event, asMessage);
    },
    bookmark: (metadata, { resource, asMessage }) =>
      unframed(frame('BOOKMARK', [ofEvent(form.bookmark(metadata, resource))]), asMessage),
    failure: (status, { asMessage }) => unframed(frame('ERROR', [ofEvent(status)]), asMessage),
  };
}

/** A message that holds no more memory than it needs. */
function messageFor(object: JsonObject): Uint8Array {
  const message = encodeProtobufMessage(object);
  if (!message) throw notAcceptable(['application/json', 'application/yaml']);
  return message.slice();
}

function whole(value: JsonObject): Uint8Array {
  const body = encodeProtobuf(value);
  if (!body) throw notAcceptable(['application/json', 'application/yaml']);
  return body;
}

function ofEvent(value: JsonObject): Uint8Array {
  const envelope = encodeProtobuf(value);
  if (!envelope) throw notAcceptable(['application/json;stream=watch']);
  return envelope;
}

/** What stands in front of an event: its length, as a big-endian number. */
const frameHeadBytes = 4;

function frame(type: string, envelope: readonly Uint8Array[]): Buffer {
  const event = encodeWatchEvent(type, envelope);
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUInt32BE(event.reduce((bytes, chunk) => bytes + chunk.length, 0));
  return Buffer.concat([head, ...event]);
}

/** Messages of a WebSocket have an end of their own. */
function unframed(event: Buffer, asMessage: boolean): Buffer {
  return asMessage ? event.subarray(frameHeadBytes) : event;
}
