import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { FieldFacts, TypeRef } from '../catalog.ts';
import { protobufMagic } from './decode.ts';
import { type MessagePlan, messagePlan, typeOfKind } from './plan.ts';
import { writeSpecial } from './special.ts';
import { ProtoWriter } from './writer.ts';

/**
 * Encodes an object of a built-in kind (or a list of them, or options) as `application/vnd.kubernetes.protobuf`. Undefined for kinds
 * without a protobuf form, such as custom resources: answer those as JSON.
 */
export function encodeProtobuf(object: JsonObject): Uint8Array | undefined {
  const message = encodeProtobufMessage(object);
  if (!message) return undefined;
  const named = { apiVersion: textOf(object['apiVersion']), kind: textOf(object['kind']) };
  return Buffer.concat(protobufEnvelope(named, message));
}

/** The message alone, without its envelope: what `encodeProtobufItem` takes, and what is worth keeping per revision. */
export function encodeProtobufMessage(object: JsonObject): Uint8Array | undefined {
  const type = typeOfKind(textOf(object['apiVersion']), textOf(object['kind']));
  if (!type) return undefined;
  const writer = new ProtoWriter();
  writeMessage(writer, object, type);
  return writer.finish();
}

/** A message (`encodeProtobufMessage`) as an item of a list, which refers to it. */
export function encodeProtobufItem(message: Uint8Array): readonly [head: Uint8Array, message: Uint8Array] {
  return [headOf(message.length), message];
}

/** A list from its items (`encodeProtobufItem`) in chunks, which it refers to. `list` is the list object without items. */
export function encodeProtobufList(list: JsonObject, items: readonly Uint8Array[]): Uint8Array[] {
  const writer = new ProtoWriter();
  const metadata = list['metadata'];
  writer.message(1, () => {
    if (isObject(metadata)) writeMessage(writer, metadata, 'meta.v1.ListMeta');
  });
  const chunks = [writer.finish(), ...items];
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  const around = new ProtoWriter();
  writeEnvelopeHead(around, list);
  around.head(2, bytes);
  const end = new ProtoWriter();
  writeEnvelopeEnd(end);
  return [around.finish(), ...chunks, end.finish()];
}

/** Tag and length of an item of a list. */
function headOf(messageBytes: number): Uint8Array {
  let head = itemHeads.get(messageBytes);
  if (head) return head;
  const writer = new ProtoWriter();
  writer.head(2, messageBytes);
  head = writer.finish().slice();
  if (itemHeads.size < itemHeadLimit) itemHeads.set(messageBytes, head);
  return head;
}

const itemHeadLimit = 10_000;
const itemHeads = new Map<number, Uint8Array>();

/** What an object is called in its envelope. */
export interface NamedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A message as it is sent, in chunks that refer to it. */
export function protobufEnvelope(named: NamedKind, message: Uint8Array): readonly Uint8Array[] {
  const before = new ProtoWriter();
  writeEnvelopeHead(before, { ...named });
  before.head(2, message.length);
  const after = new ProtoWriter();
  writeEnvelopeEnd(after);
  return [before.finish(), message, after.finish()];
}

/** A `meta.v1.WatchEvent` without an envelope of its own, in chunks that refer to that of its object. */
export function encodeWatchEvent(type: string, object: readonly Uint8Array[]): readonly Uint8Array[] {
  let bytes = 0;
  for (const chunk of object) bytes += chunk.length;
  const raw = new ProtoWriter();
  raw.head(1, bytes);
  const head = raw.finish();
  const event = new ProtoWriter();
  event.text(1, type);
  event.head(2, head.length + bytes);
  return [event.finish(), head, ...object];
}

function writeEnvelopeHead(writer: ProtoWriter, object: JsonObject): void {
  writer.raw(protobufMagic);
  writer.message(1, () => {
    writer.text(1, textOf(object['apiVersion']));
    writer.text(2, textOf(object['kind']));
  });
}

function writeEnvelopeEnd(writer: ProtoWriter): void {
  writer.text(3, '');
  writer.text(4, '');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function writeMessage(writer: ProtoWriter, object: JsonObject, type: string): void {
  writePlan(writer, object, messagePlan(type));
}

function writePlan(writer: ProtoWriter, object: JsonObject, plan: MessagePlan): void {
  for (const [number, field] of plan.fields) {
    const value = object[field.name];
    if (value !== undefined && value !== null) writeField(writer, number, field, value);
  }
  for (const [number, inner] of plan.inlined) {
    if (hasAny(object, inner)) writer.message(number, () => writePlan(writer, object, inner));
  }
}

function hasAny(object: JsonObject, plan: MessagePlan): boolean {
  for (const field of plan.fields.values()) if (object[field.name] !== undefined) return true;
  for (const inner of plan.inlined.values()) if (hasAny(object, inner)) return true;
  return false;
}

function writeField(writer: ProtoWriter, number: number, { type }: FieldFacts, value: Json): void {
  if (type.is === 'list') {
    if (Array.isArray(value)) for (const item of value) writeValue(writer, number, type.of, item);
  } else if (type.is === 'map') {
    if (isObject(value)) writeEntries(writer, number, type.of, value);
  } else writeValue(writer, number, type, value);
}

function writeEntries(writer: ProtoWriter, number: number, type: TypeRef, map: JsonObject): void {
  for (const key of Object.keys(map).sort()) {
    const value = map[key];
    if (value === undefined || value === null) continue;
    writer.message(number, () => {
      writer.text(1, key);
      if (type.is !== 'list') writeValue(writer, 2, type, value);
      else if (Array.isArray(value)) {
        writer.message(2, () => {
          for (const item of value) writeValue(writer, 1, type.of, item);
        });
      }
    });
  }
}

function writeValue(writer: ProtoWriter, number: number, type: TypeRef, value: Json): void {
  if (type.is === 'object') {
    writer.message(number, () => {
      if (isObject(value)) writeMessage(writer, value, type.name);
    });
    return;
  }
  if (type.is !== 'scalar') return;
  switch (type.scalar) {
    case 'string':
      writer.text(number, String(value));
      return;
    case 'int32':
    case 'int64':
      writer.integer(number, typeof value === 'bigint' ? value : Number(value));
      return;
    case 'bool':
      writer.integer(number, value === true ? 1 : 0);
      return;
    case 'double':
      writer.double(number, Number(value));
      return;
    case 'bytes':
      writer.bytes(number, Buffer.from(String(value), 'base64'));
      return;
    default:
      writer.message(number, () => writeSpecial(writer, type.scalar, value, writeMessage));
  }
}
