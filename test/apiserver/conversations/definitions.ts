import type { JsonObject } from '../../../src/base/index.ts';
import { object, post } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

/** Definitions right and wrong, each tried in a dry run, so that none is ever there. */
const tries = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';
const group = 'refused.example.com';
const text: JsonObject = { type: 'string' };

function definition(spec: JsonObject): JsonObject {
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `things.${group}`, {
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [version()],
      ...spec,
    },
  });
}

function version(rest: JsonObject = {}): JsonObject {
  return {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: 'object' } },
    ...rest,
  };
}

/** One that is accepted is shown without its status: a real server is in no hurry to serve its kind. */
const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const ofSpec = (spec: JsonObject): Ask => ({ ...post(tries, definition(spec)), accept });
const ofVersion = (rest: JsonObject) => ofSpec({ versions: [version(rest)] });
const ofRoot = (schema: JsonObject) => ofVersion({ schema: { openAPIV3Schema: schema } });
/** A definition whose objects have one field, `f`. */
const ofField = (schema: JsonObject) => ofRoot({ type: 'object', properties: { f: schema } });

const roots: readonly JsonObject[] = [
  {},
  { type: 'string' },
  { type: 'object', nullable: true },
  { type: 'object', additionalProperties: text },
  { type: 'object', properties: { kind: { type: 'integer' }, apiVersion: { type: 'object' } } },
  { type: 'object', properties: { metadata: text } },
  {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
  },
  { type: 'object', properties: { metadata: { type: 'object', minProperties: 1 } } },
  {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } },
  },
  { type: 'object', properties: { metadata: { type: 'object', default: {} } } },
  { type: 'object', properties: { kind: { type: 'string', default: 'Thing' } } },
  { type: 'object', anyOf: [{ required: ['a'] }, { properties: { b: {} } }] },
  { type: 'object', allOf: [{ not: { properties: { c: { items: {} } } } }] },
  { type: 'object', not: { items: {} } },
  {
    type: 'object',
    properties: { a: { type: 'array', items: text } },
    oneOf: [{ properties: { a: { items: { properties: { q: {} } } } } }],
  },
];

const fields: readonly JsonObject[] = [
  {},
  { type: 'file' },
  { type: 'null' },
  { type: 'array' },
  { type: 'array', items: {} },
  { type: 'array', items: { type: 'array' } },
  { type: 'array', items: [text] },
  { type: 'array', items: text, uniqueItems: true },
  { type: 'object', properties: { g: {} } },
  { type: 'object', additionalProperties: {} },
  { type: 'object', additionalProperties: text, properties: { g: text } },
  { type: 'object', additionalProperties: true, properties: { g: text } },
  { type: 'object', additionalProperties: false },
  { type: 'string', pattern: '(' },
  { type: 'string', nullable: true },
  { type: 'string', id: 'x' },
  { type: 'object', patternProperties: { a: text } },
  { type: 'object', definitions: { a: text } },
  { type: 'object', dependencies: { a: ['b'] } },
  { type: 'object', $ref: '#/definitions/a' },
  { type: 'array', items: text, additionalItems: text },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
  { 'x-kubernetes-preserve-unknown-fields': true },
  { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true },
  { 'x-kubernetes-int-or-string': true, 'x-kubernetes-embedded-resource': true },
  { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
  { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] },
  { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }] },
  {
    'x-kubernetes-int-or-string': true,
    allOf: [{ pattern: 'a' }, { anyOf: [{ type: 'integer' }, { type: 'string' }] }],
  },
  { 'x-kubernetes-embedded-resource': true },
  { type: 'string', 'x-kubernetes-embedded-resource': true },
  { type: 'object', 'x-kubernetes-embedded-resource': true },
  { type: 'object', 'x-kubernetes-embedded-resource': true, additionalProperties: text },
  { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { kind: { type: 'integer' } } },
  { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { metadata: text } },
  {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: {
      metadata: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
  },
  {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: {
      metadata: { type: 'object', additionalProperties: { type: 'string', default: 'x' } },
    },
  },
  ...['anyOf', 'allOf', 'oneOf'].map((junctor) => ({ type: 'string', [junctor]: [{ type: 'string' }] })),
  { type: 'string', not: { type: 'string' } },
  ...[
    { default: 'x' },
    { title: 't' },
    { description: 'd' },
    { nullable: true },
    { 'x-kubernetes-preserve-unknown-fields': true },
    { 'x-kubernetes-embedded-resource': true },
    { 'x-kubernetes-int-or-string': true },
    { 'x-kubernetes-list-map-keys': ['a'], 'x-kubernetes-list-type': 'map' },
    { 'x-kubernetes-map-type': 'atomic' },
    { 'x-kubernetes-validations': [{ rule: 'true' }] },
    { additionalProperties: {} },
    { properties: { metadata: {} } },
    { items: { type: 'string' } },
    { properties: { a: { type: 'string' } } },
    { anyOf: [{ not: { title: 't' } }] },
    { pattern: '[' },
  ].map((inner) => ({ type: 'object', not: inner })),
  { type: 'object', 'x-kubernetes-map-type': 'loose' },
  { type: 'string', 'x-kubernetes-map-type': 'atomic' },
  { 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'granular' },
  { type: 'array', items: text, 'x-kubernetes-list-type': 'bag' },
  { type: 'string', 'x-kubernetes-list-type': 'set' },
  { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'set' },
  {
    type: 'array',
    items: { type: 'object', 'x-kubernetes-map-type': 'atomic' },
    'x-kubernetes-list-type': 'set',
  },
  {
    type: 'array',
    items: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    'x-kubernetes-list-type': 'set',
  },
  { type: 'array', items: { type: 'array', items: text }, 'x-kubernetes-list-type': 'set' },
  { type: 'array', items: { type: 'string', nullable: true }, 'x-kubernetes-list-type': 'set' },
  { type: 'array', items: text, 'x-kubernetes-list-type': 'map' },
  { type: 'array', items: text, 'x-kubernetes-list-map-keys': ['a'] },
  { type: 'array', items: text, 'x-kubernetes-list-type': 'set', 'x-kubernetes-list-map-keys': ['a'] },
  ...[
    { properties: { b: text } },
    { properties: { a: text } },
    { properties: { a: { type: 'string', nullable: true } }, required: ['a'] },
    { properties: { a: { type: 'string', default: 'x' } } },
    { properties: { a: { type: 'object' } }, required: ['a'] },
    { properties: { a: { type: 'array', items: text } }, required: ['a'] },
    { properties: { a: text }, required: ['a'], nullable: true },
  ].map((items) => ({
    type: 'array',
    items: { type: 'object', ...items },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a'],
  })),
  {
    type: 'array',
    items: { type: 'object', properties: { a: text }, required: ['a'] },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'a'],
  },
  { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] },
];

const rules: readonly JsonObject[] = [
  { rule: '' },
  { rule: ' ' },
  { rule: 'true', message: ' ' },
  { rule: 'true', message: 'a\nb' },
  { rule: 'true &&\ntrue' },
  { rule: 'true &&\ntrue', message: 'm' },
  { rule: 'true', messageExpression: ' ' },
  { rule: 'true', reason: 'Because' },
  { rule: 'true', reason: 'FieldValueForbidden' },
  { rule: 'true', fieldPath: ' ' },
  { rule: 'true', fieldPath: '.a\n.b' },
  { rule: 'true', fieldPath: '.nope' },
  { rule: 'true', fieldPath: '.a' },
  { rule: 'self.a == "x"', fieldPath: 'a' },
];
const ruled = (rule: JsonObject) =>
  ofField({ type: 'object', properties: { a: text }, 'x-kubernetes-validations': [rule] });

const defaults: readonly JsonObject[] = [
  { type: 'string', default: 1 },
  { type: 'string', default: null },
  { type: 'string', nullable: true, default: null },
  { type: 'integer', minimum: 3, default: 1 },
  { type: 'object', default: { a: 1 } },
  { type: 'object', default: { a: 'x', b: 1 }, properties: { a: text } },
  { type: 'object', required: ['a'], properties: { a: text }, default: {} },
  { type: 'array', items: text, default: [1] },
  { type: 'array', items: text, 'x-kubernetes-list-type': 'set', default: ['a', 'a'] },
];

const places: readonly JsonObject[] = [
  {},
  { specReplicasPath: '.spec.n' },
  { statusReplicasPath: '.status.n' },
  { specReplicasPath: 'spec.n', statusReplicasPath: '.status.n' },
  { specReplicasPath: '.status.n', statusReplicasPath: '.spec.n' },
  { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', labelSelectorPath: '.metadata.x' },
  { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', labelSelectorPath: 'x' },
  { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', labelSelectorPath: '.spec.x' },
  { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', labelSelectorPath: '.status.x' },
];

const columns: readonly JsonObject[] = [
  { name: '', type: 'string', jsonPath: '.a' },
  { name: 'A', type: '', jsonPath: '.a' },
  { name: 'A', type: 'text', jsonPath: '.a' },
  { name: 'A', type: 'integer', format: 'int16', jsonPath: '.a' },
  { name: 'A', type: 'integer', format: 'int32', jsonPath: '.a' },
  { name: 'A', type: 'string', jsonPath: '' },
  { name: 'A', type: 'string', jsonPath: 'a' },
];

const selectable: readonly JsonObject[][] = [
  [{ jsonPath: '' }],
  [{ jsonPath: '.nope' }],
  [{ jsonPath: '.metadata.name' }],
  [{ jsonPath: '.o' }],
  [{ jsonPath: '.o.x' }, { jsonPath: '.b' }, { jsonPath: '.i' }],
  [{ jsonPath: '.n' }],
  [{ jsonPath: '.list' }],
  [{ jsonPath: '.b' }, { jsonPath: '.b' }],
  [1, 2, 3, 4, 5, 6, 7, 8].map((at) => ({ jsonPath: `.s${at}` })),
  [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => ({ jsonPath: `.s${at}` })),
];
const selected = (selectableFields: JsonObject[]) =>
  ofVersion({
    selectableFields,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          o: { type: 'object', properties: { x: text } },
          b: { type: 'boolean' },
          i: { type: 'integer' },
          n: { type: 'number' },
          list: { type: 'array', items: text },
          ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => [`s${at}`, text])),
        },
      },
    },
  });

const client: JsonObject = { service: { name: 'n', namespace: 's' } };
const conversions: readonly JsonObject[] = [
  { strategy: '' },
  { strategy: 'Magic' },
  { strategy: 'None', webhook: { clientConfig: client, conversionReviewVersions: ['v1'] } },
  { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } },
  { strategy: 'Webhook' },
  { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } },
  { strategy: 'Webhook', webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] } },
  {
    strategy: 'Webhook',
    webhook: { clientConfig: { ...client, url: 'https://x' }, conversionReviewVersions: ['v1'] },
  },
  ...['http://x', 'https://x/y', 'https://x'].map((url) => ({
    strategy: 'Webhook',
    webhook: { clientConfig: { url }, conversionReviewVersions: ['v1'] },
  })),
  {
    strategy: 'Webhook',
    webhook: { clientConfig: { service: { name: '', namespace: '' } }, conversionReviewVersions: ['v1'] },
  },
  ...[[], ['v2'], ['v1', 'v1'], ['V1', 'v1'], ['v2', 'v1beta1']].map((conversionReviewVersions) => ({
    strategy: 'Webhook',
    webhook: { clientConfig: client, conversionReviewVersions },
  })),
];

const names: readonly JsonObject[] = [
  { plural: 'things', kind: '' },
  { plural: 'things', kind: 'Thing', singular: 'A B' },
  { plural: 'things', kind: 'Th ing' },
  { plural: 'things', kind: 'Thing', listKind: 'Thing' },
  { plural: 'things', kind: 'Thing', listKind: '1st' },
  { plural: 'things', kind: 'Thing', shortNames: ['t', 'T H'] },
  { plural: 'things', kind: 'Thing', categories: ['all', 'A_l'] },
  { plural: 'Things', kind: 'Thing' },
];

const specs: readonly JsonObject[] = [
  { group: '' },
  { group: 'A b' },
  { group: 'one' },
  { group: 'other.example.com' },
  { scope: '' },
  { scope: 'Galactic' },
  { versions: [version({ name: 'V1' })] },
  { versions: [version({ name: '' })] },
  { versions: [version({ schema: undefined })] },
  { versions: [version({ deprecationWarning: 'gone' })] },
  { versions: [version({ deprecated: true, deprecationWarning: '' })] },
  { versions: [version({ deprecated: true, deprecationWarning: 'x'.repeat(257) })] },
  { preserveUnknownFields: true },
].map((spec) => JSON.parse(JSON.stringify(spec)));

export const definitionConversations: readonly Conversation[] = [
  { name: 'what a definition is of', asks: specs.map(ofSpec) },
  { name: 'what a kind is called', asks: names.map((each) => ofSpec({ names: each })) },
  { name: 'a schema at its root', asks: roots.map(ofRoot) },
  {
    name: 'a schema at its root, with a status apart',
    asks: [...roots, { type: 'object', minProperties: 1 }].map((openAPIV3Schema) =>
      ofVersion({ subresources: { status: {} }, schema: { openAPIV3Schema } }),
    ),
  },
  { name: 'the schema of a field', asks: fields.map(ofField) },
  { name: 'the schema of an item', asks: fields.map((items) => ofField({ type: 'array', items })) },
  { name: 'rules of a schema', asks: rules.map(ruled) },
  { name: 'defaults of a schema', asks: defaults.map(ofField) },
  {
    name: 'where scale finds its numbers',
    asks: places.map((scale) => ofVersion({ subresources: { scale } })),
  },
  { name: 'columns', asks: columns.map((each) => ofVersion({ additionalPrinterColumns: [each] })) },
  { name: 'fields to select by', asks: selectable.map(selected) },
  { name: 'conversions', asks: conversions.map((conversion) => ofSpec({ conversion })) },
];
