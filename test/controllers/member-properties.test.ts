import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Namespace, Node } from '../../src/controllers/kinds/core.ts';
import { costsOf } from '../../src/controllers/member-agent/costs.ts';
import { machineCounts } from '../../src/controllers/member-agent/machines.ts';
import { namespacesOf } from '../../src/controllers/member-agent/namespaces.ts';
import { hourlyPrice } from '../../src/providers/machine-prices.ts';
import { azureSizes } from '../../src/providers/machine-sizes.ts';

type Capacity = Readonly<Record<string, string>>;
const small: Capacity = { cpu: '2', memory: '8Gi' };

function node(name: string, labels: Readonly<Record<string, string>>, capacity: Capacity = small): Node {
  return {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { ...labels } } },
    status: { capacity: { ...capacity }, allocatable: { ...capacity } },
  };
}

const machine = (size: string, region = 'eastus') => ({
  'beta.kubernetes.io/instance-type': size,
  ...(region && { 'topology.kubernetes.io/region': region }),
});

const perCore = 'kubernetes.azure.com/per-cpu-core-cost';
const perGib = 'kubernetes.azure.com/per-gb-memory-cost';

test('a core and a GiB cost what all machines cost, divided by all that there is', () => {
  const nodes = [
    node('a', machine('Standard_D2s_v3')),
    node('b', machine('Standard_D4s_v3'), { cpu: '4', memory: '16Gi' }),
    node('c', machine('Standard_E2s_v3'), { cpu: '2', memory: '16Gi' }),
  ];
  const { properties, conditions } = costsOf(nodes, hourlyPrice);
  // 0.096 + 0.192 + 0.126 dollars for 8 cores and 40 GiB.
  assert.deepEqual(properties, { [perCore]: '0.052', [perGib]: '0.010' });
  assert.deepEqual(conditions, [
    {
      type: 'AKSClusterCostPropertiesCollectionSucceeded',
      status: 'True',
      reason: 'CostsCalculated',
      message: 'All cost properties have been collected successfully',
    },
  ]);
});

test('the machines of the page on intelligent placement cost what it shows', () => {
  const { properties } = costsOf(
    [node('a', machine('Standard_DS2_v2'), { cpu: '2', memory: '7097684Ki' })],
    hourlyPrice,
  );
  assert.deepEqual(properties, { [perCore]: '0.073', [perGib]: '0.022' });
});

test('a size without a price is named instead of a cost', () => {
  const message = (nodes: readonly Node[]) => {
    const { properties, conditions } = costsOf(nodes, hourlyPrice);
    assert.deepEqual(properties, {});
    assert.equal(conditions[0]?.reason, 'CostsCalculationFailed');
    return conditions[0]?.message.replace('An error has occurred when collecting cost properties: ', '');
  };
  assert.equal(
    message([node('a', machine('Standard_Z9')), node('b', machine('Standard_A0'))]),
    'nodes are present, but no pricing data is available for any node SKUs ([Standard_A0 Standard_Z9])',
  );
  assert.equal(
    message([node('a', machine('Standard_Z9')), node('b', machine('Standard_D2s_v3'))]),
    'no pricing data is available for one or more of the node SKUs ([Standard_Z9]) in the cluster',
  );
  assert.match(message([node('a', machine('Standard_D2s_v3'), {})]) ?? '', /^failed to calculate costs: cpu/);
});

test('machines outside all regions cost nobody knows what, and no machines cost nothing', () => {
  assert.deepEqual(costsOf([node('a', machine('Standard_D2s_v3', ''))], hourlyPrice), {
    properties: {},
    conditions: [],
  });
  assert.deepEqual(costsOf([], hourlyPrice).properties, { [perCore]: '0.000', [perGib]: '0.000' });
});

test('every size that clusters may have has a price in every region, more in some than in others', () => {
  for (const size of Object.keys(azureSizes)) {
    const east = hourlyPrice(size, 'eastus');
    assert.ok(east !== undefined && east > 0, size);
    assert.ok((hourlyPrice(size, 'westeurope') ?? 0) > east, size);
  }
  assert.equal(hourlyPrice('Standard_D2s_v3', 'the-moon'), undefined);
  assert.equal(hourlyPrice('standard_d2S_V3', 'EastUS'), 0.096);
});

test('machines are counted by size, and those that do not say theirs too', () => {
  const nodes = [
    node('a', machine('Standard_D2s_v3')),
    node('b', { 'node.kubernetes.io/instance-type': 'Standard_D2s_v3' }),
    node('c', {}),
  ];
  assert.deepEqual(machineCounts(nodes), {
    'kubernetes.azure.com/vm-sizes/Standard_D2s_v3/count': '2',
    'kubernetes.azure.com/vm-sizes/undefined/count': '1',
  });
});

test('a member tells of its 200 oldest namespaces, whose they are, and that there are more', () => {
  const space = (at: number, rest: Partial<Namespace['metadata']> = {}): Namespace => ({
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: {
      name: `space-${at}`,
      creationTimestamp: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
      ...rest,
    },
  });
  const applied = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'AppliedWork',
    name: 'w',
    uid: 'u',
  };
  const few = [space(1, { ownerReferences: [applied] }), space(2, { deletionTimestamp: 'now' }), space(0)];
  assert.deepEqual(namespacesOf(few).namespaces, { 'space-0': '', 'space-1': 'w' });
  assert.equal(namespacesOf(few).condition.reason, 'Succeeded');
  const many = Array.from({ length: 201 }, (_, at) => space(at)).reverse();
  const told = namespacesOf(many);
  assert.equal(Object.keys(told.namespaces).length, 200);
  assert.ok(!('space-200' in told.namespaces));
  assert.deepEqual([told.condition.status, told.condition.reason], ['False', 'Degraded']);
});
