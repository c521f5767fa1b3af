import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceDefinition } from '../../src/apimachinery/contract.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { packages, requireType, type TypeRef, typeFacts, typeNames } from '../../src/kinds/catalog.ts';
import {
  builtinResources,
  canonicalQuantity,
  compareQuantities,
  formProblem,
  parseQuantity,
} from '../../src/kinds/index.ts';

function resource(group: string, version: string, name: string): ResourceDefinition {
  const found = builtinResources().find(
    (other) => other.group === group && other.version === version && other.resource === name,
  );
  assert.ok(found, `${group}/${version} ${name}`);
  return found;
}

test('every type that the data mentions is there, and every kind has its list', () => {
  const check = (type: TypeRef): void => {
    if (type.is === 'object') assert.ok(typeFacts(type.name), type.name);
    else if (type.is !== 'scalar') check(type.of);
  };
  for (const name of packages.flatMap(typeNames)) {
    for (const field of requireType(name).fields.values()) check(field.type);
  }
  for (const { schema, verbs } of builtinResources()) {
    assert.ok(schema.root.field('metadata'), schema.definitionName);
    if (verbs.includes('list')) assert.ok(schema.root.field('apiVersion'), schema.definitionName);
  }
});

test('resources are made once and shared', () => {
  assert.equal(builtinResources(), builtinResources());
  assert.equal(builtinResources().length, 66);
});

test('a schema tells list keys, patch strategies and what is always there', () => {
  const spec = resource('apps', 'v1', 'deployments').schema.root.field('spec');
  const containers = spec?.field('template')?.field('spec')?.field('containers');
  assert.equal(containers?.listType, 'map');
  assert.deepEqual(containers?.listMapKeys, ['name']);
  assert.deepEqual(containers?.patchStrategy, ['merge']);
  assert.equal(containers?.patchMergeKey, 'name');
  assert.equal(spec?.field('strategy')?.alwaysPresent, true);
  assert.deepEqual(spec?.field('strategy')?.patchStrategy, ['retainKeys']);
  assert.equal(spec?.field('selector')?.mapType, 'atomic');
  assert.deepEqual(spec?.required, ['selector', 'template']);
});

test('field selectors read the fields that clients select by', () => {
  const pods = resource('', 'v1', 'pods');
  const pod: JsonObject = { spec: { nodeName: 'n' }, status: { phase: 'Running' } };
  assert.equal(pods.selectableFields['spec.nodeName']?.(pod), 'n');
  assert.equal(pods.selectableFields['status.phase']?.(pod), 'Running');
  assert.equal(pods.selectableFields['spec.hostNetwork']?.(pod), 'false');
  assert.equal(resource('', 'v1', 'nodes').selectableFields['spec.unschedulable']?.({ spec: {} }), 'false');
});

test('events of both groups are one stored form', () => {
  const events = resource('events.k8s.io', 'v1', 'events');
  assert.equal(events.storageGroup, '');
  const event: JsonObject = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e' },
    note: 'n',
    regarding: { kind: 'Pod', name: 'p' },
    reportingController: 'c',
  };
  events.conversion?.toStorage(event);
  assert.equal(event['message'], 'n');
  assert.deepEqual(event['involvedObject'], { kind: 'Pod', name: 'p' });
  assert.equal(event['reportingComponent'], 'c');
  events.conversion?.fromStorage(event);
  assert.equal(event['note'], 'n');
  assert.equal(event['message'], undefined);
});

test('an autoscaler keeps through version 1 what only version 2 can say', () => {
  const v1 = resource('autoscaling', 'v1', 'horizontalpodautoscalers');
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 5 } },
  };
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
  };
  const object: JsonObject = {
    metadata: { name: 'h' },
    spec: { maxReplicas: 2, scaleTargetRef: { kind: 'D', name: 'd' }, metrics: [cpu, memory] },
    status: {},
  };
  v1.conversion?.fromStorage(object);
  assert.equal((object['spec'] as JsonObject)['targetCPUUtilizationPercentage'], 70);
  assert.equal((object['spec'] as JsonObject)['metrics'], undefined);
  v1.conversion?.toStorage(object);
  assert.deepEqual((object['spec'] as JsonObject)['metrics'], [cpu, memory]);
  assert.equal((object['spec'] as JsonObject)['targetCPUUtilizationPercentage'], undefined);
  assert.equal((object['metadata'] as JsonObject)['annotations'], undefined);
});

test('quantities take their canonical form', () => {
  const forms = [
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['1e3', '1e3'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['100', '100'],
    ['0', '0'],
    ['0.1m', '100u'],
    ['-5', '-5'],
    ['1Ki', '1Ki'],
    ['0.5Gi', '512Mi'],
  ] as const;
  for (const [given, canonical] of forms) assert.equal(canonicalQuantity(given), canonical, given);
  assert.equal(canonicalQuantity(2), '2');
  for (const wrong of ['', 'x', '1x', '1 Gi', '--1'])
    assert.equal(canonicalQuantity(wrong), undefined, wrong);
});

test('quantities compare across suffixes', () => {
  const compare = (a: string, b: string): number => {
    const [left, right] = [parseQuantity(a), parseQuantity(b)];
    assert.ok(left && right);
    return compareQuantities(left, right);
  };
  assert.equal(compare('1Gi', '1G'), 1);
  assert.equal(compare('1000m', '1'), 0);
  assert.equal(compare('1', '2k'), -1);
});

test('texts that are no quantity, time or base64 are told apart as the Go decoder tells them', () => {
  const problem = (value: string, format: string) =>
    formProblem(value, { type: 'string', format, field: () => undefined, fieldNames: () => [] });
  assert.match(problem('1 GB', 'quantity') ?? '', /^quantities must match the regular expression/);
  assert.equal(problem('1Gi', 'quantity'), undefined);
  assert.equal(
    problem('tomorrow', 'date-time'),
    'parsing time "tomorrow" as "2006-01-02T15:04:05Z07:00": cannot parse "tomorrow" as "2006"',
  );
  assert.equal(problem('2026-01-02T03:04:05.1Z', 'date-time'), undefined);
  assert.equal(problem('9999-12-31T23:59:59+01:00', 'date-time'), undefined);
  for (const beyond of ['9999-12-31T23:59:59-01:00', '0000-01-01T00:00:00+01:00'])
    assert.equal(problem(beyond, 'date-time'), `parsing time "${beyond}": out of range`);
  assert.equal(
    problem('2026-01-02T03:04:05Z', 'micro-time'),
    'parsing time "2026-01-02T03:04:05Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  );
  assert.equal(problem('a b=', 'byte'), 'illegal base64 data at input byte 1');
  assert.equal(problem('YQ==', 'byte'), undefined);
});
