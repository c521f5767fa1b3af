import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangesOverlap } from '../../src/base/index.ts';
import { type AddressPrefix, parseAddressPrefix } from '../../src/providers/network/cidr.ts';
import { RangeSet } from '../../src/providers/network/range-set.ts';
import { checkPlan } from '../../src/providers/network/subnets/plan.ts';
import { attackRandom, attackTries } from './seed.ts';
import { assertLinear } from './steps.ts';

function range(text: string): AddressPrefix {
  const read = parseAddressPrefix(text);
  if (!read) throw new Error(`${text} is no range`);
  return read;
}

test('a set of ranges knows what overlaps, as a look at each of them does', () => {
  const random = attackRandom('ranges');
  for (let i = 0; i < attackTries(200); i++) {
    const set = new RangeSet();
    const taken: AddressPrefix[] = [];
    for (let j = 0; j < 30; j++) {
      const bits = 22 + random.integer(9);
      const address = ((10 << 24) | (random.integer(1 << 14) << 2)) & (-1 << (32 - bits));
      const parts = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
      const next = range(random.integer(5) === 0 ? `fd00:${j}::/32` : `${parts.join('.')}/${bits}`);
      const known = taken.some((other) => rangesOverlap(other, next));
      assert.equal(
        set.overlapping(next) !== undefined,
        known,
        `${taken.map(({ text }) => text)} ${next.text}`,
      );
      // Also ranges that overlap are taken: the subnets of an estate may have been made before this was refused.
      if (!known || random.integer(3) === 0) {
        set.add(next);
        taken.push(next);
      }
    }
  }
});

test('the plan of a network costs what its subnets and prefixes weigh', async () => {
  const prefix = (i: number) => `10.${(i >> 8) & 255}.${i & 255}.0/24`;
  const input = (size: number) => ({
    name: 'v',
    id: '/v',
    prefixes: Array.from({ length: size }, (_, i) => prefix(i)),
    subnets: Array.from({ length: size }, (_, i) => ({ name: `s${i}`, prefixes: [prefix(i)] })),
  });
  await assertLinear({ size: 200, input, run: checkPlan });
});
