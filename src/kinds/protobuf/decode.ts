import {
  CodedError,
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  nestingLevelsLimit,
  setMember,
} from '../../base/index.ts';
import type { FieldFacts, Scalar, TypeRef } from '../catalog.ts';
import { protobufLimits } from './limits.ts';
import { type MessagePlan, messagePlan, typeOfKind } from './plan.ts';
import { malformed, ProtoReader, wireTypes } from './reader.ts';
import { readJson, readSpecial } from './special.ts';

/** What a Kubernetes protobuf body begins with. */
export const protobufMagic: Uint8Array = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/**
 * Decodes a body of type `application/vnd.kubernetes.protobuf`: the magic, then a `runtime.Unknown` that names the kind. Answers the
 * object as its JSON form. Throws CodedError `invalid` for what cannot be read, `unsupported` for kinds without a protobuf form.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!protobufMagic.every((byte, position) => bytes[position] === byte)) {
    throw malformed('it does not begin with the Kubernetes prefix');
  }
  const { apiVersion, kind, raw, contentType } = readUnknown(bytes.subarray(protobufMagic.length));
  const object = contentType === 'application/json' ? jsonObject(raw) : decodeKind(raw, apiVersion, kind);
  // What is embedded as JSON counts, too: every walk over an object has one stack for all of it.
  if (isDeeperThan(object, nestingLevelsLimit))
    throw malformed(`values are nested deeper than ${nestingLevelsLimit}`);
  return object;
}

function jsonObject(raw: Uint8Array): JsonObject {
  const value = readJson(raw);
  if (!isObject(value)) throw malformed('its JSON content is not an object');
  return value;
}

function decodeKind(raw: Uint8Array, apiVersion: string, kind: string): JsonObject {
  const type = typeOfKind(apiVersion, kind);
  if (!type)
    throw new CodedError('unsupported', `no protobuf form of ${kind} in ${apiVersion} is known: send JSON`);
  return { kind, apiVersion, ...decodeMessage(raw, type, 0) };
}

function readUnknown(bytes: Uint8Array) {
  const reader = new ProtoReader(bytes);
  const unknown = { apiVersion: '', kind: '', raw: new Uint8Array(), contentType: '' };
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType !== wireTypes.bytes) reader.skip(wireType);
    else if (number === 1) Object.assign(unknown, readTypeMeta(reader.bytes()));
    else if (number === 2) unknown.raw = Uint8Array.from(reader.bytes());
    else if (number === 4) unknown.contentType = reader.text();
    else reader.skip(wireType);
  }
  return unknown;
}

function readTypeMeta(bytes: Uint8Array): { apiVersion: string; kind: string } {
  const reader = new ProtoReader(bytes);
  const meta = { apiVersion: '', kind: '' };
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1 && wireType === wireTypes.bytes) meta.apiVersion = reader.text();
    else if (number === 2 && wireType === wireTypes.bytes) meta.kind = reader.text();
    else reader.skip(wireType);
  }
  return meta;
}

/** Decodes a message of a built-in type without its envelope. */
function decodeMessage(bytes: Uint8Array, type: string, depth: number): JsonObject {
  const object: JsonObject = {};
  readInto(object, bytes, { plan: messagePlan(type), depth });
  return object;
}

interface Place {
  readonly plan: MessagePlan;
  readonly depth: number;
}

function readInto(object: JsonObject, bytes: Uint8Array, { plan, depth }: Place): void {
  if (depth > protobufLimits.depth)
    throw malformed(`messages are nested deeper than ${protobufLimits.depth}`);
  const reader = new ProtoReader(bytes);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    const field = plan.fields.get(number);
    const inlined = plan.inlined.get(number);
    if (field) readField(object, field, { reader, wireType, depth });
    else if (inlined && wireType === wireTypes.bytes) {
      readInto(object, reader.bytes(), { plan: inlined, depth: depth + 1 });
    } else reader.skip(wireType);
  }
}

interface Source {
  readonly reader: ProtoReader;
  readonly wireType: number;
  readonly depth: number;
}

function readField(object: JsonObject, field: FieldFacts, source: Source): void {
  const { name, type } = field;
  switch (type.is) {
    case 'list': {
      const list = object[name];
      const items = Array.isArray(list) ? list : [];
      object[name] = items;
      readItems(items, type.of, source);
      return;
    }
    case 'map': {
      const map = object[name];
      const entries = isObject(map) ? map : {};
      object[name] = entries;
      readEntry(entries, type.of, source);
      return;
    }
    default: {
      const value = readValue(type, source);
      // Plain fields travel even when they are empty; JSON leaves them out.
      if (field.pointer || field.alwaysWritten || !isEmpty(value)) object[name] = value;
    }
  }
}

function isEmpty(value: Json): boolean {
  return value === '' || value === 0 || value === false || value === null;
}

function readItems(items: Json[], type: TypeRef, source: Source): void {
  const isNumber = type.is === 'scalar' && (type.scalar === 'int32' || type.scalar === 'int64');
  if (isNumber && source.wireType === wireTypes.bytes) {
    const packed = new ProtoReader(source.reader.bytes());
    while (!packed.done) items.push(packed.signed());
    return;
  }
  items.push(readValue(type, source));
}

function readEntry(entries: JsonObject, type: TypeRef, { reader, depth }: Source): void {
  const entry = new ProtoReader(reader.bytes());
  let key = '';
  let value: Json | undefined;
  while (!entry.done) {
    const { number, wireType } = entry.tag();
    if (number === 1 && wireType === wireTypes.bytes) key = entry.text();
    else if (number === 2) value = readMapValue(type, { reader: entry, wireType, depth: depth + 1 });
    else entry.skip(wireType);
  }
  setMember(entries, key, value ?? emptyValue(type));
}

function readMapValue(type: TypeRef, source: Source): Json {
  if (type.is !== 'list') return readValue(type, source);
  // A list as a map's value is a message of its own, whose items stand at number 1.
  const items: Json[] = [];
  const reader = new ProtoReader(source.reader.bytes());
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1) readItems(items, type.of, { reader, wireType, depth: source.depth });
    else reader.skip(wireType);
  }
  return items;
}

function emptyValue(type: TypeRef): Json {
  if (type.is === 'list') return [];
  if (type.is !== 'scalar') return {};
  return type.scalar === 'Quantity' ? '0' : '';
}

function readValue(type: TypeRef, { reader, wireType, depth }: Source): Json {
  if (type.is === 'object') {
    if (wireType !== wireTypes.bytes)
      throw malformed(`a message of type ${type.name} has wire type ${wireType}`);
    return decodeMessage(reader.bytes(), type.name, depth + 1);
  }
  if (type.is !== 'scalar') throw malformed('a list within a list');
  return readScalar(type.scalar, { reader, wireType, depth });
}

function readScalar(scalar: Scalar, { reader, wireType, depth }: Source): Json {
  const expected = scalarWireTypes[scalar] ?? wireTypes.bytes;
  if (wireType !== expected) throw malformed(`a field of type ${scalar} has wire type ${wireType}`);
  switch (scalar) {
    case 'string':
      return reader.text();
    case 'int32':
      return Number(reader.signed()) | 0;
    case 'int64':
      return reader.signed();
    case 'bool':
      return reader.varint() !== 0n;
    case 'double':
      return finite(reader.double());
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    default:
      return readSpecial(scalar, reader.bytes(), (bytes, type) => decodeMessage(bytes, type, depth + 1));
  }
}

/** JSON has no form of the others. */
function finite(value: number): number {
  if (!Number.isFinite(value)) throw malformed('a number is not finite');
  return value;
}

const scalarWireTypes: Readonly<Partial<Record<Scalar, number>>> = {
  int32: wireTypes.varint,
  int64: wireTypes.varint,
  bool: wireTypes.varint,
  double: wireTypes.fixed64,
};
