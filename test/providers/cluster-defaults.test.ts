import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { networkProfile } from '../../src/providers/container-service/managed-clusters/defaults.ts';
import { Fields } from '../../src/providers/fields.ts';

const read = (asked: JsonObject) => networkProfile(new Fields(asked));
const usual = {
  networkPlugin: 'azure',
  networkPluginMode: 'overlay',
  networkDataplane: 'azure',
  loadBalancerSku: 'standard',
  loadBalancerProfile: { managedOutboundIPs: { count: 1 }, backendPoolType: 'nodeIPConfiguration' },
  podCidr: '10.244.0.0/16',
  podCidrs: ['10.244.0.0/16'],
  serviceCidr: '10.0.0.0/16',
  dnsServiceIP: '10.0.0.10',
  outboundType: 'loadBalancer',
  serviceCidrs: ['10.0.0.0/16'],
  ipFamilies: ['IPv4'],
};

test('the network of a cluster is an overlay where nobody says otherwise', () => {
  assert.deepEqual(read({}), usual);
  const { networkPluginMode: _mode, podCidr: _cidr, podCidrs: _cidrs, ...flat } = usual;
  assert.deepEqual(read({ networkPlugin: 'azure' }), flat, 'pods take addresses of the subnet');
  assert.deepEqual(read({ networkPlugin: 'azure', networkPluginMode: 'Overlay' }), {
    ...usual,
    networkPluginMode: 'Overlay',
  });
  const { networkPluginMode: _none, ...plain } = usual;
  assert.deepEqual(read({ networkPlugin: 'Kubenet' }), { ...plain, networkPlugin: 'Kubenet' });
  assert.deepEqual(read({ networkPlugin: 'none' }), { ...flat, networkPlugin: 'none' });
});

test('ranges follow from each other, and what is asked for stays', () => {
  assert.deepEqual(read({ podCidr: '10.9.0.0/16', serviceCidr: '10.8.0.0/24' }), {
    ...usual,
    ...{ podCidr: '10.9.0.0/16', podCidrs: ['10.9.0.0/16'] },
    ...{ serviceCidr: '10.8.0.0/24', serviceCidrs: ['10.8.0.0/24'], dnsServiceIP: '10.8.0.10' },
  });
  const two = read({ serviceCidrs: ['10.7.0.0/24', 'fd00::/108'] });
  assert.deepEqual([two['serviceCidr'], two['dnsServiceIP']], ['10.7.0.0/24', '10.7.0.10']);
  assert.equal(read({ serviceCidr: '10.8.0.0/24', dnsServiceIP: '10.8.0.99' })['dnsServiceIP'], '10.8.0.99');
  const own = read({ outboundType: 'userDefinedRouting' });
  assert.deepEqual([own['outboundType'], own['loadBalancerProfile']], ['userDefinedRouting', undefined]);
  assert.ok(read({ outboundType: 'LOADBALANCER' })['loadBalancerProfile']);
  assert.equal(read({ networkDataplane: 'cilium' })['networkDataplane'], 'cilium');
});
