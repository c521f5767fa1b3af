import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CodedError, isObject, type Json, type JsonObject } from '../../../src/base/index.ts';
import {
  decodeProtobuf,
  encodeProtobuf,
  encodeProtobufItem,
  encodeProtobufList,
  encodeProtobufMessage,
  protobufLimits,
} from '../../../src/kinds/protobuf/index.ts';

/**
 * Bytes made by the Go client libraries (k8s.io/api v0.34.4, the `protobuf` serializer of apimachinery) from the objects of
 * `reference/answers.json` and a few more, with the JSON that the same libraries print for them.
 */
interface ReferenceBytes {
  readonly name: string;
  readonly base64: string;
  readonly json: JsonObject;
}

const references = JSON.parse(
  readFileSync(new URL('reference-bytes.json', import.meta.url), 'utf8'),
) as readonly ReferenceBytes[];

/** Without what Go prints for absent values (null, empty text, zero, empty struct). */
function lean(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => lean(item) ?? null);
  if (!isObject(value))
    return value === null || value === '' || value === 0 || value === false ? undefined : value;
  const members = Object.entries(value)
    .map(([name, member]) => [name, lean(member)] as const)
    .filter(([, member]) => member !== undefined && !(isObject(member) && Object.keys(member).length === 0));
  return Object.fromEntries(members);
}

for (const { name, base64, json } of references) {
  const bytes = Buffer.from(base64, 'base64');

  test(`bytes of the Go libraries are read: ${name}`, () => {
    assert.deepEqual(lean(decodeProtobuf(bytes)), lean(json));
  });

  test(`what is written reads back the same: ${name}`, () => {
    const written = encodeProtobuf(json);
    assert.ok(written);
    const again = decodeProtobuf(written);
    assert.deepEqual(lean(again), lean(json));
    assert.deepEqual(encodeProtobuf(again), encodeProtobuf(decodeProtobuf(bytes)));
  });

  test(`a message that was cut off is refused or read as far as it goes: ${name}`, () => {
    for (let length = 0; length < bytes.length; length++) {
      try {
        decodeProtobuf(bytes.subarray(0, length));
      } catch (thrown) {
        assert.ok(thrown instanceof CodedError, `at ${length}: ${thrown}`);
      }
    }
  });
}

test('a body without the prefix is refused', () => {
  assert.throws(() => decodeProtobuf(Buffer.from('{}')), /does not begin with the Kubernetes prefix/);
});

test('a kind without a protobuf form is not encoded', () => {
  assert.equal(encodeProtobuf({ apiVersion: 'example.com/v1', kind: 'Widget' }), undefined);
});

test('messages nested without end are refused', () => {
  let schema: JsonObject = { type: 'object' };
  for (let depth = 0; depth <= protobufLimits.depth; depth++) schema = { not: schema };
  const bytes = encodeProtobuf({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: { versions: [{ schema: { openAPIV3Schema: schema } }] },
  });
  assert.ok(bytes);
  assert.throws(() => decodeProtobuf(bytes), /nested deeper/);
});

test('a list is put together from the messages of its items', () => {
  const items = ['a', 'b'].map((name) => ({ metadata: { name }, data: { k: name } }));
  const messages = items.map((item) =>
    encodeProtobufMessage({ apiVersion: 'v1', kind: 'ConfigMap', ...item }),
  );
  const list = { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: '7' } };
  const chunks = encodeProtobufList(
    list,
    messages.flatMap((message) => (message ? encodeProtobufItem(message) : [])),
  );
  const bytes = Buffer.concat(chunks);
  assert.deepEqual(decodeProtobuf(bytes), { ...list, items });
});

test('raw JSON inside a protobuf envelope is read as JSON', () => {
  const json = Buffer.from('{"apiVersion":"example.com/v1","kind":"Widget"}');
  const contentType = Buffer.from('application/json');
  const field = (number: number, value: Uint8Array) =>
    Buffer.concat([Buffer.of(number * 8 + 2, value.length), value]);
  const bytes = Buffer.concat([Buffer.from('k8s\0'), field(2, json), field(4, contentType)]);
  assert.equal(decodeProtobuf(bytes)['kind'], 'Widget');
});
