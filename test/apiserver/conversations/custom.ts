import type { Json, JsonObject } from '../../../src/base/index.ts';
import { get, object, patch, post, put, remove } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const group = 'talk.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const apiVersion = `${group}/v1`;
const text = { type: 'string' };

/** A definition of one version `v1`; `schema` is all of its `openAPIV3Schema`. */
function definition(plural: string, schema: JsonObject, version: JsonObject = {}): JsonObject {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${plural}.${group}`, {
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version },
      ],
    },
  });
}

const home = (plural: string) => `/apis/${group}/v1/namespaces/{ns}/${plural}`;

/** Asks about a kind between its definition, which a real server serves after a while, and its end. */
function whileDefined(plural: string, crd: JsonObject, asks: readonly Ask[]): readonly Ask[] {
  return [
    { ...post(definitions, crd), unheard: true },
    { ...get(home(plural)), until: 200, unheard: true },
    ...asks,
    { ...remove(`${definitions}/${plural}.${group}`), unheard: true },
    { ...get(`${definitions}/${plural}.${group}`), until: 404, unheard: true },
  ];
}

const ring = (name: string, rest: JsonObject = {}) => object(apiVersion, 'Ring', name, rest);
const rings = home('rings');
const ringSchema: JsonObject = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 100 },
        replicas: { type: 'integer', format: 'int32', default: 1 },
        big: { type: 'integer', format: 'int64' },
        share: { type: 'number', multipleOf: 0.5 },
        colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        code: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
        when: { type: 'string', format: 'date-time' },
        port: { 'x-kubernetes-int-or-string': true },
        nothing: { type: 'string', nullable: true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        inner: { type: 'object', default: {}, properties: { depth: { type: 'integer', default: 3 } } },
        words: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', maxItems: 3 },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: text, value: text, mode: { type: 'string', default: 'm' } },
          },
        },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: text },
        labels: { type: 'object', additionalProperties: text },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
        first: { type: 'integer' },
        last: { type: 'integer' },
      },
      'x-kubernetes-validations': [
        {
          rule: '!has(self.first) || !has(self.last) || self.first <= self.last',
          message: 'first after last',
        },
        { rule: 'self.size >= oldSelf.size', message: 'never smaller' },
      ],
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, phase: text, selector: text },
    },
  },
};
const ringVersion: JsonObject = {
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 },
  ],
  selectableFields: [{ jsonPath: '.spec.colour' }],
};
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

const wrong: readonly JsonObject[] = [
  {},
  { size: 0 },
  { size: 101 },
  { size: '5' },
  { size: 1.5 },
  { size: 5, big: 9007199254740991 },
  { size: 5, replicas: 3000000000 },
  { size: 5, share: 0.3 },
  { size: 5, colour: 'green' },
  { size: 5, colour: null },
  { size: 5, code: 'A' },
  { size: 5, code: 'abcdefg' },
  { size: 5, when: 'yesterday' },
  { size: 5, port: true },
  { size: 5, nothing: 3 },
  { size: 5, free: 'x' },
  { size: 5, inner: [] },
  { size: 5, words: ['a', 'a'] },
  { size: 5, words: ['a', 'b', 'c', 'd'] },
  { size: 5, parts: [{ name: 'a' }, { name: 'a' }] },
  { size: 5, parts: [{ value: 'a' }] },
  { size: 5, parts: {} },
  { size: 5, whole: { a: 1 } },
  { size: 5, template: { metadata: { name: 'x' } } },
  { size: 5, template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { 'a b': 'c' } } } },
  { size: 5, first: 2, last: 1 },
];

const life: readonly Ask[] = [
  get(rings),
  post(rings, ring('a', { spec: { size: 5 } })),
  post(rings, ring('a', { spec: { size: 5 } })),
  get(`${rings}/a`),
  get(`${rings}/a`, table),
  get(`${rings}/a`, partial),
  get(rings, table),
  get(`${rings}?fieldSelector=spec.colour%3Dred`, partial.replace('Metadata', 'MetadataList')),
  get(`${rings}?fieldSelector=spec.size%3D5`),
  get(`${rings}/a/status`),
  get(`${rings}/a/scale`),
  post(
    rings,
    ring('full', {
      spec: {
        size: 5,
        port: '80',
        free: { x: [1] },
        words: ['a'],
        parts: [{ name: 'p' }],
        whole: { a: 'b' },
        template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { y: 1 } },
        unknown: 1,
        nothing: null,
      },
      status: { phase: 'x' },
      other: 1,
    }),
  ),
  post(
    `${rings}?fieldValidation=Strict`,
    ring('strict', { spec: { size: 5, unknown: 1, parts: [{ name: 'p', q: 1 }] }, other: 1 }),
  ),
  post(`${rings}?fieldValidation=Warn&dryRun=All`, ring('warn', { spec: { size: 5, unknown: 1 }, other: 1 })),
  post(
    `${rings}?fieldValidation=Strict`,
    '{"apiVersion":"talk.example.com/v1","kind":"Ring","metadata":{"name":"d"},"spec":{"size":5,"size":6}}',
  ),
  post(`${rings}?fieldValidation=Strict`, ring('m', { metadata: { foo: 1 }, spec: { size: 5 } })),
  post(
    rings,
    ring('m', {
      metadata: { labels: { 'a b': 'c' }, annotations: { 'a b': 'c' }, finalizers: ['nope'] },
      spec: { size: 5 },
    }),
  ),
  post(rings, ring('UPPER', { spec: { size: 5 } })),
  post(rings, { apiVersion, kind: 'Ring', spec: { size: 5 } }),
  post(rings, { ...ring('k', { spec: { size: 5 } }), kind: 'Other' }),
  post(rings, ring('no-spec')),
  post(rings, '{'),
  post(rings, '[]'),
  post(
    rings,
    'apiVersion: talk.example.com/v1\nkind: Ring\nmetadata: {name: y}\nspec: {size: 5}\n',
    'application/yaml',
  ),
  put(`${rings}/a`, ring('a', { spec: { size: 6 } })),
  put(`${rings}/a`, ring('a', { metadata: { resourceVersion: '1' }, spec: { size: 6 } })),
  put(`${rings}/a`, ring('b', { spec: { size: 6 } })),
  put(`${rings}/new`, ring('new', { spec: { size: 6 } })),
  patch(`${rings}/a`, { spec: { size: 7, colour: 'blue', x: 1 } }),
  patch(`${rings}/a`, { spec: { size: 7 } }),
  patch(`${rings}/a`, { spec: { size: 3 } }),
  patch(`${rings}/a`, { spec: { colour: null, inner: null } }),
  patch(`${rings}/a`, { spec: { size: 8 } }, 'strategic'),
  patch(`${rings}/a`, [{ op: 'replace', path: '/spec/size', value: 9 }], 'json'),
  patch(`${rings}/a`, [{ op: 'remove', path: '/spec/size' }], 'json'),
  patch(`${rings}/a`, [{ op: 'add', path: '/spec/nope/x', value: 9 }], 'json'),
  patch(`${rings}/a`, { metadata: { labels: { l: '1' } } }),
  patch(`${rings}/a`, { status: { phase: 'ignored' } }),
  patch(`${rings}/a/status`, {
    status: { phase: 'up', replicas: 2, selector: 'a=b', gone: 1 },
    spec: { size: 50 },
  }),
  patch(`${rings}/a/status`, { status: { phase: 1 } }),
  get(`${rings}/a/scale`),
  patch(`${rings}/a/scale`, { spec: { replicas: 4 } }),
  patch(`${rings}/a/scale`, { spec: { replicas: -1 } }),
  put(
    `${rings}/a/scale`,
    object('autoscaling/v1', 'Scale', 'a', { metadata: { namespace: '{ns}' }, spec: { replicas: 5 } }),
  ),
  get(`${rings}/a`),
  get(`${rings}/nope`),
  get(`${rings}/nope/scale`),
  get(`${rings}/a/other`),
  post(`${rings}/a`, ring('a')),
  remove(`${rings}/a`),
  remove(`${rings}/a`),
  remove(`${rings}?labelSelector=none`),
];

const applied = (spec: JsonObject) => ring('x', { spec });
const apply = (manager: string, spec: JsonObject, force = false) =>
  patch(`${rings}/x?fieldManager=${manager}${force ? '&force=true' : ''}`, applied(spec), 'apply');

const applies: readonly Ask[] = [
  apply('m', {
    size: 5,
    parts: [{ name: 'a', value: '1' }],
    words: ['a'],
    whole: { a: 'b' },
    labels: { a: 'b' },
  }),
  apply('m', {
    size: 5,
    parts: [{ name: 'a', value: '1' }],
    words: ['a'],
    whole: { a: 'b' },
    labels: { a: 'b' },
  }),
  apply('n', { size: 5, parts: [{ name: 'b', value: '2' }], words: ['b'], labels: { c: 'd' } }),
  apply('n', { size: 6, parts: [{ name: 'a', value: '2' }], whole: { c: 'd' } }),
  apply('n', { size: 6, parts: [{ name: 'a', value: '2' }], whole: { c: 'd' } }, true),
  apply('m', { size: 6 }),
  apply('m', { size: 6, unknown: 1 }),
  apply('m', { size: '6' }),
  apply('m', { size: 6, parts: [{ name: 'q' }, { name: 'q' }] }),
  apply('m', {}),
  patch(`${rings}/x?fieldManager=m&fieldValidation=Strict`, applied({ size: 6, unknown: 1 }), 'apply'),
  patch(`${rings}/x/status?fieldManager=s`, ring('x', { status: { phase: 'up' } }), 'apply'),
  patch(`${rings}/x/status?fieldManager=s`, ring('x', { status: { phase: 'up' } }), 'apply'),
  get(`${rings}/x`),
];

const looseDefinition = definition(
  'looses',
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  {
    subresources: {
      scale: {
        specReplicasPath: '.spec.n',
        statusReplicasPath: '.status.n',
        labelSelectorPath: '.status.selector',
      },
      status: {},
    },
  },
);
const looses = home('looses');
const loose = (name: string, rest: JsonObject) => object(apiVersion, 'Loose', name, rest);
const counts: readonly Json[] = [0, -1, 2147483647, 2147483648, 'x', true, {}, 1.5];
const looseAsks: readonly Ask[] = [
  ...counts.map((n, at) => post(looses, loose(`s${at}`, { spec: { n } }))),
  post(looses, loose('a', { spec: { n: 1 } })),
  ...counts.map((n) => patch(`${looses}/a`, { spec: { n } })),
  ...counts.map((n) => patch(`${looses}/a/status`, { status: { n } })),
  patch(`${looses}/a/status`, { status: { selector: 1 } }),
  patch(`${looses}/a/status`, { status: { n: 0, selector: 'a=b' } }),
  get(`${looses}/a/scale`),
  patch(`${looses}/a/scale`, { spec: { replicas: 'x' } }),
  patch(`${looses}/a/scale`, { spec: { replicas: 3 } }),
  get(`${looses}/a/scale`),
  post(looses, loose('bad_name', {})),
  post(looses, { apiVersion: `${group}/v2`, kind: 'Loose', metadata: { name: 'v' } }),
];

/** Names that objects of JavaScript have by themselves. */
const words = ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'];
const membersOf = (value: string) => `{${words.map((word) => `"${word}":${value}`).join(',')}}`;
const strange = home('strangers');
const written = (name: string, rest: string) =>
  `{"apiVersion":"${apiVersion}","kind":"Stranger","metadata":{"name":"${name}"},${rest}}`;

const strangers = `{"type":"object","properties":{"spec":{"type":"object","properties":{"map":{"type":"object","additionalProperties":{"type":"string"}},"free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"named":{"type":"object","properties":${membersOf('{"type":"string","default":"d"}')}},"list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["constructor"],"items":{"type":"object","required":["constructor"],"properties":{"constructor":{"type":"string"},"v":{"type":"string"}}}}}}}}`;

const strangerAsks: readonly Ask[] = [
  post(
    strange,
    written(
      'a',
      `"spec":{"map":${membersOf('"x"')},"free":${membersOf('1')},"named":{},"other":${membersOf('1')}}`,
    ),
  ),
  get(`${strange}/a`),
  post(strange, written('pruned', `"spec":${membersOf('"x"')},${membersOf('"x"').slice(1, -1)}`)),
  post(`${strange}?fieldValidation=Strict`, written('strict', `"spec":${membersOf('"x"')}`)),
  post(strange, written('typed', '"spec":{"named":{"constructor":1}}')),
  post(strange, written('typed', '"spec":{"map":{"__proto__":1}}')),
  patch(`${strange}/a`, `{"spec":{"map":${membersOf('"y"')},"named":{"constructor":"z"}}}`),
  patch(`${strange}/a`, '{"spec":{"map":{"__proto__":null,"constructor":null}}}'),
  patch(
    `${strange}/a`,
    '[{"op":"add","path":"/spec/map/__proto__","value":"p"},{"op":"remove","path":"/spec/map/toString"}]',
    'json',
  ),
  patch(
    `${strange}/b?fieldManager=m`,
    written(
      'b',
      `"spec":{"map":${membersOf('"x"')},"free":${membersOf('1')},"list":[{"constructor":"toString","v":"1"},{"constructor":"__proto__"}]}`,
    ),
    'apply',
  ),
  patch(
    `${strange}/b?fieldManager=m`,
    written(
      'b',
      `"spec":{"map":${membersOf('"x"')},"free":${membersOf('1')},"list":[{"constructor":"toString","v":"1"},{"constructor":"__proto__"}]}`,
    ),
    'apply',
  ),
  patch(
    `${strange}/b?fieldManager=n`,
    written('b', `"spec":{"map":${membersOf('"y"')},"list":[{"constructor":"toString","v":"2"}]}`),
    'apply',
  ),
  patch(
    `${strange}/b?fieldManager=m`,
    written('b', '"spec":{"list":[{"constructor":"__proto__","v":"3"}]}'),
    'apply',
  ),
  post(strange, written('twice', '"spec":{"list":[{"constructor":"a"},{"constructor":"a"}]}')),
  post(strange, written('constructor', '"spec":{}')),
  get(`${strange}/constructor`),
  get(`${strange}/constructor/constructor`),
  get(`${strange}?fieldSelector=constructor%3Da`),
  get(`${strange}?labelSelector=constructor%3Da`),
  get(`/apis/${group}/constructor`),
  get(`/apis/${group}/v1/constructor`),
  get(`/apis/${group}/v1/namespaces/{ns}/toString/a`),
];

/** What a real server says about custom resources. */
export const customConversations: readonly Conversation[] = [
  {
    name: 'a life with a schema',
    asks: whileDefined('rings', definition('rings', ringSchema, ringVersion), life),
  },
  {
    name: 'objects that the schema refuses',
    asks: whileDefined(
      'rings',
      definition('rings', ringSchema, ringVersion),
      wrong.map((spec, at) =>
        post(
          rings,
          `{"apiVersion":"${apiVersion}","kind":"Ring","metadata":{"name":"w${at}"},"spec":${JSON.stringify(spec)}}`,
        ),
      ),
    ),
  },
  {
    name: 'server-side apply',
    asks: whileDefined('rings', definition('rings', ringSchema, ringVersion), applies),
  },
  {
    name: 'words of JavaScript',
    asks: whileDefined('strangers', definition('strangers', {}), strangerAsks).map((ask) =>
      ask.path === definitions && typeof ask.body === 'object'
        ? {
            ...ask,
            body: JSON.stringify(ask.body).replace('"openAPIV3Schema":{}', `"openAPIV3Schema":${strangers}`),
          }
        : ask,
    ),
  },
  {
    name: 'no schema to speak of',
    asks: whileDefined(
      'blobs',
      definition('blobs', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
      [
        post(
          home('blobs'),
          object(apiVersion, 'Blob', 'a', { anything: [1, { b: null }], spec: 'text', status: { x: 1 } }),
        ),
        get(`${home('blobs')}/a`, table),
        get(`${home('blobs')}/a/status`),
        patch(`${home('blobs')}/a`, { status: { y: 2 }, spec: { now: 'an object' } }),
        patch(
          `${home('blobs')}/a?fieldManager=m`,
          object(apiVersion, 'Blob', 'a', { list: [1, 2], spec: { x: { y: 1 } } }),
          'apply',
        ),
        patch(
          `${home('blobs')}/a?fieldManager=m&force=true`,
          object(apiVersion, 'Blob', 'a', { list: [1, 2], spec: { x: { y: 1 } } }),
          'apply',
        ),
        patch(`${home('blobs')}/a?fieldManager=m`, object(apiVersion, 'Blob', 'a', { list: [3] }), 'apply'),
        put(`${home('blobs')}/a`, object(apiVersion, 'Blob', 'a')),
      ],
    ),
  },
  {
    name: 'numbers of a scale without a schema',
    asks: whileDefined('looses', looseDefinition, looseAsks),
  },
];
