import { test } from 'node:test';
import { dedupeOwners } from '../../src/apiserver/write/owner-references.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { applyJsonPatch } from '../../src/merge/json-patch.ts';
import { mergeObjects } from '../../src/merge/merge.ts';
import { applyStrategicMergePatch } from '../../src/merge/strategic-merge.ts';
import { workload } from '../merge/nodes.ts';
import { assertLinear } from './steps.ts';

const containers = (size: number, image: string, from = 0): JsonObject => ({
  spec: { containers: Array.from({ length: size }, (_, i) => ({ name: `c${i + from}`, image })) },
});

test('lists by key are merged in time linear in their length, by both kinds of patch', async () => {
  for (const from of [0, 1_000_000]) {
    const input = (size: number) => [containers(size, 'a'), containers(size, 'b', from)] as const;
    await assertLinear({
      size: 100,
      input,
      run: ([object, patch]) => applyStrategicMergePatch(structuredClone(object), patch, workload),
    });
    await assertLinear({
      size: 100,
      input,
      run: ([object, config]) => mergeObjects(object, config, workload),
    });
  }
});

test('deletions and orders in a strategic merge patch cost what they weigh', async () => {
  const deletions = (size: number): JsonObject => ({
    spec: { containers: Array.from({ length: size }, (_, i) => ({ name: `c${i}`, $patch: 'delete' })) },
  });
  const order = (size: number): JsonObject => ({
    spec: {
      '$setElementOrder/containers': Array.from({ length: size }, (_, i) => ({ name: `c${size - i}` })),
      containers: [{ name: 'c1', image: 'b' }],
    },
  });
  for (const patch of [deletions, order]) {
    const input = (size: number) => [containers(size, 'a'), patch(size)] as const;
    await assertLinear({
      size: 100,
      input,
      run: ([object, sent]) => applyStrategicMergePatch(structuredClone(object), sent, workload),
    });
  }
});

test('a JSON patch of many operations costs what it weighs', async () => {
  const input = (size: number) =>
    [
      containers(size, 'a'),
      Array.from({ length: size }, (_, i) => ({
        op: 'test',
        path: `/spec/containers/${i}/name`,
        value: `c${i}`,
      })),
    ] as const;
  await assertLinear({ size: 100, input, run: ([object, patch]) => applyJsonPatch(object, patch) });
});

test('owners given twice are found in time linear in their number', async () => {
  const input = (size: number): JsonObject => ({
    metadata: {
      ownerReferences: Array.from({ length: size }, (_, i) => ({ kind: 'Pod', name: `p${i}`, uid: `u${i}` })),
    },
  });
  await assertLinear({ size: 100, input, run: (object) => dedupeOwners(object, []) });
});
