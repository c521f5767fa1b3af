import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { ManualClock } from '../../support/manual-clock.ts';
import { startTestServer } from '../harness.ts';
import { conversations } from './index.ts';
import { answersKept, type KeptAnswers } from './kept.ts';
import { type Answer, play } from './play.ts';

/** What `tools/record-conversations.ts` heard from a real server. */
function recorded(subject: string): Record<string, readonly Answer[]> {
  // The file is written by our own tool.
  return answersKept(
    JSON.parse(readFileSync(new URL(`answers/${subject}.json`, import.meta.url), 'utf8')) as KeptAnswers,
  );
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** Time stands still: what is shown as an age is as old here as where it was recorded, on a machine of any speed. */
const clock = new ManualClock(Date.now());
const server = await startTestServer({
  clock,
  serviceCidr: '10.0.0.0/24',
  serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});
/** What is off unless somebody switches it on. */
const enable = [
  'AlwaysPullImages',
  'DenyServiceExternalIPs',
  'ExtendedResourceToleration',
  'NodeRestriction',
  'OwnerReferencesPermissionEnforcement',
];
const switched = await startTestServer({
  clock,
  serviceCidr: '10.0.0.0/24',
  serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  admissionPlugIns: { enable, disable: ['ServiceAccount'] },
});
/** With policies that change objects, which no server has who is not told to. */
const mutating = await startTestServer({
  clock,
  serviceCidr: '10.0.0.0/24',
  serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  features: {
    featureGates: ['MutatingAdmissionPolicy=true'],
    runtimeConfig: ['admissionregistration.k8s.io/v1beta1=true,admissionregistration.k8s.io/v1alpha1=true'],
  },
});
const servers = new Map([
  ['switched', switched],
  ['mutating', mutating],
]);
after(async () => {
  await mutating.close();
  await server.close();
  await switched.close();
});

for (const [subject, held] of Object.entries(conversations)) {
  const answers = recorded(subject);
  for (const [position, conversation] of held.entries()) {
    test(`the real server's words in a conversation on ${subject}: ${conversation.name}`, async () => {
      const heard = await play(
        (path, init) => (servers.get(subject) ?? server).fetch(path, init),
        conversation,
        `c${position}-${process.pid}-${subject}`,
      );
      const expected = answers[conversation.name];
      assert.ok(expected, 'not recorded: run tools/record-conversations.ts');
      for (const [at, { method, path }] of conversation.asks.entries()) {
        assert.deepEqual(heard[at], expected[at], `${method} ${path}`);
      }
    });
  }
}
