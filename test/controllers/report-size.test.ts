import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PerClusterStatus, ResourceReport } from '../../src/controllers/kinds/placement.ts';
import { fitting } from '../../src/controllers/shared/report-size.ts';

const drifted = (name: string, value: string): ResourceReport => ({
  version: 'v1',
  kind: 'ConfigMap',
  name,
  observedDrifts: [
    { path: '/data/a', valueInHub: value, valueInMember: value },
    { path: '/data/b', valueInHub: value, valueInMember: value },
  ],
});

function cluster(name: string, count: number, value: string): PerClusterStatus {
  const driftedPlacements = Array.from({ length: count }, (_, at) => drifted(`c${at}`, value));
  return { clusterName: name, driftedPlacements };
}

test('lists that fit into a status stay as they are', () => {
  const clusters = [cluster('a', 2, 'x'), { clusterName: 'b' }];
  assert.equal(fitting(clusters), clusters);
});

test('values that do not fit are left out, the resources stay', () => {
  const [first] = fitting([cluster('a', 100, 'x'.repeat(8000))]);
  assert.equal(first?.driftedPlacements?.length, 100);
  assert.deepEqual(first?.driftedPlacements?.[0]?.['observedDrifts'], [
    { path: '/data/a and 1 more path(s)', valueInHub: '(omitted)', valueInMember: '(omitted)' },
  ]);
});

test('the lists of very many clusters are shortened until they fit, and no cluster is left out', () => {
  const clusters = Array.from({ length: 1000 }, (_, at) => cluster(`m${at}`, 100, 'x'));
  const fitted = fitting(clusters);
  assert.equal(fitted.length, 1000);
  assert.ok(Buffer.byteLength(JSON.stringify(fitted)) < 1_400_000);
  assert.ok((fitted[0]?.driftedPlacements?.length ?? 0) > 0);
});
