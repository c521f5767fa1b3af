import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allCases, expectedOf, needsMessages, outcomeOf, outcomeOfText } from './conformance.ts';
import { differences, leftOut } from './differences.ts';

const cases = allCases().filter(
  (each) =>
    !leftOut.includes(each.place.split('/')[0] ?? '') &&
    !needsMessages(each) &&
    expectedOf(each) !== undefined &&
    // Kubernetes evaluates nothing that was not checked before.
    !each.spec.disableCheck,
);
/** Message expressions, and the messages that kube-apiserver v1.34.4 made of them. */
const recorded: readonly (readonly string[])[] = JSON.parse(
  readFileSync(new URL('recorded.json', import.meta.url), 'utf8'),
);
const known = new Set([...differences.values()].flat());

function isMet(each: (typeof cases)[number]): boolean {
  const expected = expectedOf(each);
  const outcome = outcomeOf(each);
  return expected === 'error' ? outcome.startsWith('error: ') : outcome === expected;
}

test('the official conformance cases hold, but for those that Kubernetes answers otherwise', () => {
  assert.ok(cases.length > 1_200, `${cases.length} cases`);
  const failed = cases
    .filter((each) => !known.has(each.place) && !isMet(each))
    .map((each) => `${each.place}: ${each.spec.expr} is ${outcomeOf(each)}, not ${expectedOf(each)}`);
  assert.deepEqual(failed, []);
});

test('what Kubernetes answers otherwise is answered otherwise', () => {
  const found = new Set(cases.map(({ place }) => place));
  assert.deepEqual(
    [...known].filter((place) => !found.has(place)),
    [],
    'no such case',
  );
  assert.deepEqual(
    cases.filter((each) => known.has(each.place) && isMet(each)).map(({ place }) => place),
    [],
  );
});

test('texts that expressions make are those of the real server', () => {
  for (const [expression = '', text = ''] of recorded) {
    assert.equal(outcomeOfText(expression), JSON.stringify(text), expression);
  }
});
