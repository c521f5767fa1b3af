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

const configMap = (rest: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', ...rest });

function throughProtobuf(object: JsonObject): JsonObject {
  const bytes = encodeProtobuf(object);
  assert.ok(bytes);
  return decodeProtobuf(bytes);
}

test('texts keep a byte order mark, and maps whatever their keys are called', () => {
  const data = { '\ufeffa': '\ufeffb', constructor: 'c', ...JSON.parse('{"__proto__":"d"}') };
  const read = throughProtobuf(configMap({ data }));
  assert.deepEqual(read['data'], data);
  assert.deepEqual(Object.keys(isObject(read['data']) ? read['data'] : {}), Object.keys(data).sort());
});

/** A field of any wire type, given as bytes after its tag. */
const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    if (rest <= 0x7fn) return bytes;
  }
};
const message = (number: number, ...parts: readonly (readonly number[])[]): number[] => {
  const inside = parts.flat();
  return [number * 8 + 2, ...varint(BigInt(inside.length)), ...inside];
};
const body = (apiVersion: string, kind: string, raw: readonly number[]): Uint8Array =>
  Uint8Array.from([
    ...Buffer.from('k8s\0'),
    ...message(1, message(1, [...Buffer.from(apiVersion)]), message(2, [...Buffer.from(kind)])),
    ...message(2, raw),
  ]);
const refused = { name: 'CodedError', code: 'invalid' };

test('times are those of the years 0 to 9999, others are refused', () => {
  const created = (seconds: bigint, nanos = 0n) =>
    decodeProtobuf(
      body('v1', 'ConfigMap', message(1, message(8, [8, ...varint(seconds)], [16, ...varint(nanos)]))),
    );
  assert.deepEqual(created(253_402_300_799n)['metadata'], { creationTimestamp: '9999-12-31T23:59:59Z' });
  assert.deepEqual(created(-62_167_219_200n)['metadata'], { creationTimestamp: '0000-01-01T00:00:00Z' });
  assert.deepEqual(created(1n, 2_000_000_000n)['metadata'], { creationTimestamp: '1970-01-01T00:00:03Z' });
  for (const seconds of [253_402_300_800n, -62_167_219_201n, 2n ** 63n - 1n, -(2n ** 63n)])
    assert.throws(() => created(seconds), refused, String(seconds));
});

test('microseconds before a second belong to the second before', () => {
  const renewed = (nanos: bigint) =>
    decodeProtobuf(
      body('coordination.k8s.io/v1', 'Lease', message(2, message(4, [8, 10], [16, ...varint(nanos)]))),
    )['spec'];
  assert.deepEqual(renewed(5_000n), { renewTime: '1970-01-01T00:00:10.000005Z' });
  assert.deepEqual(renewed(-5_000n), { renewTime: '1970-01-01T00:00:09.999995Z' });
});

test('JSON within protobuf is refused when it is none, or nested as no JSON body may be', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const revision = (text: string) =>
    decodeProtobuf(body('apps/v1', 'ControllerRevision', message(2, message(1, [...Buffer.from(text)]))));
  assert.deepEqual(revision('{"a":1}')['data'], { a: 1 });
  assert.doesNotThrow(() => revision(deep(400)));
  for (const text of ['{', deep(501), deep(100_000)]) assert.throws(() => revision(text), refused);
  const ofContentType = (text: string) =>
    decodeProtobuf(
      Uint8Array.from([
        ...Buffer.from('k8s\0'),
        ...message(2, [...Buffer.from(text)]),
        ...message(4, [...Buffer.from('application/json')]),
      ]),
    );
  for (const text of ['{', '', '[]', '\xff', `{"a":${deep(501)}}`])
    assert.throws(() => ofContentType(text), refused, text.slice(0, 10));
});

test('a number without a JSON form is refused', () => {
  const maximum = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    const schema = message(1, [9 * 8 + 1, ...bytes]);
    const versions = message(7, message(4, schema));
    return decodeProtobuf(body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', message(2, versions)));
  };
  assert.match(JSON.stringify(maximum(1.5)), /1\.5/);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => maximum(value), refused);
});

test('alternatives given very often are read in time linear in their number', () => {
  const items = Array.from({ length: 200_000 }, () => [0x12, 0x00]).flat();
  const schema = message(1, [0xc2, 0x01, ...varint(BigInt(items.length)), ...items]);
  const versions = message(7, message(4, schema));
  const read = decodeProtobuf(
    body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', message(2, versions)),
  );
  assert.ok(JSON.stringify(read).length > 400_000);
});
