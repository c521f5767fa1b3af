import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../src/base/index.ts';
import { decodeProtobuf, encodeProtobuf } from '../../../src/kinds/protobuf/index.ts';
import { bytesForm } from '../inputs/bytes.ts';
import { jsonForm } from '../inputs/json.ts';
import type { Target } from '../target.ts';
import { definitionOf, objects, storedForm } from '../valid.ts';

function encoded(object: JsonObject): Uint8Array {
  const bytes = encodeProtobuf(object);
  assert.ok(bytes, 'a kind that is read can be written');
  return bytes;
}

/** What Go's libraries wrote. */
function reference(): Uint8Array[] {
  const file = join(import.meta.dirname, '../../kinds/protobuf/reference-bytes.json');
  // Written by the recorder with these members.
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as { readonly base64: string }[];
  return recorded.map(({ base64 }) => Buffer.from(base64, 'base64'));
}

/** Hostile bytes as bodies of every built-in kind. What a server would store of them is written and read again as the same. */
export const protobufBytes: Target<Uint8Array> = {
  name: 'protobuf',
  form: bytesForm,
  corpus: () => [...reference(), ...objects.map(encoded)],
  run(bytes) {
    const read = decodeProtobuf(bytes);
    assert.equal(Object.getPrototypeOf(read), Object.prototype);
    if (!definitionOf(read)) return;
    const object = storedForm(read);
    if (object) sameAfterProtobuf(object);
  },
};

/** Objects of every built-in kind, with other members: as protobuf they say the same as in JSON. */
export const protobufObjects: Target<Json> = {
  name: 'protobuf-objects',
  form: jsonForm,
  corpus: () => objects,
  run(input) {
    const object = storedForm(input);
    if (object) sameAfterProtobuf(object);
  },
};

function sameAfterProtobuf(object: JsonObject): void {
  assert.deepEqual(storedForm(decodeProtobuf(encoded(object))), object);
}
