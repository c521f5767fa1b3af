import type { JsonObject } from '../../../src/base/index.ts';
import {
  configMap,
  core,
  get,
  object,
  patch,
  patchTypes,
  pod,
  post,
  remove,
  service,
  template,
} from './asks.ts';
import type { Conversation } from './play.ts';

const maps = core('configmaps');
const dry = `${maps}?dryRun=All`;
const endpoints = object('v1', 'Endpoints', 'e');

const budgets = '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets';
const event = (name: string): JsonObject =>
  object('v1', 'Event', name, { involvedObject: { kind: 'Pod', namespace: '{ns}', name: 'x' } });
const newEvent = (name: string): JsonObject =>
  object('events.k8s.io/v1', 'Event', name, {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/a',
    reportingInstance: 'a',
    action: 'A',
    reason: 'B',
    type: 'Normal',
    regarding: { kind: 'Pod', namespace: '{ns}', name: 'x' },
  });

const resources = '/apis/resource.k8s.io/v1';
const claim = (kind: string, spec: JsonObject): JsonObject =>
  object('resource.k8s.io/v1', kind, 'a', { spec });
const slice = (spec: JsonObject): JsonObject => claim('ResourceSlice', spec);
const requests: JsonObject = {
  requests: [
    {},
    { name: 'x' },
    { name: 'X', exactly: {} },
    { name: 'b', exactly: { deviceClassName: 'Up/', allocationMode: 'Odd' } },
    { name: 'b', exactly: { deviceClassName: 'up', selectors: [{}] } },
  ],
};

const broken = (type: 'merge' | 'strategic') =>
  ['', '{', '[]', 'null'].map((body) => ({
    method: 'PATCH',
    path: core('configmaps/absent'),
    body,
    type: patchTypes[type],
  }));

/** What clients get wrong, and hear in the real server's words. */
export const wrongConversations: readonly Conversation[] = [
  {
    name: 'a name that would lead elsewhere',
    asks: ['a%25b', 'a%2Fb'].flatMap((name) => [
      get(core(`configmaps/${name}`)),
      patch(core(`configmaps/${name}`), { data: { a: 'b' } }),
      remove(core(`configmaps/${name}`)),
    ]),
  },
  {
    name: 'numbers and tokens of a list that are none',
    asks: [
      ...['99999999999999999999', '-99999999999999999999', '9223372036854775808', 'x', '1.0', ' 1'].map(
        (number) => get(`${maps}?limit=${encodeURIComponent(number)}`),
      ),
      ...['x', 'garbage', 'a%3D%3D', 'ab%2Bc', 'e30', '%C3%A9'].map((token) =>
        get(`${maps}?continue=${token}`),
      ),
    ],
  },
  {
    name: 'a field selector of nothing selects everything',
    asks: [post(maps, configMap('a')), get(`${maps}?fieldSelector=%3D`), get(`${maps}?fieldSelector=a%3D`)],
  },
  {
    name: 'a broken patch of what is not there',
    asks: [...broken('merge'), ...broken('strategic')],
  },
  {
    name: 'a list of objects in place of one',
    asks: [
      post(dry, { apiVersion: 'v1', kind: 'ConfigMapList', items: [configMap('a')] }),
      post(dry, { apiVersion: 'v1', kind: 'List', items: [configMap('a')] }),
      post(`${dry}&fieldValidation=Strict`, { apiVersion: 'v1', kind: 'ConfigMapList', items: [], more: 1 }),
    ],
  },
  {
    name: 'a body that is no protobuf',
    asks: [
      post(dry, JSON.stringify(configMap('a')), 'application/vnd.kubernetes.protobuf'),
      post(dry, 'k8s', 'application/vnd.kubernetes.protobuf'),
    ],
  },
  {
    name: 'YAML that ends too early',
    asks: ['a: [', 'a: [1', 'a: [1,', 'a: {b: ', '{', '- [{"]": 1', "a: 'x", 'b: 1\na: "x'].map((text) =>
      post(dry, text, 'application/yaml'),
    ),
  },
  {
    name: 'a dry run that names a version gets it back',
    asks: [post(dry, configMap('a', { metadata: { resourceVersion: '5' } as JsonObject }))],
  },
  {
    name: 'managed fields with a path element of a later version',
    asks: [
      post(
        dry,
        configMap('a', {
          metadata: {
            managedFields: [
              {
                manager: 'x',
                operation: 'Update',
                apiVersion: 'v1',
                fieldsType: 'FieldsV1',
                fieldsV1: { 'f:metadata': { 'x:y': {} }, 'z:z': {} },
              },
            ],
          } as JsonObject,
        }),
      ),
    ],
  },
  {
    name: 'a name that only its kind takes',
    asks: ['Upper', 'a_b', 'a'.repeat(254), '-'].flatMap((name) => [
      post(`${core('events')}?dryRun=All`, event(name)),
      post(
        `${budgets}?dryRun=All`,
        object('policy/v1', 'PodDisruptionBudget', name, { spec: { minAvailable: 1 } }),
      ),
      post('/apis/events.k8s.io/v1/namespaces/{ns}/events?dryRun=All', newEvent(name)),
    ]),
  },
  {
    name: 'kinds whose name follows from what they hold, without one',
    asks: [
      post('/apis/apiregistration.k8s.io/v1/apiservices?dryRun=All', {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        spec: { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 },
      }),
      post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        spec: {
          group: 'a.example.com',
          scope: 'Namespaced',
          names: { plural: 'as', kind: 'A' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      }),
      post(`${core('events')}?dryRun=All`, { apiVersion: 'v1', kind: 'Event' }),
    ],
  },
  {
    name: 'values of types that Go has names for',
    asks: [
      post(`${core('pods')}?dryRun=All`, pod('a', { restartPolicy: 5 })),
      post(`${core('pods')}?dryRun=All`, pod('a', { dnsPolicy: ['x'] })),
      post(`${core('services')}?dryRun=All`, service('a', { ipFamilies: 'IPv4' })),
      post(`${core('services')}?dryRun=All`, service('a', { ipFamilies: [4] })),
      post(
        `${core('resourcequotas')}?dryRun=All`,
        object('v1', 'ResourceQuota', 'a', { spec: { hard: 'x' } }),
      ),
      post(
        `${core('resourcequotas')}?dryRun=All`,
        object('v1', 'ResourceQuota', 'a', { spec: { hard: { a: {} } } }),
      ),
      post(
        `${core('resourcequotas')}?dryRun=All`,
        object('v1', 'ResourceQuota', 'a', { spec: { hard: { a: true } } }),
      ),
      post(
        `${core('replicationcontrollers')}?dryRun=All`,
        object('v1', 'ReplicationController', 'a', {
          spec: { selector: { a: 'b' }, template: template({}, {}) },
        }),
      ),
    ],
  },
  {
    name: 'members that no kind has are told of in order where a patch brings them',
    asks: [
      post(maps, configMap('b')),
      patch(`${core('configmaps/b')}?dryRun=All`, { zone: 1, metadata: { more: 1, again: 2 }, area: 2 }),
    ],
  },
  {
    name: 'devices that are asked for or offered without a name, a class or a place',
    asks: [
      post(`${resources}/resourceslices?dryRun=All`, slice({})),
      post(
        `${resources}/resourceslices?dryRun=All`,
        slice({
          driver: 'UP',
          nodeName: 'n',
          allNodes: true,
          pool: { name: 'a/B', generation: -1, resourceSliceCount: -1 },
          devices: [{ name: 'Up' }, { name: 'a' }, { name: 'a' }],
        }),
      ),
      post(
        `${resources}/namespaces/{ns}/resourceclaims?dryRun=All`,
        claim('ResourceClaim', { devices: requests }),
      ),
      post(
        `${resources}/namespaces/{ns}/resourceclaimtemplates?dryRun=All`,
        claim('ResourceClaimTemplate', { spec: { devices: requests } }),
      ),
      post(
        `${resources}/deviceclasses?dryRun=All`,
        claim('DeviceClass', { selectors: [{}, { cel: { expression: 'true' } }] }),
      ),
    ],
  },
  {
    name: 'callers of a deprecated kind are told of it where a route leads to it',
    asks: [
      post(core('endpoints'), endpoints),
      get(core('endpoints/e/status')),
      get(core('endpoints/e'), 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'),
      get(`${core('endpoints')}?limit=x`),
      { ...patch(core('endpoints/e'), {}), type: 'application/json' },
      get(core('endpoints/absent')),
    ],
  },
];
