import assert from 'node:assert/strict';
import { httpBody } from '../../../src/apiserver/answer/body.ts';
import { jsonSyntaxProblem } from '../../../src/apiserver/request/json-syntax.ts';
import { ArmError } from '../../../src/arm/errors.ts';
import { readJsonBody } from '../../../src/arm/json-input.ts';
import {
  decodeJson,
  encodeJson,
  isDeeperThan,
  type Json,
  jsonEqual,
  nestingLevelsLimit,
} from '../../../src/base/index.ts';
import { bytesForm } from '../inputs/bytes.ts';
import { anyJson } from '../inputs/json.ts';
import { isRefusal, type Target } from '../target.ts';
import { objectTexts } from '../valid.ts';

const texts = [
  ...['{}', '[]', 'null', '1', '"a"', ' [1, 2.0, -0.5e3 , "\\u00e9\\n", {"a":{"b":[null,true,false]}}] '],
  ...[
    '{"a":1,"a":2}',
    '{"__proto__":{"a":1}}',
    '[12345678901234567890,9007199254740993,1e400]',
    '{"a":"\\ud800"}',
  ],
];

/** What JSON.parse of the text that the decoder sees makes of it; undefined for no JSON. */
function reference(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** With numbers as doubles, as JSON.parse has them. */
function inDoubles(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}

/** What was read is written and read again, but for numbers that no double holds, which have no text. */
function readAgain(value: Json): void {
  if (!holdsInfinity(value)) assert.ok(jsonEqual(decodeJson(encodeJson(value)), value));
}

function holdsInfinity(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return value === Infinity || value === -Infinity;
  return Object.values(value).some(holdsInfinity);
}

/** A body of a cluster's API server of one media type. */
export function readAs(type: string, bytes: Uint8Array): Promise<Json> {
  const header = (name: string) => (name === 'content-type' ? type : undefined);
  const request = { method: 'POST', header, body: async () => bytes };
  // The three members are all that is read of a request here.
  return httpBody(request as never).read() as Promise<Json>;
}

/** JSON bodies: the API server's reader, its scanner and JSON.parse agree on what is JSON and what it says. */
export const jsonBodies: Target<Uint8Array> = {
  name: 'json',
  form: bytesForm,
  corpus: () => [...texts, ...objectTexts()].map((text) => Buffer.from(text)),
  generate: (random) => encodeJson(anyJson(random, 4)),
  async run(bytes) {
    const expected = reference(bytes);
    assert.equal(jsonSyntaxProblem(bytes) === undefined, expected !== undefined, 'scanner and parser agree');
    const value = await readAs('application/json', bytes);
    assert.ok(expected !== undefined, 'what is read is JSON');
    assert.deepEqual(inDoubles(value), inDoubles(expected));
    readAgain(value);
  },
};

/** JSON bodies of Resource Manager. */
export const armBodies: Target<Uint8Array> = {
  ...jsonBodies,
  name: 'arm-json',
  refuses: (thrown) => thrown instanceof ArmError && thrown.status === 400,
  run(bytes) {
    const value = readJsonBody(bytes);
    assert.ok(!isDeeperThan(value, nestingLevelsLimit), 'not nested too deeply');
    if (bytes.length > 0)
      assert.deepEqual(
        inDoubles(value),
        inDoubles(
          JSON.parse(
            Buffer.from(bytes)
              .toString()
              .replace(/^\ufeff/, ''),
          ),
        ),
      );
  },
};

/** The plain decoder, which every room uses: SyntaxError and TypeError are what it says. */
export const plainJson: Target<Uint8Array> = {
  ...jsonBodies,
  name: 'plain-json',
  refuses: (thrown) =>
    isRefusal(thrown) ||
    thrown instanceof SyntaxError ||
    (thrown instanceof TypeError && thrown.message.includes('encoded data was not valid')),
  run(bytes) {
    const value = decodeJson(bytes);
    readAgain(value);
  },
};
