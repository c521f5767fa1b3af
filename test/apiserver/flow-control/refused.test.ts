import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { isObject, type JsonObject } from '../../../src/base/index.ts';
import { startTestServer, type TestServer } from '../harness.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

const group = 'flowcontrol.apiserver.k8s.io/v1';
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const verbs = '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"';

/** What a real server (v1.34.4) says of a new object with this spec, one sentence a field. */
const schemas: readonly (readonly [name: string, spec: JsonObject, says: readonly string[]])[] = [
  [
    'a',
    {
      matchingPrecedence: 1,
      priorityLevelConfiguration: { name: 'A_b' },
      distinguisherMethod: { type: 'Nope' },
    },
    [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"Nope"}: supported values: "ByNamespace", "ByUser"',
      `spec.priorityLevelConfiguration.name: Invalid value: "A_b": ${subdomain}`,
    ],
  ],
  [
    'a',
    { matchingPrecedence: -1, priorityLevelConfiguration: { name: '' }, rules: [{}] },
    [
      'spec.matchingPrecedence: Invalid value: -1: must be a positive value',
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ],
  ],
  [
    'a',
    {
      priorityLevelConfiguration: { name: 'x' },
      rules: [
        {
          subjects: [
            { kind: 'User' },
            { kind: 'Group', user: { name: 'a' }, group: { name: '' } },
            {
              kind: 'ServiceAccount',
              serviceAccount: { name: 'A_', namespace: '' },
              group: { name: 'x' },
              user: { name: '' },
            },
            { kind: 'Robot' },
            { kind: 'ServiceAccount' },
            { kind: 'ServiceAccount', serviceAccount: { name: '', namespace: 'A_' } },
          ],
          resourceRules: [
            { verbs: [], apiGroups: [], resources: [], namespaces: [] },
            { verbs: ['*', 'get'], apiGroups: ['*', 'a'], resources: ['*', 'b'], namespaces: ['*', 'c'] },
            {
              verbs: ['get', 'bad'],
              apiGroups: ['a'],
              resources: ['b'],
              namespaces: ['A_'],
              clusterScope: true,
            },
          ],
          nonResourceRules: [
            { verbs: [], nonResourceURLs: [] },
            { verbs: ['bad'], nonResourceURLs: ['*', '/a'] },
            {
              verbs: ['*', 'get'],
              nonResourceURLs: ['', 'a', '/a b', '//', '/a/*/b', '/a*', '/', '/x/*'],
            },
          ],
        },
      ],
    },
    [
      "subjects[0].user: Required value: user is required when subject kind is 'User'",
      'subjects[1].group.name: Required value',
      "subjects[1].user: Forbidden: user is forbidden when subject kind is not 'User'",
      `subjects[2].serviceAccount.name: Invalid value: "A_": ${subdomain}`,
      'subjects[2].serviceAccount.namespace: Required value: must specify namespace for service account',
      "subjects[2].user: Forbidden: user is forbidden when subject kind is not 'User'",
      "subjects[2].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'subjects[3].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      "subjects[4].serviceAccount: Required value: serviceAccount is required when subject kind is 'ServiceAccount'",
      'subjects[5].serviceAccount.name: Required value',
      `subjects[5].serviceAccount.namespace: Invalid value: "A_": ${label}`,
      'resourceRules[0].verbs: Required value: verbs must contain at least one value',
      'resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'resourceRules[0].resources: Required value: resource rules must supply at least one resource',
      'resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      `resourceRules[1].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
      `resourceRules[1].apiGroups: Invalid value: ["*","a"]: if '*' is present, must not specify other api groups`,
      `resourceRules[1].resources: Invalid value: ["*","b"]: if '*' is present, must not specify other resources`,
      `resourceRules[1].namespaces: Invalid value: ["*","c"]: if '*' is present, must not specify other namespaces`,
      `resourceRules[2].verbs: Unsupported value: ["get","bad"]: supported values: ${verbs}`,
      `resourceRules[2].namespaces[0]: Invalid value: "A_": each member of this list must be '*' or a DNS-1123 label; ${label}`,
      'nonResourceRules[0].verbs: Required value: verbs must contain at least one value',
      'nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at least one value',
      `nonResourceRules[1].verbs: Unsupported value: ["bad"]: supported values: ${verbs}`,
      `nonResourceRules[1].nonResourceURLs: Invalid value: ["*","/a"]: if '*' is present, must not specify other non-resource URLs`,
      `nonResourceRules[2].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
      'nonResourceRules[2].nonResourceURLs[0]: Invalid value: "": must not be empty',
      'nonResourceRules[2].nonResourceURLs[1]: Invalid value: "a": must start with slash',
      'nonResourceRules[2].nonResourceURLs[2]: Invalid value: "/a b": must not contain white-space',
      'nonResourceRules[2].nonResourceURLs[3]: Invalid value: "//": must not contain double slash',
      'nonResourceRules[2].nonResourceURLs[4]: Invalid value: "/a/*/b": wildcard can only do suffix matching',
      'nonResourceRules[2].nonResourceURLs[5]: Invalid value: "/a*": wildcard can only do suffix matching',
    ].map((sentence) => `spec.rules[0].${sentence}`),
  ],
];

const shares = (limited: JsonObject): JsonObject => ({ type: 'Limited', limited });
const queuing = (settings: JsonObject): JsonObject =>
  shares({ limitResponse: { type: 'Queue', queuing: settings } });

const levels: typeof schemas = [
  [
    'other',
    { type: 'Exempt', exempt: { nominalConcurrencyShares: -1, lendablePercent: 101 }, limited: {} },
    [
      "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
      'spec.limited: Forbidden: must be nil if the type is not Limited',
      'spec.exempt.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.exempt.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    ],
  ],
  ['other', {}, ['spec.type: Unsupported value: "": supported values: "Exempt", "Limited"']],
  ['other', { type: 'Limited' }, ['spec.limited: Required value: must not be empty when type is Limited']],
  [
    'other',
    {
      type: 'Limited',
      exempt: {},
      limited: {
        nominalConcurrencyShares: -1,
        lendablePercent: 101,
        borrowingLimitPercent: -1,
        limitResponse: { type: 'Queue' },
      },
    },
    [
      'spec.exempt: Forbidden: must be nil if the type is Limited',
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  ],
  [
    'other',
    queuing({ queues: -1, handSize: -1, queueLengthLimit: -1 }),
    [
      'spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive',
      'spec.limited.limitResponse.queuing.queues: Invalid value: -1: must be positive',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: -1: must be positive',
    ],
  ],
  [
    'other',
    queuing({ queues: 20_000_000, handSize: 9 }),
    [
      'spec.limited.limitResponse.queuing.queues: Invalid value: 20000000: must not be greater than 10000000',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 9: required entropy bits of deckSize 20000000 and handSize 9 should not be greater than 60',
    ],
  ],
  [
    'other',
    queuing({ queues: 4, handSize: 9 }),
    ['spec.limited.limitResponse.queuing.handSize: Invalid value: 9: should not be greater than queues (4)'],
  ],
  [
    'other',
    queuing({ queues: 1024, handSize: 9 }),
    [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 9: required entropy bits of deckSize 1024 and handSize 9 should not be greater than 60',
    ],
  ],
  [
    'other',
    shares({ limitResponse: { type: 'Reject', queuing: { queues: 1024, handSize: 9 } } }),
    [
      'spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
    ],
  ],
  [
    'other',
    shares({ limitResponse: { type: 'Nope' } }),
    ['spec.limited.limitResponse.type: Unsupported value: "Nope": supported values: "Queue", "Reject"'],
  ],
];

for (const [kind, plural, cases] of [
  ['FlowSchema', 'flowschemas', schemas],
  ['PriorityLevelConfiguration', 'prioritylevelconfigurations', levels],
] as const) {
  it(`a ${kind} is refused for what a real server refuses it for, in its words and order`, async () => {
    for (const [name, spec, says] of cases) {
      const object = { apiVersion: group, kind, metadata: { name }, spec };
      const body = JSON.stringify(object);
      const answer = await server.fetch(`/apis/${group}/${plural}`, { method: 'POST', body });
      assert.equal(answer.status, 422);
      assert.deepEqual(causesOf(await answer.json()), says);
    }
  });
}

function causesOf(status: unknown): string[] {
  const details = isObject(status) ? status['details'] : undefined;
  const causes = isObject(details) && Array.isArray(details['causes']) ? details['causes'] : [];
  return causes.map((cause) => (isObject(cause) ? `${cause['field']}: ${cause['message']}` : ''));
}
