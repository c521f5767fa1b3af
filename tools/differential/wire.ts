import type { Json } from '../../src/base/index.ts';

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * A message in protobuf as a tree of numbered fields, read without knowing its types. Fields that say nothing (zero, an
 * empty text) are left out: to whoever decodes them they are the same as none.
 */
export function readWire(bytes: Buffer): Json {
  const prefixed = bytes.subarray(0, magic.length).equals(magic);
  return fieldsOf(prefixed ? bytes.subarray(magic.length) : bytes) ?? bytes.toString('latin1');
}

/** The frames of a watch in protobuf: each after its length. */
export function readFrames(bytes: Buffer): Json[] {
  const frames: Json[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    frames.push(readWire(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return frames;
}

function fieldsOf(bytes: Buffer): Json[] | undefined {
  const fields: Json[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = varint(bytes, at);
    if (!tag) return undefined;
    const [number, kind] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    if (number < 1 || number > 10_000) return undefined;
    const value = kind === 0 ? varint(bytes, tag.end) : undefined;
    if (value) {
      if (value.value !== 0n) fields.push({ [number]: Number(value.value) });
      at = value.end;
      continue;
    }
    const length = kind === 2 ? varint(bytes, tag.end) : undefined;
    if (!length || length.end + Number(length.value) > bytes.length) return undefined;
    at = length.end + Number(length.value);
    const content = contentOf(bytes.subarray(length.end, at));
    if (content !== '' && !(Array.isArray(content) && content.length === 0))
      fields.push({ [number]: content });
  }
  return fields;
}

/** Text where it can be read, a message else. */
function contentOf(bytes: Buffer): Json {
  const text = bytes.toString('utf8');
  // Managed fields, and what extends a type, are JSON within. A message may look like a text: its first tag is a line break.
  if (text.startsWith('{') && text.endsWith('}')) return parsed(text) ?? text;
  if (bytes[0] === 0x0a) return fieldsOf(bytes) ?? text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what no text holds, and every small message does
  if (!/[\x00-\x08\x0b-\x1f\ufffd]/.test(text)) return text;
  return fieldsOf(bytes) ?? bytes.toString('latin1');
}

function parsed(text: string): Json | undefined {
  try {
    // What was parsed from JSON is JSON.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function varint(bytes: Buffer, start: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let at = start; at < bytes.length && at < start + 10; at++) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
