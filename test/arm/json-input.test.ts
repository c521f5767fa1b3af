import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeJsonError, readJsonBody } from '../../src/arm/json-input.ts';

const faults: readonly (readonly [string, string])[] = [
  [
    '{"a": 1,}',
    "Invalid property identifier character: }. Path '', line 1, position 9. JSON allows no trailing comma: remove the ',' before this '}'.",
  ],
  [
    '{"a": [1,\n  2,\n]}',
    "Unexpected character encountered while parsing value: ]. Path 'a', line 3, position 1. JSON allows no trailing comma: remove the ',' before this ']'.",
  ],
  [
    '{"a": {"b": tru}}',
    "Unexpected character encountered while parsing value: t. Path 'a.b', line 1, position 13.",
  ],
  [
    "{'a': 1}",
    "Invalid property identifier character: '. Path '', line 1, position 2. A member name in double quotes must stand here.",
  ],
  [
    '{"a" 1}',
    "Invalid character after parsing property name. Expected ':' but got: 1. Path 'a', line 1, position 6. A ':' must follow the member name.",
  ],
  [
    '{"a": 1 "b": 2}',
    "After parsing a value an unexpected character was encountered: \". Path 'a', line 1, position 9. A ',' or the closing bracket must stand here.",
  ],
  [
    '{"a": [{"b": 1}',
    "Unexpected end of content. Path 'a[0]', line 1, position 16. The JSON text is cut off.",
  ],
  [
    '{} x',
    "Additional text encountered after finished reading JSON content: x. Path '', line 1, position 4.",
  ],
  [
    '{"a": "tab\there"}',
    "Unterminated or invalid string. Unexpected character: \". Path 'a', line 1, position 7. The string starts here.",
  ],
];

for (const [text, message] of faults) {
  test(`${JSON.stringify(text)} is described with its place and reason`, () => {
    assert.throws(() => JSON.parse(text));
    assert.equal(describeJsonError(text), message);
  });
}

test('a body that nests beyond the limit is refused before it is parsed', () => {
  const deep = (levels: number) => Buffer.from(`{"a":${'['.repeat(levels)}"[[["${']'.repeat(levels)}}`);
  assert.ok(readJsonBody(deep(499)));
  assert.throws(() => readJsonBody(deep(500)), /nests deeper than 500 levels/);
});
