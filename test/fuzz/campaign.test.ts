import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../attack/steps.ts';
import type { Random } from '../../src/base/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Campaign } from './campaign.ts';
import { bytesForm } from './inputs/bytes.ts';
import { anyJson, jsonForm } from './inputs/json.ts';
import { textForm } from './inputs/text.ts';
import type { Finding, Target } from './target.ts';

const effort = { coverEvery: 0, pumpEvery: 0 };

async function firstFinding<T>(
  target: Target<T>,
  random: Random,
  inputs = 5_000,
): Promise<Finding | undefined> {
  const campaign = new Campaign(target, random, effort);
  while (campaign.tried < inputs) {
    const finding = await campaign.step();
    if (finding) return finding;
  }
  return undefined;
}

/** A reader with a fault: it trips over two brackets in a row. */
const tripping: Target<string> = {
  name: 'tripping',
  form: textForm,
  corpus: () => ['a fairly long text (with brackets) in it'],
  run(text) {
    if (text.includes('((')) throw new TypeError('tripped');
  },
};

test('a fault is found and shown by the smallest input that has it', async () => {
  const finding = await firstFinding(tripping, seededRandom('a'));
  assert.equal(finding?.input, '"(("');
  assert.match(String(finding?.thrown), /tripped/);
});

test('the same seed finds the same fault at the same place', async () => {
  const [first, again] = [
    await firstFinding(tripping, seededRandom('b')),
    await firstFinding(tripping, seededRandom('b')),
  ];
  assert.ok(first);
  assert.equal(first.at, again?.at);
});

test('a refusal is no fault', async () => {
  const target = { ...tripping, refuses: (thrown: unknown) => thrown instanceof TypeError };
  assert.equal(await firstFinding(target, seededRandom('a'), 500), undefined);
});

test('bytes and values are changed and made smaller like texts', async () => {
  const bytes = await firstFinding(
    {
      name: 'bytes',
      form: bytesForm,
      corpus: () => [Buffer.from('0123456789')],
      run: (input) => assert.ok(!input.includes(0xff)),
    },
    seededRandom('a'),
  );
  assert.match(bytes?.input ?? '', /^base64 \/w== /);
  const value = await firstFinding(
    {
      name: 'value',
      form: jsonForm,
      corpus: () => [{ a: { b: [1, 2, { c: 'd' }] }, e: 'f' }],
      generate: (random) => anyJson(random),
      run: (input) => assert.ok(!JSON.stringify(input).includes('"__proto__":')),
    },
    seededRandom('a'),
  );
  assert.match(value?.input ?? '', /^\{"__proto__":[^:]*\}$/);
});

test('work that grows with the square of its input is found by making inputs larger', async () => {
  const squared: Target<string> = {
    name: 'squared',
    form: textForm,
    corpus: () => ['abcd'],
    run: (text) => [...text].map((one) => [...text].filter((other) => other === one).length),
  };
  const campaign = new Campaign(squared, seededRandom('a'), { coverEvery: 0, pumpEvery: 1 });
  const finding = await campaign.step();
  assert.match(String(finding?.thrown), /more than linear/);
});

test('an input that reaches new code is kept and changed further', async () => {
  const steps: Target<string> = {
    name: 'steps',
    form: textForm,
    corpus: () => ['7'],
    run(text) {
      let digits = 0;
      for (const character of text) if (character === '7') digits++;
      if (digits >= 200) throw new TypeError('reached');
    },
  };
  const campaign = new Campaign(steps, seededRandom('a'), { coverEvery: 1, pumpEvery: 0 });
  let finding: Finding | undefined;
  while (!finding && campaign.tried < 2_000) finding = await campaign.step();
  assert.match(String(finding?.thrown), /reached/);
});
