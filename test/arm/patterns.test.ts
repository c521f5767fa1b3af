import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileBlock, compilePattern } from '../../src/arm/access/patterns.ts';
import { attackRandom } from '../attack/seed.ts';
import { assertLinear } from '../attack/steps.ts';

/** The rule in its plainest words: `*` is nothing, or one character and then `*` again. */
function matchesPlainly(pattern: string, text: string): boolean {
  const reached = new Set<string>();
  const walk = (p: number, t: number): boolean => {
    const key = `${p},${t}`;
    if (reached.has(key)) return false;
    reached.add(key);
    if (p === pattern.length) return t === text.length;
    if (pattern[p] === '*') return walk(p + 1, t) || (t < text.length && walk(p, t + 1));
    return pattern[p] === text[t] && walk(p + 1, t + 1);
  };
  return walk(0, 0);
}

/** Every way to leave out segments that are all `*`. */
function withoutStarSegments(pattern: string): string[] {
  const at = pattern.search(/\/\*+\//);
  if (at < 0) return [pattern];
  const end = pattern.indexOf('/', at + 1);
  const rest = withoutStarSegments(pattern.slice(end));
  return rest.flatMap((one) => [pattern.slice(0, end) + one, pattern.slice(0, at) + one]);
}

describe('action patterns', () => {
  test('answer as the plain rule does, for thousands of patterns and actions', () => {
    const random = attackRandom('patterns');
    let matched = 0;
    for (let round = 0; round < 20_000; round++) {
      const pattern = random.string(random.integer(9), 'aab**//');
      const action = random.string(random.integer(10), 'aab//');
      const expected = withoutStarSegments(pattern).some((one) => matchesPlainly(one, action));
      assert.equal(compilePattern(pattern)(action), expected, `${pattern} against ${action}`);
      if (expected) matched++;
    }
    assert.ok(matched > 1000, `${matched} matched`);
  });

  test('a segment of * may be missing, as the role Managed Identity Operator needs it', () => {
    const block = compileBlock({
      actions: ['Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action'],
      notActions: [],
      dataActions: [],
      notDataActions: [],
    });
    assert.equal(block.grantsAction('microsoft.managedidentity/userassignedidentities/assign/action'), true);
    assert.equal(
      block.grantsAction('microsoft.managedidentity/userassignedidentities/x/assign/action'),
      true,
    );
    assert.equal(block.grantsAction('microsoft.managedidentity/userassignedidentities/write'), false);
  });

  test('many stars against an action that fits almost cost no more than linear work', async () => {
    await assertLinear({
      size: 200,
      input: (size) => ({ pattern: `${'*a'.repeat(size)}*z`, action: 'a'.repeat(size * 2) }),
      run: ({ pattern, action }) => assert.equal(compilePattern(pattern)(action), false),
    });
  });
});
