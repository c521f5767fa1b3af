/**
 * Holds the conversations of test/apiserver/conversations with a real kube-apiserver and writes its answers beside them.
 *
 *     node tools/record-conversations.ts https://127.0.0.1:6443 TOKEN [SUBJECT ...]
 *
 * The server runs with --service-cluster-ip-range=10.0.0.0/24 --allow-privileged=true
 * --disable-admission-plugins=ServiceAccount and without a controller manager; for the subject `switched` also with
 * --enable-admission-plugins=AlwaysPullImages,DenyServiceExternalIPs,ExtendedResourceToleration,NodeRestriction,OwnerReferencesPermissionEnforcement,
 * and for `mutating` with --feature-gates=MutatingAdmissionPolicy=true
 * --runtime-config=admissionregistration.k8s.io/v1beta1=true,admissionregistration.k8s.io/v1alpha1=true.
 */
import { writeFileSync } from 'node:fs';
import { conversations } from '../test/apiserver/conversations/index.ts';
import { keptAnswers } from '../test/apiserver/conversations/kept.ts';
import { type Answer, play, type Send } from '../test/apiserver/conversations/play.ts';

process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
const [origin = '', token = '', ...only] = process.argv.slice(2);

const send: Send = (path, init) =>
  fetch(origin + path, {
    ...init,
    redirect: 'manual',
    headers: { accept: 'application/json', authorization: `Bearer ${token}`, ...init.headers },
  });

for (const [subject, held] of Object.entries(conversations)) {
  if (only.length > 0 && !only.includes(subject)) continue;
  const file = new URL(`../test/apiserver/conversations/answers/${subject}.json`, import.meta.url);
  const answers: Record<string, readonly Answer[]> = {};
  for (const [position, conversation] of held.entries()) {
    const namespace = `c${position}-${process.pid}-${subject}`;
    answers[conversation.name] = await play(send, conversation, namespace);
  }
  writeFileSync(file, `${JSON.stringify(keptAnswers(answers), undefined, 1)}\n`);
  process.stdout.write(`${subject}: ${held.length} conversations\n`);
}
