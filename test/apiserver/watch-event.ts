import assert from 'node:assert/strict';
import { decodeProtobuf } from '../../src/kinds/protobuf/index.ts';
import { ProtoReader } from '../../src/kinds/protobuf/reader.ts';

/** A `WatchEvent` in protobuf, as field numbers have it: its type, and the object of the envelope inside. */
export function decodedEvent(message: Uint8Array) {
  const reader = new ProtoReader(message);
  assert.equal(reader.tag().number, 1);
  const type = reader.text();
  assert.equal(reader.tag().number, 2);
  const raw = new ProtoReader(reader.bytes());
  assert.equal(raw.tag().number, 1);
  return { type, object: decodeProtobuf(raw.bytes()) };
}
