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
const nanosPerSecond = 1_000_000_000;
/** The years 0 to 9999, which are all that RFC 3339 has. */
const firstSecond = -62_167_219_200;
const lastSecond = 253_402_300_799;

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
    else if (wireType === wireTypes.bytes) {
      const before = bytes.get(number);
      if (before) before.push(reader.bytes());
      else bytes.set(number, [reader.bytes()]);
    } else reader.skip(wireType);
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
      return readTime(numbers.get(1) ?? 0, int32(numbers.get(2) ?? 0), scalar === 'MicroTime');
    case 'Quantity':
      return first ? text(first) : '0';
    case 'IntOrString':
      return int32(numbers.get(1) ?? 0) === 1
        ? text(bytes.get(3)?.[0] ?? new Uint8Array())
        : int32(numbers.get(2) ?? 0);
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

/** Of a longer number a Go server keeps the lowest bits. */
function int32(value: number): number {
  return Number(BigInt.asIntN(32, BigInt(value)));
}

function readTime(seconds: number, nanos: number, micro: boolean): Json {
  if (seconds === 0 && nanos === 0) return null;
  const second = seconds + Math.floor(nanos / nanosPerSecond);
  if (!(second >= firstSecond && second <= lastSecond))
    throw malformed('a time is not within the years 0 to 9999');
  const stamp = rfc3339Seconds(second * secondMs);
  if (!micro) return stamp;
  const micros = Math.floor((nanos - Math.floor(nanos / nanosPerSecond) * nanosPerSecond) / nanosPerMicro);
  return `${stamp.slice(0, -1)}.${String(micros).padStart(6, '0')}Z`;
}

/** Throws `malformed` for what is no JSON. */
export function readJson(bytes: Uint8Array): Json {
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
