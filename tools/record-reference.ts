/**
 * Sends the cases of test/kinds/reference/cases.ts to a real kube-apiserver and writes what it answers to answers.json beside them.
 *
 *     node tools/record-reference.ts https://127.0.0.1:6443 TOKEN
 *
 * The server runs without the admission plugins that change objects, so that the answers show storage alone:
 * --disable-admission-plugins=ServiceAccount,DefaultTolerationSeconds,Priority,TaintNodesByCondition,StorageObjectInUseProtection,
 * RuntimeClass,DefaultIngressClass,DefaultStorageClass,LimitRanger,ResourceQuota,PodSecurity
 */
import { writeFileSync } from 'node:fs';
import type { JsonObject } from '../src/base/index.ts';
import { builtinResources } from '../src/kinds/index.ts';
import { type ReferenceCase, referenceCases } from '../test/kinds/reference/cases.ts';
import { mergeInto, type ReferenceAnswer, withoutServerFields } from '../test/kinds/reference/compare.ts';

process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
const [origin = '', token = ''] = process.argv.slice(2);

async function send(
  method: string,
  path: string,
  body?: JsonObject,
): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as JsonObject };
}

function pathOf(object: JsonObject): string {
  const definition = builtinResources().find(
    (other) =>
      other.kind === object['kind'] &&
      (other.group ? `${other.group}/` : '') + other.version === object['apiVersion'],
  );
  if (!definition) throw new Error(`no kind ${object['kind']}`);
  const root = definition.group ? `/apis/${definition.group}` : '/api';
  const namespace = definition.namespaced ? '/namespaces/default' : '';
  return `${root}/${definition.version}${namespace}/${definition.resource}`;
}

async function record(reference: ReferenceCase): Promise<ReferenceAnswer> {
  const path = pathOf(reference.object);
  if (!reference.change) {
    return answerOf(await send('POST', `${path}?dryRun=All`, reference.object));
  }
  const created = await send('POST', path, reference.object);
  const name = (reference.object['metadata'] as JsonObject)['name'];
  const changed = mergeInto(structuredClone(created.body), reference.change);
  const suffix = reference.subresource ? `/${reference.subresource}` : '';
  const answer = answerOf(await send('PUT', `${path}/${name}${suffix}?dryRun=All`, changed));
  await send('DELETE', `${path}/${name}?gracePeriodSeconds=0&propagationPolicy=Background`);
  return answer;
}

function answerOf({ status, body }: { status: number; body: JsonObject }): ReferenceAnswer {
  if (status < 300) return { object: withoutServerFields(body) };
  const details = body['details'] as JsonObject | undefined;
  const causes = (details?.['causes'] ?? []) as JsonObject[];
  if (causes.length === 0) throw new Error(JSON.stringify(body));
  return { causes: causes.map(({ reason, field, message }) => `${reason} ${field}: ${message}`) };
}

const answers: Record<string, ReferenceAnswer> = {};
for (const reference of referenceCases) {
  try {
    answers[reference.name] = await record(reference);
  } catch (thrown) {
    console.error(reference.name, String(thrown));
    if (thrown instanceof TypeError) break;
  }
}
writeFileSync(
  new URL('../test/kinds/reference/answers.json', import.meta.url),
  `${JSON.stringify(answers, undefined, 1)}\n`,
);
