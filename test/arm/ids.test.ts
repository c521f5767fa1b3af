import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithin, parentId, parseId, resourceId } from '../../src/arm/index.ts';

const subscription = '/subscriptions/11111111-1111-4111-8111-111111111111';
const group = `${subscription}/resourceGroups/g`;

test('ids of every form are read and written back', () => {
  const forms = [
    subscription,
    group,
    `${group}/providers/Ns.A/types/n`,
    `${group}/providers/Ns.A/types/n/inner/m`,
    `${group}/providers/Ns.A/types/n/providers/Ns.B/more/o/parts/p`,
    `${subscription}/providers/Ns.A/types/providers`,
    '/providers/Ns.A/types/n',
  ];
  for (const id of forms) {
    const parsed = parseId(id) ?? assert.fail(id);
    assert.equal(resourceId(parsed), id);
  }
});

test('an extension stands behind the last providers part', () => {
  const id = `${group}/providers/Ns.A/types/n/providers/Ns.B/more/o/parts/p`;
  const parsed = parseId(id);
  assert.equal(parsed?.scope, `${group}/providers/Ns.A/types/n`);
  assert.deepEqual(parsed?.types, ['more', 'parts']);
  assert.equal(parentId(id), `${group}/providers/Ns.A/types/n/providers/Ns.B/more/o`);
  assert.equal(parentId(parentId(id)), `${group}/providers/Ns.A/types/n`);
  assert.equal(parentId(`${group}/providers/Ns.A/types/n`), group);
});

test('what is no id of one resource is refused', () => {
  for (const text of ['', 'x', '/', '/x/y', `${group}/providers`, `${group}/providers/Ns.A/types`]) {
    assert.equal(parseId(text), undefined, text);
  }
});

test('within means the same id or one below it, without case', () => {
  assert.equal(isWithin(group, subscription.toUpperCase()), true);
  assert.equal(isWithin(group, '/'), true);
  assert.equal(isWithin(`${group}2`, group), false);
  assert.equal(isWithin(subscription, group), false);
});
