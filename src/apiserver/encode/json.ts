import { type JsonObject, utf8 } from '../../base/index.ts';
import { eventsBudget, formsBudget, Kept } from '../storage/kept.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { SelectedEvent } from '../storage/watch-source.ts';
import type { Notation } from './by-value.ts';
import type { Encoding, Form } from './encoding.ts';
import { plainForm } from './plain.ts';
import { type ItemParts, Runs } from './runs.ts';

/** `Content-Type` of JSON, and of a watch in it. */
export const jsonType = 'application/json';

/** Ends without a line break. */
export const prettyJson: Notation = {
  mediaType: jsonType,
  text: (value) => JSON.stringify(value, undefined, 2),
};

interface Texts {
  /** The text of a stored object, with nothing behind it. */
  of(object: StoredObject, resource: ServedResource): Buffer;
  /** The same as an item of a list. */
  item(object: StoredObject, resource: ServedResource): ItemParts;
}

/** A form whose text is found with the objects. */
function jsonOf(form: Form, texts: Texts): Encoding {
  const events = new Kept<Buffer>(eventsBudget, ({ length }) => length);
  const runs = new Runs((object, resource) => texts.item(object, resource), Buffer.from(','));
  return {
    mediaType: jsonType,
    streamType: jsonType,
    messages: 'text',
    object: (object, resource) => [texts.of(object, resource), lineBreak],
    value: (value, resource, now) => utf8(jsonText(resource ? form.one(value, resource, now) : value)),
    list: (list) => jsonList(form, list, runs.of(list)),
    event: ({ type, object }, { resource }) =>
      events.find(object, resource, type) ??
      events.keep(object, {
        served: resource,
        label: type,
        made: eventLine(type, [texts.of(object, resource)]),
      }),
    bookmark: (metadata, { resource }) => jsonEvent('BOOKMARK', form.bookmark(metadata, resource)),
    failure: (status) => jsonEvent('ERROR', status),
  };
}

/** Plain JSON of stored objects is their stored bytes; nothing is parsed. */
export const plainJsonEncoding: Encoding = {
  ...jsonOf(plainForm, {
    of: (object, resource) => object.bytes(resource),
    item(object, resource) {
      const bytes = object.bytes(resource);
      if (resource.custom) return [bytes];
      // What stands in front of the metadata is left out: it is the list's own.
      return [openBrace, bytes.subarray(resource.prefix.length - metadataStart.length)];
    },
  }),
  object: (object, resource) => [object.line(resource)],
};

const openBrace = Buffer.from('{');
const metadataStart = '"metadata":{';
const lineBreak = Buffer.from('\n');

/** Another form in which nothing tells the time, written once for each revision. */
export function writtenJson(form: Form): Encoding {
  const kept = new Kept<Buffer>(formsBudget, ({ length }) => length);
  const textOf = (object: StoredObject, resource: ServedResource): Buffer =>
    kept.find(object, resource) ??
    kept.keep(object, {
      served: resource,
      made: Buffer.from(JSON.stringify(form.one(object.peek(resource), resource, timeless))),
    });
  return jsonOf(form, { of: textOf, item: (object, resource) => [textOf(object, resource)] });
}

/** For forms that do not depend on it. */
export function timeless(): number {
  return 0;
}

/** A value as a line of JSON. */
export function jsonText(value: JsonObject): string {
  return `${JSON.stringify(value)}\n`;
}

/** A JSON object up to a list that is its last member. */
export function openText(head: JsonObject, list: Form['items']): Buffer {
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${list}":[`);
}

/** A list whose items are bytes already. */
export function jsonList(
  form: Form,
  list: Parameters<Form['head']>[0],
  items: readonly Uint8Array[],
): Uint8Array[] {
  return [openText(form.head(list), form.items), ...items, listEnd];
}

const listEnd = Buffer.from(']}\n');

/** An event about a value. */
export function jsonEvent(type: string, object: JsonObject): Buffer {
  return Buffer.from(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
}

/** An event about an object in bytes. */
export function eventLine(type: SelectedEvent['type'], object: readonly Uint8Array[]): Buffer {
  return Buffer.concat([eventHeads[type], ...object, eventEnd]);
}

const eventHeads = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const;
const eventEnd = Buffer.from('}\n');
