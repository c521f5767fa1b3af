import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf } from '../../src/apiserver/request/unreadable-body.ts';

test('a refusal repeats the first thirty bytes of a body, as text when it looks like JSON', () => {
  const begin = (text: string) => summaryOf(Buffer.from(text));
  assert.equal(begin(''), '<empty>');
  assert.equal(begin('{'), '{');
  assert.equal(begin(`{${'a'.repeat(29)}`), `{${'a'.repeat(29)}`);
  assert.equal(begin(`{${'a'.repeat(30)}`), `{${'a'.repeat(29)} ...`);
  assert.equal(begin('k8s'), '6b3873');
  assert.equal(begin('k'.repeat(31)), `${'6b'.repeat(30)} ...`);
});
