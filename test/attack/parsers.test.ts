import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseSchedule } from '../../src/apimachinery/cron/schedule.ts';
import { parseQuantity } from '../../src/apimachinery/quantity.ts';
import { parseFieldSelector } from '../../src/apimachinery/selectors/fields.ts';
import { negotiate } from '../../src/apiserver/request/accept.ts';
import { readOptions } from '../../src/apiserver/request/options.ts';
import { readRequestInfo } from '../../src/apiserver/request/request-info.ts';
import { decodeContinueToken } from '../../src/apiserver/storage/continue-token.ts';
import { parseFilter } from '../../src/arm/filter.ts';
import { parseId } from '../../src/arm/ids.ts';
import { readJsonBody } from '../../src/arm/json-input.ts';
import { mergePatch } from '../../src/arm/merge.ts';
import { readTags } from '../../src/arm/tags.ts';
import { decodeJson, type Json, type JsonObject } from '../../src/base/index.ts';
import { parseDuration, parseTimestamp } from '../../src/cel/time.ts';
import { compileQuery } from '../../src/cli/az/output/query.ts';
import { parseIndexes } from '../../src/controllers/job/job-pod.ts';
import { readCertificationRequest } from '../../src/http/certificates/request.ts';
import { parseGraphPath } from '../../src/identity/graph/paths.ts';
import { parseLoginPath } from '../../src/identity/login/paths.ts';
import { readAccessToken } from '../../src/identity/tokens/claims.ts';
import { parseScopes } from '../../src/identity/tokens/scopes.ts';
import { decodeProtobuf } from '../../src/kinds/protobuf/decode.ts';
import { parseFieldSet } from '../../src/merge/field-set.ts';
import { parseAddressPrefix } from '../../src/providers/network/cidr.ts';
import { StructuralNode } from '../../src/schema/structural-node.ts';
import { assertLinear, assertSteps } from './steps.ts';

type Input = (size: number) => string;
const words = (size: number, separator: string): string =>
  Array.from({ length: size }, (_, i) => `w${i}`).join(separator);

/** What a caller may repeat in a text, whatever the text is. */
const texts: Readonly<Record<string, Input>> = {
  slashes: (n) => '/'.repeat(n),
  segments: (n) => `/${words(n, '/')}`,
  commas: (n) => ','.repeat(n),
  list: (n) => words(n, ','),
  semicolons: (n) => `a${';q=0.5'.repeat(n)}`,
  types: (n) => Array.from({ length: n }, (_, i) => `application/x${i};q=0.${i % 10}`).join(', '),
  escapes: (n) => '%41'.repeat(n),
  'broken escapes': (n) => '%'.repeat(n),
  blanks: (n) => `a${' '.repeat(n)}b`,
  digits: (n) => '1'.repeat(n),
  'digits and dots': (n) => '1.'.repeat(n),
  colons: (n) => ':'.repeat(n),
  units: (n) => '1h'.repeat(n),
  dashes: (n) => `1${'-'.repeat(n)}`,
  brackets: (n) => '('.repeat(n),
  'square brackets': (n) => '['.repeat(n),
  pairs: (n) => "a eq 'b' and ".repeat(n),
  quotes: (n) => "'".repeat(n),
  backslashes: (n) => '\\'.repeat(n),
  equals: (n) => `a${'='.repeat(n)}`,
  stars: (n) => '*/'.repeat(n),
  dots: (n) => words(n, '.'),
  letters: (n) => 'a'.repeat(n),
};

const query = (text: string): URLSearchParams => new URLSearchParams(text.replaceAll(',', '&'));

/** Everything that reads text of a caller by itself. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'an Accept header': (text) => negotiate(text, { custom: false, stream: true, tables: true }),
  'a field selector': parseFieldSelector,
  'query parameters': (text) => readOptions(query(text), 'create'),
  'the path of a cluster': (text) =>
    readRequestInfo({ method: 'GET', path: text, query: query('') } as never),
  'a continue token': decodeContinueToken,
  'a quantity': parseQuantity,
  'a schedule': parseSchedule,
  'a duration': parseDuration,
  'a time': parseTimestamp,
  'a filter of Resource Manager': parseFilter,
  'a resource id': parseId,
  'a query of az': compileQuery,
  'a path of Graph': parseGraphPath,
  'a path of the sign-in': parseLoginPath,
  scopes: parseScopes,
  'an access token': readAccessToken,
  'an address range': parseAddressPrefix,
  'indexes of a job': parseIndexes,
  'a signing request': (text) =>
    readCertificationRequest(
      `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----`,
    ),
};

for (const [reader, run] of Object.entries(readers)) {
  test(`${reader} is read in time linear in its length, whatever it holds`, async () => {
    for (const input of Object.values(texts)) await assertLinear({ size: 200, input, run });
  });
}

const members = (size: number, value: (i: number) => string): string =>
  `{${Array.from({ length: size }, (_, i) => `"k${i}":${value(i)}`).join()}}`;

const documents: Readonly<Record<string, Input>> = {
  members: (n) => members(n, String),
  'members given twice': (n) => `{${'"a":1,'.repeat(n)}"a":1}`,
  lists: (n) => `{"a":[${'1,'.repeat(n)}1]}`,
  'lists in members': (n) => members(n, () => '[{}]'),
  'a long text': (n) => `{"a":"${'\\u0041'.repeat(n)}"}`,
  'a broken end': (n) => `{"a":"${'x'.repeat(n)}`,
  digits: (n) => `{"a":1${'0'.repeat(n)}}`,
};

test('JSON is read in time linear in its length, by every service', async () => {
  for (const input of Object.values(documents)) {
    await assertLinear({ size: 300, input, run: (text) => readJsonBody(Buffer.from(text)) });
    await assertLinear({ size: 300, input, run: (text) => decodeJson(Buffer.from(text)) });
  }
});

const object = (size: number): JsonObject =>
  Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, 'v']));

test('tags, merge patches and field sets cost what they weigh', async () => {
  await assertLinear({ size: 300, input: object, run: (value) => mergePatch(value, value) });
  await assertLinear({ size: 300, input: object, run: readTags });
  const set = (size: number): Json =>
    Object.fromEntries(Array.from({ length: size }, (_, i) => [`k:{"name":"n${i}"}`, { 'f:a': {} }]));
  await assertLinear({ size: 300, input: set, run: parseFieldSet });
});

test('protobuf is read in time linear in its length, also lengths and depths that lie', async () => {
  const magic = [0x6b, 0x38, 0x73, 0x00];
  const parts: Readonly<Record<string, readonly number[]>> = {
    'a field again and again': [0x0a, 0x00],
    'groups within groups': [0x0b],
    'messages within messages': [0x12, 0x7f],
    'a length beyond the end': [0x12, 0xff, 0xff, 0xff, 0x7f],
    'endless numbers': [0xff],
  };
  for (const unit of Object.values(parts)) {
    const input = (size: number) => Uint8Array.from([...magic, ...Array(size).fill(unit).flat()]);
    await assertLinear({ size: 300, input, run: decodeProtobuf });
  }
});

test('a range of indexes that nobody could have completed costs nothing', async () => {
  await assertSteps(1_000_000, () => parseIndexes('0-99999999999'));
});

test('a word of JavaScript is no shorthand for a schedule', () => {
  for (const word of ['constructor', '__proto__', 'toString', '@constructor', '@__proto__'])
    assert.ok('problem' in parseSchedule(word), word);
  assert.ok(!('problem' in parseSchedule('@daily')));
});

/** A body that says it is a `kind` of core/v1, and nothing else. */
function protobufOf(kind: string): Uint8Array {
  const text = (field: number, value: Buffer) => {
    const length: number[] = [];
    for (let left = value.length; ; left >>>= 7) {
      length.push(left > 0x7f ? (left & 0x7f) | 0x80 : left);
      if (left <= 0x7f) break;
    }
    return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), value]);
  };
  const meta = Buffer.concat([text(1, Buffer.from('v1')), text(2, Buffer.from(kind))]);
  return Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0x00]), text(1, meta), text(2, Buffer.alloc(0))]);
}

test('kinds that there are not leave nothing behind, whatever they are called', () => {
  assert.deepEqual(decodeProtobuf(protobufOf('Pod'))['kind'], 'Pod');
  for (const kind of ['constructor', '__proto__', 'toString', 'NoKind'])
    assert.throws(() => decodeProtobuf(protobufOf(kind)), { code: 'unsupported' }, kind);
  assertNothingKept((i) => {
    assert.throws(() => decodeProtobuf(protobufOf(`${'K'.repeat(1_000_000)}${i}`)), { code: 'unsupported' });
  });
});

test('keys that a schema does not declare are not kept with it', () => {
  const node = new StructuralNode({ type: 'object', properties: { a: { type: 'string' } } });
  assert.equal(node.property('a'), node.property('a'));
  assertNothingKept((i) => assert.equal(node.property(`${'k'.repeat(1_000_000)}${i}`), undefined));
});

/** Does something a hundred times with a megabyte of its own each, none of which may stay. */
function assertNothingKept(work: (i: number) => void): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100; i++) work(i);
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  assert.ok(grown < 50_000_000, `${grown} bytes were kept`);
}
