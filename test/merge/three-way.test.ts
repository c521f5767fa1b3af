import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { objectNode } from '../../src/kinds/index.ts';
import {
  applyMergePatch,
  applyStrategicMergePatch,
  threeWayMergePatch,
  threeWayStrategicPatch,
} from '../../src/merge/index.ts';

/** The patch, and what a server makes of it. */
function strategic(type: string, original: JsonObject, modified: JsonObject, current: JsonObject) {
  const patch = threeWayStrategicPatch({ original, modified, current }, objectNode(type));
  return { patch, result: applyStrategicMergePatch(current, patch, objectNode(type)) };
}

test('what was applied before and is not any more goes, what others added stays', () => {
  const { patch, result } = strategic(
    'core.v1.ConfigMap',
    { data: { a: '1', gone: 'x' } },
    { data: { a: '2' } },
    { data: { a: '1', gone: 'x', theirs: 'y' } },
  );
  assert.deepEqual(patch, { data: { a: '2', gone: null } });
  assert.deepEqual(result, { data: { a: '2', theirs: 'y' } });
});

test('a patch is empty when everything is as applied, whatever else there is', () => {
  const applied = { data: { a: '1' }, metadata: { name: 'c', labels: { x: 'y' } } };
  const current = { ...applied, metadata: { ...applied.metadata, uid: 'u', annotations: { theirs: '1' } } };
  assert.deepEqual(strategic('core.v1.ConfigMap', applied, applied, current).patch, {});
  assert.deepEqual(threeWayMergePatch({ original: applied, modified: applied, current }), {});
});

test('containers are matched by name: one changes, one goes, that of a sidecar injector stays', () => {
  const pod = (...containers: JsonObject[]) => ({ spec: { containers } });
  const { result } = strategic(
    'core.v1.Pod',
    pod({ name: 'app', image: 'app:1', tty: true }, { name: 'old', image: 'old:1' }),
    pod({ name: 'app', image: 'app:2' }, { name: 'new', image: 'new:1' }),
    pod(
      { name: 'app', image: 'app:1', tty: true },
      { name: 'old', image: 'old:1' },
      { name: 'proxy', image: 'p' },
    ),
  );
  const images = Object.fromEntries(
    result.spec &&
      typeof result.spec === 'object' &&
      'containers' in result.spec &&
      Array.isArray(result.spec.containers)
      ? result.spec.containers.map((each) => [Object(each).name, each])
      : [],
  );
  assert.deepEqual(images, {
    app: { name: 'app', image: 'app:2' },
    new: { name: 'new', image: 'new:1' },
    proxy: { name: 'proxy', image: 'p' },
  });
});

test('a list that changed its order is put in the order that is applied', () => {
  const container = (...names: string[]) => ({
    spec: { containers: names.map((name) => ({ name, image: name })) },
  });
  const { result } = strategic('core.v1.Pod', container('a', 'b'), container('b', 'a'), container('a', 'b'));
  assert.deepEqual(result, container('b', 'a'));
});

test('the ports of one number with two protocols stay two, and each keeps what the server gave it', () => {
  const dns = (udp: string) => ({
    spec: {
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: udp },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'tcp' },
      ],
    },
  });
  const [udp = {}, tcp = {}] = dns('udp').spec.ports;
  const current = {
    spec: {
      ports: [
        { ...udp, nodePort: 30001 },
        { ...tcp, nodePort: 30002 },
      ],
    },
  };
  assert.deepEqual(strategic('core.v1.Service', dns('udp'), dns('udp'), current).patch, {});
  const changed = strategic('core.v1.Service', dns('udp'), dns('other'), current).result;
  assert.deepEqual(changed, {
    spec: {
      ports: [
        { ...udp, targetPort: 'other', nodePort: 30001 },
        { ...tcp, nodePort: 30002 },
      ],
    },
  });
  const one = { spec: { ports: [udp] } };
  const fewer = strategic('core.v1.Service', dns('udp'), one, current).result;
  assert.deepEqual(fewer, { spec: { ports: [{ ...udp, nodePort: 30001 }] } });
});

test('a union keeps the member that is applied: rollingUpdate goes when the strategy becomes Recreate', () => {
  const rolling = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } } };
  const { result } = strategic(
    'apps.v1.Deployment',
    {},
    { spec: { strategy: { type: 'Recreate' } } },
    rolling,
  );
  assert.deepEqual(result, { spec: { strategy: { type: 'Recreate' } } });
});

test('finalizers are a set: ours goes when it left what is applied, those of others stay', () => {
  const of = (...finalizers: string[]) => ({ metadata: { finalizers } });
  const { result } = strategic('core.v1.ConfigMap', of('a/x', 'a/y'), of('a/y'), of('a/x', 'a/y', 'b/z'));
  assert.deepEqual(result, of('a/y', 'b/z'));
});

test('an item of a merged list without its key is an error that names the key', () => {
  const pod = { spec: { containers: [{ image: 'x' }] } };
  const current = { spec: { containers: [{ name: 'a', image: 'x' }] } };
  assert.throws(
    () => threeWayStrategicPatch({ original: {}, modified: pod, current }, objectNode('core.v1.Pod')),
    /does not contain declared merge key: name/,
  );
});

test('a custom object gets a merge patch: lists are replaced, nulls take away only what was applied', () => {
  const original = { spec: { list: [1, 2], gone: 1, cleared: 'x' } };
  const modified = { spec: { list: [2], cleared: null, never: null } };
  const current = { spec: { list: [1, 2], gone: 1, cleared: 'x', never: 'theirs', theirs: true } };
  const patch = threeWayMergePatch({ original, modified, current });
  assert.deepEqual(patch, { spec: { list: [2], gone: null, cleared: null } });
  assert.deepEqual(applyMergePatch(current, patch), { spec: { list: [2], never: 'theirs', theirs: true } });
});
