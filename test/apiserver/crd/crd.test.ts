import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../../../src/apimachinery/conditions.ts';
import type { TableColumns } from '../../../src/apimachinery/contract.ts';
import { cellAt } from '../../../src/apimachinery/duration.ts';
import {
  compileJsonPath,
  customResourceDefinitionResource,
  definitionsOf,
  establish,
  isEstablished,
  validateCrd,
} from '../../../src/apiserver/crd/index.ts';
import { isObject, type JsonObject } from '../../../src/base/index.ts';
import { crdErrors, errorText, object, stored, widgetCrd, widgets, written } from './widgets.ts';

const nowMs = Date.UTC(2026, 0, 1);
const printed = ({ cells }: TableColumns, object: JsonObject) =>
  cells(object).map((cell) => cellAt(cell, nowMs));
const plain = object({ a: { type: 'string' }, n: { type: 'integer' } });

test('a create fills names and conversion and remembers the stored version', () => {
  const crd = stored({ ...widgetCrd(plain), status: { storedVersions: ['v9'] } });
  const spec = isObject(crd.spec) ? crd.spec : {};
  assert.deepEqual(spec.names, {
    plural: 'widgets',
    singular: 'widget',
    kind: 'Widget',
    listKind: 'WidgetList',
  });
  assert.deepEqual(spec.conversion, { strategy: 'None' });
  assert.deepEqual(isObject(crd.status) && crd.status.storedVersions, ['v1']);
});

test('what is wrong with a definition is told field by field', () => {
  const bad = (change: (spec: JsonObject, version: JsonObject) => void): string[] => {
    const crd = widgetCrd(plain);
    const spec = isObject(crd.spec) ? crd.spec : {};
    const [version] = Array.isArray(spec.versions) ? spec.versions : [];
    if (isObject(version)) change(spec, version);
    return crdErrors(crd);
  };
  assert.deepEqual(
    bad((spec) => {
      spec.group = 'other.com';
    }),
    ['metadata.name: Invalid value: "widgets.example.com": must be spec.names.plural+"."+spec.group'],
  );
  assert.deepEqual(
    bad((spec) => {
      spec.scope = 'Foo';
    }),
    ['spec.scope: Unsupported value: "Foo": supported values: "Cluster", "Namespaced"'],
  );
  assert.deepEqual(
    bad((_, version) => {
      delete version.schema;
    }),
    ['spec.versions[0].schema.openAPIV3Schema: Required value'],
  );
  const [notStored = ''] = bad((_, version) => {
    version.storage = false;
  });
  assert.ok(notStored.endsWith('must have exactly one version marked as storage version'));
  assert.deepEqual(crdErrors(widgetCrd({ properties: { a: { type: 'array' } } })), [
    'spec.validation.openAPIV3Schema.properties[spec].properties[a].items: Required value: must be specified',
    'spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
  ]);
  assert.deepEqual(crdErrors(widgetCrd(object({ a: { type: 'integer', default: 'x' } }))), [
    'spec.validation.openAPIV3Schema.properties[spec].properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
  ]);
  assert.deepEqual(crdErrors(widgetCrd(object({ a: { type: 'string', pattern: '(' } }))), [
    'spec.validation.openAPIV3Schema.properties[spec].properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
  ]);
});

test('names and scope of an established definition stay', () => {
  const old = stored(widgetCrd(plain));
  old.status = establish(old, [], nowMs);
  const changed = structuredClone(old);
  const spec = isObject(changed.spec) ? changed.spec : {};
  spec.scope = 'Cluster';
  spec.names = { plural: 'widgets', singular: 'other', kind: 'Other', listKind: 'OtherList' };
  assert.deepEqual(validateCrd(changed, old).map(errorText), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Other": field is immutable',
  ]);
});

test('a definition of a protected group says whether its API was approved; others say nothing', () => {
  const said = (group: string, annotation?: string) => {
    const crd = stored(widgetCrd(plain));
    const spec = isObject(crd.spec) ? crd.spec : {};
    crd.spec = { ...spec, group };
    const annotations = annotation === undefined ? {} : { 'api-approved.kubernetes.io': annotation };
    crd.metadata = { name: `widgets.${group}`, annotations };
    const condition = conditionOf(
      { status: establish(crd, [], nowMs) },
      'KubernetesAPIApprovalPolicyConformant',
    );
    return condition && [condition.status, condition.reason, condition.message];
  };
  const link = 'https://github.com/kubernetes/kubernetes/pull/1';
  assert.deepEqual(said('a.k8s.io', link), ['True', 'ApprovedAnnotation', `approved in ${link}`]);
  const not = 'unapproved, experimental';
  assert.deepEqual(said('k8s.io', not), ['False', 'UnapprovedAnnotation', `not approved: "${not}"`]);
  assert.equal(said('a.kubernetes.io')?.[1], 'MissingAnnotation');
  assert.equal(said('a.kubernetes.io', 'yes')?.[1], 'InvalidAnnotation');
  assert.equal(said('notk8s.io', link), undefined);
});

test('a definition is established unless its names are taken, and keeps its times', () => {
  const first = stored(widgetCrd(plain));
  first.status = establish(first, [], nowMs);
  assert.equal(isEstablished(first), true);
  assert.equal(establish(first, [], nowMs + 9000), first.status);

  const second = stored(widgetCrd(plain));
  second.metadata = { name: 'gadgets.example.com' };
  const spec = isObject(second.spec) ? second.spec : {};
  spec.names = { plural: 'gadgets', singular: 'gadget', kind: 'Widget', listKind: 'GadgetList' };
  second.status = establish(second, [first], nowMs);
  assert.equal(isEstablished(second), false);
  const conditions = isObject(second.status) ? second.status.conditions : [];
  assert.deepEqual(Array.isArray(conditions) && conditions[0], {
    type: 'NamesAccepted',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    status: 'False',
    reason: 'KindConflict',
    message: '"Widget" is already in use',
  });
});

test('equal definitions share their compiled resources, whatever cluster they come from', () => {
  const one = stored(widgetCrd(plain));
  const other = structuredClone(one);
  one.status = establish(one, [], nowMs);
  other.status = establish(other, [], nowMs + 5000);
  assert.equal(definitionsOf(one), definitionsOf(other));
});

test('columns come from JSONPaths; ages are ages and what does not fit is empty', () => {
  const version = {
    additionalPrinterColumns: [
      { name: 'A', type: 'string', jsonPath: '.spec.a' },
      { name: 'N', type: 'integer', jsonPath: '.spec.n' },
      { name: 'Joined', type: 'string', jsonPath: '.status.conditions[?(@.type=="Joined")].status' },
      { name: 'Wrong', type: 'integer', jsonPath: '.spec.a', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  };
  const { columns } = widgets(widgetCrd(plain, { version }));
  assert.deepEqual(
    columns.definitions.map(({ name, type, format, priority }) => [name, type, format, priority]),
    [
      ['Name', 'string', 'name', 0],
      ['A', 'string', '', 0],
      ['N', 'integer', '', 0],
      ['Joined', 'string', '', 0],
      ['Wrong', 'integer', '', 1],
      ['Age', 'date', '', 0],
    ],
  );
  const widget = {
    metadata: { name: 'w', creationTimestamp: '2025-12-31T23:58:00Z' },
    spec: { a: 'x', n: 3 },
    status: {
      conditions: [
        { type: 'Other', status: 'False' },
        { type: 'Joined', status: 'True' },
      ],
    },
  };
  assert.deepEqual(printed(columns, widget), ['w', 'x', 3, 'True', null, '2m']);
  assert.deepEqual(printed(columns, { metadata: { name: 'w' } }), ['w', null, null, null, null, null]);
  const { columns: plainColumns } = widgets(widgetCrd(plain));
  assert.deepEqual(printed(plainColumns, widget), ['w', '2m']);
});

test('JSONPaths find members, places, slices, wildcards, descents and filters', () => {
  const value = { a: { 'b.c': [{ n: 1 }, { n: 2 }, { n: 3 }] }, d: { n: 4 } };
  const find = (path: string) => compileJsonPath(path).find(value);
  assert.deepEqual(find(".a['b.c'][1].n"), [2]);
  assert.deepEqual(find('.a.b\\.c[-1].n'), [3]);
  assert.deepEqual(find(".a['b.c'][0:2].n"), [1, 2]);
  assert.deepEqual(find(".a['b.c'][*].n"), [1, 2, 3]);
  assert.deepEqual(find('..n'), [1, 2, 3, 4]);
  assert.deepEqual(find(".a['b.c'][?(@.n>=2)].n"), [2, 3]);
  assert.deepEqual(find('.nothing.here'), []);
  assert.throws(() => compileJsonPath('.a['), { code: 'invalid' });
});

test('status and spec are written apart, and other versions see the object through their own schema', () => {
  const crd = widgetCrd(plain, {
    version: {
      subresources: { status: {}, scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } },
    },
  });
  const spec = isObject(crd.spec) ? crd.spec : {};
  const [v1] = Array.isArray(spec.versions) ? spec.versions : [];
  const second = { type: 'object', properties: { spec: object({ a: { type: 'string' } }) } };
  spec.versions = [
    v1 ?? null,
    { name: 'v2', served: true, storage: false, schema: { openAPIV3Schema: second } },
  ];
  const object1 = stored(crd);
  const [one, two] = definitionsOf(object1);
  assert.ok(one && two);
  assert.deepEqual(Object.keys(one.subresources), ['status', 'scale']);
  assert.equal(two.storageVersion, 'v1');

  const { object: old } = written(one, { a: 'x', n: 1 });
  const next = { ...structuredClone(old), spec: { a: 'y', n: 1 }, status: { n: 2 } };
  one.strategy.prepareForUpdate(next, old, '');
  assert.equal(next.status, undefined);
  const status = { ...structuredClone(old), spec: { a: 'z' }, status: { n: 2 } };
  one.strategy.prepareForUpdate(status, old, 'status');
  assert.deepEqual(status.spec, old.spec);

  const seen = structuredClone(old);
  two.conversion?.fromStorage(seen);
  assert.deepEqual(seen.spec, { a: 'x' });
});

test('the resource of definitions has the columns and names of the real one', () => {
  const resource = customResourceDefinitionResource();
  assert.deepEqual(
    resource.columns.definitions.map(({ name }) => name),
    ['Name', 'Created At'],
  );
  assert.deepEqual(resource.shortNames, ['crd', 'crds']);
  const odd = widgetCrd(object({ a: { type: 'string', format: 'bogus' } }));
  assert.deepEqual(resource.strategy.warnings?.(odd, undefined), ['unrecognized format "bogus"']);
});

test('a pattern that RE2 does not know is refused when the definition is created', () => {
  const withPattern = (pattern: string) => crdErrors(widgetCrd(object({ a: { type: 'string', pattern } })));
  const why = (pattern: string) => withPattern(pattern)[0]?.replace(/^.*but isn't: /, '');
  assert.deepEqual(withPattern('^[a-z]+$'), []);
  assert.equal(why('(?=x)'), 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`');
  assert.equal(why('(a)\\1'), 'error parsing regexp: invalid escape sequence: `\\1`');
  assert.equal(why('(a{1000}){1000}'), 'error parsing regexp: invalid repeat count: `{1000}`');
});
