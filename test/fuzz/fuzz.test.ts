import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../attack/steps.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { targets } from './targets.ts';

const shortInputs = 150;

for (const target of targets) {
  test(`hostile input is answered or refused, and what is read holds: ${target.name}`, async () => {
    const inputs = attackTries(target.shortInputs ?? shortInputs);
    const campaign = target.campaign(attackRandom(`fuzz ${target.name}`), { coverEvery: 0, pumpEvery: 50 });
    try {
      while (campaign.tried < inputs) {
        const finding = await campaign.step();
        if (finding) assert.fail(`input ${finding.at}: ${finding.input}\n${finding.thrown}`);
      }
    } finally {
      await campaign.close();
    }
  });
}

test('each target has a name of its own', () => {
  assert.equal(new Set(targets.map(({ name }) => name)).size, targets.length);
});
