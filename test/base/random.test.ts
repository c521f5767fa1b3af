import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedUuid, randomFromBytes, systemRandom } from '../../src/base/index.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a number is drawn evenly: what does not divide is drawn again', () => {
  const drawn = [
    [0xff, 0xff, 0xff, 0xff],
    [0x00, 0x00, 0x00, 0x04],
    [0x80, 0x00, 0x00, 0x00],
  ];
  const random = randomFromBytes(() => Uint8Array.from(drawn.shift() ?? assert.fail('one draw too many')));
  // 2^32 - 1 is the one value that is left over when 2^32 is divided by three.
  assert.equal(random.integer(3), 4 % 3);
  assert.equal(random.integer(3), 2 ** 31 % 3);
  assert.equal(drawn.length, 0);
});

test('a number that cannot be drawn is refused', () => {
  for (const below of [0, -1, Number.NaN, 2 ** 32 + 1]) {
    assert.throws(() => systemRandom.integer(below), RangeError);
  }
  assert.equal(systemRandom.integer(1), 0);
  assert.ok(systemRandom.integer(2 ** 32) >= 0);
});

test('texts have the length and the letters that were asked for', () => {
  assert.match(systemRandom.string(40, 'ab'), /^[ab]{40}$/);
  assert.equal(systemRandom.string(0, 'ab'), '');
});

test('ids are UUIDs of version 4; the same words give the same one, other words another', () => {
  assert.match(systemRandom.uuid(), uuid);
  assert.match(randomFromBytes((count) => new Uint8Array(count).fill(0xff)).uuid(), uuid);
  assert.match(namedUuid('role', 'reader'), uuid);
  assert.equal(namedUuid('role', 'reader'), namedUuid('role', 'reader'));
  assert.notEqual(namedUuid('role', 'reader'), namedUuid('rolereader'));
});
