import {
  decodeJson,
  encodeJson,
  isObject,
  type Json,
  type JsonObject,
  rfc3339Seconds,
} from '../../base/index.ts';
import type { Scalar } from '../catalog.ts';
import { malformed, ProtoReader, wireTypes } from './reader.ts';
import type { ProtoWriter } from './writer.ts';

/** Types whose JSON form is not that of their message: times, quantities, int-or-string, raw JSON, schema alternatives. */

const schemaType = 'apiextensions.v1.JSONSchemaProps';
const secondMs = 1000;
const nanosPerMicro = 1000;

type ReadMessage = (bytes: Uint8Array, type: string) => JsonObject;
type WriteMessage = (writer: ProtoWriter, object: JsonObject, type: string) => void;

interface Parts {
  readonly numbers: ReadonlyMap<number, number>;
  readonly bytes: ReadonlyMap<number, readonly Uint8Array[]>;
}

function readParts(message: Uint8Array): Parts {
  const reader = new ProtoReader(message);
  const numbers = new Map<number, number>();
  const bytes = new Map<number, Uint8Array[]>();
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType === wireTypes.varint) numbers.set(number, Number(reader.signed()));
    else if (wireType === wireTypes.bytes) bytes.set(number, [...(bytes.get(number) ?? []), reader.bytes()]);
    else reader.skip(wireType);
  }
  return { numbers, bytes };
}

/** The JSON form of a special type's message. */
export function readSpecial(scalar: Scalar, message: Uint8Array, readMessage: ReadMessage): Json {
  const { numbers, bytes } = readParts(message);
  const first = bytes.get(1)?.[0];
  const second = bytes.get(2);
  switch (scalar) {
    case 'Time':
    case 'MicroTime':
      return readTime(numbers.get(1) ?? 0, numbers.get(2) ?? 0, scalar === 'MicroTime');
    case 'Quantity':
      return first ? text(first) : '0';
    case 'IntOrString':
      return numbers.get(1) === 1 ? text(bytes.get(3)?.[0] ?? new Uint8Array()) : (numbers.get(2) ?? 0);
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      return first && first.length > 0 ? readJson(first) : null;
    case 'JSONSchemaPropsOrArray':
      return first
        ? readMessage(first, schemaType)
        : (second ?? []).map((item) => readMessage(item, schemaType));
    case 'JSONSchemaPropsOrBool':
      return second?.[0] ? readMessage(second[0], schemaType) : (numbers.get(1) ?? 0) !== 0;
    case 'JSONSchemaPropsOrStringArray':
      return first ? readMessage(first, schemaType) : (second ?? []).map(text);
    default:
      throw malformed(`${scalar} is not a message`);
  }
}

function readTime(seconds: number, nanos: number, micro: boolean): Json {
  if (seconds === 0 && nanos === 0) return null;
  const stamp = rfc3339Seconds(seconds * secondMs);
  if (!micro) return stamp;
  const micros = String(Math.trunc(nanos / nanosPerMicro)).padStart(6, '0');
  return `${stamp.slice(0, -1)}.${micros}Z`;
}

function readJson(bytes: Uint8Array): Json {
  try {
    return decodeJson(bytes);
  } catch {
    throw malformed('raw content is not JSON');
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Writes the fields of a special type's message from its JSON form. */
export function writeSpecial(
  writer: ProtoWriter,
  scalar: Scalar,
  value: Json,
  writeMessage: WriteMessage,
): void {
  switch (scalar) {
    case 'Time':
    case 'MicroTime':
      writeTime(writer, value);
      return;
    case 'Quantity':
      writer.text(1, String(value));
      return;
    case 'IntOrString':
      writeIntOrString(writer, value);
      return;
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      writer.bytes(1, encodeJson(value));
      return;
    case 'JSONSchemaPropsOrArray':
      writeAlternatives(value, (item, number) => writeSchema(writer, number, item, writeMessage));
      return;
    case 'JSONSchemaPropsOrStringArray':
      if (isObject(value)) writeSchema(writer, 1, value, writeMessage);
      else if (Array.isArray(value)) for (const item of value) writer.text(2, String(item));
      return;
    case 'JSONSchemaPropsOrBool':
      writer.integer(1, value === false ? 0 : 1);
      if (isObject(value)) writeSchema(writer, 2, value, writeMessage);
      return;
    default:
      throw malformed(`${scalar} is not a message`);
  }
}

function writeTime(writer: ProtoWriter, value: Json): void {
  const stamp = typeof value === 'string' ? value : '';
  const epochMs = Date.parse(stamp);
  if (Number.isNaN(epochMs)) return;
  const decimals = (/\.(\d+)/.exec(stamp)?.[1] ?? '').slice(0, 6).padEnd(6, '0');
  writer.integer(1, Math.floor(epochMs / secondMs));
  writer.integer(2, Number(decimals) * nanosPerMicro);
}

function writeIntOrString(writer: ProtoWriter, value: Json): void {
  const isText = typeof value === 'string';
  writer.integer(1, isText ? 1 : 0);
  writer.integer(2, typeof value === 'number' ? value : 0);
  writer.text(3, isText ? value : '');
}

function writeAlternatives(value: Json, write: (item: JsonObject, number: number) => void): void {
  if (isObject(value)) write(value, 1);
  else if (Array.isArray(value)) for (const item of value) if (isObject(item)) write(item, 2);
}

function writeSchema(
  writer: ProtoWriter,
  number: number,
  schema: JsonObject,
  writeMessage: WriteMessage,
): void {
  writer.message(number, () => writeMessage(writer, schema, schemaType));
}
