import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepFreeze, isObject, type JsonObject } from '../../src/base/index.ts';
import { checkConfiguration, PatchError, serverSideApply, trackUpdate } from '../../src/merge/index.ts';
import { workload } from './nodes.ts';

const apiVersion = 'apps/v1';
const kind = 'Workload';
const t0 = Date.UTC(2026, 0, 1);

function update(
  before: JsonObject | undefined,
  after: JsonObject,
  manager: string,
  more: { nowMs?: number; subresource?: string } = {},
): JsonObject {
  const copy: JsonObject = structuredClone(after);
  trackUpdate({
    before: before && deepFreeze(before),
    after: copy,
    manager,
    apiVersion,
    subresource: '',
    nowMs: t0,
    schema: workload,
    ...more,
  });
  return copy;
}

function apply(
  live: JsonObject | undefined,
  config: JsonObject,
  manager: string,
  more: { force?: boolean; nowMs?: number } = {},
): JsonObject & { changed?: never } {
  return applied(live, config, manager, more).object;
}

function applied(
  live: JsonObject | undefined,
  config: JsonObject,
  manager: string,
  more: { force?: boolean; nowMs?: number } = {},
) {
  return serverSideApply({
    live: live && deepFreeze(live),
    config: { apiVersion, kind, ...config },
    manager,
    force: false,
    apiVersion,
    kind,
    subresource: '',
    nowMs: t0,
    schema: workload,
    ...more,
  });
}

/** `manager operation` to its fields. */
function owners(object: JsonObject): Record<string, unknown> {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const entries = Array.isArray(metadata.managedFields) ? metadata.managedFields : [];
  return Object.fromEntries(
    entries.filter(isObject).map((entry) => [`${entry.manager} ${entry.operation}`, entry.fieldsV1]),
  );
}

const workloadObject = {
  apiVersion,
  kind,
  metadata: { name: 'w', labels: { app: 'web' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    containers: [{ name: 'web', image: 'i', ports: [{ port: 80 }] }],
  },
};

test('a create gives its manager every field that can be owned', () => {
  const created = update(undefined, workloadObject, 'kubectl-create');
  assert.deepEqual(isObject(created.metadata) && created.metadata.managedFields, [
    {
      manager: 'kubectl-create',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:containers': {
            '.': {},
            'k:{"name":"web"}': {
              '.': {},
              'f:name': {},
              'f:image': {},
              'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
            },
          },
        },
      },
    },
  ]);
});

test('an update moves ownership of what it changed and drops what it removed', () => {
  const first = update(undefined, workloadObject, 'one');
  const second = update(
    first,
    { ...first, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } } },
    'two',
    { nowMs: t0 + 5000 },
  );
  assert.deepEqual(owners(second), {
    'one Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } }, 'f:spec': { 'f:selector': {} } },
    'two Update': { 'f:spec': { 'f:replicas': {} } },
  });
});

test('an update that changes nothing keeps the very same managedFields', () => {
  const first = update(undefined, workloadObject, 'one');
  const second = update(first, { ...first }, 'two', { nowMs: t0 + 5000 });
  assert.deepEqual(second.metadata, first.metadata);
});

test('a client resets tracking with an empty entry or an empty list, and it stays off for updates', () => {
  const first = update(undefined, workloadObject, 'one');
  for (const managedFields of [[{}], []]) {
    const reset = update(first, { ...first, metadata: { name: 'w', managedFields } }, 'one');
    const later = update({ ...reset, metadata: { name: 'w' } }, { ...reset, spec: {} }, 'two');
    assert.deepEqual(owners(later), {});
  }
});

test('a status write is tracked under its subresource', () => {
  const first = update(undefined, workloadObject, 'one');
  const second = update(first, { ...first, status: { ready: 1 } }, 'kubelet', {
    subresource: 'status',
    nowMs: t0 + 1000,
  });
  const metadata = isObject(second.metadata) ? second.metadata : {};
  const entries = Array.isArray(metadata.managedFields) ? metadata.managedFields : [];
  assert.deepEqual(entries.at(-1), {
    manager: 'kubelet',
    operation: 'Update',
    apiVersion: 'apps/v1',
    time: '2026-01-01T00:00:01Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:status': { 'f:ready': {} } },
    subresource: 'status',
  });
});

test('more than ten update managers are drawn together under ancient-changes', () => {
  let object: JsonObject = update(undefined, workloadObject, 'm0');
  for (let i = 1; i <= 12; i++) {
    const metadata = isObject(object.metadata) ? object.metadata : {};
    const labels = isObject(metadata.labels) ? metadata.labels : {};
    const after = { ...object, metadata: { ...metadata, labels: { ...labels, [`l${i}`]: 'x' } } };
    object = update(object, after, `m${i}`, { nowMs: t0 + i * 1000 });
  }
  const names = Object.keys(owners(object));
  assert.equal(names.length, 10);
  assert.equal(names[0], 'ancient-changes Update');
});

test('applying another value of an owned field is a conflict that names manager, version and path', () => {
  const live = update(undefined, workloadObject, 'kubectl');
  assert.throws(
    () => apply(live, { spec: { replicas: 5 } }, 'me'),
    (error) => {
      assert.ok(error instanceof PatchError);
      assert.equal(error.status, 409);
      assert.equal(
        error.message,
        'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
      );
      assert.deepEqual(error.causes, [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "kubectl" using apps/v1',
          field: '.spec.replicas',
        },
      ]);
      return true;
    },
  );
  assert.throws(
    () => apply(live, { spec: { replicas: 5, containers: [{ name: 'web', image: 'j' }] } }, 'me'),
    {
      message:
        'Apply failed with 2 conflicts: conflicts with "kubectl" using apps/v1:\n' +
        '- .spec.replicas\n- .spec.containers[name="web"].image',
    },
  );
});

test('a forced apply takes the field, and an equal value is owned by both', () => {
  const live = update(undefined, workloadObject, 'kubectl');
  const forced = apply(live, { spec: { replicas: 5 } }, 'me', { force: true });
  assert.deepEqual(owners(forced)['me Apply'], { 'f:spec': { 'f:replicas': {} } });
  assert.equal(JSON.stringify(owners(forced)['kubectl Update']).includes('replicas'), false);
  const shared = apply(live, { spec: { replicas: 1 } }, 'me');
  assert.equal(JSON.stringify(owners(shared)['kubectl Update']).includes('replicas'), true);
});

test('what is not applied any more goes, unless somebody else owns it', () => {
  const first = apply(undefined, { metadata: { labels: { a: '1', b: '2' } }, spec: { replicas: 1 } }, 'one');
  const both = apply(first, { metadata: { labels: { b: '2' } } }, 'two');
  const rest = apply(both, { spec: { replicas: 1 } }, 'one');
  assert.deepEqual(isObject(rest.metadata) && rest.metadata.labels, { b: '2' });
  assert.deepEqual(owners(rest), {
    'one Apply': { 'f:spec': { 'f:replicas': {} } },
    'two Apply': { 'f:metadata': { 'f:labels': { 'f:b': {} } } },
  });
});

test('items of a keyed list belong to their appliers one by one', () => {
  const first = apply(undefined, { spec: { containers: [{ name: 'a', image: '1' }] } }, 'one');
  const both = apply(first, { spec: { containers: [{ name: 'b', image: '2' }] } }, 'two');
  assert.deepEqual(both.spec, {
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '2' },
    ],
  });
  const less = apply(both, { spec: { containers: [] } }, 'one');
  assert.deepEqual(less.spec, { containers: [{ name: 'b', image: '2' }] });
});

test('applying the same again writes nothing', () => {
  const first = apply(undefined, { spec: { replicas: 1, args: ['x'] } }, 'one');
  const again = applied(first, { spec: { replicas: 1, args: ['x'] } }, 'one', { nowMs: t0 + 9000 });
  assert.equal(again.changed, false);
  assert.equal(again.object, first);
});

test('the first apply to an untracked object leaves the rest to before-first-apply', () => {
  const result = apply({ ...workloadObject }, { metadata: { labels: { x: 'y' } } }, 'me');
  assert.deepEqual(Object.keys(owners(result)), ['me Apply', 'before-first-apply Update']);
});

test('kubectl takes over what client-side apply owned', () => {
  const config = { apiVersion, kind, metadata: { name: 'w' }, spec: { replicas: 1 } };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(config) };
  const live = update(
    undefined,
    { ...config, metadata: { name: 'w', annotations } },
    'kubectl-client-side-apply',
  );
  const result = apply(live, { metadata: { name: 'w' }, spec: { replicas: 3 } }, 'kubectl');
  assert.deepEqual(result.spec, { replicas: 3 });
  assert.throws(() => apply(live, { spec: { replicas: 3 } }, 'other'), { status: 409 });
});

function check(config: JsonObject): void {
  checkConfiguration({ config: { apiVersion, kind, ...config }, apiVersion, kind, schema: workload });
}

test('a configuration that does not fit the schema is refused in the words of the real server', () => {
  const refused = (config: JsonObject, message: string, status = 500) =>
    assert.throws(() => check(config), { status, message });
  const typed = 'failed to create typed patch object (/; apps/v1, Kind=Workload)';
  refused({ foo: 1 }, `${typed}: .foo: field not declared in schema`);
  refused(
    { spec: { replicas: 'x', args: 'y', containers: [{ name: 'a' }, { name: 'a' }] } },
    `${typed}: errors:\n  .spec.args: expected list, got &{y}\n  .spec.containers: duplicate entries for key [name="a"]\n  .spec.replicas: expected numeric (int or float), got string`,
  );
  refused({ metadata: { managedFields: [] } }, 'metadata.managedFields must be nil', 400);
  refused({ apiVersion: 'v2' }, 'invalid object type: /v2, Kind=Workload', 400);
});
