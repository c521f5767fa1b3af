import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceDefinition } from '../../../src/apimachinery/contract.ts';
import { at, objectAt, objectsAt } from '../../../src/apimachinery/read.ts';
import { openApiV2, openApiV3, openApiV3Hash, openApiV3Index } from '../../../src/apiserver/openapi/index.ts';
import { decodeJson, isObject, type Json, type JsonObject } from '../../../src/base/index.ts';
import { builtinResources } from '../../../src/kinds/index.ts';
import { StructuralNode } from '../../../src/schema/structural-node.ts';

const builtin = builtinResources();

function documentOf(groupVersion: string, definitions: readonly ResourceDefinition[] = builtin): JsonObject {
  const document = decodeJson(openApiV3(definitions, groupVersion));
  assert.ok(isObject(document));
  return document;
}

/** Every `$ref` anywhere below. */
function references(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

const template = builtin.find((definition) => definition.resource === 'leases');
assert.ok(template);

const widget: ResourceDefinition = {
  ...template,
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  listKind: 'WidgetList',
  subresources: {},
  schema: {
    definitionName: 'com.example.v1.Widget',
    root: new StructuralNode(
      {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            required: ['size'],
            properties: { size: { type: 'integer', nullable: true } },
          },
        },
      },
      true,
    ),
  },
};

test('every group version has a document in which all references lead somewhere', () => {
  const groupVersions = new Set(
    builtin.map(({ group, version }) => (group ? `apis/${group}/${version}` : `api/${version}`)),
  );
  for (const groupVersion of groupVersions) {
    const document = documentOf(groupVersion);
    const schemas = objectAt(document, 'components', 'schemas');
    for (const reference of references(document)) {
      assert.ok(schemas[reference.replace('#/components/schemas/', '')], `${groupVersion}: ${reference}`);
    }
  }
});

test('the index names each document with a hash that stays while the document does', () => {
  const index = decodeJson(openApiV3Index(builtin));
  const url = at(index, 'paths', 'apis/apps/v1', 'serverRelativeURL');
  assert.equal(url, `/openapi/v3/apis/apps/v1?hash=${openApiV3Hash(builtin, 'apis/apps/v1')}`);
  assert.match(
    String(at(index, 'paths', 'api/v1', 'serverRelativeURL')),
    /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/,
  );
});

test('documents are made once, for whoever serves the same definitions', () => {
  assert.equal(openApiV3(builtin, 'apis/apps/v1'), openApiV3([...builtin, widget], 'apis/apps/v1'));
});

test('a patch says that it takes dryRun and fieldValidation', () => {
  const patch = at(
    documentOf('apis/apps/v1'),
    'paths',
    '/apis/apps/v1/namespaces/{namespace}/deployments/{name}',
    'patch',
  );
  const names = objectsAt(patch, 'parameters').map((parameter) => parameter['name']);
  assert.ok(names.includes('dryRun') && names.includes('fieldValidation'));
  assert.deepEqual(at(patch, 'x-kubernetes-group-version-kind'), {
    group: 'apps',
    kind: 'Deployment',
    version: 'v1',
  });
});

test('lists carry their keys and patch strategies', () => {
  const container = objectAt(
    documentOf('api/v1'),
    'components',
    'schemas',
    'io.k8s.api.core.v1.Container',
    'properties',
  );
  assert.deepEqual(at(container, 'ports', 'x-kubernetes-list-map-keys'), ['containerPort', 'protocol']);
  assert.equal(at(container, 'ports', 'x-kubernetes-patch-merge-key'), 'containerPort');
  assert.equal(at(container, 'ports', 'x-kubernetes-patch-strategy'), 'merge');
});

test('a custom resource is described by its own schema, with the metadata of all objects', () => {
  const document = documentOf('apis/example.com/v1', [...builtin, widget]);
  const schema = objectAt(document, 'components', 'schemas', 'com.example.v1.Widget');
  assert.deepEqual(at(schema, 'x-kubernetes-group-version-kind'), [
    { group: 'example.com', kind: 'Widget', version: 'v1' },
  ]);
  assert.deepEqual(at(schema, 'properties', 'spec', 'required'), ['size']);
  assert.equal(at(schema, 'properties', 'spec', 'properties', 'size', 'nullable'), true);
  assert.deepEqual(references(at(schema, 'properties', 'metadata')), [
    '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  ]);
  const list = objectAt(document, 'components', 'schemas', 'com.example.v1.WidgetList');
  assert.deepEqual(at(list, 'required'), ['items']);
  for (const described of [schema, list]) {
    for (const name of ['apiVersion', 'kind']) {
      assert.equal(at(described, 'properties', name, 'type'), 'string', name);
    }
  }
});

test('Swagger 2.0 has every kind, leaves out what it cannot say, and has no loose references', () => {
  const document = decodeJson(openApiV2([...builtin, widget]).json);
  const definitions = objectAt(document, 'definitions');
  for (const { schema } of builtin) assert.ok(definitions[schema.definitionName], schema.definitionName);
  assert.equal(
    at(definitions, 'com.example.v1.Widget', 'properties', 'spec', 'properties', 'size', 'nullable'),
    undefined,
  );
  const parameters = objectAt(document, 'parameters');
  for (const reference of references(document)) {
    const among = reference.startsWith('#/parameters/') ? parameters : definitions;
    assert.ok(among[reference.replace(/^#\/\w+\//, '')], reference);
  }
});

test('parameters that many operations share are named as by the real server, which hashes what they say', () => {
  const parameters = objectAt(decodeJson(openApiV2(builtin).json), 'parameters');
  // Their texts come with a development dependency: a body has none.
  assert.deepEqual(at(parameters, 'body-2Y1dVQaQ'), {
    name: 'body',
    in: 'body',
    schema: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions' },
  });
  assert.ok(parameters['body-78PwaGsr']);
  assert.deepEqual(at(parameters, 'pretty-tJGM1-ng', 'name'), 'pretty');
  assert.deepEqual(at(parameters, 'limit-1NfNmdNH', 'type'), 'integer');
});

test('operations are called as in the real server, in clients that are made of the documents', () => {
  const called = (groupVersion: string, path: string, method: string) =>
    at(documentOf(groupVersion, [...builtin, widget]), 'paths', path, method, 'operationId');
  const pods = '/api/v1/namespaces/{namespace}/pods';
  for (const [path, method, id] of [
    ['/api/v1/', 'get', 'getCoreV1APIResources'],
    ['/api/v1/pods', 'get', 'listCoreV1PodForAllNamespaces'],
    [pods, 'delete', 'deleteCoreV1CollectionNamespacedPod'],
    [`${pods}/{name}/exec`, 'post', 'connectCoreV1PostNamespacedPodExec'],
    [`${pods}/{name}/proxy/{path}`, 'head', 'connectCoreV1HeadNamespacedPodProxyWithPath'],
    ['/api/v1/watch/namespaces/{name}', 'get', 'watchCoreV1Namespace'],
    ['/api/v1/watch/endpoints', 'get', 'watchCoreV1EndpointsListForAllNamespaces'],
  ] as const) {
    assert.equal(called('api/v1', path, method), id);
  }
  const schemas = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/{name}/status';
  assert.equal(
    called('apis/flowcontrol.apiserver.k8s.io/v1', schemas, 'put'),
    'replaceFlowcontrolApiserverV1FlowSchemaStatus',
  );
  const widgets = '/apis/example.com/v1/namespaces/{namespace}/widgets';
  assert.equal(
    called('apis/example.com/v1', widgets, 'delete'),
    'deleteExampleComV1CollectionNamespacedWidget',
  );
});

test('what all operations of a path are asked stands at the path, the rest at each', () => {
  const names = (of: Json | undefined) => objectsAt({ of: of ?? [] }, 'of').map(({ name }) => name);
  const { paths } = documentOf('api/v1');
  const one = at(paths, '/api/v1/namespaces/{namespace}/configmaps/{name}');
  assert.deepEqual(names(at(one, 'parameters')), ['name', 'namespace', 'pretty']);
  assert.deepEqual(names(at(one, 'patch', 'parameters')), [
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
  ]);
  assert.equal(at(one, 'get', 'parameters'), undefined);
  const everywhere = at(paths, '/api/v1/configmaps');
  assert.equal(names(at(everywhere, 'parameters')).length, 11);
});

test('a schema of a custom resource is told in full: numbers that may be texts, objects with kinds of their own', () => {
  const props = {
    type: 'object',
    properties: {
      port: { 'x-kubernetes-int-or-string': true },
      template: { type: 'object', 'x-kubernetes-embedded-resource': true },
      size: { type: 'integer', default: 3 },
    },
  };
  const definition = {
    ...widget,
    selectableFields: { 'spec.size': () => '' },
    schema: { ...widget.schema, root: new StructuralNode(props, true) },
  };
  const three = at(
    documentOf('apis/example.com/v1', [definition]),
    'components',
    'schemas',
    'com.example.v1.Widget',
  );
  assert.deepEqual(at(three, 'properties', 'port', 'anyOf'), [{ type: 'integer' }, { type: 'string' }]);
  assert.deepEqual(at(three, 'properties', 'template', 'required'), ['kind', 'apiVersion']);
  assert.equal(at(three, 'properties', 'size', 'default'), 3);
  assert.deepEqual(at(three, 'x-kubernetes-selectable-fields'), [{ fieldPath: 'spec.size' }]);
  const two = at(decodeJson(openApiV2([definition]).json), 'definitions', 'com.example.v1.Widget');
  assert.equal(at(two, 'properties', 'port', 'anyOf'), undefined);
  assert.equal(at(two, 'properties', 'size', 'default'), undefined);
  assert.ok(at(two, 'properties', 'template', 'properties', 'metadata', '$ref'));
});

test('there is a document for whatever lists groups and their versions', () => {
  const index = at(decodeJson(openApiV3Index(builtin)), 'paths');
  assert.ok(isObject(index));
  for (const key of [
    'api',
    'apis',
    'apis/apps',
    'version',
    'openid/v1/jwks',
    '.well-known/openid-configuration',
  ]) {
    assert.ok(index[key], key);
    assert.equal(Object.keys(objectAt(documentOf(key), 'paths')).length, 1);
  }
  assert.equal(index['apis/example.com'], undefined);
});

test('a patch of a custom resource is offered in the forms that it takes, a built-in one in strategic form too', () => {
  const all = [...builtin, widget];
  const three = [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
  ];
  const strategic = 'application/strategic-merge-patch+json';
  const custom = '/apis/example.com/v1/namespaces/{namespace}/widgets/{name}';
  const lease = '/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}';
  const swagger = decodeJson(openApiV2(all).json);
  assert.deepEqual([...textsAt(swagger, 'paths', custom, 'patch', 'consumes')].sort(), three);
  assert.deepEqual([...textsAt(swagger, 'paths', lease, 'patch', 'consumes')].sort(), [...three, strategic]);
  for (const [groupVersion, path, expected] of [
    ['apis/example.com/v1', custom, three],
    ['apis/coordination.k8s.io/v1', lease, [...three, strategic]],
  ] as const) {
    const { content } = objectAt(documentOf(groupVersion, all), 'paths', path, 'patch', 'requestBody');
    assert.ok(isObject(content));
    assert.deepEqual(Object.keys(content).sort(), expected);
  }
});

function textsAt(value: Json, ...path: string[]): Json[] {
  const list = at(value, ...path);
  assert.ok(Array.isArray(list));
  return list;
}

test('a custom resource that takes anything tells Swagger 2.0 no member, because kubectl refuses those not told', () => {
  const open: ResourceDefinition = {
    ...widget,
    schema: {
      definitionName: 'com.example.v1.Widget',
      root: new StructuralNode({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, true),
    },
  };
  const definition = at(decodeJson(openApiV2([open]).json), 'definitions', 'com.example.v1.Widget');
  assert.deepEqual(definition, {
    type: 'object',
    'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Widget', version: 'v1' }],
  });
});

test('Swagger 2.0 comes as protobuf too, beginning with its version', () => {
  const bytes = Buffer.from(openApiV2(builtin).protobuf);
  assert.deepEqual([...bytes.subarray(0, 5)], [0x0a, 3, ...Buffer.from('2.0')]);
  assert.ok(bytes.includes('io.k8s.api.apps.v1.Deployment'));
});

test('a type names the members that it must have, one or more, and none where there is none', () => {
  const required = (name: string) => {
    const names = at(documentOf('api/v1', builtin), 'components', 'schemas', name, 'required');
    return Array.isArray(names) ? names.map(String).sort() : names;
  };
  assert.deepEqual(required('io.k8s.api.core.v1.ConfigMapKeySelector'), ['key']);
  assert.deepEqual(required('io.k8s.api.core.v1.VolumeMount'), ['mountPath', 'name']);
  assert.equal(required('io.k8s.api.core.v1.LocalObjectReference'), undefined);
});
