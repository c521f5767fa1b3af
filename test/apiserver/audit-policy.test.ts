import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RuleIndex } from '../../src/apiserver/audit/rule-index.ts';
import { readAuditPolicy } from '../../src/apiserver/index.ts';
import { isObject } from '../../src/base/index.ts';

const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

/** Texts of policies, and what a real kube-apiserver v1.34.4 says of each when it is started with it. */
const recorded: unknown = JSON.parse(readFileSync(new URL('audit-policies.json', import.meta.url), 'utf8'));

test('a policy is refused in the words of the real server', () => {
  assert.ok(isObject(recorded));
  for (const [text, message] of Object.entries(recorded))
    assert.throws(() => readAuditPolicy(text), { code: 'invalid', message: String(message) }, text);
});

test('fields that a policy does not have are told and left out', () => {
  const policy = readAuditPolicy(`${head}foo: 1\nrules:\n- level: Metadata\n  verb: [a]\n`);
  assert.deepEqual(policy.warnings, [
    'Audit policy contains errors, falling back to lenient decoding: strict decoding error: unknown field "foo", unknown field "rules[0].verb"',
  ]);
  assert.equal(policy.rules.length, 1);
});

const pod = { group: '', resource: 'pods', subresource: '', namespace: 'a', name: 'p' };
const jane = { username: 'jane', groups: ['developers', 'system:authenticated'] };

/** The level that one rule gives, which is None where it does not mean the request. */
function levelOf(rule: string, asked: Partial<Parameters<RuleIndex['decide']>[0]> = {}): string {
  const index = new RuleIndex(readAuditPolicy(`${head}rules: [{level: Metadata, ${rule}}]`));
  return index.decide({
    user: jane,
    verb: 'get',
    resource: pod,
    path: '/api/v1/namespaces/a/pods/p',
    ...asked,
  }).level;
}

test('rules mean requests as those of the real server do', () => {
  const log = { resource: { ...pod, subresource: 'log' } };
  const node = { resource: { ...pod, resource: 'nodes', namespace: '' } };
  const path = (path: string) => ({ resource: undefined, path });
  const resources = (text: string) => `resources: [{group: "", resources: [${text}]}]`;
  for (const [rule, asked] of [
    ['users: [bob, jane]', {}],
    ['userGroups: [nobody, developers]', {}],
    ['verbs: [get]', {}],
    ['namespaces: [a]', {}],
    ['namespaces: [""]', node],
    ['resources: [{group: ""}]', log],
    [resources('pods'), {}],
    [resources('"*"'), log],
    [resources('pods/log'), log],
    [resources('pods/*'), log],
    [resources('"*/log"'), log],
    [resources('"pods/*"'), {}],
    ['resources: [{group: "", resources: [pods], resourceNames: [p]}]', {}],
    ['nonResourceURLs: ["*"]', path('/x')],
    ['nonResourceURLs: ["/healthz*"]', path('/healthz/ping')],
    ['nonResourceURLs: ["/healthz"]', path('/healthz')],
  ] as const)
    assert.equal(levelOf(rule, asked), 'Metadata', rule);
  for (const [rule, asked] of [
    ['users: [bob]', {}],
    ['users: [jane]', { user: undefined }],
    ['userGroups: [nobody]', {}],
    ['userGroups: [developers]', { user: undefined }],
    ['users: [jane], verbs: [list]', {}],
    ['namespaces: [b]', {}],
    ['namespaces: [""]', path('/x')],
    ['resources: [{group: apps}]', {}],
    [resources('pods'), log],
    [resources('"*/status"'), log],
    [resources('"po*"'), {}],
    ['resources: [{group: "", resources: [pods], resourceNames: [q]}]', {}],
    ['nonResourceURLs: ["*"]', {}],
    ['nonResourceURLs: ["/healthz"]', path('/healthz/ping')],
  ] as const)
    assert.equal(levelOf(rule, asked), 'None', rule);
});

test('the first of ten thousand rules that means a request decides, and few of them are looked at', () => {
  const rules = Array.from({ length: 10_000 }, (_, n) =>
    n % 2 === 0
      ? `- {level: Metadata, users: [user-${n}]}`
      : `- {level: Request, namespaces: [ns-${n}], resources: [{group: "", resources: [pods]}]}`,
  );
  const text = `${head}rules:\n- {level: None, users: [user-4000], verbs: [list]}\n${rules.join('\n')}\n- {level: RequestResponse}\n`;
  const policy = readAuditPolicy(text);
  let looked = 0;
  const counted = policy.rules.map((rule) => ({
    ...rule,
    get verbs() {
      looked++;
      return rule.verbs;
    },
  }));
  const index = new RuleIndex({ ...policy, rules: counted });
  looked = 0;
  const asked = {
    user: { username: 'user-4000', groups: [] },
    resource: { ...pod, namespace: 'ns-9001' },
    path: '',
  };
  assert.equal(index.decide({ ...asked, verb: 'get' }).level, 'Metadata');
  assert.equal(index.decide({ ...asked, verb: 'list' }).level, 'None');
  assert.equal(index.decide({ ...asked, user: undefined, verb: 'get' }).level, 'Request');
  assert.equal(
    index.decide({ user: undefined, verb: 'get', resource: undefined, path: '/' }).level,
    'RequestResponse',
  );
  assert.ok(looked < 20, `${looked} rules were looked at`);
});
